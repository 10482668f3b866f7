// ClientKeyExchange (RFC 6101 §5.6.7, RFC 2246 §7.4.7).
//
// Its fields depend on the key exchange, so the body stays opaque until the key exchange method
// reads it. EncryptedPreMasterSecret is the arm for RSA (RFC 6101 §5.6.7.1, RFC 2246 §7.4.7.1).
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

}  // namespace heirloom::message
