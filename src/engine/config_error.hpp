// What is wrong with a configuration, said to the application that made it.
#pragma once

#include "heirloom/error.hpp"

#include <string>
#include <utility>

namespace heirloom {

/// invalid is config_invalid with the reason.
[[nodiscard]] inline Error invalid(std::string why) {
  return {Cause::config_invalid, std::move(why)};
}

}  // namespace heirloom
