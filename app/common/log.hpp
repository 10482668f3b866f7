// Log: one line per thing that happened, logfmt or JSON, on standard error.
//
//   time=2026-11-21T08:00:00.123+00:00 level=info event=closed client=127.0.0.1:5000
//   version="TLS 1.0"
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace heirloom::app {

enum class LogFormat : std::uint8_t { logfmt, json };
enum class LogLevel : std::uint8_t { debug, info, warning, error };

struct LogField {
  std::string_view key;
  std::variant<std::string, std::int64_t, bool> value;
};

/// set_log decides once for the whole program, before the first line.
void set_log(LogFormat format, LogLevel lowest);

/// log_line writes one line; safe from every thread. Values are escaped; empty strings are kept.
void log_line(LogLevel level, std::string_view event, const std::vector<LogField>& fields);

/// format_log_fields is the part of a line after the level, for one format.
[[nodiscard]] std::string format_log_fields(LogFormat format,
                                            std::string_view event,
                                            const std::vector<LogField>& fields);

}  // namespace heirloom::app
