// letter_case: names that mean the same in capitals: hosts, the fields of HTTP, answers of a mail
// server. ASCII letters only, whatever the locale: 'ı' is no letter of such a name.
#pragma once

#include <string>
#include <string_view>

namespace heirloom::app {

/// to_lower and to_upper change ASCII letters only.
[[nodiscard]] std::string to_lower(std::string_view text);
[[nodiscard]] std::string to_upper(std::string_view text);

/// equals_ignoring_case compares ASCII letters without regard to case.
[[nodiscard]] bool equals_ignoring_case(std::string_view left, std::string_view right) noexcept;

/// starts_with_ignoring_case is true if the text begins so, in capitals or not.
[[nodiscard]] bool starts_with_ignoring_case(std::string_view text,
                                             std::string_view start) noexcept;

}  // namespace heirloom::app
