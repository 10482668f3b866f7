// ServerKeyExchange (RFC 6101 §5.6.3, RFC 2246 §7.4.3, RFC 4492 §5.4).
//
// Its fields depend on the key exchange (select (KeyExchangeAlgorithm)), so the body stays opaque
// here: parameters of one of the three kinds below and, unless the server is anonymous, a signature
// over both randoms and them. kx/signed_params.hpp takes it apart.
#pragma once

#include "heirloom/event.hpp"

#include "wire/layout.hpp"

#include <cstdint>

namespace heirloom::message {

struct ServerKeyExchange {
  static constexpr HandshakeType kType = HandshakeType::server_key_exchange;

  Bytes params;
};

template <wire::Is<ServerKeyExchange> T, class Io>
void layout(T& m, Io& io) {
  io.rest("params", m.params);
}

/// ServerRSAParams: a temporary key (RFC 2246 §7.4.3).
struct ServerRSAParams {
  Bytes rsa_modulus;
  Bytes rsa_exponent;
};

template <wire::Is<ServerRSAParams> T, class Io>
void layout(T& m, Io& io) {
  io.template opaque<1, 0xffff>("rsa_modulus", m.rsa_modulus);
  io.template opaque<1, 0xffff>("rsa_exponent", m.rsa_exponent);
}

/// ServerDHParams (RFC 2246 §7.4.3).
struct ServerDHParams {
  Bytes dh_p;
  Bytes dh_g;
  Bytes dh_Ys;  // NOLINT(readability-identifier-naming): the specification's
};

template <wire::Is<ServerDHParams> T, class Io>
void layout(T& m, Io& io) {
  io.template opaque<1, 0xffff>("dh_p", m.dh_p);
  io.template opaque<1, 0xffff>("dh_g", m.dh_g);
  io.template opaque<1, 0xffff>("dh_Ys", m.dh_Ys);
}

/// ECCurveType: the other two describe a curve in full and are deployed nowhere (RFC 4492 §5.4).
enum class ECCurveType : std::uint8_t { named_curve = 3 };

/// ServerECDHParams of a named curve (RFC 4492 §5.4).
struct ServerECDHParams {
  ECCurveType curve_type = ECCurveType::named_curve;
  std::uint16_t namedcurve = 0;
  Bytes point;
};

template <wire::Is<ServerECDHParams> T, class Io>
void layout(T& m, Io& io) {
  io.field("curve_type", m.curve_type);
  io.field("namedcurve", m.namedcurve);
  io.template opaque<1, 0xff>("point", m.point);
}

/// Signature has a two-byte length in both versions (drift D21).
struct Signature {
  Bytes signature;
};

template <wire::Is<Signature> T, class Io>
void layout(T& m, Io& io) {
  io.template opaque<0, 0xffff>("signature", m.signature);
}

}  // namespace heirloom::message
