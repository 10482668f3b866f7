// Constants of the record layer and the handshake (RFC 6101 A.1, RFC 2246 A.1).
#pragma once

#include <cstddef>
#include <cstdint>

namespace heirloom {

/// ContentType, RFC 6101 §5.2.1, RFC 2246 §6.2.1. A value from the wire may be none of these.
enum class ContentType : std::uint8_t {
  change_cipher_spec = 20,
  alert = 21,
  handshake = 22,
  application_data = 23,
};

inline constexpr std::size_t kRecordHeaderSize = 5;
inline constexpr std::size_t kMaxPlaintext = 16384;                  ///< TLSPlaintext.length
inline constexpr std::size_t kMaxCompressed = kMaxPlaintext + 1024;  ///< TLSCompressed.length
inline constexpr std::size_t kMaxCiphertext = kMaxPlaintext + 2048;  ///< TLSCiphertext.length
inline constexpr std::size_t kHandshakeHeaderSize = 4;
inline constexpr std::size_t kRandomSize = 32;
inline constexpr std::size_t kMasterSecretSize = 48;
inline constexpr std::size_t kMaxSessionId = 32;
inline constexpr std::size_t kMaxHashSize = 20;
inline constexpr std::size_t kMaxBlockSize = 16;

/// Signalling cipher suite values: in a ClientHello's list, never negotiated.
inline constexpr std::uint16_t kEmptyRenegotiationInfoScsv = 0x00ff;  ///< RFC 5746 §3.3
inline constexpr std::uint16_t kFallbackScsv = 0x5600;                ///< RFC 7507 §2

inline constexpr std::uint8_t kCompressionNull = 0;

/// Side is who we are, or who wrote something.
enum class Side : std::uint8_t { client, server };

}  // namespace heirloom
