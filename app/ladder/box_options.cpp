#include "ladder/box_options.hpp"

#include "heirloom/certificate.hpp"
#include "heirloom/version.hpp"

#include "common/option_words.hpp"
#include "common/output.hpp"
#include "common/session_files.hpp"
#include "common/session_options.hpp"
#include "pins/pin.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

#include <CLI/App.hpp>

namespace heirloom::app {

namespace {

/// may_be_for_libssl: today's versions have no Diffie-Hellman certificates.
bool may_be_for_libssl(const Credentials& credentials) {
  return credentials.key->algorithm() != PublicKeyAlgorithm::dh;
}

/// load_credentials_into reads the files for our engine; libssl reads one of them again by name.
Outcome<bool> load_credentials_into(LadderSetup& setup, const CredentialFiles& files) {
  Outcome<std::vector<Credentials>> credentials = load_credential_files(files);
  if (!credentials.has_value()) {
    return credentials.error();
  }
  Outcome<std::string> passphrase = read_passphrase(files);
  if (!passphrase.has_value()) {
    return passphrase.error();
  }
  setup.credentials = *std::move(credentials);
  setup.passphrase = *std::move(passphrase);
  const auto chosen = std::ranges::find_if(setup.credentials, may_be_for_libssl);
  if (chosen != setup.credentials.end()) {
    const auto index = static_cast<std::size_t>(chosen - setup.credentials.begin());
    setup.certificate_file = files.certificates[index];
    setup.key_file = key_file_of(files, index);
  }
  return true;
}

/// needs_our_engine is true for what libssl cannot be told. Tickets and application protocols it
/// has of itself.
bool needs_our_engine(const SessionOptions& session) {
  return !session.extensions.empty() || !session.compression.empty() || session.renegotiate ||
         !session.session_in.empty() || !session.session_out.empty();
}

int rank_of(ProtocolVersion version) {
  return version_rank(version_word(format_version(version))).value_or(0);
}

}  // namespace

void add_network_options(CLI::App& command, BoxOptions& options) {
  command.add_option("--timeout", options.timeout, "seconds for the TCP connection")
      ->check(CLI::Range(0.001, 86400.0));
  command.add_flag_callback("-4", [&options] { options.family = AddressFamily::ipv4; });
  command.add_flag_callback("-6", [&options] { options.family = AddressFamily::ipv6; });
}

void add_identity_options(CLI::App& command, BoxOptions& options) {
  const std::string group = "Who the box is";
  command.add_option("--pin", options.pins, "the box has exactly this certificate: sha256:HEX")
      ->allow_extra_args(false)
      ->group(group);
  command
      .add_flag("--accept-new",
                options.accept_new,
                "accept the certificate of a box that is not known yet (private addresses only)")
      ->group(group);
  command
      .add_option("--accept-changed",
                  options.accept_changed,
                  "accept that the certificate is now this one: sha256:HEX")
      ->allow_extra_args(false)
      ->group(group);
  command
      .add_flag("--accept-lower",
                options.accept_lower,
                "accept that the box speaks a lower version than before")
      ->group(group);
}

void add_hello_options(CLI::App& command, BoxOptions& options) {
  add_protocol_options(command, options.protocol);
  add_sslv2_hello_option(command, options.protocol);
  SessionOptions& session = options.protocol.session;
  add_alpn_option(command, session);
  add_tickets_option(command, session);
  add_session_file_options(command, session);
  add_renegotiate_option(
      command, session, "renegotiate on each connection before it is used, by our engine");
  command
      .add_flag("--no-fallback-signal",
                options.no_fallback_signal,
                "leave the signal of RFC 7507 out of retries at a lower version")
      ->group("Protocol");
}

void add_box_options(CLI::App& command, BoxOptions& options) {
  add_network_options(command, options);
  add_identity_options(command, options);
  add_revocation_option(command, options.path, "--crl", "Who the box is");
  add_hello_options(command, options);
  add_credential_options(command, options.credentials);
}

std::string repeat_box_options(const BoxOptions& options) {
  std::string line =
      option_words(options.protocol) + repeat_credential_options(options.credentials);
  line += options.no_fallback_signal ? " --no-fallback-signal" : "";
  return line;
}

Outcome<LadderSetup> build_ladder_setup(const BoxOptions& options) {
  LadderSetup setup;
  Outcome<Policy> policy = build_policy(options.protocol);
  if (!policy.has_value()) {
    return policy.error();
  }
  setup.policy = *std::move(policy);
  Outcome<TrustOptions> trust = build_trust(options.path, setup.policy);
  if (!trust.has_value()) {
    return trust.error();
  }
  setup.trust = *std::move(trust);
  Outcome<std::vector<std::string>> protocols = application_protocols(options.protocol.session);
  if (!protocols.has_value()) {
    return protocols.error();
  }
  setup.application_protocols = *std::move(protocols);
  Outcome<SessionPtr> session = read_session(options.protocol.session);
  if (!session.has_value()) {
    return session.error();
  }
  setup.session = *std::move(session);
  allow_ticket_of(setup.session, setup.policy);
  setup.after_handshake = options.protocol.session.renegotiate
                              ? LadderSetup::AfterHandshake::renegotiate
                              : LadderSetup::AfterHandshake::nothing;
  Outcome<std::shared_ptr<KeyLog>> key_log = open_requested_key_log(options.protocol);
  if (!key_log.has_value()) {
    return key_log.error();
  }
  setup.key_log = *std::move(key_log);
  const Outcome<bool> loaded = load_credentials_into(setup, options.credentials);
  if (!loaded.has_value()) {
    return loaded.error();
  }
  setup.family = options.family;
  setup.connect_time = std::chrono::milliseconds(static_cast<std::int64_t>(options.timeout * 1000));
  return setup;
}

Restrictions restrictions_of(const BoxOptions& options, const Policy& policy) {
  const ProtocolOptions& protocol = options.protocol;
  Restrictions restrictions;
  restrictions.no_extensions = protocol.no_extensions;
  restrictions.needs_our_engine =
      protocol.no_extensions || !protocol.max.empty() || !protocol.suites.empty() ||
      !protocol.curves.empty() || protocol.preset == "strict" || protocol.sslv2_hello ||
      needs_our_engine(protocol.session) || policy.renegotiation == Renegotiation::any;
  restrictions.allows_tls10 = rank_of(policy.max_version) >= rank_of(ProtocolVersion::tls10);
  restrictions.allows_ssl30 = rank_of(policy.min_version) <= rank_of(ProtocolVersion::ssl30);
  return restrictions;
}

Outcome<std::vector<std::string>> normal_fingerprints(const std::string& option,
                                                      const std::vector<std::string>& typed) {
  std::vector<std::string> result;
  for (const std::string& text : typed) {
    const auto fingerprint = parse_fingerprint(text);
    if (!fingerprint.has_value()) {
      return Failure{ExitCode::usage,
                     "\"" + escape_text(text) + "\" is no SHA-256 fingerprint",
                     option + " sha256: and 64 hexadecimal digits",
                     "pin_invalid"};
    }
    result.push_back(format_fingerprint(*fingerprint));
  }
  return result;
}

Outcome<bool> check_http_protocols(const LadderSetup& setup) {
  const auto is_http1 = [](const std::string& name) { return name.starts_with("http/1."); };
  const auto other = std::ranges::find_if_not(setup.application_protocols, is_http1);
  if (other == setup.application_protocols.end()) {
    return true;
  }
  return Failure{ExitCode::usage,
                 "--alpn " + escape_text(*other) +
                     " would have the box speak what is not spoken "
                     "here: pages are fetched by HTTP/1.0 and 1.1",
                 "--alpn http/1.1,http/1.0",
                 "alpn_not_spoken"};
}

}  // namespace heirloom::app
