// SessionOptions: the command-line options about what a session is made of and what becomes of it:
// extensions of the hellos, compression, tickets, resumption, session files, renegotiation.
//
// They are a part of ProtocolOptions; which of them a command has is for the command to declare.
#pragma once

#include "heirloom/policy.hpp"

#include "common/failure.hpp"
#include "common/output.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name
class App;
}

namespace heirloom::app {

/// kInsecureRenegotiation is the word of --allow for Renegotiation::any. It is no Allowance: no
/// cipher suite needs it, and no preset has it.
inline constexpr std::string_view kInsecureRenegotiation = "insecure-renegotiation";

struct SessionOptions {
  std::vector<std::string> application_protocols;  ///< --alpn, as typed
  std::vector<std::string> extensions;             ///< --extensions, as typed: "-padding"
  std::vector<std::string> compression;            ///< --compression, as typed
  bool tickets = false;                            ///< as client, the extension; as server, keys
  std::size_t resume = 0;                          ///< how many connections follow the first
  std::string session_in;
  std::string session_out;
  std::string session_key;  ///< empty: see session_files.hpp
  bool renegotiate = false;
};

/// add_extension_options declares --extensions and --compression, which are policy.
void add_extension_options(CLI::App& command, SessionOptions& options);

/// add_alpn_option declares --alpn.
void add_alpn_option(CLI::App& command, SessionOptions& options);

/// add_tickets_option declares --tickets as a client has it: session_ticket among the extensions.
void add_tickets_option(CLI::App& command, SessionOptions& options);

/// add_resume_option declares --resume N.
void add_resume_option(CLI::App& command, SessionOptions& options);

/// add_session_file_options declares --session-in, --session-out and --session-key.
void add_session_file_options(CLI::App& command, SessionOptions& options);

/// add_renegotiate_option declares --renegotiate.
void add_renegotiate_option(CLI::App& command,
                            SessionOptions& options,
                            const std::string& description);

/// apply_session_options changes the policy as --extensions, --compression and --tickets say.
/// ExitCode::usage, with the words that would have been understood, for one that means nothing.
[[nodiscard]] std::optional<Failure> apply_session_options(Policy& policy,
                                                           const SessionOptions& options);

/// application_protocols takes --alpn apart: "h2,http/1.1" is two names. ExitCode::usage for a name
/// that is empty or longer than 255 bytes (RFC 7301 §3.1), and for one that is there twice.
[[nodiscard]] Outcome<std::vector<std::string>> application_protocols(
    const SessionOptions& options);

/// session_option_words repeats them for a command that is advised: " --extensions -padding
/// --tickets".
[[nodiscard]] std::string session_option_words(const SessionOptions& options);

/// warn_of_compression says in one sentence what compression gives away, if the policy has more
/// than null. To be called once in a run.
void warn_of_compression(const Policy& policy, OutputFormat format);

}  // namespace heirloom::app
