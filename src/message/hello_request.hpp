// HelloRequest: the server wants a new handshake (RFC 6101 §5.6.1.1, RFC 2246 §7.4.1.1).
//
// "This message should never be included in the message hashes which are maintained throughout the
// handshake and used in the finished messages and the certificate verify message."
#pragma once

#include "heirloom/event.hpp"

#include "wire/layout.hpp"

namespace heirloom::message {

struct HelloRequest {
  static constexpr HandshakeType kType = HandshakeType::hello_request;
};

template <wire::Is<HelloRequest> T, class Io>
void layout(T& /*m*/, Io& /*io*/) {}

}  // namespace heirloom::message
