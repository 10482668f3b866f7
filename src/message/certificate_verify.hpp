// CertificateVerify (RFC 6101 §5.6.8, RFC 2246 §7.4.8).
//
// The signature has a two-byte length in both versions: RFC 2246 §4.7 says so, SSL 3.0 is silent
// and deployed practice agrees (drift D21).
#pragma once

#include "heirloom/event.hpp"

#include "wire/layout.hpp"

namespace heirloom::message {

struct CertificateVerify {
  static constexpr HandshakeType kType = HandshakeType::certificate_verify;

  Bytes signature;
};

template <wire::Is<CertificateVerify> T, class Io>
void layout(T& m, Io& io) {
  io.template opaque<0, 0xffff>("signature", m.signature);
}

}  // namespace heirloom::message
