#include "ladder/box_options.hpp"

#include "heirloom/certificate.hpp"
#include "heirloom/version.hpp"

#include "common/command_text.hpp"
#include "common/files.hpp"
#include "common/output.hpp"
#include "pins/pin.hpp"

#include <chrono>
#include <utility>

#include <CLI/App.hpp>

namespace heirloom::app {

namespace {

/// load_credentials_into reads the files for our engine; libssl reads them again by name.
Outcome<bool> load_credentials_into(LadderSetup& setup, const CredentialFiles& files) {
  if (files.certificate.empty()) {
    return true;
  }
  Outcome<Credentials> credentials = load_credential_files(files);
  if (!credentials.has_value()) {
    return credentials.error();
  }
  setup.credentials = *std::move(credentials);
  setup.certificate_file = files.certificate;
  setup.key_file = files.key;
  if (!files.pass_file.empty()) {
    Outcome<std::string> passphrase = read_first_line(files.pass_file);
    if (!passphrase.has_value()) {
      return passphrase.error();
    }
    setup.passphrase = *std::move(passphrase);
  }
  return true;
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
  command
      .add_flag("--no-fallback-signal",
                options.no_fallback_signal,
                "leave the signal of RFC 7507 out of retries at a lower version")
      ->group("Protocol");
}

void add_box_options(CLI::App& command, BoxOptions& options) {
  add_network_options(command, options);
  add_identity_options(command, options);
  add_hello_options(command, options);
  add_credential_options(command, options.credentials);
}

std::string repeat_box_options(const BoxOptions& options) {
  std::string line;
  const auto add = [&line](const std::string& name, const std::string& value) {
    line += value.empty() ? "" : " " + name + " " + shell_word(value);
  };
  add("--preset", options.protocol.preset == "device" ? "" : options.protocol.preset);
  add("--min", options.protocol.min);
  add("--max", options.protocol.max);
  for (const std::string& suites : options.protocol.suites) {
    add("--suites", suites);
  }
  for (const std::string& word : options.protocol.allow) {
    add("--allow", word);
  }
  add("--cert", options.credentials.certificate);
  add("--key", options.credentials.key);
  line += options.protocol.no_extensions ? " --no-extensions" : "";
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
  restrictions.needs_our_engine = protocol.no_extensions || !protocol.max.empty() ||
                                  !protocol.suites.empty() || protocol.preset == "strict";
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

}  // namespace heirloom::app
