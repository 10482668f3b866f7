// encode_hello: a ClientHello made by hand, for questions that no TLS library asks.
//
// It offers exactly the suites that it is told to, whether this program could go on with them or
// not: the answer is read from the ServerHello (flight.hpp), and then the connection is given up.
// RFC 6101 §5.6.1.2, RFC 2246 §7.4.1.2, RFC 8446 §4.1.2.
#pragma once

#include "check/version.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <vector>

namespace heirloom::app {

struct HelloOffer {
  enum class Signal : std::uint8_t { off, on };

  CheckVersion version = CheckVersion::tls12;  ///< not ssl20
  std::vector<std::uint16_t> suites;
  std::vector<std::uint8_t> compressions = {0};
  Signal extensions = Signal::on;     ///< never at SSL 3.0
  Signal renegotiation = Signal::on;  ///< RFC 5746: an extension, or a suite where there is none
  Signal fallback = Signal::off;      ///< RFC 7507
  std::string server_name;            ///< RFC 6066; empty for addresses

  friend bool operator==(const HelloOffer&, const HelloOffer&) = default;
};

/// HelloRandom is the client random, a session id and a key share: 32 bytes each. The session id is
/// for TLS 1.3, where middleboxes want to see one (RFC 8446 D.4).
struct HelloRandom {
  std::array<std::uint8_t, 32> random{};
  std::array<std::uint8_t, 32> session_id{};
  std::array<std::uint8_t, 32> key_share{};
};

/// encode_hello gives one record.
[[nodiscard]] std::vector<std::uint8_t> encode_hello(const HelloOffer& offer,
                                                     const HelloRandom& random);

}  // namespace heirloom::app
