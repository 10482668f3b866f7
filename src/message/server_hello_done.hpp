// ServerHelloDone (RFC 6101 §5.6.5, RFC 2246 §7.4.5): empty.
#pragma once

#include "heirloom/event.hpp"

#include "wire/layout.hpp"

namespace heirloom::message {

struct ServerHelloDone {
  static constexpr HandshakeType kType = HandshakeType::server_hello_done;
};

template <wire::Is<ServerHelloDone> T, class Io>
void layout(T& /*m*/, Io& /*io*/) {}

}  // namespace heirloom::message
