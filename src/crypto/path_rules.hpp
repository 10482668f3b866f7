// CertificateRules applied to a path that libcrypto has built and verified.
#pragma once

#include "heirloom/certificate_rules.hpp"
#include "heirloom/result.hpp"

#include "crypto/library.hpp"

#include <span>

namespace heirloom::crypto {

/// signature_hash sorts libcrypto's number of a signature algorithm.
[[nodiscard]] SignatureHash signature_hash(int number);

/// check_path applies sizes and hashes to a path from the peer's certificate to the anchor, whose
/// own signature proves nothing to somebody who trusts it already. certificate_key_too_small,
/// certificate_key_too_large, certificate_signature_weak.
[[nodiscard]] Result<void> check_path(const STACK_OF(X509) * path, const CertificateRules& rules);

/// check_certificate applies them to one certificate.
[[nodiscard]] Result<void> check_certificate(const X509* certificate,
                                             const CertificateRules& rules);

/// check_order compares names: "Each following certificate must directly certify the one preceding
/// it" (RFC 2246 §7.4.2). certificate_chain_disordered.
[[nodiscard]] Result<void> check_order(std::span<const X509Pointer> sent);

}  // namespace heirloom::crypto
