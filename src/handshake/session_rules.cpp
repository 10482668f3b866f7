#include "handshake/session_rules.hpp"

#include "crypto/hash.hpp"
#include "handshake/negotiate.hpp"
#include "handshake/tickets.hpp"
#include "version/profile.hpp"

#include <algorithm>
#include <chrono>

namespace heirloom {

namespace {

/// is_young: RFC 2246 F.1.4 suggests an upper limit. Clocks of servers that share sessions differ a
/// little; a session from farther ahead is none of ours, and would live too long.
bool is_young(const Session& session, const Environment& environment) {
  constexpr std::chrono::minutes kClockDifference{5};
  const auto age = environment.clock->now() - session.facts().created;
  return age <= environment.policy->limits.max_session_age && age >= -kClockDifference;
}

/// is_allowed: what the policy has excluded since then does not come back by resumption. A session
/// with an extended master secret cannot be resumed without the extension (RFC 7627 §5.3).
bool is_allowed(const Session& session, const Policy& policy) {
  const Session::Facts& facts = session.facts();
  const CipherSuite* const suite = find_cipher_suite(facts.cipher_suite);
  return is_allowed_by(policy, facts.version) && suite != nullptr && is_resumable(*suite) &&
         std::ranges::find(policy.cipher_suites, facts.cipher_suite) !=
             policy.cipher_suites.end() &&
         allows(policy, facts.compression_method) &&
         (!facts.has_extended_master_secret ||
          policy.extensions.has(Extension::extended_master_secret));
}

/// is_peer_approved asks the verifier again about what the peer has shown.
bool is_peer_approved(const Session& session,
                      CertificateQuestion::Role role,
                      const Environment& environment) {
  const Session::Facts& facts = session.facts();
  if (facts.peer_chain.empty()) {
    return true;
  }
  return environment.verifier != nullptr &&
         environment.verifier->approves_resumption({.chain = facts.peer_chain,
                                                    .role = role,
                                                    .host = environment.host,
                                                    .now = environment.clock->now(),
                                                    .ocsp_response = facts.ocsp_response});
}

bool is_good(const Session& session,
             CertificateQuestion::Role role,
             const Environment& environment) {
  return session.is_resumable() && is_young(session, environment) &&
         is_allowed(session, *environment.policy) && is_peer_approved(session, role, environment);
}

/// is_same_name: DNS names are compared without regard to case (RFC 6066 §3).
bool is_same_name(std::string_view a, std::string_view b) {
  const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
  return std::ranges::equal(a, b, {}, lower, lower);
}

}  // namespace

bool is_resumable(const CipherSuite& suite) noexcept {
  return !info(suite.bulk).has_carried_keys();
}

bool may_offer(const Session& session, const Environment& environment) {
  const Session::Facts& facts = session.facts();
  return (!facts.id.empty() || has_live_ticket(session, environment)) &&
         is_same_name(facts.server_name, environment.host) &&
         facts.own_certificates == own_certificates(*environment.own) &&
         is_good(session, CertificateQuestion::Role::server, environment);
}

bool may_resume(const Session& session,
                std::string_view asked_name,
                const Environment& environment) {
  const Session::Facts& facts = session.facts();
  // RFC 6066 §3: a server "MUST NOT accept the request to resume the session if the server_name
  // extension contains a different name". Who resumes in SSL 3.0 has no extension to name any.
  const bool can_ask = profile_for(facts.version).hello_extensions == HelloExtensionSet::all;
  return (is_same_name(facts.server_name, asked_name) || (asked_name.empty() && !can_ask)) &&
         facts.client_authentication == environment.client_authentication &&
         is_good(session, CertificateQuestion::Role::client, environment);
}

Bytes own_certificates(const kx::LocalKeys& own) {
  Bytes fingerprints;
  for (const kx::LocalKey& key : own.keys) {
    append(fingerprints, crypto::sha256(key.credentials->chain.front()));
  }
  if (fingerprints.empty()) {
    return {};
  }
  return to_bytes(crypto::sha256(fingerprints));
}

}  // namespace heirloom
