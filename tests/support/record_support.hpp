// Records without a connection: keys of any suite, single records sealed and opened, and the
// vectors of tests/vectors/records. Shared by the tests, fuzzers and benchmarks of src/record.
#pragma once

#include "heirloom/cipher_suite.hpp"
#include "heirloom/version.hpp"

#include "base/bytes.hpp"
#include "keys/traffic_keys.hpp"
#include "protocol/constants.hpp"
#include "record/protection.hpp"
#include "version/profile.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace heirloom::testing {

inline constexpr std::array kBothVersions{ProtocolVersion::ssl30, ProtocolVersion::tls10};

/// pattern gives `size` bytes that look random and are the same for the same seed.
inline Bytes pattern(std::size_t size, std::uint32_t seed) {
  Bytes bytes(size);
  std::uint32_t state = seed * 2654435761U + 1U;
  for (auto& byte : bytes) {
    state = state * 1664525U + 1013904223U;
    byte = static_cast<std::uint8_t>(state >> 24U);
  }
  return bytes;
}

/// make_keys gives traffic keys of the right sizes, the same for the same seed.
inline TrafficKeys make_keys(ProtocolVersion version,
                             const CipherSuite& suite,
                             std::uint32_t seed = 1) {
  const BulkCipherInfo& bulk = info(suite.bulk);
  TrafficKeys keys;
  keys.profile = &profile_for(version);
  keys.suite = &suite;
  keys.mac_secret = SecretBytes(ByteView(pattern(info(suite.mac).hash_size, seed)));
  keys.key = SecretBytes(ByteView(pattern(bulk.expanded_key, seed + 1)));
  keys.iv = SecretBytes(ByteView(pattern(bulk.iv_size, seed + 2)));
  return keys;
}

/// make_encrypt_then_mac_keys gives the same keys for the other order of MAC and cipher (RFC 7366).
inline TrafficKeys make_encrypt_then_mac_keys(ProtocolVersion version,
                                              const CipherSuite& suite,
                                              std::uint32_t seed = 1) {
  TrafficKeys keys = make_keys(version, suite, seed);
  keys.mac_order = MacOrder::encrypt_then_mac;
  return keys;
}

inline std::uint16_t wire_version(ProtocolVersion version) {
  return static_cast<std::uint16_t>(version);
}

/// room_for gives the buffer that SealRecord wants, with the plaintext in its place.
inline Bytes room_for(ByteView plaintext, std::size_t offset = kRecordHeaderSize) {
  Bytes room(offset);
  append(room, plaintext);
  room.resize(room.size() + WriteProtection::kMaxExpansion);
  return room;
}

/// seal_one returns the whole record, empty if it was refused.
inline Bytes seal_one(WriteProtection& write,
                      ProtocolVersion version,
                      ContentType type,
                      ByteView plaintext) {
  Bytes room = room_for(plaintext);
  std::array records{SealRecord{type, room, kRecordHeaderSize, plaintext.size(), {}}};
  if (!write.seal(records, wire_version(version)).has_value()) {
    return {};
  }
  return to_bytes(records[0].sealed);
}

/// Opened is what became of one record.
struct Opened {
  std::optional<Bytes> plaintext;
  std::optional<Cause> cause;
};

/// open_one opens a fragment, without its header.
inline Opened open_one(ReadProtection& read, ContentType type, Bytes fragment) {
  std::array records{OpenRecord{type, fragment}};
  const OpenedBatch batch = read.open(records);
  if (batch.error.has_value()) {
    return {std::nullopt, batch.error->cause};
  }
  return {to_bytes(records[0].fragment), std::nullopt};
}

}  // namespace heirloom::testing
