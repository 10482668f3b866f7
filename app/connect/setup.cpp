#include "connect/setup.hpp"

#include "common/command_text.hpp"
#include "common/kea_options.hpp"
#include "common/option_words.hpp"
#include "common/session_files.hpp"

#include <array>
#include <utility>
#include <vector>

namespace heirloom::app {

namespace {

Outcome<std::shared_ptr<CertificateVerifier>> make_pin_verifier(
    const std::vector<std::string>& pins) {
  std::vector<std::array<std::uint8_t, 32>> fingerprints;
  for (const std::string& pin : pins) {
    const auto fingerprint = parse_fingerprint(pin);
    if (!fingerprint) {
      return Failure{ExitCode::usage,
                     "\"" + escape_text(pin) + "\" is no SHA-256 fingerprint",
                     "--pin sha256: and 64 hexadecimal digits",
                     "pin_invalid"};
    }
    fingerprints.push_back(*fingerprint);
  }
  return verify_with_pin(std::move(fingerprints));
}

Outcome<std::shared_ptr<CertificateVerifier>> make_verifier(const ConnectOptions& options,
                                                            const Policy& policy) {
  const int ways = (options.insecure ? 1 : 0) + (options.pins.empty() ? 0 : 1) +
                   (options.authorities.empty() ? 0 : 1);
  if (ways > 1) {
    return Failure{ExitCode::usage,
                   "--pin, --cafile and --insecure are three ways to judge one certificate",
                   "only one of them",
                   "option_conflict"};
  }
  if (!options.path.empty() && (options.insecure || !options.pins.empty())) {
    return Failure{ExitCode::usage,
                   "--crl, --status and --any-chain-order are about authorities, which --pin and "
                   "--insecure do not ask",
                   "the same without --pin and --insecure",
                   "option_conflict"};
  }
  if (options.insecure) {
    return accept_any_certificate();
  }
  if (!options.pins.empty()) {
    return make_pin_verifier(options.pins);
  }
  Outcome<TrustOptions> trust = build_trust(options.path, policy);
  if (!trust) {
    return std::move(trust).error();
  }
  if (options.authorities.empty()) {
    trust->authorities = load_system_authorities();
    return verify_with_authorities(*std::move(trust));
  }
  auto authorities = load_authorities(options.authorities);
  if (!authorities) {
    return std::move(authorities).error();
  }
  trust->authorities = *std::move(authorities);
  return verify_with_authorities(*std::move(trust));
}

}  // namespace

std::string command_for_anybody(const ConnectOptions& options) {
  std::string line = "heirloom connect " + shell_word(options.target);
  const auto add = [&line](const std::string& name, const std::string& value) {
    line += value.empty() ? "" : " " + name + " " + shell_word(value);
  };
  add("--starttls", options.start_tls);
  add("--sni", options.server_name);
  line += options.no_server_name ? " --no-sni" : "";
  for (const std::string& file : options.kea_domain_files) {
    add("--kea-domain", file);
  }
  return line + repeat_credential_options(options.credentials) + option_words(options.protocol);
}

std::string judge_words(const ConnectOptions& options) {
  std::string words = options.insecure ? " --insecure" : "";
  const auto add = [&words](const std::string& name, const std::string& value) {
    words += value.empty() ? "" : " " + name + " " + shell_word(value);
  };
  add("--cafile", options.authorities);
  for (const std::string& file : options.path.revocation_files) {
    add("--crl", file);
  }
  for (const std::string& pin : options.pins) {
    add("--pin", pin);
  }
  words += options.path.must_be_good ? " --status" : "";
  return words + (options.path.any_chain_order ? " --any-chain-order" : "");
}

Outcome<std::shared_ptr<const ClientConfig>> make_client_config(const ConnectOptions& options,
                                                                const SessionPtr& session) {
  ClientOptions client;
  auto policy = build_policy(options.protocol);
  if (!policy) {
    return std::move(policy).error();
  }
  client.policy = *std::move(policy);
  allow_ticket_of(session, client.policy);
  if (options.no_server_name) {
    client.policy.extensions.remove(Extension::server_name);
  }
  if (options.path.must_be_good && !options.protocol.no_extensions) {
    client.policy.extensions.add(Extension::status_request);
  }
  if (options.fallback_signal) {
    client.policy.fallback = SignalFallback::on;
  }
  auto protocols = application_protocols(options.protocol.session);
  if (!protocols) {
    return std::move(protocols).error();
  }
  client.application_protocols = *std::move(protocols);
  auto verifier = make_verifier(options, client.policy);
  if (!verifier) {
    return std::move(verifier).error();
  }
  client.verifier = *std::move(verifier);
  auto key_log = open_requested_key_log(options.protocol);
  if (!key_log) {
    return std::move(key_log).error();
  }
  client.key_log = *std::move(key_log);
  auto credentials = load_credential_files(options.credentials);
  if (!credentials) {
    return std::move(credentials).error();
  }
  client.credentials = *std::move(credentials);
  auto domains = load_kea_domains(options.kea_domain_files);
  if (!domains) {
    return std::move(domains).error();
  }
  client.kea_domain_pems = *std::move(domains);
  client.trace = options.show_messages ? Trace::messages : Trace::off;
  auto config = ClientConfig::build(std::move(client));
  if (!config) {
    return Failure{ExitCode::usage,
                   "these options do not fit together: " + config.error().text(),
                   "heirloom connect --help",
                   std::string(config.error().name())};
  }
  return *std::move(config);
}

}  // namespace heirloom::app
