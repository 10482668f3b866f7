// SSL 2.0, as far as a question goes: a CLIENT-HELLO, and the names of its seven cipher kinds.
//
// The server answers with its certificate and all kinds that both sides have, so that one
// connection tells everything. Specification: Hickman, "The SSL Protocol", 1995, §2.5 to §2.7 and
// §4; numbers in RFC 6101 E.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace heirloom::app {

struct Sslv2Suite {
  std::uint32_t kind;  ///< three bytes
  std::string_view name;
};

[[nodiscard]] std::span<const Sslv2Suite> sslv2_suites() noexcept;

/// sslv2_suite_name is empty for a number without a name.
[[nodiscard]] std::string_view sslv2_suite_name(std::uint32_t kind) noexcept;

/// encode_sslv2_hello offers all kinds. `challenge` has 16 bytes.
[[nodiscard]] std::vector<std::uint8_t> encode_sslv2_hello(
    std::span<const std::uint8_t, 16> challenge);

}  // namespace heirloom::app
