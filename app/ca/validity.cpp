#include "ca/validity.hpp"

#include "common/output.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string_view>

namespace heirloom::app {

namespace {

constexpr std::time_t kDay = 86400;
constexpr int kFirstYear = 1950;  // UTCTime begins there (RFC 2459 §4.1.2.5.1)
// 9999-12-31T23:59:59Z, the last second that GeneralizedTime can say.
constexpr std::time_t kLast = 253402300799;

/// fits compares with a pattern in which 0 stands for any digit.
bool fits(std::string_view text, std::string_view pattern) {
  return std::ranges::equal(text, pattern, [](char letter, char wanted) {
    return wanted == '0' ? std::isdigit(static_cast<unsigned char>(letter)) != 0 : letter == wanted;
  });
}

enum class DayMeans : std::uint8_t { its_begin, its_end };

std::optional<std::time_t> parse_date(std::string_view text, DayMeans meaning) {
  const bool is_day = fits(text, "0000-00-00");
  if (!is_day && !fits(text, "0000-00-00T00:00:00Z")) {
    return std::nullopt;
  }
  const auto number = [&](std::size_t at, std::size_t length) {
    return std::stoi(std::string(text.substr(at, length)));
  };
  std::tm parts{};
  parts.tm_year = number(0, 4) - 1900;
  parts.tm_mon = number(5, 2) - 1;
  parts.tm_mday = number(8, 2);
  if (!is_day) {
    parts.tm_hour = number(11, 2);
    parts.tm_min = number(14, 2);
    parts.tm_sec = number(17, 2);
  }
  const std::tm typed = parts;
  const std::time_t time = ::timegm(&parts);  // turns the 31st of June into the 1st of July
  const bool is_real = parts.tm_mon == typed.tm_mon && parts.tm_mday == typed.tm_mday &&
                       parts.tm_hour == typed.tm_hour && parts.tm_min == typed.tm_min &&
                       parts.tm_sec == typed.tm_sec;
  if (!is_real || parts.tm_year + 1900 < kFirstYear) {
    return std::nullopt;
  }
  return is_day && meaning == DayMeans::its_end ? time + kDay - 1 : time;
}

Failure no_date(const std::string& text) {
  return {ExitCode::usage,
          "\"" + escape_text(text) + "\" is no date from 1950 on",
          "1999-12-31, or 1999-12-31T23:59:59Z",
          "ca_date"};
}

}  // namespace

Outcome<Validity> plan_validity(const DateWords& words,
                                const Validity& otherwise,
                                std::time_t now) {
  Validity validity = otherwise;
  if (!words.from.empty()) {
    const auto from = parse_date(words.from, DayMeans::its_begin);
    if (!from.has_value()) {
      return no_date(words.from);
    }
    validity.from = *from;
  }
  if (!words.to.empty()) {
    const auto to = parse_date(words.to, DayMeans::its_end);
    if (!to.has_value()) {
      return no_date(words.to);
    }
    validity.to = *to;
  }
  if (words.days.has_value()) {
    validity.from = words.from.empty() ? now : validity.from;
    validity.to = std::min(validity.from + *words.days * kDay, kLast);
  }
  if (validity.to <= validity.from) {
    return Failure{ExitCode::usage,
                   "a certificate cannot end before it begins",
                   "--from with an earlier date, or --to with a later one",
                   "ca_dates"};
  }
  return validity;
}

}  // namespace heirloom::app
