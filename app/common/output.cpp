#include "common/output.hpp"

#include <algorithm>
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

/// Utf8Range is a row of RFC 3629 §4: which second byte may follow which first one. Overlong forms
/// and surrogates are in none, nor are the C1 controls, which some terminals obey.
struct Utf8Range {
  unsigned char first_low;
  unsigned char first_high;
  unsigned char second_low;
  unsigned char second_high;
  std::size_t length;
};

constexpr std::array kUtf8{Utf8Range{0xC2, 0xC2, 0xA0, 0xBF, 2},
                           Utf8Range{0xC3, 0xDF, 0x80, 0xBF, 2},
                           Utf8Range{0xE0, 0xE0, 0xA0, 0xBF, 3},
                           Utf8Range{0xE1, 0xEC, 0x80, 0xBF, 3},
                           Utf8Range{0xED, 0xED, 0x80, 0x9F, 3},
                           Utf8Range{0xEE, 0xEF, 0x80, 0xBF, 3},
                           Utf8Range{0xF0, 0xF0, 0x90, 0xBF, 4},
                           Utf8Range{0xF1, 0xF3, 0x80, 0xBF, 4},
                           Utf8Range{0xF4, 0xF4, 0x80, 0x8F, 4}};

/// utf8_length is the length of a harmless sequence that begins here, 0 if there is none.
std::size_t utf8_length(std::string_view text) {
  const auto at = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const auto row = std::ranges::find_if(kUtf8, [&](const Utf8Range& range) {
    return at(0) >= range.first_low && at(0) <= range.first_high;
  });
  if (row == kUtf8.end() || text.size() < row->length || at(1) < row->second_low ||
      at(1) > row->second_high) {
    return 0;
  }
  const auto rest = text.substr(2, row->length - 2);
  const bool is_whole = std::ranges::all_of(
      rest, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; });
  return is_whole ? row->length : 0;
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
  // Nobody is left to tell if standard error is gone.
  static_cast<void>(std::fwrite(line.data(), 1, line.size(), stderr));
  static_cast<void>(std::fflush(stderr));
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

ExitCode fail(const Failure& failure, OutputFormat format) {
  print_failure(failure, format);
  return failure.code;
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
