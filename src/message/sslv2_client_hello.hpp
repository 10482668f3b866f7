// ClientHello in the format of SSL 2.0 (RFC 6101 E.1, RFC 2246 E.1), by which a client that also
// has SSL 2.0 offers SSL 3.0 or TLS 1.0.
//
//   struct { uint8 msg_type; Version version; uint16 cipher_spec_length; uint16 session_id_length;
//            uint16 challenge_length; V2CipherSpec cipher_specs[cipher_spec_length];
//            opaque session_id[session_id_length]; Random challenge; } V2ClientHello;
//
// There is no header of four bytes: these bytes, msg_type first and without the two bytes of record
// header, are what the handshake hashes begin with (RFC is silent, drift D48).
#pragma once

#include "heirloom/version.hpp"

#include "message/client_hello.hpp"
#include "wire/layout.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace heirloom::message {

struct Sslv2ClientHello {
  static constexpr std::uint8_t kMsgType = 1;
  /// msg_type, version and the three lengths
  static constexpr std::size_t kFixedSize = 9;

  using CipherSpec = std::array<std::uint8_t, 3>;

  std::uint8_t msg_type = kMsgType;
  ProtocolVersion version{};
  std::vector<CipherSpec> cipher_specs;
  Bytes session_id;
  Bytes challenge;
};

template <wire::Is<Sslv2ClientHello> T, class Io>
void layout(T& m, Io& io) {
  io.field("msg_type", m.msg_type);
  io.field("version", m.version);
  io.template length_of<2>("cipher_spec_length", m.cipher_specs);
  io.template length_of<2>("session_id_length", m.session_id);
  io.template length_of<2>("challenge_length", m.challenge);
  io.elements("cipher_specs", m.cipher_specs);
  io.elements("session_id", m.session_id);
  io.elements("challenge", m.challenge);
}

/// decode_sslv2_client_hello reads a whole one. message_malformed if the lengths do not add up or
/// one of them is none that RFC 2246 E.1 has.
[[nodiscard]] Result<Sslv2ClientHello> decode_sslv2_client_hello(ByteView message);

/// is_sslv2_client_hello tells such a message from one with a header of four bytes, which would
/// have to be longer than SSL 2.0 can make it.
[[nodiscard]] bool is_sslv2_client_hello(ByteView message);

/// to_client_hello is what it offers, in the words of SSL 3.0.
[[nodiscard]] ClientHello to_client_hello(const Sslv2ClientHello& hello);

/// to_sslv2 writes an offer without session in the old format, which has no place for extensions
/// and compression methods.
[[nodiscard]] Sslv2ClientHello to_sslv2(const ClientHello& hello);

}  // namespace heirloom::message
