// x509_parts: what every certificate made here has.
#pragma once

#include <string>

#include <openssl/x509.h>

namespace heirloom::app {

/// set_serial draws 127 random bits: positive, and at most 20 octets (RFC 5280 §4.1.2.2).
[[nodiscard]] bool set_serial(X509* certificate);

/// add_extension adds one in the words of libcrypto's x509v3_config(5). The issuer may be null if
/// the words do not refer to it.
[[nodiscard]] bool add_extension(X509* certificate,
                                 X509* issuer,
                                 int kind,
                                 const std::string& value);

}  // namespace heirloom::app
