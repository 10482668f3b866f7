// Key exchange methods: one file each, behind two small interfaces and a table.
//
// The static facts of a method are its row in protocol/cipher_suites.cpp (KeyExchangeInfo);
// behaviour is an object that lives for one handshake and owns whatever secret it makes meanwhile.
#pragma once

#include "heirloom/cipher_suite.hpp"
#include "heirloom/credentials.hpp"
#include "heirloom/policy.hpp"
#include "heirloom/random.hpp"

#include "base/secret.hpp"
#include "crypto/x509.hpp"
#include "message/client_key_exchange.hpp"
#include "version/profile.hpp"

#include <cstddef>
#include <memory>
#include <variant>

namespace heirloom::kx {

/// KxContext is what every method may need to know. References are valid during the call.
struct KxContext {
  const VersionProfile& profile;
  ProtocolVersion client_version;  ///< ClientHello.client_version
  const Policy& policy;
  RandomSource& random;
};

/// Response is the client's answer: the message, and the secret that it carries.
struct Response {
  message::ClientKeyExchange message;
  PremasterSecret premaster;
};

class ClientKeyAgreement {
 public:
  ClientKeyAgreement() = default;
  ClientKeyAgreement(const ClientKeyAgreement&) = delete;
  ClientKeyAgreement& operator=(const ClientKeyAgreement&) = delete;
  virtual ~ClientKeyAgreement() = default;

  /// respond makes the ClientKeyExchange for a server with that certificate key.
  [[nodiscard]] virtual Result<Response> respond(const KxContext& context,
                                                 const crypto::CertificateKey& server_key) = 0;
};

/// DecryptionNeeded: the private key must be applied to this before the agreement can recover.
struct DecryptionNeeded {
  Bytes ciphertext;
};

class ServerKeyAgreement {
 public:
  ServerKeyAgreement() = default;
  ServerKeyAgreement(const ServerKeyAgreement&) = delete;
  ServerKeyAgreement& operator=(const ServerKeyAgreement&) = delete;
  virtual ~ServerKeyAgreement() = default;

  /// accept reads the ClientKeyExchange. `key_size` is the size of our private key in bytes. Only
  /// public facts (lengths) may make it fail.
  [[nodiscard]] virtual Result<DecryptionNeeded> accept(const KxContext& context,
                                                        const message::ClientKeyExchange& message,
                                                        std::size_t key_size) = 0;

  /// recover gives the premaster secret. It is no Result on purpose: a failed decryption, a wrong
  /// padding and a wrong version all end in a premaster secret that is random, so an error path
  /// that a peer could watch cannot be written (RFC 2246 §7.4.7.1).
  [[nodiscard]] virtual PremasterSecret recover(const PrivateKeyResult& decrypted) = 0;
};

[[nodiscard]] std::unique_ptr<ClientKeyAgreement> make_client_agreement(KeyExchangeKind kind);
[[nodiscard]] std::unique_ptr<ServerKeyAgreement> make_server_agreement(KeyExchangeKind kind);

// The methods, one file each.
[[nodiscard]] std::unique_ptr<ClientKeyAgreement> make_rsa_client();
[[nodiscard]] std::unique_ptr<ServerKeyAgreement> make_rsa_server();

}  // namespace heirloom::kx
