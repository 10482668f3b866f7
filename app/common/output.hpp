// Output for people and for scripts: colour, one-sentence failures, escaping, JSON lines.
#pragma once

#include "common/failure.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace heirloom::app {

enum class ColorChoice : std::uint8_t { automatic, always, never };

/// OutputFormat of what goes to standard error: sentences, or one JSON object per line.
enum class OutputFormat : std::uint8_t { text, json };

enum class Style : std::uint8_t { plain, good, warning, bad, dim, strong };

/// set_color decides once for the whole program. automatic: a terminal, and NO_COLOR unset or
/// empty, and TERM not "dumb".
void set_color(ColorChoice choice);

/// paint wraps text in the style's escape sequence if standard error is coloured.
[[nodiscard]] std::string paint(Style style, std::string_view text);

/// print_line writes one line to standard error in one piece, so that threads do not mix.
void print_line(std::string_view text);

/// print_failure writes `heirloom: <what>.` and, if there is a next step, `Try: <next>`; in JSON
/// one object {"event":"error", "message", "cause", "try", "exit_code"}.
void print_failure(const Failure& failure, OutputFormat format = OutputFormat::text);

/// fail prints the failure and is its exit code: the last thing that a command does.
[[nodiscard]] ExitCode fail(const Failure& failure, OutputFormat format);

/// escape_text makes text of a peer harmless on a terminal and in a log: control characters,
/// quotes' escapes and bytes that are no UTF-8 become \xNN; newline \n.
[[nodiscard]] std::string escape_text(std::string_view text);

/// is_terminal is true if that descriptor is one.
[[nodiscard]] bool is_terminal(int handle);

/// format_json_failure is the object that print_failure writes.
[[nodiscard]] std::string format_json_failure(const Failure& failure);

}  // namespace heirloom::app
