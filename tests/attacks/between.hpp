// What somebody in between two ends has to work with: records, and the fields of hellos that are
// not protected yet.
#pragma once

#include "base/bytes.hpp"
#include "protocol/constants.hpp"
#include "support/pair.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::testing {

/// Attack changes what passes in one direction.
using Attack = std::function<Bytes(Bytes)>;

inline Bytes as_it_is(Bytes bytes) {
  return bytes;
}

/// carry brings everything over, by way of the attacker, until nobody has anything to say.
inline void carry(Pair& pair, const Attack& to_server, const Attack& to_client = as_it_is) {
  while (true) {
    const Bytes up = to_server(take_outgoing(pair.client));
    deliver(pair.server, up, pair.at_server);
    const Bytes down = to_client(take_outgoing(pair.server));
    deliver(pair.client, down, pair.at_client);
    if (up.empty() && down.empty()) {
      return;
    }
  }
}

/// records_of cuts a flight at the headers of its records.
inline std::vector<Bytes> records_of(ByteView bytes) {
  std::vector<Bytes> records;
  while (bytes.size() >= kRecordHeaderSize) {
    const std::size_t size =
        kRecordHeaderSize + static_cast<std::size_t>(bytes[3] << 8U) + bytes[4];
    records.push_back(to_bytes(bytes.first(size)));
    bytes = bytes.subspan(size);
  }
  return records;
}

inline constexpr std::size_t kHelloVersion = 9;  ///< behind the headers of record and message
inline constexpr std::size_t kHelloSessionId = kHelloVersion + 2 + 32;

/// is_hello is true for a flight that begins with a hello of that type, in the clear.
inline bool is_hello(const Bytes& flight, HandshakeType type) {
  return flight.size() > kHelloSessionId && flight[0] == 22 &&
         flight[5] == static_cast<std::uint8_t>(type);
}

inline void put16(Bytes& bytes, std::size_t at, std::uint16_t value) {
  bytes[at] = static_cast<std::uint8_t>(value >> 8U);
  bytes[at + 1] = static_cast<std::uint8_t>(value);
}

/// offer_nothing_but puts one suite in the place of each that a ClientHello offers.
inline Attack offer_nothing_but(std::uint16_t suite) {
  return [suite](Bytes flight) {
    if (is_hello(flight, HandshakeType::client_hello)) {
      const std::size_t list = kHelloSessionId + 1 + flight[kHelloSessionId];
      const std::size_t size = static_cast<std::size_t>(flight[list] << 8U) + flight[list + 1];
      for (std::size_t at = list + 2; at < list + 2 + size; at += 2) {
        put16(flight, at, suite);
      }
    }
    return flight;
  };
}

/// answer_with puts a suite into a ServerHello.
inline Attack answer_with(std::uint16_t suite) {
  return [suite](Bytes flight) {
    if (is_hello(flight, HandshakeType::server_hello)) {
      put16(flight, kHelloSessionId + 1 + flight[kHelloSessionId], suite);
    }
    return flight;
  };
}

/// say_version puts a version into the body of a hello of that type.
inline Attack say_version(HandshakeType type, std::uint16_t version) {
  return [type, version](Bytes flight) {
    if (is_hello(flight, type)) {
      put16(flight, kHelloVersion, version);
    }
    return flight;
  };
}

/// expect_failed is for an attack that one side has noticed, and told the other.
inline void expect_failed(const Connection& connection, Cause cause) {
  ASSERT_NE(connection.error(), nullptr);
  EXPECT_EQ(connection.error()->cause, cause) << connection.error()->text();
}

}  // namespace heirloom::testing
