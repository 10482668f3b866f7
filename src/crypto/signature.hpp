// What ServerKeyExchange and CertificateVerify sign, and whether a signature is good (RFC 2246
// §4.7, §7.4.3, §7.4.8; RFC 6101 §4.7, §5.6.3, §5.6.8; RFC 4492 §5.4, §5.8).
#pragma once

#include "heirloom/certificate.hpp"

#include "base/bytes.hpp"

#include <array>
#include <cstdint>

namespace heirloom::crypto {

struct CertificateKey;

/// SignatureHashes are both hashes over what is signed. How they are made differs by version and by
/// message; which of them a signature covers depends on the key alone.
struct SignatureHashes {
  std::array<std::uint8_t, 16> md5{};
  std::array<std::uint8_t, 20> sha{};
};

/// to_be_signed is the argument of PrivateKey::sign: 36 bytes for RSA, the 20 of SHA-1 for DSA and
/// ECDSA. Empty for keys that cannot sign.
[[nodiscard]] Bytes to_be_signed(PublicKeyAlgorithm algorithm, const SignatureHashes& hashes);

/// DsaForm is how a DSA signature may be encoded.
enum class DsaForm : std::uint8_t {
  der,         ///< TLS 1.0, RFC 2246 §4.7
  der_or_raw,  ///< SSL 3.0 as deployed: twice the size of q means raw (drift D22)
};

/// verify_signature is false for a wrong signature, for one in a form that is not accepted, and for
/// a key that cannot sign. ECDSA signatures are DER in both versions, RSA's have no DigestInfo and
/// may lack leading zeros. keyUsage is the caller's to check.
[[nodiscard]] bool verify_signature(const CertificateKey& key,
                                    const SignatureHashes& hashes,
                                    ByteView signature,
                                    DsaForm accepted);

}  // namespace heirloom::crypto
