// A ClientHello in the format of SSL 2.0 (RFC 6101 E.1, RFC 2246 E.1), written by hand: nothing
// here is the library's, so that a test can get any byte of it wrong.
#pragma once

#include "base/bytes.hpp"
#include "protocol/randoms.hpp"

#include <cstddef>
#include <cstdint>
#include <vector>

namespace heirloom::testing {

/// Sslv2Parts is what such a hello is written from.
struct Sslv2Parts {
  std::uint16_t version = 0x0301;
  std::vector<std::uint32_t> specs;
  Bytes session_id = {};
  Bytes challenge = Bytes(32, 0x42);
};

inline void add_number(Bytes& bytes, std::size_t value) {
  bytes.push_back(static_cast<std::uint8_t>(value >> 8U));
  bytes.push_back(static_cast<std::uint8_t>(value));
}

/// write_sslv2 gives the message without its record header.
inline Bytes write_sslv2(const Sslv2Parts& parts) {
  Bytes bytes{1};
  add_number(bytes, parts.version);
  add_number(bytes, parts.specs.size() * 3);
  add_number(bytes, parts.session_id.size());
  add_number(bytes, parts.challenge.size());
  for (const std::uint32_t spec : parts.specs) {
    bytes.push_back(static_cast<std::uint8_t>(spec >> 16U));
    add_number(bytes, spec & 0xffffU);
  }
  append(bytes, parts.session_id);
  append(bytes, parts.challenge);
  return bytes;
}

/// with_sslv2_header puts the two bytes of record header before a message.
inline Bytes with_sslv2_header(ByteView message) {
  Bytes wire{static_cast<std::uint8_t>(0x80U | message.size() >> 8U),
             static_cast<std::uint8_t>(message.size())};
  append(wire, message);
  return wire;
}

/// right_justified is the random that a challenge stands for: its last 32 bytes, zeros before it.
inline Random right_justified(const Bytes& challenge) {
  Random random{};
  for (std::size_t i = 0; i < challenge.size() && i < random.size(); ++i) {
    random[random.size() - 1 - i] = challenge[challenge.size() - 1 - i];
  }
  return random;
}

}  // namespace heirloom::testing
