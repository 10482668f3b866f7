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
#include "crypto/kea.hpp"
#include "crypto/x509.hpp"
#include "keys/traffic_keys.hpp"
#include "kx/ephemeral.hpp"
#include "message/client_key_exchange.hpp"
#include "message/server_key_exchange.hpp"
#include "protocol/randoms.hpp"
#include "version/profile.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <variant>

namespace heirloom::kx {

/// KxContext is what every method may need to know. References are valid during the call.
struct KxContext {
  const VersionProfile& profile;
  const CipherSuite& suite;
  const Randoms& randoms;
  ProtocolVersion client_version;  ///< ClientHello.client_version
  const Policy& policy;
  RandomSource& random;
  const Ephemeral* ephemeral = nullptr;            ///< as server: what temporary keys are made from
  std::optional<NamedCurve> curve = std::nullopt;  ///< as server: one that both sides have
  const crypto::KeaDomains* kea_domains = nullptr;
};

/// expects_server_key_exchange says whether ServerKeyExchange must come, which in no case is left
/// to the server: a temporary key that was not asked for is how FREAK works. `key` is the
/// certificate's, null for an anonymous server.
[[nodiscard]] bool expects_server_key_exchange(const VersionProfile& profile,
                                               const CipherSuite& suite,
                                               const crypto::CertificateKey* key);

/// temporary_rsa_bits is the length of the temporary RSA key that a server makes for a suite: the
/// export limit, or 1024 where there is none (drift D118).
[[nodiscard]] std::size_t temporary_rsa_bits(const CipherSuite& suite);

/// signs_params says whether a ServerKeyExchange of the suite carries a signature: not if the
/// server is anonymous, and not with FORTEZZA (RFC 6101 §5.6.3).
[[nodiscard]] bool signs_params(const CipherSuite& suite);

/// is_proved_by_agreement is true for a key that shows by its part in the key exchange that it is
/// there, and cannot sign a CertificateVerify: Diffie-Hellman's and KEA's (RFC 6101 §5.6.8).
[[nodiscard]] bool is_proved_by_agreement(const crypto::CertificateKey& key);

/// uses_group is true for DHE_DSS, DHE_RSA and DH_anon.
[[nodiscard]] bool uses_group(KeyExchangeKind kind);

/// uses_curve is true for ECDHE_ECDSA, ECDHE_RSA and ECDH_anon (RFC 4492 §2).
[[nodiscard]] bool uses_curve(KeyExchangeKind kind);

/// check_certificate_key compares the server's certificate with what the suite makes of it: the
/// kind of key, who signed it, its keyUsage (RFC 2246 §7.4.2), and its length if an export suite
/// uses it for the exchange itself. certificate_key_unsupported, certificate_key_usage,
/// export_restriction.
[[nodiscard]] Result<void> check_certificate_key(const VersionProfile& profile,
                                                 const CipherSuite& suite,
                                                 const crypto::CertificateKey& key);

/// Agreed is the end of the client's or server's part.
struct Agreed {
  PremasterSecret premaster;
  std::optional<CarriedKeys> carried = std::nullopt;  ///< FORTEZZA carries them in any case
};

/// DecryptionNeeded: a private key must be applied to this before the agreement can recover.
struct DecryptionNeeded {
  Bytes ciphertext;
  std::shared_ptr<PrivateKey> temporary_key;  ///< null: the certificate's
};

/// AgreementNeeded: a certificate's Diffie-Hellman or KEA key must be combined with a public value
/// of the peer's.
struct AgreementNeeded {
  Bytes peer_public;
};

/// SignatureNeeded: the key of our certificate must sign this as it stands.
struct SignatureNeeded {
  Bytes digest;
};

/// TemporaryKey is what may be told about the key of a ServerKeyExchange.
struct TemporaryKey {
  std::size_t bits = 0;  ///< of the modulus, the prime or the field; 0: there is none
  std::optional<NamedCurve> curve = std::nullopt;
};

/// ClientKeyAgreement is the client's part of one key exchange: learn (where a ServerKeyExchange
/// comes), then respond, and complete if a private key had to be asked.
class ClientKeyAgreement {
 public:
  ClientKeyAgreement() = default;
  ClientKeyAgreement(const ClientKeyAgreement&) = delete;
  ClientKeyAgreement& operator=(const ClientKeyAgreement&) = delete;
  virtual ~ClientKeyAgreement() = default;

  /// learn verifies and takes in a ServerKeyExchange. `signer` is the key of the server's
  /// certificate, null for an anonymous server. Only called where one is expected.
  [[nodiscard]] virtual Result<void> learn(const KxContext& context,
                                           const crypto::CertificateKey* signer,
                                           const message::ServerKeyExchange& message) = 0;

  /// temporary_key is what learn took in.
  [[nodiscard]] virtual TemporaryKey temporary_key() const { return {}; }

  /// Response is the client's answer: the message, and the secret that it carries.
  struct Response {
    message::ClientKeyExchange message;
    Agreed agreed;
  };

  /// Responded is the answer, or what our own certificate's key must do first.
  using Responded = std::variant<Response, AgreementNeeded, SignatureNeeded>;

  /// respond makes the ClientKeyExchange. `server_key` is null for an anonymous server; `own` is
  /// the key of the certificate that we have sent, null if none.
  [[nodiscard]] virtual Result<Responded> respond(const KxContext& context,
                                                  const crypto::CertificateKey* server_key,
                                                  const crypto::CertificateKey* own) = 0;

  /// complete makes it from what our certificate's key has made. Only called if respond has asked
  /// for that.
  [[nodiscard]] virtual Result<Response> complete(const KxContext& context,
                                                  const PrivateKeyResult& made);
};

/// ServerKeyAgreement is the server's part: offer (where a ServerKeyExchange goes out), accept, and
/// recover if a private key had to be asked.
class ServerKeyAgreement {
 public:
  ServerKeyAgreement() = default;
  ServerKeyAgreement(const ServerKeyAgreement&) = delete;
  ServerKeyAgreement& operator=(const ServerKeyAgreement&) = delete;
  virtual ~ServerKeyAgreement() = default;

  /// offer makes the parameters of a ServerKeyExchange, without the signature. `own` is the key of
  /// our certificate, null for an anonymous server. Only called where one is to be sent.
  [[nodiscard]] virtual Result<Bytes> offer(const KxContext& context,
                                            const crypto::CertificateKey* own) = 0;

  /// temporary_key is what offer made.
  [[nodiscard]] virtual TemporaryKey temporary_key() const { return {}; }

  using Accepted = std::variant<Agreed, DecryptionNeeded, AgreementNeeded>;

  /// accept reads the ClientKeyExchange. `own` is the key of our certificate, null for an anonymous
  /// server; `client_key` that of the certificate the client has shown, null if none. Only public
  /// facts (lengths, public values) may make it fail.
  [[nodiscard]] virtual Result<Accepted> accept(const KxContext& context,
                                                const message::ClientKeyExchange& message,
                                                const crypto::CertificateKey* own,
                                                const crypto::CertificateKey* client_key) = 0;

  /// Recovered is the end, or the next thing to ask of the same key.
  using Recovered = std::variant<Agreed, AgreementNeeded>;

  /// recover goes on with what the private key made. Only called if accept, or recover itself, has
  /// asked for it. Security: with RSA a failed decryption, a wrong padding and a wrong version all
  /// end in a premaster secret that is random, so no error is ever returned that a peer could watch
  /// (RFC 2246 §7.4.7.1); so does a Diffie-Hellman key that fails. With FORTEZZA a check word says
  /// by design that a key was changed on the way: wrapped_key_invalid.
  [[nodiscard]] virtual Result<Recovered> recover(const PrivateKeyResult& result) = 0;
};

// make_client_agreement and make_server_agreement go by the table in key_exchange.cpp.
[[nodiscard]] std::unique_ptr<ClientKeyAgreement> make_client_agreement(KeyExchangeKind kind);
[[nodiscard]] std::unique_ptr<ServerKeyAgreement> make_server_agreement(KeyExchangeKind kind);

// The methods, one file each.
[[nodiscard]] std::unique_ptr<ClientKeyAgreement> make_rsa_client();
[[nodiscard]] std::unique_ptr<ServerKeyAgreement> make_rsa_server();
[[nodiscard]] std::unique_ptr<ClientKeyAgreement> make_dhe_client();
[[nodiscard]] std::unique_ptr<ServerKeyAgreement> make_dhe_server();
[[nodiscard]] std::unique_ptr<ClientKeyAgreement> make_fixed_dh_client();
[[nodiscard]] std::unique_ptr<ServerKeyAgreement> make_fixed_dh_server();
[[nodiscard]] std::unique_ptr<ClientKeyAgreement> make_ecdhe_client();
[[nodiscard]] std::unique_ptr<ServerKeyAgreement> make_ecdhe_server();
[[nodiscard]] std::unique_ptr<ClientKeyAgreement> make_fortezza_client();
[[nodiscard]] std::unique_ptr<ServerKeyAgreement> make_fortezza_server();

}  // namespace heirloom::kx
