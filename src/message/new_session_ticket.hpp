// NewSessionTicket (RFC 5077 §3.3): the session, sealed by the server for itself.
//
//   struct { uint32 ticket_lifetime_hint; opaque ticket<0..2^16-1>; } NewSessionTicket;
#pragma once

#include "heirloom/event.hpp"

#include "wire/layout.hpp"

#include <cstdint>

namespace heirloom::message {

struct NewSessionTicket {
  static constexpr HandshakeType kType = HandshakeType::new_session_ticket;

  std::uint32_t ticket_lifetime_hint = 0;  ///< seconds; 0: unspecified
  Bytes ticket;                            ///< empty if the server has changed its mind
};

template <wire::Is<NewSessionTicket> T, class Io>
void layout(T& m, Io& io) {
  io.field("ticket_lifetime_hint", m.ticket_lifetime_hint);
  io.template opaque<0, 0xffff>("ticket", m.ticket);
}

}  // namespace heirloom::message
