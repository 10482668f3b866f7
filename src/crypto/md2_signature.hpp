// Signatures with MD2 (RFC 1319), which libcrypto no longer has: authorities of the nineties signed
// with it (md2WithRSAEncryption, RFC 2459 §7.2.1).
#pragma once

#include "base/bytes.hpp"
#include "crypto/library.hpp"

namespace heirloom::crypto {

/// md2 gives the 16 bytes of the hash.
[[nodiscard]] Bytes md2(ByteView data);

/// is_signed_with_md2 goes by the certificate's signatureAlgorithm.
[[nodiscard]] bool is_signed_with_md2(const X509* certificate);

/// verify_md2_signature checks such a certificate's signature with its issuer's key. False for
/// every other.
[[nodiscard]] bool verify_md2_signature(const X509* certificate, const X509* issuer);

}  // namespace heirloom::crypto
