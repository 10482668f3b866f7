// ServerKeyExchange (RFC 6101 §5.6.3, RFC 2246 §7.4.3).
//
// Its fields depend on the key exchange (select (KeyExchangeAlgorithm)), so the body stays opaque
// here and the key exchange method reads it.
#pragma once

#include "heirloom/event.hpp"

#include "wire/layout.hpp"

namespace heirloom::message {

struct ServerKeyExchange {
  static constexpr HandshakeType kType = HandshakeType::server_key_exchange;

  Bytes params;
};

template <wire::Is<ServerKeyExchange> T, class Io>
void layout(T& m, Io& io) {
  io.rest("params", m.params);
}

}  // namespace heirloom::message
