// Byte vocabulary: spans over bytes, hexadecimal, checked narrowing.
#pragma once

#include "base/contract.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

namespace heirloom {

using ByteView = std::span<const std::uint8_t>;
using ByteSpan = std::span<std::uint8_t>;
using Bytes = std::vector<std::uint8_t>;

/// narrow_cast converts between integer types and aborts if the value does not fit: for values that
/// have been bounded before, never for unchecked input.
template <class To, class From>
constexpr To narrow_cast(From value) {
  const To result = static_cast<To>(value);
  HEIRLOOM_EXPECT(static_cast<From>(result) == value && (result < To{}) == (value < From{}));
  return result;
}

/// to_bytes copies a view.
inline Bytes to_bytes(ByteView view) {
  return {view.begin(), view.end()};
}

/// append copies a view to the end of `out`.
void append(Bytes& out, ByteView view);

/// to_hex gives two lower-case digits a byte. Never for secrets, except in a key log.
[[nodiscard]] std::string to_hex(ByteView bytes);

}  // namespace heirloom
