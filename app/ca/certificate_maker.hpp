// certificate_maker: certificates of the period, with any key, hash, version and dates.
//
// The authority signs the public key directly; there is no request in between, so keys that cannot
// sign (Diffie-Hellman) get certificates as well. The profile of version 3 is RFC 2459's (now RFC
// 5280): basic constraints and key usage critical, subject and authority key identifiers.
#pragma once

#include "ca/mint.hpp"
#include "ca/names.hpp"
#include "ca/validity.hpp"
#include "common/failure.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace heirloom::app {

enum class SignatureHash : std::uint8_t { md5, sha1, sha256 };
enum class CertificateVersion : std::uint8_t { v1, v3 };
enum class CertificateUsage : std::uint8_t { authority, server, client, both };

/// KeyForm is how the certificate shows its key: as X.509 has it, or as FORTEZZA has it.
enum class KeyForm : std::uint8_t { ordinary, kea, kea_and_dss };

struct CertificatePlan {
  CertificateVersion version = CertificateVersion::v3;
  SignatureHash hash = SignatureHash::sha1;
  CertificateUsage usage = CertificateUsage::server;
  KeyForm form = KeyForm::ordinary;
  CertificateNames names;
  Validity validity;
  std::optional<int> path_length;  ///< of an authority
  std::string key_usage;           ///< RFC 2459's words with commas; "none": no such extension
};

/// Issuer is who signs. A null certificate: the new one is its own issuer, and `key` its key.
struct Issuer {
  X509* certificate = nullptr;
  EVP_PKEY* key = nullptr;
};

/// make_certificate signs `key`, of which the public half is enough. "ca_hash_unfit" if the
/// issuer's key has no signature with that hash, "ca_fortezza_key" for a key that cannot be shown
/// in FORTEZZA's form, "ca_minting" if libcrypto cannot.
[[nodiscard]] Outcome<CertificatePtr> make_certificate(const CertificatePlan& plan,
                                                       EVP_PKEY* key,
                                                       const Issuer& issuer);

/// default_key_usage is what the key exchanges do with a key of that kind and form (RFC 2246
/// §7.4.2, RFC 3279 §2.3.4).
[[nodiscard]] std::string default_key_usage(const EVP_PKEY* key, KeyForm form);

/// check_key_usage knows RFC 2459's words with commas, "none", and nothing at all. ExitCode::usage
/// with "ca_key_usage".
[[nodiscard]] Outcome<bool> check_key_usage(const std::string& words);

/// to_string gives "MD5", "SHA-1" or "SHA-256".
[[nodiscard]] std::string to_string(SignatureHash hash);

}  // namespace heirloom::app
