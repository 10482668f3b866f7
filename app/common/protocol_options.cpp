#include "common/protocol_options.hpp"

#include "heirloom/named_curve.hpp"
#include "heirloom/version.hpp"

#include "common/command_text.hpp"
#include "common/describe.hpp"
#include "common/files.hpp"
#include "common/log.hpp"
#include "common/suite_list.hpp"

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

/// parse_allowances reads what --allow says about suites; the museum preset allows all of that.
Outcome<std::vector<Allowance>> parse_allowances(const ProtocolOptions& options) {
  std::vector<Allowance> allowed;
  for (const std::string& word : split_list(options.allow)) {
    const auto allowance = parse_allowance(word);
    if (word == kInsecureRenegotiation) {
      continue;
    }
    if (!allowance.has_value()) {
      return wrong_word("--allow", word, allow_words());
    }
    allowed.push_back(*allowance);
  }
  if (options.preset == "museum") {
    allowed.assign(allowances().begin(), allowances().end());
  }
  return allowed;
}

std::optional<Failure> apply_suites(Policy& policy, const ProtocolOptions& options) {
  const auto allowed = parse_allowances(options);
  if (!allowed) {
    return allowed.error();
  }
  allow(policy, *allowed);
  const auto words = split_list(options.suites);
  if (options.suites.empty()) {
    return std::nullopt;
  }
  if (words.empty()) {
    // Security: "$LIST" that turned out to be empty must not stand for everything.
    return Failure{ExitCode::usage,
                   "--suites names no cipher suite",
                   "heirloom suites, or no --suites for those of the preset",
                   "suites_empty"};
  }
  auto list = apply_suite_list(std::move(policy.cipher_suites), words, *allowed);
  if (!list) {
    return std::move(list).error();
  }
  policy.cipher_suites = *std::move(list);
  return std::nullopt;
}

std::optional<Failure> apply_curves(Policy& policy, const ProtocolOptions& options) {
  const auto names = split_list(options.curves);
  if (names.empty()) {
    return std::nullopt;
  }
  policy.named_curves.clear();
  for (const std::string& name : names) {
    const auto curve = parse_named_curve(name);
    if (!curve.has_value()) {
      std::string known;
      for (const NamedCurve other : named_curves()) {
        known += (known.empty() ? "" : ",") + std::string(to_string(other));
      }
      return wrong_word("--curves", name, known);
    }
    if (std::ranges::find(policy.named_curves, *curve) == policy.named_curves.end()) {
      policy.named_curves.push_back(*curve);
    }
  }
  return std::nullopt;
}

}  // namespace

std::string allow_words() {
  return allowance_words(allowances()) + "," + std::string(kInsecureRenegotiation);
}

void allow_weaknesses(Policy& policy, const std::vector<std::string>& words) {
  std::vector<Allowance> allowed;
  for (const std::string& word : words) {
    if (const auto allowance = parse_allowance(word)) {
      allowed.push_back(*allowance);
    }
  }
  allow(policy, allowed);
}

Outcome<Policy> find_preset(const std::string& option, const std::string& name) {
  if (name == "strict") {
    return Policy::strict();
  }
  if (name == "device") {
    return Policy::device();
  }
  if (name == "museum") {
    return Policy::museum();
  }
  return wrong_word(option, name, "strict, device or museum");
}

void add_policy_options(CLI::App& command, ProtocolOptions& options) {
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
      .add_option(
          "--suites",
          options.suites,
          "cipher suites and groups in order of preference, with commas; +X adds, -X takes out")
      ->allow_extra_args(false)
      ->group(group);
  const std::string words = allow_words();
  command.add_option("--allow", options.allow, "weaknesses to allow by name: " + words)
      ->type_name("{" + words + "}")
      ->allow_extra_args(false)
      ->group(group);
  command.add_option("--curves", options.curves, "elliptic curves in order of preference")
      ->allow_extra_args(false)
      ->group(group);
  command
      .add_flag("--no-extensions",
                options.no_extensions,
                "no hello extensions and no renegotiation signal; some old servers choke on them")
      ->group(group);
  command.add_flag("--no-split", options.no_split, "no 1/n-1 splitting of CBC records")
      ->group(group);
  add_extension_options(command, options.session);
}

void add_protocol_options(CLI::App& command, ProtocolOptions& options) {
  add_policy_options(command, options);
  command.add_option("--keylog", options.key_log, "append session secrets for Wireshark to a file")
      ->type_name("FILE")
      ->group("Protocol");
}

void add_sslv2_hello_option(CLI::App& command, ProtocolOptions& options) {
  command
      .add_flag("--sslv2-hello",
                options.sslv2_hello,
                "greet in the format of SSL 2.0, for servers that read no other")
      ->group("Protocol");
}

Outcome<Policy> build_policy(const ProtocolOptions& options) {
  auto policy = find_preset("--preset", options.preset);
  if (!policy) {
    return policy;
  }
  if (auto failure = apply_versions(*policy, options)) {
    return *std::move(failure);
  }
  if (auto failure = apply_suites(*policy, options)) {
    return *std::move(failure);
  }
  if (auto failure = apply_curves(*policy, options)) {
    return *std::move(failure);
  }
  if (auto failure = apply_session_options(*policy, options.session)) {
    return *std::move(failure);
  }
  const auto allowed = split_list(options.allow);
  if (std::ranges::find(allowed, kInsecureRenegotiation) != allowed.end()) {
    policy->renegotiation = Renegotiation::any;
  }
  if (options.no_extensions) {
    policy->extensions = {};
  }
  if (options.no_split) {
    policy->cbc_splitting = CbcSplitting::off;
  }
  if (options.sslv2_hello) {
    policy->send_sslv2_hello = Sslv2Hello::on;
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

}  // namespace heirloom::app
