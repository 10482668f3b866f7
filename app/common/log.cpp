#include "common/log.hpp"

#include "common/output.hpp"

#include <algorithm>

#include <nlohmann/json.hpp>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

namespace heirloom::app {

namespace {

LogFormat chosen_format = LogFormat::logfmt;

spdlog::logger& logger() {
  static spdlog::logger instance("heirloom", std::make_shared<spdlog::sinks::stderr_sink_mt>());
  return instance;
}

spdlog::level::level_enum to_spdlog(LogLevel level) {
  switch (level) {
    case LogLevel::debug:
      return spdlog::level::debug;
    case LogLevel::info:
      return spdlog::level::info;
    case LogLevel::warning:
      return spdlog::level::warn;
    case LogLevel::error:
      return spdlog::level::err;
  }
  return spdlog::level::info;
}

/// quote follows logfmt: a value with blanks, quotes or an equals sign, or none, is quoted.
std::string quote(const std::string& value) {
  std::string safe = escape_text(value);
  const bool is_plain = !safe.empty() && std::all_of(safe.begin(), safe.end(), [](char c) {
    return c != ' ' && c != '"' && c != '=' && c != '\\';
  });
  if (is_plain) {
    return safe;
  }
  std::string out = "\"";
  for (const char c : safe) {
    if (c == '"') {
      out += '\\';
    }
    out += c;
  }
  return out + "\"";
}

std::string format_value(const LogField& field) {
  if (const auto* text = std::get_if<std::string>(&field.value)) {
    return quote(*text);
  }
  if (const auto* number = std::get_if<std::int64_t>(&field.value)) {
    return std::to_string(*number);
  }
  return std::get<bool>(field.value) ? "yes" : "no";
}

std::string format_json(std::string_view event, const std::vector<LogField>& fields) {
  nlohmann::ordered_json object;
  object["event"] = event;
  for (const auto& field : fields) {
    std::visit([&](const auto& value) { object[std::string(field.key)] = value; }, field.value);
  }
  std::string text = object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  return text.substr(1, text.size() - 2);
}

}  // namespace

void set_log(LogFormat format, LogLevel lowest) {
  chosen_format = format;
  logger().set_level(to_spdlog(lowest));
  logger().flush_on(spdlog::level::trace);
  logger().set_pattern(format == LogFormat::json
                           ? R"({"time":"%Y-%m-%dT%H:%M:%S.%e%z","level":"%l",%v})"
                           : "time=%Y-%m-%dT%H:%M:%S.%e%z level=%l %v");
}

void log_line(LogLevel level, std::string_view event, const std::vector<LogField>& fields) {
  if (!logger().should_log(to_spdlog(level))) {
    return;
  }
  logger().log(to_spdlog(level), format_log_fields(chosen_format, event, fields));
}

std::string format_log_fields(LogFormat format,
                              std::string_view event,
                              const std::vector<LogField>& fields) {
  if (format == LogFormat::json) {
    return format_json(event, fields);
  }
  std::string line = "event=" + quote(std::string(event));
  for (const auto& field : fields) {
    line += " " + std::string(field.key) + "=" + format_value(field);
  }
  return line;
}

}  // namespace heirloom::app
