// ProtocolVersion: the two versions of this library (RFC 6101 A.1.1, RFC 2246 A.1).
#pragma once

#include "heirloom/export.hpp"

#include <cstdint>
#include <optional>
#include <string_view>

namespace heirloom {

/// ProtocolVersion holds the two bytes on the wire: major * 256 + minor. A value read from a peer
/// may be none of the enumerators; is_supported tells.
enum class ProtocolVersion : std::uint16_t {
  ssl30 = 0x0300,  ///< SSL 3.0, RFC 6101
  tls10 = 0x0301,  ///< TLS 1.0, RFC 2246
};

/// is_supported is true for the enumerators above.
[[nodiscard]] HEIRLOOM_EXPORT bool is_supported(ProtocolVersion version) noexcept;

/// to_string gives "SSL 3.0" or "TLS 1.0", and "unknown version" for anything else.
[[nodiscard]] HEIRLOOM_EXPORT std::string_view to_string(ProtocolVersion version) noexcept;

/// parse_version understands "ssl3", "SSL 3.0", "sslv3", "3.0", "tls1", "tls1.0", "TLS 1.0",
/// "tlsv1" and "1.0", in any case. Empty if it is none of them.
[[nodiscard]] HEIRLOOM_EXPORT std::optional<ProtocolVersion> parse_version(
    std::string_view text) noexcept;

}  // namespace heirloom
