// ClientHello (RFC 6101 §5.6.1.2, RFC 2246 §7.4.1.2, extensions RFC 3546 §2.1).
//
//   struct { ProtocolVersion client_version; Random random; SessionID session_id;
//            CipherSuite cipher_suites<2..2^16-1>; CompressionMethod compression_methods<1..2^8-1>;
//          } ClientHello;
#pragma once

#include "heirloom/event.hpp"
#include "heirloom/version.hpp"

#include "protocol/randoms.hpp"
#include "wire/layout.hpp"

#include <cstdint>
#include <optional>
#include <vector>

namespace heirloom::message {

struct ClientHello {
  static constexpr HandshakeType kType = HandshakeType::client_hello;

  ProtocolVersion client_version{};
  Random random{};
  Bytes session_id;
  std::vector<std::uint16_t> cipher_suites;
  std::vector<std::uint8_t> compression_methods;
  std::optional<wire::HelloExtensions> extensions;
};

// RFC 2246 §7.4.1.2: "In the interests of forward compatibility, it is permitted for a client hello
// message to include extra data after the compression methods. This data must be included in the
// handshake hashes, but must otherwise be ignored." Deployed SSL 3.0 does the same (drift D7).
template <wire::Is<ClientHello> T, class Io>
void layout(T& m, Io& io) {
  io.field("client_version", m.client_version);
  io.field("random", m.random);
  io.template opaque<0, 32>("session_id", m.session_id);
  io.template vector<2, 0xffff>("cipher_suites", m.cipher_suites);
  io.template vector<1, 0xff>("compression_methods", m.compression_methods);
  io.extensions("extensions", m.extensions, wire::Trailing::is_ignored);
}

}  // namespace heirloom::message
