// ServerHello (RFC 6101 §5.6.1.3, RFC 2246 §7.4.1.3, extensions RFC 3546 §2.2).
//
//   struct { ProtocolVersion server_version; Random random; SessionID session_id;
//            CipherSuite cipher_suite; CompressionMethod compression_method; } ServerHello;
#pragma once

#include "heirloom/event.hpp"
#include "heirloom/version.hpp"

#include "protocol/randoms.hpp"
#include "wire/layout.hpp"

#include <cstdint>
#include <optional>

namespace heirloom::message {

struct ServerHello {
  static constexpr HandshakeType kType = HandshakeType::server_hello;

  ProtocolVersion server_version{};
  Random random{};
  Bytes session_id;
  std::uint16_t cipher_suite = 0;
  std::uint8_t compression_method = 0;
  std::optional<wire::HelloExtensions> extensions;
};

// A ServerHello may carry a well-formed extension block, in SSL 3.0 too (drift D60); any other byte
// behind the last field is an error (RFC 2246 §7.4.1.2 allows extra data in the ClientHello only).
template <wire::Is<ServerHello> T, class Io>
void layout(T& m, Io& io) {
  io.field("server_version", m.server_version);
  io.field("random", m.random);
  io.template opaque<0, 32>("session_id", m.session_id);
  io.field("cipher_suite", m.cipher_suite);
  io.field("compression_method", m.compression_method);
  io.extensions("extensions", m.extensions);
}

}  // namespace heirloom::message
