// Event: what happened on a connection, in order.
#pragma once

#include "heirloom/alert.hpp"
#include "heirloom/export.hpp"
#include "heirloom/version.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom {

/// HandshakeType, RFC 6101 §5.6, RFC 2246 §7.4.
enum class HandshakeType : std::uint8_t {
  hello_request = 0,
  client_hello = 1,
  server_hello = 2,
  new_session_ticket = 4,  ///< RFC 5077 §3.3
  certificate = 11,
  server_key_exchange = 12,
  certificate_request = 13,
  server_hello_done = 14,
  certificate_verify = 15,
  client_key_exchange = 16,
  finished = 20,
  certificate_status = 22,  ///< RFC 6066 §8
};

[[nodiscard]] HEIRLOOM_EXPORT std::string_view to_string(HandshakeType type) noexcept;

/// Decision names what a parked connection waits for.
enum class Decision : std::uint8_t { certificate, session, private_key };

struct Event {
  enum class Kind : std::uint8_t {
    handshake_message,  ///< `handshake_type`, `length`; `message` if the config traces
    change_cipher_spec,
    alert,                  ///< `alert`
    decision_needed,        ///< `decision`: answer with Connection::resolve
    handshake_complete,     ///< Connection::info is final, application data may flow
    renegotiation_refused,  ///< the connection goes on as it was; `direction` says who refused
    peer_closed,            ///< close_notify received: no more plaintext will come
  };
  enum class Direction : std::uint8_t { received, sent };

  Kind kind{};
  Direction direction = Direction::received;
  HandshakeType handshake_type{};
  std::size_t length = 0;  ///< of the handshake message body, without its 4-byte header
  /// is_sslv2 marks a ClientHello in the format of SSL 2.0. It has no such header: `length` counts
  /// all of it.
  bool is_sslv2 = false;
  std::vector<std::uint8_t> message;  ///< the whole handshake message with its header, or empty
  Alert alert;
  Decision decision{};
};

/// describe_handshake_message prints one handshake message (with its 4-byte header, or a
/// ClientHello in the format of SSL 2.0 without the 2 bytes of its record header) field by field,
/// a field a line, in the words of the specification. `version` is the negotiated one. Bytes that
/// are no such message are printed as hexadecimal.
[[nodiscard]] HEIRLOOM_EXPORT std::string describe_handshake_message(
    std::span<const std::uint8_t> message, ProtocolVersion version);

}  // namespace heirloom
