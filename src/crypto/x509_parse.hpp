// Reading certificates with libcrypto: whatever it can parse is taken, because what old devices
// show is version 1, signed with MD5, dated before the epoch and named in BMPString.
#pragma once

#include "heirloom/certificate.hpp"
#include "heirloom/result.hpp"

#include "base/bytes.hpp"
#include "crypto/library.hpp"

#include <chrono>
#include <optional>
#include <string>

namespace heirloom::crypto {

/// parse_x509 reads one DER certificate. certificate_malformed if it is none, or bytes follow it.
[[nodiscard]] Result<X509Pointer> parse_x509(ByteView der);

/// parse_for_path is parse_x509 for what libcrypto is to build a path with. It knows no KEA and
/// builds none from or to a certificate whose key it cannot read; so such a key has another one in
/// its place, which belongs to nobody. Everything that was signed stays as it was.
/// key_algorithm_of is right all the same; the key itself must be read from the DER.
[[nodiscard]] Result<X509Pointer> parse_for_path(ByteView der);

/// parse_crl reads one DER certificate revocation list; empty if it is none.
[[nodiscard]] CrlPointer parse_crl(ByteView der);

/// x509_der is the encoding of a certificate, as it was read.
[[nodiscard]] CertificateDer x509_der(const X509* certificate);

/// key_algorithm_of goes by the object identifier, so it is known even where the key itself cannot
/// be read.
[[nodiscard]] PublicKeyAlgorithm key_algorithm_of(const X509* certificate);

/// public_key_algorithm is the same of a SubjectPublicKeyInfo.
[[nodiscard]] PublicKeyAlgorithm public_key_algorithm(const X509_PUBKEY* key);

/// signing_algorithm is the kind of key that signs with that algorithm, which is an object
/// identifier by libcrypto's number.
[[nodiscard]] PublicKeyAlgorithm signing_algorithm(int number);

/// signing_algorithm_of is the kind of key that signed a certificate, by its signatureAlgorithm.
[[nodiscard]] PublicKeyAlgorithm signing_algorithm_of(const X509* certificate);

/// name_text is an RFC 2253 name in UTF-8 that can be shown on a terminal: control characters are
/// escaped, those of Unicode that reorder text as well.
[[nodiscard]] std::string name_text(const X509_NAME* name);

/// printable makes the same of any UTF-8 text: each byte of what must not reach a terminal becomes
/// a backslash and two hexadecimal digits.
[[nodiscard]] std::string printable(std::string_view text);

/// time_point_of converts a date. Dates outside what system_clock can hold (1677 to 2262) become
/// its first or last moment. Empty if the date cannot be read.
[[nodiscard]] std::optional<std::chrono::system_clock::time_point> time_point_of(
    const ASN1_TIME* time);

}  // namespace heirloom::crypto
