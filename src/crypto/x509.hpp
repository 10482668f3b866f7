// What the handshake needs of the peer's certificate: its key and what it may be used for.
#pragma once

#include "heirloom/certificate.hpp"
#include "heirloom/result.hpp"

#include "base/bytes.hpp"
#include "crypto/rsa.hpp"

#include <cstddef>
#include <optional>

namespace heirloom::crypto {

/// CertificateKey is the public key of a certificate with the uses its keyUsage extension allows
/// (all, if there is no such extension: RFC 2246 §7.4.2).
struct CertificateKey {
  PublicKeyAlgorithm algorithm = PublicKeyAlgorithm::other;
  std::size_t bits = 0;
  std::optional<RsaPublicKey> rsa;  ///< present if algorithm is rsa
  bool may_sign = true;             ///< digitalSignature
  bool may_encipher = true;         ///< keyEncipherment
  bool may_agree = true;            ///< keyAgreement
};

/// certificate_key reads it from a DER certificate. certificate_malformed, or
/// certificate_key_unsupported if the key is of no kind we know.
[[nodiscard]] Result<CertificateKey> certificate_key(ByteView der);

}  // namespace heirloom::crypto
