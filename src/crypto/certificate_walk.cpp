#include "crypto/certificate_walk.hpp"

namespace heirloom::crypto {

namespace {

constexpr std::uint8_t kSequence = 0x30;
constexpr std::uint8_t kVersion = 0xa0;  ///< [0] EXPLICIT
constexpr std::uint8_t kLongForm = 0x80;
/// Lengths of more bytes than this belong to nothing that fits into a Certificate message.
constexpr std::size_t kMaxLengthBytes = 4;

struct Element {
  std::uint8_t tag;
  ByteView whole;
  ByteView content;
};

/// take cuts the first element off `rest`. Empty if its length is indefinite or goes beyond the
/// end.
std::optional<Element> take(ByteView& rest) {
  if (rest.size() < 2) {
    return std::nullopt;
  }
  std::size_t header = 2;
  std::size_t size = rest[1];
  if (size >= kLongForm) {
    const std::size_t count = size - kLongForm;
    if (count == 0 || count > kMaxLengthBytes || rest.size() < header + count) {
      return std::nullopt;
    }
    size = 0;
    for (const std::uint8_t byte : rest.subspan(header, count)) {
      size = size << 8U | byte;
    }
    header += count;
  }
  if (size > rest.size() - header) {
    return std::nullopt;
  }
  const Element element{
      .tag = rest[0], .whole = rest.first(header + size), .content = rest.subspan(header, size)};
  rest = rest.subspan(header + size);
  return element;
}

std::optional<Element> take_sequence(ByteView& rest) {
  const auto element = take(rest);
  return element.has_value() && element->tag == kSequence ? element : std::nullopt;
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
  if (!rest.empty() && rest[0] == kVersion && !take(rest).has_value()) {
    return std::nullopt;
  }
  const auto serial_number = take(rest);
  const auto signature = take_sequence(rest);
  const auto issuer = take(rest);
  const auto validity = take(rest);
  const auto subject = take(rest);
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
