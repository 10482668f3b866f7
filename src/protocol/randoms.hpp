// The two hello randoms that every derivation takes.
#pragma once

#include "protocol/constants.hpp"

#include <array>
#include <cstdint>

namespace heirloom {

using Random = std::array<std::uint8_t, kRandomSize>;

struct Randoms {
  Random client;
  Random server;
};

}  // namespace heirloom
