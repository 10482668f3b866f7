// What the handshake needs of the peer's certificate: its key and what it may be used for.
#pragma once

#include "heirloom/certificate.hpp"
#include "heirloom/result.hpp"

#include "base/bytes.hpp"
#include "crypto/dh.hpp"
#include "crypto/dsa.hpp"
#include "crypto/ec.hpp"
#include "crypto/fortezza_certificate.hpp"
#include "crypto/library.hpp"
#include "crypto/rsa.hpp"

#include <cstddef>
#include <memory>
#include <optional>

namespace heirloom::crypto {

/// CertificateKey is the public key of a certificate with the uses its keyUsage extension allows
/// (all, if there is no such extension: RFC 2246 §7.4.2).
struct CertificateKey {
  PublicKeyAlgorithm algorithm = PublicKeyAlgorithm::other;
  std::size_t bits = 0;
  std::optional<RsaPublicKey> rsa;  ///< present if algorithm is rsa
  std::optional<DsaPublicKey> dsa;  ///< present if algorithm is dsa
  std::optional<DhPublicKey> dh;    ///< present if algorithm is dh; nothing of it is checked
  std::optional<EcPublicKey> ec;    ///< present if algorithm is ec; the point is of the curve
  std::optional<KeaPublicKey> kea;  ///< present if algorithm is kea; the value is not checked
  bool may_sign = true;             ///< digitalSignature
  bool may_encipher = true;         ///< keyEncipherment
  bool may_agree = true;            ///< keyAgreement

  /// signature_algorithm is the kind of key that signed the certificate (rsa, dsa, ec for ECDSA,
  /// else other). DH_RSA and DH_DSS suites differ in it (RFC 2246 §7.4.2), as do the ECDH ones.
  PublicKeyAlgorithm signature_algorithm = PublicKeyAlgorithm::other;
};

using KeyInfoPointer = std::unique_ptr<X509_PUBKEY, Deleter<X509_PUBKEY_free>>;

/// key_info_by_walk finds the SubjectPublicKeyInfo of a certificate that libcrypto refuses. Null if
/// there is none.
[[nodiscard]] KeyInfoPointer key_info_by_walk(ByteView der);

/// dh_key_of reads group and public value of a Diffie-Hellman key as they stand: libcrypto
/// refuses groups that old servers have. Both object identifiers are known, dhKeyAgreement of
/// PKCS#3 and dhpublicnumber of X9.42 (RFC 3279 §2.3.3). certificate_malformed. Nothing is checked
/// yet.
[[nodiscard]] Result<DhPublicKey> dh_key_of(const X509_PUBKEY* key);

/// subject_name is the DER name of whoever a certificate is for, as it stands there.
/// certificate_malformed.
[[nodiscard]] Result<Bytes> subject_name(ByteView der);

/// issuer_name is the DER name of the authority that signed a certificate, as it stands there.
/// certificate_malformed.
[[nodiscard]] Result<Bytes> issuer_name(ByteView der);

/// certificate_key reads it from a DER certificate; from one that libcrypto refuses (a serial
/// number or a date that is no good DER) by walking to its key, so that it can be used where it is
/// pinned. certificate_malformed, or certificate_key_unsupported if the key is of no kind we know.
[[nodiscard]] Result<CertificateKey> certificate_key(ByteView der);

}  // namespace heirloom::crypto
