// A minimal walk through a certificate that libcrypto refuses as a whole: only lengths are
// followed, up to the public key. Old devices show certificates with a serial number or a date that
// is no good DER; whoever pins such a certificate can still use its key (RFC 2459 §4.1).
#pragma once

#include "base/bytes.hpp"

#include <optional>

namespace heirloom::crypto {

/// CertificateParts are views into the certificate, each with tag and length.
struct CertificateParts {
  ByteView body;                 ///< TBSCertificate, which is what was signed
  ByteView signature_algorithm;  ///< AlgorithmIdentifier, as TBSCertificate has it
  ByteView public_key;           ///< SubjectPublicKeyInfo
};

/// walk_certificate finds both. Empty if the lengths do not add up to a certificate, or bytes
/// follow it. Nothing that is passed over is looked at.
[[nodiscard]] std::optional<CertificateParts> walk_certificate(ByteView der);

}  // namespace heirloom::crypto
