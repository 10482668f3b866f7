#include "common/output.hpp"

#include <array>
#include <cstdio>
#include <cstdlib>

#include <nlohmann/json.hpp>
#include <unistd.h>

namespace heirloom::app {

namespace {

bool is_colored = false;

bool has_value(const char* name) {
  const char* const value = std::getenv(name);
  return value != nullptr && *value != '\0';
}

/// utf8_length is the length of a well-formed sequence that begins here, 0 if there is none
/// (RFC 3629 §4; surrogates, overlong forms and the C1 controls count as none).
std::size_t utf8_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto is_tail = [&](std::size_t i) { return i < text.size() && (at(i) & 0xC0U) == 0x80U; };
  const unsigned char first = at(0);
  if (first >= 0xC2 && first <= 0xDF && is_tail(1)) {
    return first == 0xC2 && at(1) < 0xA0 ? 0 : 2;
  }
  if (first >= 0xE0 && first <= 0xEF && is_tail(1) && is_tail(2)) {
    const bool is_overlong = first == 0xE0 && at(1) < 0xA0;
    const bool is_surrogate = first == 0xED && at(1) >= 0xA0;
    return is_overlong || is_surrogate ? 0 : 3;
  }
  if (first >= 0xF0 && first <= 0xF4 && is_tail(1) && is_tail(2) && is_tail(3)) {
    const bool is_outside = (first == 0xF0 && at(1) < 0x90) || (first == 0xF4 && at(1) >= 0x90);
    return is_outside ? 0 : 4;
  }
  return 0;
}

std::string escape_byte(unsigned char byte) {
  constexpr std::string_view digits = "0123456789abcdef";
  return {'\\', 'x', digits[byte >> 4U], digits[byte & 15U]};
}

std::string_view sequence(Style style) {
  switch (style) {
    case Style::plain:
      return "";
    case Style::good:
      return "\x1b[32m";
    case Style::warning:
      return "\x1b[33m";
    case Style::bad:
      return "\x1b[31m";
    case Style::dim:
      return "\x1b[2m";
    case Style::strong:
      return "\x1b[1m";
  }
  return "";
}

}  // namespace

void set_color(ColorChoice choice) {
  switch (choice) {
    case ColorChoice::always:
      is_colored = true;
      return;
    case ColorChoice::never:
      is_colored = false;
      return;
    case ColorChoice::automatic: {
      const char* const term = std::getenv("TERM");
      const bool is_dumb = term == nullptr || std::string_view(term) == "dumb";
      is_colored = is_terminal(STDERR_FILENO) && !has_value("NO_COLOR") && !is_dumb;
      return;
    }
  }
}

std::string paint(Style style, std::string_view text) {
  if (!is_colored || style == Style::plain) {
    return std::string(text);
  }
  return std::string(sequence(style)) + std::string(text) + "\x1b[0m";
}

void print_line(std::string_view text) {
  std::string line(text);
  line += '\n';
  std::fwrite(line.data(), 1, line.size(), stderr);
  std::fflush(stderr);
}

void print_failure(const Failure& failure, OutputFormat format) {
  if (format == OutputFormat::json) {
    print_line(format_json_failure(failure));
    return;
  }
  print_line(paint(Style::bad, "heirloom:") + " " + escape_text(failure.what) + ".");
  if (!failure.next.empty()) {
    print_line("Try: " + escape_text(failure.next));
  }
}

std::string escape_text(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text.front());
    if (first >= 0x20 && first < 0x7F) {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    const std::size_t length = first < 0x80 ? 0 : utf8_length(text);
    if (length != 0) {
      out += text.substr(0, length);
      text.remove_prefix(length);
      continue;
    }
    out += first == '\n' ? "\\n" : escape_byte(first);
    text.remove_prefix(1);
  }
  return out;
}

bool is_terminal(int handle) {
  return ::isatty(handle) == 1;
}

std::string format_json_failure(const Failure& failure) {
  nlohmann::ordered_json object;
  object["event"] = "error";
  object["cause"] = failure.cause;
  object["message"] = failure.what;
  object["try"] = failure.next;
  object["exit_code"] = static_cast<int>(failure.code);
  return object.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

}  // namespace heirloom::app
