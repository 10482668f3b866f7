#include "crypto/x509.hpp"

#include "heirloom/config.hpp"

#include "crypto/library.hpp"
#include "crypto/x509_parse.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <openssl/core_names.h>

namespace heirloom::crypto {

namespace {

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
  key.may_agree = ASN1_BIT_STRING_get_bit(usage.get(), kKeyAgreementBit) == 1;
}

}  // namespace

Result<CertificateKey> certificate_key(ByteView der) {
  auto parsed = parse_x509(der);
  if (!parsed.has_value()) {
    return std::move(parsed).error();
  }
  const ErrorQueueGuard guard;
  const X509* certificate = parsed.value().get();
  CertificateKey key;
  key.algorithm = key_algorithm_of(certificate);
  if (key.algorithm == PublicKeyAlgorithm::other) {
    return Cause::certificate_key_unsupported;
  }
  const EVP_PKEY* public_key = X509_get0_pubkey(certificate);
  if (public_key == nullptr) {
    return Error(Cause::certificate_malformed,
                 std::string("the ") + std::string(to_string(key.algorithm)) +
                     " key cannot be read: " + last_reason());
  }
  key.bits = static_cast<std::size_t>(std::max(0, EVP_PKEY_get_bits(public_key)));
  read_key_usage(certificate, key);
  if (key.algorithm == PublicKeyAlgorithm::rsa) {
    key.rsa = RsaPublicKey::from_modulus(key_number(public_key, OSSL_PKEY_PARAM_RSA_N),
                                         key_number(public_key, OSSL_PKEY_PARAM_RSA_E));
    if (!key.rsa.has_value()) {
      return Error(Cause::certificate_key_unsupported,
                   "the RSA key of " + std::to_string(key.bits) + " bits cannot be used");
    }
  }
  return key;
}

}  // namespace heirloom::crypto

namespace heirloom {

Result<std::vector<std::uint8_t>> certificate_subject_name(std::span<const std::uint8_t> der) {
  auto parsed = crypto::parse_x509(der);
  if (!parsed.has_value()) {
    return std::move(parsed).error();
  }
  const crypto::ErrorQueueGuard guard;
  unsigned char* raw = nullptr;
  const int size = i2d_X509_NAME(X509_get_subject_name(parsed.value().get()), &raw);
  if (size <= 0) {
    return Cause::certificate_malformed;
  }
  const std::unique_ptr<unsigned char, crypto::OpensslFree> owner(raw);
  return std::vector<std::uint8_t>(raw, raw + size);
}

}  // namespace heirloom
