// Names that mean the same in capitals: hosts, suites, curves, versions. ASCII letters only,
// whatever the locale.
#pragma once

#include <algorithm>
#include <string_view>

namespace heirloom {

/// to_lower changes an ASCII letter only.
constexpr char to_lower(char letter) noexcept {
  return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
}

/// equal_ignoring_case compares ASCII letters without regard to case.
constexpr bool equal_ignoring_case(std::string_view a, std::string_view b) noexcept {
  return std::ranges::equal(a, b, {}, to_lower, to_lower);
}

/// starts_with_ignoring_case is true if the text begins so, in capitals or not.
constexpr bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) noexcept {
  return equal_ignoring_case(text.substr(0, prefix.size()), prefix);
}

}  // namespace heirloom
