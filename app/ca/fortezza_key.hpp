// fortezza_key: how certificates of FORTEZZA show a key: as KEA's, with the identifier of its
// domain (RFC 3279 §2.3.4), or as one key for KEA and DSS, in the structure of bytes that MISSI put
// into certificates of version 1. A certificate that can only sign is an ordinary one of DSA.
//
// The key itself is one of Diffie-Hellman with an order (X9.42), or of DSA.
#pragma once

#include "ca/certificate_maker.hpp"

#include <string>

#include <openssl/x509.h>

namespace heirloom::app {

/// is_fit_for_fortezza: prime of 1024 bits, order of 160, as KEA demands.
[[nodiscard]] bool is_fit_for_fortezza(const EVP_PKEY* key);

/// set_fortezza_key puts a fit key into a certificate. False if libcrypto cannot.
[[nodiscard]] bool set_fortezza_key(X509* certificate, const EVP_PKEY* key, KeyForm form);

/// fortezza_text gives "KEA key of the domain 4de5f91f03d353e42f8d"; empty for other keys.
[[nodiscard]] std::string fortezza_text(const EVP_PKEY* key, KeyForm form);

}  // namespace heirloom::app
