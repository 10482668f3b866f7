// CheckVersion: the versions that `reach --check` asks for. Our engine has two of them, the
// system's libssl four; the hellos of all six are made by hand (hello.hpp, sslv2.hpp).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace heirloom::app {

enum class CheckVersion : std::uint8_t { ssl20, ssl30, tls10, tls11, tls12, tls13 };

struct CheckVersionRow {
  CheckVersion version;
  std::uint16_t number;    ///< on the wire
  std::string_view text;   ///< "TLS 1.0"
  std::string_view word;   ///< "tls1.0", as in the pin file
  std::string_view check;  ///< part of the ids of checks: "tls1_0"
};

inline constexpr std::array<CheckVersionRow, 6> kCheckVersions = {{
    {CheckVersion::ssl20, 0x0002, "SSL 2.0", "ssl2.0", "ssl2"},
    {CheckVersion::ssl30, 0x0300, "SSL 3.0", "ssl3.0", "ssl3"},
    {CheckVersion::tls10, 0x0301, "TLS 1.0", "tls1.0", "tls1_0"},
    {CheckVersion::tls11, 0x0302, "TLS 1.1", "tls1.1", "tls1_1"},
    {CheckVersion::tls12, 0x0303, "TLS 1.2", "tls1.2", "tls1_2"},
    {CheckVersion::tls13, 0x0304, "TLS 1.3", "tls1.3", "tls1_3"},
}};

/// row gives the facts of a version.
[[nodiscard]] constexpr const CheckVersionRow& row(CheckVersion version) noexcept {
  return kCheckVersions[static_cast<std::size_t>(version)];
}

}  // namespace heirloom::app
