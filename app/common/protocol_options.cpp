#include "common/protocol_options.hpp"

#include "heirloom/cipher_suite.hpp"
#include "heirloom/version.hpp"

#include "common/command_text.hpp"
#include "common/describe.hpp"
#include "common/files.hpp"
#include "common/log.hpp"

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <optional>
#include <utility>

#include <CLI/App.hpp>

namespace heirloom::app {

namespace {

Failure wrong_word(const std::string& option, const std::string& word, const std::string& known) {
  return {ExitCode::usage,
          option + " does not know \"" + word + "\"",
          option + " " + known,
          "option_invalid"};
}

/// split_list takes apart what was typed with commas, colons (OpenSSL's habit) or blanks.
std::vector<std::string> split_list(const std::vector<std::string>& typed) {
  std::vector<std::string> words;
  for (const std::string& text : typed) {
    std::size_t begin = 0;
    while (begin < text.size()) {
      const std::size_t end = std::min(text.find_first_of(",: ", begin), text.size());
      if (end != begin) {
        words.push_back(text.substr(begin, end - begin));
      }
      begin = end + 1;
    }
  }
  return words;
}

Outcome<Policy> find_preset(const std::string& name) {
  if (name == "strict") {
    return Policy::strict();
  }
  if (name == "device") {
    return Policy::device();
  }
  if (name == "museum") {
    return Policy::museum();
  }
  return wrong_word("--preset", name, "strict, device or museum");
}

std::optional<Failure> apply_versions(Policy& policy, const ProtocolOptions& options) {
  const auto parse = [](const std::string& option, const std::string& text, ProtocolVersion& into) {
    const auto version = parse_version(text);
    if (!version.has_value()) {
      return std::optional(wrong_word(option, text, "ssl3 or tls1"));
    }
    into = *version;
    return std::optional<Failure>();
  };
  if (!options.min.empty()) {
    if (auto failure = parse("--min", options.min, policy.min_version)) {
      return failure;
    }
    if (options.max.empty()) {
      policy.max_version = std::max(policy.max_version, policy.min_version);
    }
  }
  if (!options.max.empty()) {
    if (auto failure = parse("--max", options.max, policy.max_version)) {
      return failure;
    }
    if (options.min.empty()) {
      policy.min_version = std::min(policy.min_version, policy.max_version);
    }
  }
  if (policy.min_version > policy.max_version) {
    return Failure{ExitCode::usage,
                   "--min " + options.min + " is above --max " + options.max,
                   "--min ssl3 --max tls1",
                   "option_invalid"};
  }
  return std::nullopt;
}

/// missing_allowances are those that the suite needs and nobody gave: "export,anon".
std::string missing_allowances(const CipherSuite& suite, const std::vector<Allowance>& allowed) {
  std::string missing;
  for (const Allowance needed : needed_allowances(suite)) {
    if (std::ranges::find(allowed, needed) == allowed.end()) {
      missing += (missing.empty() ? "" : ",") + std::string(to_string(needed));
    }
  }
  return missing;
}

/// parse_allowances reads --allow; the museum preset allows everything.
Outcome<std::vector<Allowance>> parse_allowances(const ProtocolOptions& options) {
  std::vector<Allowance> allowed;
  for (const std::string& word : split_list(options.allow)) {
    const auto allowance = parse_allowance(word);
    if (!allowance.has_value()) {
      return wrong_word("--allow", word, "null");
    }
    allowed.push_back(*allowance);
  }
  if (options.preset == "museum") {
    allowed.assign(allowances().begin(), allowances().end());
  }
  return allowed;
}

Outcome<std::uint16_t> parse_suite(const std::string& name, const std::vector<Allowance>& allowed) {
  const CipherSuite* const suite = find_cipher_suite(name);
  if (suite == nullptr) {
    return Failure{ExitCode::usage,
                   "there is no cipher suite \"" + name + "\" here",
                   "heirloom suites",
                   "suite_unknown"};
  }
  if (const std::string missing = missing_allowances(*suite, allowed); !missing.empty()) {
    return Failure{ExitCode::usage,
                   std::string(suite->openssl_name) +
                       " is only used if it is allowed by name: " + std::string(suite->why),
                   "--allow " + missing,
                   "suite_not_allowed"};
  }
  return suite->id;
}

std::optional<Failure> apply_suites(Policy& policy, const ProtocolOptions& options) {
  const auto allowed = parse_allowances(options);
  if (!allowed) {
    return allowed.error();
  }
  allow(policy, *allowed);
  const auto names = split_list(options.suites);
  if (names.empty()) {
    return std::nullopt;
  }
  policy.cipher_suites.clear();
  for (const std::string& name : names) {
    const auto suite = parse_suite(name, *allowed);
    if (!suite) {
      return suite.error();
    }
    policy.cipher_suites.push_back(*suite);
  }
  return std::nullopt;
}

}  // namespace

void allow_weaknesses(Policy& policy, const std::vector<std::string>& words) {
  std::vector<Allowance> allowed;
  for (const std::string& word : words) {
    if (const auto allowance = parse_allowance(word)) {
      allowed.push_back(*allowance);
    }
  }
  allow(policy, allowed);
}

void add_protocol_options(CLI::App& command, ProtocolOptions& options) {
  const std::string group = "Protocol";
  command.add_option("--preset", options.preset, "strict, device (default) or museum")
      ->type_name("{strict,device,museum}")
      ->group(group);
  command.add_option("--min", options.min, "lowest version: ssl3 or tls1")
      ->type_name("{ssl3,tls1}")
      ->group(group);
  command.add_option("--max", options.max, "highest version: ssl3 or tls1")
      ->type_name("{ssl3,tls1}")
      ->group(group);
  command
      .add_option("--suites", options.suites, "cipher suites in order of preference, with commas")
      ->allow_extra_args(false)
      ->group(group);
  command.add_option("--allow", options.allow, "weaknesses to allow by name: null")
      ->type_name("{null}")
      ->allow_extra_args(false)
      ->group(group);
  command
      .add_flag("--no-extensions",
                options.no_extensions,
                "no hello extensions and no renegotiation signal; some old servers choke on them")
      ->group(group);
  command.add_flag("--no-split", options.no_split, "no 1/n-1 splitting of CBC records")
      ->group(group);
  command.add_option("--keylog", options.key_log, "append session secrets for Wireshark to a file")
      ->type_name("FILE")
      ->group(group);
}

Outcome<Policy> build_policy(const ProtocolOptions& options) {
  auto policy = find_preset(options.preset);
  if (!policy) {
    return policy;
  }
  if (auto failure = apply_versions(*policy, options)) {
    return *std::move(failure);
  }
  if (auto failure = apply_suites(*policy, options)) {
    return *std::move(failure);
  }
  if (options.no_extensions) {
    policy->server_name = Extension::off;
    policy->renegotiation_info = Extension::off;
  }
  if (options.no_split) {
    policy->cbc_splitting = CbcSplitting::off;
  }
  return policy;
}

namespace {

/// NotingKeyLog says once, in the log, that the key log loses lines: the connections go on.
class NotingKeyLog final : public KeyLog {
 public:
  NotingKeyLog(std::shared_ptr<KeyLog> log, std::string file)
      : log_(std::move(log)), file_(std::move(file)) {}

  void line(std::string_view text) override {
    log_->line(text);
    const std::string what = problem();
    if (!what.empty() && !is_noted_.exchange(true)) {
      log_line(LogLevel::warning, "key_log_failed", {{"file", file_}, {"message", what}});
    }
  }

  [[nodiscard]] std::string problem() const override { return log_->problem(); }

 private:
  std::shared_ptr<KeyLog> log_;
  std::string file_;
  std::atomic<bool> is_noted_ = false;
};

}  // namespace

Outcome<std::shared_ptr<KeyLog>> open_requested_key_log(const ProtocolOptions& options) {
  const char* const environment = std::getenv("SSLKEYLOGFILE");
  const std::string file =
      !options.key_log.empty() ? options.key_log : (environment == nullptr ? "" : environment);
  if (file.empty()) {
    return std::shared_ptr<KeyLog>();
  }
  auto log = open_key_log(file);
  if (!log) {
    return Failure{ExitCode::local,
                   "cannot write the key log " + file + ": " + log.error().text(),
                   "--keylog with a file that can be written",
                   std::string(log.error().name())};
  }
  return std::shared_ptr<KeyLog>(std::make_shared<NotingKeyLog>(*std::move(log), file));
}

void add_credential_options(CLI::App& command, CredentialFiles& files) {
  const std::string group = "Own certificate";
  command.add_option("--cert", files.certificate, "certificate chain (PEM), own one first")
      ->type_name("FILE")
      ->group(group);
  command.add_option("--key", files.key, "private key (PEM); default: in the --cert file")
      ->type_name("FILE")
      ->group(group);
  command.add_option("--pass-file", files.pass_file, "file whose first line decrypts the key")
      ->type_name("FILE")
      ->group(group);
}

Outcome<Credentials> load_credential_files(const CredentialFiles& files) {
  std::string passphrase;
  if (!files.pass_file.empty()) {
    auto line = read_first_line(files.pass_file);
    if (!line) {
      return std::move(line).error();
    }
    passphrase = *std::move(line);
  }
  const std::string& key_file = files.key.empty() ? files.certificate : files.key;
  // Read first, so that the sentence is about the file if it is the file.
  for (const std::string& file : {files.certificate, key_file}) {
    if (auto text = read_file(file); !text) {
      return std::move(text).error();
    }
  }
  auto credentials = load_credentials(files.certificate, key_file, passphrase);
  if (!credentials) {
    const bool is_file = credentials.error().cause == Cause::file_unreadable;
    return Failure{is_file ? ExitCode::local : ExitCode::usage,
                   "the certificate " + files.certificate + " and the key " + key_file +
                       " cannot be used: " + credentials.error().text(),
                   "openssl x509 -in " + shell_word(files.certificate) +
                       " -noout -text; --pass-file if the key "
                       "is encrypted",
                   std::string(credentials.error().name())};
  }
  return *std::move(credentials);
}

Outcome<std::vector<CertificateDer>> load_authorities(const std::string& file) {
  if (auto text = read_file(file); !text) {
    return std::move(text).error();
  }
  auto authorities = load_pem_certificates(file);
  if (!authorities) {
    return Failure{ExitCode::usage,
                   file + " holds no certificate that can be read: " + authorities.error().text(),
                   "a PEM file with -----BEGIN CERTIFICATE-----",
                   std::string(authorities.error().name())};
  }
  return *std::move(authorities);
}

}  // namespace heirloom::app
