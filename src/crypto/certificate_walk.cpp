#include "crypto/certificate_walk.hpp"

#include "crypto/der.hpp"

namespace heirloom::crypto {

namespace {

constexpr std::uint8_t kVersion = 0xa0;  ///< [0] EXPLICIT

std::optional<DerElement> take_sequence(ByteView& rest) {
  const auto element = take_element(rest);
  return element.has_value() && element->tag == kDerSequence ? element : std::nullopt;
}

}  // namespace

std::optional<CertificateParts> walk_certificate(ByteView der) {
  const auto certificate = take_sequence(der);
  if (!certificate.has_value() || !der.empty()) {
    return std::nullopt;
  }
  ByteView outer = certificate->content;
  const auto body = take_sequence(outer);
  if (!body.has_value()) {
    return std::nullopt;
  }
  // RFC 2459 §4.1: version (from 2 on), serialNumber, signature, issuer, validity, subject,
  // subjectPublicKeyInfo. Of those passed over even the type does not matter.
  ByteView rest = body->content;
  if (!rest.empty() && rest[0] == kVersion && !take_element(rest).has_value()) {
    return std::nullopt;
  }
  const auto serial_number = take_element(rest);
  const auto signature = take_sequence(rest);
  const auto issuer = take_element(rest);
  const auto validity = take_element(rest);
  const auto subject = take_element(rest);
  const auto public_key = take_sequence(rest);
  if (!serial_number.has_value() || !signature.has_value() || !issuer.has_value() ||
      !validity.has_value() || !subject.has_value() || !public_key.has_value()) {
    return std::nullopt;
  }
  return CertificateParts{.body = body->whole,
                          .signature_algorithm = signature->whole,
                          .public_key = public_key->whole};
}

}  // namespace heirloom::crypto
