// mint: certificates and keys by libcrypto. No I/O.
//
// P-256 with SHA-256 throughout. The profile is RFC 5280's: basic constraints, key usage, subject
// and authority key identifiers, and for the authority name constraints, all marked critical where
// it says so.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include <openssl/x509.h>

namespace heirloom::app {

struct KeyDeleter {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
};

struct CertificateDeleter {
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
};

using KeyPtr = std::unique_ptr<EVP_PKEY, KeyDeleter>;
using CertificatePtr = std::unique_ptr<X509, CertificateDeleter>;

/// make_key gives a new P-256 key; null if libcrypto cannot.
[[nodiscard]] KeyPtr make_key();

/// make_authority signs a certificate for `key` with itself, valid for five years from a day ago.
[[nodiscard]] CertificatePtr make_authority(EVP_PKEY* key);

/// make_leaf makes a server certificate for names and addresses. It ends with its issuer.
[[nodiscard]] CertificatePtr make_leaf(EVP_PKEY* key,
                                       const std::vector<std::string>& names,
                                       X509* issuer,
                                       EVP_PKEY* issuer_key);

[[nodiscard]] std::string to_pem(X509* certificate);
[[nodiscard]] std::string to_pem(EVP_PKEY* key);

/// The readers give null for text that holds none.
[[nodiscard]] CertificatePtr certificate_from_pem(const std::string& pem);
[[nodiscard]] KeyPtr key_from_pem(const std::string& pem);

[[nodiscard]] std::chrono::system_clock::time_point end_of(const X509* certificate);

}  // namespace heirloom::app
