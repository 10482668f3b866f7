// Certificate (RFC 6101 §5.6.2, §5.6.6; RFC 2246 §7.4.2, §7.4.6).
//
//   opaque ASN.1Cert<1..2^24-1>;
//   struct { ASN.1Cert certificate_list<0..2^24-1>; } Certificate;
//
// RFC 6101 gives certificate_list a floor of 1. The floor is not a matter of decoding here: an
// empty list means "no certificate" and the state that receives it decides (drift D32, D42).
#pragma once

#include "heirloom/certificate.hpp"
#include "heirloom/event.hpp"

#include "wire/layout.hpp"

namespace heirloom::message {

struct Certificate {
  static constexpr HandshakeType kType = HandshakeType::certificate;

  CertificateChain certificate_list;
};

template <wire::Is<Certificate> T, class Io>
void layout(T& m, Io& io) {
  io.template list<0, 0xffffff, 1, 0xffffff>("certificate_list", m.certificate_list);
}

}  // namespace heirloom::message
