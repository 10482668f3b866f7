#include "crypto/x509.hpp"

#include "heirloom/config.hpp"

#include "base/try.hpp"
#include "crypto/certificate_walk.hpp"
#include "crypto/library.hpp"
#include "crypto/x509_parse.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <openssl/core_names.h>

namespace heirloom::crypto {

namespace {

using IntegerPointer = std::unique_ptr<ASN1_INTEGER, Deleter<ASN1_INTEGER_free>>;
using AlgorithmPointer = std::unique_ptr<X509_ALGOR, Deleter<X509_ALGOR_free>>;
using BitStringPointer = std::unique_ptr<ASN1_BIT_STRING, Deleter<ASN1_BIT_STRING_free>>;

/// Bits of the keyUsage extension, RFC 2459 §4.2.1.3.
constexpr int kDigitalSignatureBit = 0;
constexpr int kKeyEnciphermentBit = 2;
constexpr int kKeyAgreementBit = 4;

/// read_key_usage leaves everything allowed if there is no keyUsage extension, or none that can be
/// read: what such a certificate is worth is the verifier's question.
void read_key_usage(const X509* certificate, CertificateKey& key) {
  int critical = 0;
  const BitStringPointer usage(static_cast<ASN1_BIT_STRING*>(
      X509_get_ext_d2i(certificate, NID_key_usage, &critical, nullptr)));
  if (usage == nullptr) {
    return;
  }
  key.may_sign = ASN1_BIT_STRING_get_bit(usage.get(), kDigitalSignatureBit) == 1;
  key.may_encipher = ASN1_BIT_STRING_get_bit(usage.get(), kKeyEnciphermentBit) == 1;
  key.may_agree = key.algorithm == PublicKeyAlgorithm::kea
                      ? may_agree(certificate)
                      : ASN1_BIT_STRING_get_bit(usage.get(), kKeyAgreementBit) == 1;
}

Error unusable(const CertificateKey& key) {
  return {Cause::certificate_key_unsupported,
          std::string("the ") + std::string(to_string(key.algorithm)) + " key of " +
              std::to_string(key.bits) + " bits cannot be used"};
}

/// read_ec_key writes the point in uncompressed form, whatever the certificate has.
std::optional<EcPublicKey> read_ec_key(const EVP_PKEY* key) {
  std::array<char, 64> name{};
  if (EVP_PKEY_get_group_name(key, name.data(), name.size(), nullptr) != 1) {
    return std::nullopt;  // parameters that are no curve libcrypto knows
  }
  const auto curve = curve_of_library_name(name.data());
  if (!curve.has_value()) {
    return std::nullopt;
  }
  const std::size_t field = curve_info(*curve).field_size;
  Bytes point{4};
  for (const char* const coordinate : {OSSL_PKEY_PARAM_EC_PUB_X, OSSL_PKEY_PARAM_EC_PUB_Y}) {
    const Bytes number = key_number(key, coordinate);
    if (number.size() > field) {
      return std::nullopt;
    }
    point.resize(point.size() + field - number.size());
    append(point, number);
  }
  if (!check_point(*curve, point).has_value()) {
    return std::nullopt;
  }
  return EcPublicKey{.curve = *curve, .point = std::move(point)};
}

/// read_numbers fills in the key of its kind. False if its numbers cannot be used.
bool read_numbers(const EVP_PKEY* key, CertificateKey& out) {
  switch (out.algorithm) {
    case PublicKeyAlgorithm::rsa:
      out.rsa = RsaPublicKey::from_modulus(key_number(key, OSSL_PKEY_PARAM_RSA_N),
                                           key_number(key, OSSL_PKEY_PARAM_RSA_E));
      return out.rsa.has_value();
    case PublicKeyAlgorithm::dsa:
      out.dsa = DsaPublicKey::from_numbers(key_number(key, OSSL_PKEY_PARAM_FFC_P),
                                           key_number(key, OSSL_PKEY_PARAM_FFC_Q),
                                           key_number(key, OSSL_PKEY_PARAM_FFC_G),
                                           key_number(key, OSSL_PKEY_PARAM_PUB_KEY));
      return out.dsa.has_value();
    case PublicKeyAlgorithm::ec:
      out.ec = read_ec_key(key);
      return out.ec.has_value();
    case PublicKeyAlgorithm::dh:
    case PublicKeyAlgorithm::kea:
    case PublicKeyAlgorithm::other:
      return false;
  }
  return false;
}

/// read_dh_key reads group and public value as they stand: libcrypto refuses groups that old
/// servers have. RFC 3279 §2.3.3 for X9.42; PKCS#3 has the same but for the order.
Result<DhPublicKey> read_dh_key(const X509_PUBKEY* key) {
  ASN1_OBJECT* object = nullptr;
  const unsigned char* bits = nullptr;
  int size = 0;
  X509_ALGOR* algorithm = nullptr;
  if (key == nullptr || X509_PUBKEY_get0_param(&object, &bits, &size, &algorithm, key) != 1) {
    return Cause::certificate_malformed;
  }
  int type = V_ASN1_UNDEF;
  const void* parameters = nullptr;
  X509_ALGOR_get0(nullptr, &type, &parameters, algorithm);
  if (type != V_ASN1_SEQUENCE) {
    // RFC 3279 §2.3.2 lets a DSA key inherit its issuer's parameters, but no Diffie-Hellman key.
    return Error(Cause::certificate_malformed, "the DH key has no group");
  }
  const auto* text = static_cast<const ASN1_STRING*>(parameters);
  const ByteView der(ASN1_STRING_get0_data(text),
                     static_cast<std::size_t>(ASN1_STRING_length(text)));
  auto group = read_dh_parameters(
      der,
      OBJ_obj2nid(object) == NID_dhpublicnumber ? DhParametersForm::x942 : DhParametersForm::pkcs3);
  const unsigned char* at = bits;
  const IntegerPointer integer(d2i_ASN1_INTEGER(nullptr, &at, size));
  if (!group.has_value() || integer == nullptr || at != bits + size) {
    return Error(Cause::certificate_malformed, "the DH key cannot be read");
  }
  const BigNumber value(ASN1_INTEGER_to_BN(integer.get(), nullptr));
  if (value == nullptr || BN_is_negative(value.get()) == 1) {
    return Error(Cause::certificate_malformed, "the DH key cannot be read");
  }
  return DhPublicKey{.group = std::move(*group), .public_value = number_bytes(value.get())};
}

/// read_key fills in kind, size and numbers.
Result<void> read_key(const X509_PUBKEY* info, CertificateKey& key) {
  key.algorithm = public_key_algorithm(info);
  if (key.algorithm == PublicKeyAlgorithm::other) {
    return Cause::certificate_key_unsupported;
  }
  if (key.algorithm == PublicKeyAlgorithm::kea) {
    HEIRLOOM_TRY(FortezzaKey fortezza, fortezza_key_of(info));
    key.kea = std::get<KeaPublicKey>(std::move(fortezza));
    key.bits = kKeaBits;
    return {};
  }
  if (key.algorithm == PublicKeyAlgorithm::dh) {
    HEIRLOOM_TRY(key.dh, read_dh_key(info));
    key.bits = key.dh->group.bits();
    return {};
  }
  const EVP_PKEY* public_key = X509_PUBKEY_get0(info);
  if (public_key == nullptr) {
    return Error(Cause::certificate_malformed,
                 std::string("the ") + std::string(to_string(key.algorithm)) +
                     " key cannot be read: " + last_reason());
  }
  key.bits = static_cast<std::size_t>(std::max(0, EVP_PKEY_get_bits(public_key)));
  if (!read_numbers(public_key, key)) {
    return unusable(key);
  }
  return {};
}

/// key_by_walk reads the key of a certificate that libcrypto refuses; `refusal` is its reason. Such
/// a certificate has no keyUsage that could be trusted to be there, so all is allowed: whether it
/// is accepted at all is the verifier's question, and only a pin, or no check at all, says yes.
Result<CertificateKey> key_by_walk(ByteView der, Error refusal) {
  const ErrorQueueGuard guard;
  const auto parts = walk_certificate(der);
  const KeyInfoPointer info = key_info_by_walk(der);
  if (!parts.has_value() || info == nullptr) {
    return refusal;
  }
  const unsigned char* at = parts->signature_algorithm.data();
  const AlgorithmPointer algorithm(
      d2i_X509_ALGOR(nullptr, &at, static_cast<long>(parts->signature_algorithm.size())));
  CertificateKey key;
  if (algorithm != nullptr) {
    const ASN1_OBJECT* object = nullptr;
    X509_ALGOR_get0(&object, nullptr, nullptr, algorithm.get());
    key.signature_algorithm = signing_algorithm(OBJ_obj2nid(object));
  }
  HEIRLOOM_TRY_VOID(read_key(info.get(), key));
  return key;
}

}  // namespace

KeyInfoPointer key_info_by_walk(ByteView der) {
  const ErrorQueueGuard guard;
  const auto parts = walk_certificate(der);
  if (!parts.has_value() || !std::in_range<long>(parts->public_key.size())) {
    return nullptr;
  }
  const unsigned char* at = parts->public_key.data();
  X509_PUBKEY* raw = X509_PUBKEY_new_ex(library_context(), nullptr);
  if (raw == nullptr ||
      d2i_X509_PUBKEY(&raw, &at, static_cast<long>(parts->public_key.size())) == nullptr) {
    return nullptr;  // on failure d2i has freed the object
  }
  return KeyInfoPointer(raw);
}

Result<DhPublicKey> dh_key_of(const X509_PUBKEY* key) {
  const ErrorQueueGuard guard;
  return read_dh_key(key);
}

Result<CertificateKey> certificate_key(ByteView der) {
  auto parsed = parse_x509(der);
  if (!parsed.has_value()) {
    return key_by_walk(der, std::move(parsed).error());
  }
  const ErrorQueueGuard guard;
  const X509* certificate = parsed.value().get();
  CertificateKey key;
  key.signature_algorithm = signing_algorithm_of(certificate);
  HEIRLOOM_TRY_VOID(read_key(X509_get_X509_PUBKEY(certificate), key));
  read_key_usage(certificate, key);
  return key;
}

namespace {

Result<Bytes> name_der(const X509_NAME* name) {
  const ErrorQueueGuard guard;
  unsigned char* raw = nullptr;
  const int size = i2d_X509_NAME(name, &raw);
  if (size <= 0) {
    return Cause::certificate_malformed;
  }
  const std::unique_ptr<unsigned char, OpensslFree> owner(raw);
  return Bytes(raw, raw + size);
}

}  // namespace

Result<Bytes> subject_name(ByteView der) {
  HEIRLOOM_TRY(const X509Pointer certificate, parse_x509(der));
  return name_der(X509_get_subject_name(certificate.get()));
}

Result<Bytes> issuer_name(ByteView der) {
  HEIRLOOM_TRY(const X509Pointer certificate, parse_x509(der));
  return name_der(X509_get_issuer_name(certificate.get()));
}

}  // namespace heirloom::crypto

namespace heirloom {

Result<std::vector<std::uint8_t>> certificate_subject_name(std::span<const std::uint8_t> der) {
  return crypto::subject_name(der);
}

}  // namespace heirloom
