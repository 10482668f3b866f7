// Bytes of the demonstration, and how they are printed.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom::app::demo {

using Bytes = std::vector<std::uint8_t>;
using ByteView = std::span<const std::uint8_t>;

/// End is one side of a connection.
enum class End : std::uint8_t { client, server };

[[nodiscard]] constexpr End other(End end) noexcept {
  return end == End::client ? End::server : End::client;
}

[[nodiscard]] constexpr std::string_view to_string(End end) noexcept {
  return end == End::client ? "client" : "server";
}

inline void append(Bytes& out, ByteView more) {
  out.insert(out.end(), more.begin(), more.end());
}

inline Bytes to_bytes(std::string_view text) {
  return {text.begin(), text.end()};
}

/// format_hex gives two lower-case digits a byte.
[[nodiscard]] inline std::string format_hex(ByteView bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    out += kDigits[byte >> 4U];
    out += kDigits[byte & 15U];
  }
  return out;
}

/// number_of reads up to eight bytes, most significant first.
[[nodiscard]] inline std::uint64_t number_of(ByteView bytes) {
  std::uint64_t value = 0;
  for (const std::uint8_t byte : bytes) {
    value = value << 8U | byte;
  }
  return value;
}

}  // namespace heirloom::app::demo
