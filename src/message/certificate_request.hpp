// CertificateRequest (RFC 6101 §5.6.4, RFC 2246 §7.4.4).
//
//   struct { ClientCertificateType certificate_types<1..2^8-1>;
//            DistinguishedName certificate_authorities<3..2^16-1>; } CertificateRequest;
#pragma once

#include "heirloom/event.hpp"

#include "wire/layout.hpp"

#include <cstdint>
#include <vector>

namespace heirloom::message {

/// ClientCertificateType: what we can meet or ask for. Servers list others, which are skipped.
enum class ClientCertificateType : std::uint8_t {
  rsa_sign = 1,
  dss_sign = 2,
  rsa_fixed_dh = 3,
  dss_fixed_dh = 4,
  fortezza_kea = 20,  ///< RFC 6101 §5.6.4; its A.4.2 calls it FORTEZZA_MISSI
  ecdsa_sign = 64,    ///< RFC 4492 §5.5
};

struct CertificateRequest {
  static constexpr HandshakeType kType = HandshakeType::certificate_request;

  std::vector<ClientCertificateType> certificate_types;
  std::vector<Bytes> certificate_authorities;
};

// The floor of certificate_authorities is 0 here although the text says 3: deployed servers send an
// empty list (drift D43).
template <wire::Is<CertificateRequest> T, class Io>
void layout(T& m, Io& io) {
  io.template vector<1, 0xff>("certificate_types", m.certificate_types);
  io.template list<0, 0xffff, 1, 0xffff>("certificate_authorities", m.certificate_authorities);
}

}  // namespace heirloom::message
