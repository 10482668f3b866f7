// join: several texts as one.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace heirloom::app {

/// join puts a separator between texts.
[[nodiscard]] std::string join(const std::vector<std::string>& texts, std::string_view separator);

}  // namespace heirloom::app
