// ProtocolOptions: the command-line options that every subcommand with our engine shares.
#pragma once

#include "heirloom/key_log.hpp"
#include "heirloom/policy.hpp"

#include "common/failure.hpp"
#include "common/session_options.hpp"

#include <memory>
#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name
class App;
}

namespace heirloom::app {

struct ProtocolOptions {
  std::string preset = "device";
  std::string min;
  std::string max;
  std::vector<std::string> suites;  ///< see suite_list.hpp
  /// allow has words of Allowance and kInsecureRenegotiation; serve also takes "public-key".
  std::vector<std::string> allow;
  std::vector<std::string> curves;  ///< names of elliptic curves, in order of preference
  bool no_extensions = false;
  bool no_split = false;
  bool sslv2_hello = false;  ///< clients only
  std::string key_log;
  SessionOptions session;
};

/// add_policy_options declares those that build_policy reads, but for --tickets.
void add_policy_options(CLI::App& command, ProtocolOptions& options);

/// find_preset knows strict, device and museum. ExitCode::usage, naming `option`, for other words.
[[nodiscard]] Outcome<Policy> find_preset(const std::string& option, const std::string& name);

/// add_protocol_options declares them, and --keylog.
void add_protocol_options(CLI::App& command, ProtocolOptions& options);

/// add_sslv2_hello_option declares --sslv2-hello, for clients.
void add_sslv2_hello_option(CLI::App& command, ProtocolOptions& options);

/// build_policy starts from the preset and applies the rest. ExitCode::usage, with the words that
/// would have been understood, for one that means nothing.
[[nodiscard]] Outcome<Policy> build_policy(const ProtocolOptions& options);

/// allow_words are the words of --allow, with commas.
[[nodiscard]] std::string allow_words();

/// allow_weaknesses adds the suites that these words of Allowance allow, behind those of the
/// policy.
void allow_weaknesses(Policy& policy, const std::vector<std::string>& words);

/// open_requested_key_log opens --keylog, else the file of SSLKEYLOGFILE, else gives null.
/// ExitCode::local if the file cannot be opened; a line that cannot be written later is noted once.
[[nodiscard]] Outcome<std::shared_ptr<KeyLog>> open_requested_key_log(
    const ProtocolOptions& options);

}  // namespace heirloom::app
