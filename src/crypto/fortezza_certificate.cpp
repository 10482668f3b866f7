#include "crypto/fortezza_certificate.hpp"

#include "base/try.hpp"
#include "crypto/der.hpp"
#include "crypto/x509.hpp"
#include "crypto/x509_parse.hpp"

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <utility>

namespace heirloom::crypto {

namespace {

using BitStringPointer = std::unique_ptr<ASN1_BIT_STRING, Deleter<ASN1_BIT_STRING_free>>;

/// Public values of KEA have up to 1024 bits.
constexpr std::size_t kMaxValueSize = 128;

Error malformed(std::string detail) {
  return {Cause::certificate_malformed, std::move(detail)};
}

/// The algorithms of MISSI are 2.16.840.1.101.2.1.1 and one more number; libcrypto knows none.
constexpr std::array<std::uint8_t, 8> kMissiAlgorithms{
    0x60, 0x86, 0x48, 0x01, 0x65, 0x02, 0x01, 0x01};
constexpr std::uint8_t kKeaWithInteger = 10;
constexpr std::uint8_t kOldKeaAndDss = 12;
constexpr std::uint8_t kKeaAndDss = 20;
constexpr std::uint8_t kKeyExchangeAlgorithm = 22;  ///< id-keyExchangeAlgorithm, RFC 3279 §2.3.4

/// last_number_of is 0 for what is no algorithm of MISSI.
std::uint8_t last_number_of(const ASN1_OBJECT* object) {
  const ByteView bytes(OBJ_get0_data(object), OBJ_length(object));
  const bool is_missi = bytes.size() == kMissiAlgorithms.size() + 1 &&
                        std::equal(kMissiAlgorithms.begin(), kMissiAlgorithms.end(), bytes.begin());
  return is_missi ? bytes.back() : 0;
}

Bytes without_leading_zeros(ByteView number) {
  const auto first = std::ranges::find_if(number, [](std::uint8_t byte) { return byte != 0; });
  return {first, number.end()};
}

Result<Bytes> checked_value(ByteView number) {
  Bytes value = without_leading_zeros(number);
  if (value.empty() || value.size() > kMaxValueSize) {
    return malformed("the public value has " + std::to_string(value.size()) + " bytes");
  }
  return value;
}

constexpr std::uint8_t kInteger = 0x02;
constexpr std::uint8_t kOctetString = 0x04;
constexpr std::uint8_t kOneGroupEach = 0xa0;  ///< [0] EXPLICIT
constexpr std::uint8_t kOneGroup = 0xa1;      ///< [1] EXPLICIT

/// take_only is the one element that `bytes` are, if it has that tag.
std::optional<DerElement> take_only(ByteView bytes, std::uint8_t tag) {
  auto element = take_element(bytes);
  return element.has_value() && element->tag == tag && bytes.empty() ? element : std::nullopt;
}

/// take_number reads an element of that type as a number above 0. Empty if it is none.
Bytes take_number(ByteView& rest, std::uint8_t tag) {
  const auto element = take_element(rest);
  if (!element.has_value() || element->tag != tag || element->content.empty()) {
    return {};
  }
  const bool is_negative = tag == kInteger && (element->content[0] & 0x80U) != 0;
  return is_negative ? Bytes{} : without_leading_zeros(element->content);
}

/// read_group reads what has the shape of Dss-Parms, but OCTET STRINGs for its numbers.
std::optional<DhGroup> read_group(ByteView der) {
  const auto sequence = take_only(der, kDerSequence);
  if (!sequence.has_value()) {
    return std::nullopt;
  }
  ByteView rest = sequence->content;
  const Bytes p = take_number(rest, kOctetString);
  const Bytes q = take_number(rest, kOctetString);
  const Bytes g = take_number(rest, kOctetString);
  if (p.empty() || q.empty() || g.empty() || !rest.empty()) {
    return std::nullopt;
  }
  return make_dh_group(p, g, q);
}

/// read_groups takes Dss-Parms for both, [1] with one group, or [0] with KEA's and DSS's. False if
/// the parameters are none of these.
bool read_groups(ByteView der, MissiKey& key) {
  if (der[0] == kOneGroupEach) {
    const auto tagged = take_only(der, kOneGroupEach);
    const auto both =
        tagged.has_value() ? take_only(tagged->content, kDerSequence) : std::optional<DerElement>();
    ByteView rest = both.has_value() ? both->content : ByteView();
    const auto first = take_element(rest);
    key.kea_group = first.has_value() ? read_group(first->whole) : std::nullopt;
    key.dss_group = read_group(rest);
  } else if (der[0] == kOneGroup) {
    const auto tagged = take_only(der, kOneGroup);
    key.kea_group = tagged.has_value() ? read_group(tagged->content) : std::nullopt;
    key.dss_group = key.kea_group;
  } else {
    key.kea_group = read_dh_parameters(der, DhParametersForm::dss);
    key.dss_group = key.kea_group;
  }
  return key.kea_group.has_value() && key.dss_group.has_value();
}

/// Walk goes over the bytes of a combined key; after the first overrun all it gives is empty.
class Walk {
 public:
  explicit Walk(ByteView bytes) : rest_(bytes) {}

  ByteView bytes(std::size_t size) {
    if (has_failed_ || size > rest_.size()) {
      has_failed_ = true;
      return {};
    }
    const ByteView taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }

  std::uint8_t byte() {
    const ByteView taken = bytes(1);
    return taken.empty() ? std::uint8_t{0} : taken[0];
  }

  /// skip_flags passes over a string of flags: a byte without the highest bit is its last.
  void skip_flags() {
    while ((byte() & 0x80U) != 0) {
    }
  }

  /// value is a number behind its length of two bytes.
  ByteView value() {
    const std::size_t high = byte();
    return bytes(high << 8U | byte());
  }

  [[nodiscard]] bool is_at_end() const { return rest_.empty(); }

  [[nodiscard]] bool has_failed() const { return has_failed_; }

 private:
  ByteView rest_;
  bool has_failed_ = false;
};

constexpr std::uint8_t kKeaType = 1;
constexpr std::uint8_t kDssType = 2;

/// read_values: version, type, key material identifier, clearance, privileges and value of KEA;
/// then version, type, privileges and value of DSS, or nothing, if the one value is for both.
Result<void> read_values(ByteView bytes, MissiKey& key) {
  Walk walk(bytes);
  static_cast<void>(walk.byte());
  const std::uint8_t kea_type = walk.byte();
  const ByteView identifier = walk.bytes(key.key_material_identifier.size());
  std::ranges::copy(identifier, key.key_material_identifier.begin());
  walk.skip_flags();
  walk.skip_flags();
  const ByteView kea_value = walk.value();
  if (walk.has_failed() || kea_type != kKeaType) {
    return malformed("the combined key cannot be read");
  }
  HEIRLOOM_TRY(key.kea_value, checked_value(kea_value));
  key.dss_value = key.kea_value;
  if (walk.is_at_end()) {
    return {};
  }
  static_cast<void>(walk.byte());
  const std::uint8_t dss_type = walk.byte();
  walk.skip_flags();
  const ByteView dss_value = walk.value();
  if (walk.has_failed() || dss_type != kDssType || !walk.is_at_end()) {
    return malformed("the DSS part of the combined key cannot be read");
  }
  HEIRLOOM_TRY(key.dss_value, checked_value(dss_value));
  return {};
}

/// Info is a SubjectPublicKeyInfo, taken apart.
struct Info {
  ByteView bits;
  int parameters_type = V_ASN1_UNDEF;
  ByteView parameters{};  ///< with tag and length, unless they are an OCTET STRING
};

Result<FortezzaKey> read_missi_key(const Info& info) {
  MissiKey key;
  HEIRLOOM_TRY_VOID(read_values(info.bits, key));
  const bool is_inherited = info.parameters_type == V_ASN1_UNDEF;
  const bool is_known_type =
      info.parameters_type == V_ASN1_SEQUENCE || info.parameters_type == V_ASN1_OTHER;
  if (!is_inherited &&
      (!is_known_type || info.parameters.empty() || !read_groups(info.parameters, key))) {
    return malformed("the groups of the combined key cannot be read");
  }
  return FortezzaKey(std::move(key));
}

Result<FortezzaKey> read_kea_key(const Info& info, ByteView value) {
  KeaPublicKey key;
  if (info.parameters_type != V_ASN1_OCTET_STRING ||
      info.parameters.size() != key.domain_identifier.size()) {
    return malformed("the KEA key has no domain identifier of 10 bytes");
  }
  std::ranges::copy(info.parameters, key.domain_identifier.begin());
  HEIRLOOM_TRY(key.public_value, checked_value(value));
  return FortezzaKey(std::move(key));
}

/// read_integer_key: the older form has its value as an INTEGER in the BIT STRING.
Result<FortezzaKey> read_integer_key(const Info& info) {
  ByteView rest = info.bits;
  const Bytes value = take_number(rest, kInteger);
  if (value.empty() || !rest.empty()) {
    return malformed("the KEA key cannot be read");
  }
  return read_kea_key(info, value);
}

}  // namespace

bool may_agree(const X509* certificate) {
  constexpr int kKeyAgreementBit = 4;
  constexpr int kEncipherOnlyBit = 7;
  constexpr int kDecipherOnlyBit = 8;
  const BitStringPointer usage(static_cast<ASN1_BIT_STRING*>(
      X509_get_ext_d2i(certificate, NID_key_usage, nullptr, nullptr)));
  const auto has = [&](int bit) { return ASN1_BIT_STRING_get_bit(usage.get(), bit) == 1; };
  return usage == nullptr ||
         (has(kKeyAgreementBit) && !(has(kEncipherOnlyBit) && has(kDecipherOnlyBit)));
}

bool is_kea_algorithm(const ASN1_OBJECT* object) {
  const std::uint8_t number = last_number_of(object);
  return number == kKeyExchangeAlgorithm || number == kKeaWithInteger;
}

Result<FortezzaKey> fortezza_key_of(const X509_PUBKEY* info) {
  const ErrorQueueGuard guard;
  ASN1_OBJECT* object = nullptr;
  const unsigned char* bits = nullptr;
  int size = 0;
  X509_ALGOR* algorithm = nullptr;
  if (info == nullptr || X509_PUBKEY_get0_param(&object, &bits, &size, &algorithm, info) != 1) {
    return Cause::certificate_malformed;
  }
  Info parts{.bits = ByteView(bits, static_cast<std::size_t>(size))};
  const void* parameters = nullptr;
  X509_ALGOR_get0(nullptr, &parts.parameters_type, &parameters, algorithm);
  if (parts.parameters_type == V_ASN1_SEQUENCE || parts.parameters_type == V_ASN1_OTHER ||
      parts.parameters_type == V_ASN1_OCTET_STRING) {
    const auto* text = static_cast<const ASN1_STRING*>(parameters);
    parts.parameters =
        ByteView(ASN1_STRING_get0_data(text), static_cast<std::size_t>(ASN1_STRING_length(text)));
  }
  switch (last_number_of(object)) {
    case kKeyExchangeAlgorithm:
      return read_kea_key(parts, parts.bits);
    case kKeaWithInteger:
      return read_integer_key(parts);
    case kKeaAndDss:
    case kOldKeaAndDss:
      return read_missi_key(parts);
    default:
      return Cause::certificate_key_unsupported;
  }
}

Result<FortezzaCertificateKey> fortezza_certificate_key(ByteView der) {
  auto parsed = parse_x509(der);
  if (!parsed.has_value()) {
    const KeyInfoPointer info = key_info_by_walk(der);
    if (info == nullptr) {
      return std::move(parsed).error();
    }
    HEIRLOOM_TRY(FortezzaKey key, fortezza_key_of(info.get()));
    return FortezzaCertificateKey{.key = std::move(key)};
  }
  const ErrorQueueGuard guard;
  const X509* certificate = parsed.value().get();
  HEIRLOOM_TRY(FortezzaKey key, fortezza_key_of(X509_get_X509_PUBKEY(certificate)));
  return FortezzaCertificateKey{.key = std::move(key), .may_agree = may_agree(certificate)};
}

}  // namespace heirloom::crypto
