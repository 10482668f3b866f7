// The ClientHello in the format of SSL 2.0 (RFC 6101 E, RFC 2246 E), both ways, and what a client
// is told that has nothing but SSL 2.0.
//
// Only the record layer and this file know that it is no message of SSL 3.0: the machine gets the
// same ClientHello as ever, with the bytes that both sides hash.
#include "base/try.hpp"
#include "engine/engine.hpp"
#include "message/sslv2_client_hello.hpp"

#include <string>
#include <utility>

namespace heirloom {

Result<void> Connection::Impl::handle_sslv2_hello(const RawRecord& record) {
  const ByteView message = record.fragment;
  if (inspector_ != nullptr) {
    show_received(record.wire, record, message);
    inspector_->message(Event::Direction::received, message);
  }
  if (message.size() > environment_.policy->limits.max_handshake_message) {
    return Error(Cause::message_too_long, std::to_string(message.size()) + " bytes");
  }
  info.has_sslv2_hello = true;
  emit_sslv2_hello(Event::Direction::received, message);
  HEIRLOOM_TRY(const message::Sslv2ClientHello hello, message::decode_sslv2_client_hello(message));
  HEIRLOOM_TRY_VOID(count_message());
  return step(message::Received<message::ClientHello>{message::to_client_hello(hello), message});
}

void Connection::Impl::send_sslv2_hello(ByteView message) {
  if (inspector_ != nullptr) {
    inspector_->message(Event::Direction::sent, message);
  }
  writer.write_sslv2(message);
  emit_sslv2_hello(Event::Direction::sent, message);
}

void Connection::Impl::emit_sslv2_hello(Event::Direction direction, ByteView message) {
  Event event;
  event.kind = Event::Kind::handshake_message;
  event.direction = direction;
  event.handshake_type = HandshakeType::client_hello;
  event.length = message.size();
  event.is_sslv2 = true;
  if (trace_ == Trace::messages) {
    event.message = to_bytes(message);
  }
  events.push(std::move(event));
}

/// tell_sslv2_client sends the ERROR message of SSL 2.0. To such a client an alert is the header of
/// a record of some five thousand bytes, for which it would wait. NO-CIPHER-ERROR is the one error
/// that every such client takes as fatal; JSSE answers the same.
void Connection::Impl::tell_sslv2_client() {
  constexpr std::uint8_t kError = 0;
  constexpr std::uint8_t kNoCipherError = 1;
  writer.write_sslv2(Bytes{kError, 0, kNoCipherError});
}

}  // namespace heirloom
