#include "handshake/renegotiation.hpp"

#include "base/ignoring_case.hpp"

#include <string>
#include <utility>

namespace heirloom {

bool RenegotiationBudget::take(const Limits& limits, std::chrono::system_clock::time_point now) {
  // A clock that was set back makes old entries lie in the future; they still count for a minute.
  std::erase_if(last_minute_, [now](std::chrono::system_clock::time_point one) {
    return std::chrono::abs(now - one) >= std::chrono::minutes(1);
  });
  if (total_ >= limits.max_renegotiations ||
      last_minute_.size() >= limits.max_renegotiations_a_minute) {
    return false;
  }
  ++total_;
  last_minute_.push_back(now);
  return true;
}

bool is_bound(const PreviousHandshake& previous) {
  return previous.is_secure && !previous.may_have_twin;
}

bool policy_permits_renegotiation(const Environment& environment) {
  switch (environment.policy->renegotiation) {
    case Renegotiation::never:
      return false;
    case Renegotiation::only_secure:
      return is_bound(*environment.previous);
    case Renegotiation::any:
      return true;
  }
  return false;
}

bool accepts_renegotiation_request(const Environment& environment) {
  return policy_permits_renegotiation(environment) &&
         environment.renegotiations->take(environment.policy->limits, environment.clock->now());
}

Result<void> refuse_renegotiation(Effects& effects) {
  const PreviousHandshake& previous = *effects.environment().previous;
  const VersionProfile& profile = profile_for(previous.version);
  switch (profile.renegotiation_refusal) {
    case RenegotiationRefusal::fatal_handshake_failure:
      return Cause::renegotiation_refused;
    case RenegotiationRefusal::no_renegotiation_warning:
      effects.send_warning(AlertDescription::no_renegotiation);
      break;
  }
  return {};
}

Result<void> accept_refusal(const Environment& environment) {
  switch (environment.policy->refused_renegotiation) {
    case RefusedRenegotiation::go_on:
      break;
    case RefusedRenegotiation::close:
      return Cause::renegotiation_declined;
  }
  return {};
}

namespace {

bool has_same_leaf(const CertificateChain& before, const CertificateChain& now) {
  if (before.empty() || now.empty()) {
    return before.empty() == now.empty();
  }
  return before.front() == now.front();
}

bool policy_refuses_change(const Policy& policy) {
  switch (policy.changed_certificate) {
    case ChangedCertificate::refuse:
      return true;
    case ChangedCertificate::judge:
      return false;
  }
  return true;
}

}  // namespace

Result<void> check_same_server(const Environment& environment, const CertificateChain& chain) {
  if (environment.previous == nullptr || has_same_leaf(environment.previous->peer_chain, chain)) {
    return {};
  }
  // Where there is no certificate there is nothing that a verifier could judge.
  if (chain.empty()) {
    return Error(Cause::peer_changed, "it shows none any more");
  }
  if (policy_refuses_change(*environment.policy)) {
    return Cause::peer_changed;
  }
  return {};
}

bool may_be_client(const Environment& environment, const CertificateChain& chain) {
  if (environment.previous == nullptr || environment.previous->peer_chain.empty() ||
      chain.empty() || has_same_leaf(environment.previous->peer_chain, chain)) {
    return true;
  }
  return !policy_refuses_change(*environment.policy);
}

Result<void> check_same_name(const Environment& environment, std::string_view asked_name) {
  if (environment.previous == nullptr || environment.previous->server_name.empty() ||
      asked_name.empty() || equal_ignoring_case(environment.previous->server_name, asked_name)) {
    return {};
  }
  return Error(Cause::server_name_changed, std::string(asked_name));
}

namespace {

/// may_have_twin: RFC 7627 §5.4: where a session without extended master secret is resumed, "the
/// client or server MUST NOT use the current handshake's "verify_data"". A resumption that is bound
/// to a handshake whose verify_data are good has these in its own.
bool may_have_twin(const Negotiated& negotiated, Effects& effects) {
  const PreviousHandshake* const previous = effects.environment().previous;
  if (previous != nullptr && is_bound(*previous)) {
    return false;
  }
  const bool is_bare = effects.info().is_resumed && !negotiated.has_extended_master_secret;
  return is_bare || (previous != nullptr && previous->may_have_twin);
}

}  // namespace

PreviousHandshake remember(Effects& effects,
                           const Negotiated& negotiated,
                           const CertificateChain& peer_chain) {
  const PreviousHandshake* const previous = effects.environment().previous;
  const bool is_later = previous != nullptr;
  return {.number = is_later ? previous->number + 1 : 1,
          .version = negotiated.profile->version,
          .client_version = negotiated.client_version,
          .client_verify_data = negotiated.client_verify_data,
          .server_verify_data = negotiated.server_verify_data,
          .is_secure = effects.info().has_secure_renegotiation,
          .had_encrypt_then_mac = negotiated.mac_order == MacOrder::encrypt_then_mac ||
                                  (is_later && previous->had_encrypt_then_mac),
          .had_extended_master_secret = negotiated.has_extended_master_secret,
          .may_have_twin = may_have_twin(negotiated, effects),
          .peer_chain = peer_chain,
          .server_name = is_later && !previous->server_name.empty() ? previous->server_name
                                                                    : effects.info().server_name};
}

}  // namespace heirloom
