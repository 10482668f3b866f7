// ClientKeyExchange (RFC 6101 §5.6.7, RFC 2246 §7.4.7).
//
// Its fields depend on the key exchange, so the body stays opaque until the key exchange method
// reads it. Its arms: EncryptedPreMasterSecret for RSA (RFC 6101 §5.6.7.1, RFC 2246 §7.4.7.1) and
// the two public values of Diffie-Hellman.
#pragma once

#include "heirloom/event.hpp"

#include "wire/layout.hpp"

namespace heirloom::message {

struct ClientKeyExchange {
  static constexpr HandshakeType kType = HandshakeType::client_key_exchange;

  Bytes exchange_keys;
};

template <wire::Is<ClientKeyExchange> T, class Io>
void layout(T& m, Io& io) {
  io.rest("exchange_keys", m.exchange_keys);
}

/// EncryptedPreMasterSecret with its length, as RFC 2246 §4.7 has every public-key-encrypted
/// element. SSL 3.0 sends the bare block instead (drift D20): kx/rsa.cpp chooses.
struct EncryptedPreMasterSecret {
  Bytes pre_master_secret;
};

template <wire::Is<EncryptedPreMasterSecret> T, class Io>
void layout(T& m, Io& io) {
  io.template opaque<0, 0xffff>("pre_master_secret", m.pre_master_secret);
}

/// ClientDiffieHellmanPublic, explicit (RFC 2246 §7.4.7.2). Implicit is an empty body (drift D99).
struct ClientDiffieHellmanPublic {
  Bytes dh_Yc;  // NOLINT(readability-identifier-naming): the specification's
};

template <wire::Is<ClientDiffieHellmanPublic> T, class Io>
void layout(T& m, Io& io) {
  io.template opaque<1, 0xffff>("dh_Yc", m.dh_Yc);
}

/// ClientECDiffieHellmanPublic, explicit (RFC 4492 §5.7).
struct ClientECDiffieHellmanPublic {
  Bytes ecdh_Yc;  // NOLINT(readability-identifier-naming): the specification's
};

template <wire::Is<ClientECDiffieHellmanPublic> T, class Io>
void layout(T& m, Io& io) {
  io.template opaque<1, 0xff>("ecdh_Yc", m.ecdh_Yc);
}

}  // namespace heirloom::message
