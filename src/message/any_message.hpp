// AnyMessage: bytes of one handshake message → a typed message with its raw bytes.
#pragma once

#include "base/bytes.hpp"
#include "message/certificate.hpp"
#include "message/certificate_request.hpp"
#include "message/certificate_status.hpp"
#include "message/certificate_verify.hpp"
#include "message/client_hello.hpp"
#include "message/client_key_exchange.hpp"
#include "message/finished.hpp"
#include "message/hello_request.hpp"
#include "message/new_session_ticket.hpp"
#include "message/server_hello.hpp"
#include "message/server_hello_done.hpp"
#include "message/server_key_exchange.hpp"

#include <variant>

namespace heirloom::message {

/// Received is a decoded message with the bytes it came from (4-byte header included), which the
/// transcript needs as they stood on the wire. `raw` is valid while the record it lies in is.
template <class M>
struct Received {
  M body;
  ByteView raw;
};

using AnyMessage = std::variant<Received<HelloRequest>,
                                Received<ClientHello>,
                                Received<ServerHello>,
                                Received<NewSessionTicket>,
                                Received<Certificate>,
                                Received<CertificateStatus>,
                                Received<ServerKeyExchange>,
                                Received<CertificateRequest>,
                                Received<ServerHelloDone>,
                                Received<CertificateVerify>,
                                Received<ClientKeyExchange>,
                                Received<Finished>>;

/// decode_message reads one whole handshake message. handshake_type_unknown, or message_malformed
/// with the message and the field as detail.
[[nodiscard]] Result<AnyMessage> decode_message(ByteView raw);

/// encode_message gives header and body.
template <class M>
[[nodiscard]] Bytes encode_message(const M& message) {
  Bytes out;
  wire::Writer writer(out);
  writer.unsigned_integer(1, static_cast<std::uint8_t>(M::kType));
  const auto at = writer.open_prefix(3);
  wire::encode(out, message);
  writer.close_prefix(at, 3);
  return out;
}

}  // namespace heirloom::message
