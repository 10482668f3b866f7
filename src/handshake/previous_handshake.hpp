// PreviousHandshake: what a connection remembers of its last handshake for the next one (RFC 5746
// §3.1). It belongs to the connection and never to a session.
#pragma once

#include "heirloom/certificate.hpp"
#include "heirloom/version.hpp"

#include "version/profile.hpp"

#include <cstddef>
#include <string>

namespace heirloom {

struct PreviousHandshake {
  std::size_t number = 1;  ///< the first of a connection is 1
  ProtocolVersion version{};
  ProtocolVersion client_version{};  ///< ClientHello.client_version
  VerifyData client_verify_data;
  VerifyData server_verify_data;
  bool is_secure = false;                   ///< RFC 5746's secure_renegotiation flag
  bool had_encrypt_then_mac = false;        ///< then there is no way back (RFC 7366 §3.1)
  bool had_extended_master_secret = false;  ///< nor here (RFC 7627 §5.3, §5.4)
  /// may_have_twin: another connection may have the same verify_data, so that they say nothing of
  /// this one: it began with a session without extended master secret (RFC 7627 §5.4).
  bool may_have_twin = false;
  CertificateChain peer_chain;   ///< empty if the peer showed none
  std::string server_name = {};  ///< as server: that the client asked for; empty if it named none
};

}  // namespace heirloom
