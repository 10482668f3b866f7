// Finished (RFC 6101 §5.6.9, RFC 2246 §7.4.9): 36 bytes at SSL 3.0, 12 at TLS 1.0, so the length is
// checked where the version is known (handshake/verify_finished.cpp).
#pragma once

#include "heirloom/event.hpp"

#include "wire/layout.hpp"

namespace heirloom::message {

struct Finished {
  static constexpr HandshakeType kType = HandshakeType::finished;

  Bytes verify_data;
};

template <wire::Is<Finished> T, class Io>
void layout(T& m, Io& io) {
  io.rest("verify_data", m.verify_data);
}

}  // namespace heirloom::message
