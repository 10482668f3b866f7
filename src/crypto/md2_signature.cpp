#include "crypto/md2_signature.hpp"

#include "crypto/certificate_walk.hpp"
#include "crypto/rsa.hpp"
#include "crypto/x509_parse.hpp"

#include <array>

#include <openssl/core_names.h>
#include <openssl/objects.h>

#define CRYPTOPP_ENABLE_NAMESPACE_WEAK 1  // NOLINT(readability-identifier-naming): the library's
#include <cryptopp/md2.h>

namespace heirloom::crypto {

namespace {

/// DigestInfo of PKCS#1 before the hash: SEQUENCE { SEQUENCE { md2 NULL } OCTET STRING of 16 }.
constexpr std::array<std::uint8_t, 18> kDigestInfo{0x30,
                                                   0x20,
                                                   0x30,
                                                   0x0c,
                                                   0x06,
                                                   0x08,
                                                   0x2a,
                                                   0x86,
                                                   0x48,
                                                   0x86,
                                                   0xf7,
                                                   0x0d,
                                                   0x02,
                                                   0x02,
                                                   0x05,
                                                   0x00,
                                                   0x04,
                                                   0x10};

}  // namespace

Bytes md2(ByteView data) {
  CryptoPP::Weak::MD2 hash;
  Bytes digest(CryptoPP::Weak::MD2::DIGESTSIZE);
  hash.CalculateDigest(digest.data(), data.data(), data.size());
  return digest;
}

bool is_signed_with_md2(const X509* certificate) {
  return X509_get_signature_nid(certificate) == NID_md2WithRSAEncryption;
}

bool verify_md2_signature(const X509* certificate, const X509* issuer) {
  const ErrorQueueGuard guard;
  const EVP_PKEY* key = X509_get0_pubkey(issuer);
  if (!is_signed_with_md2(certificate) || key == nullptr ||
      key_algorithm_of(issuer) != PublicKeyAlgorithm::rsa) {
    return false;
  }
  const auto rsa = RsaPublicKey::from_modulus(key_number(key, OSSL_PKEY_PARAM_RSA_N),
                                              key_number(key, OSSL_PKEY_PARAM_RSA_E));
  const CertificateDer der = x509_der(certificate);
  const auto parts = walk_certificate(der);
  const ASN1_BIT_STRING* signature = nullptr;
  X509_get0_signature(&signature, nullptr, certificate);
  if (!rsa.has_value() || !parts.has_value() || signature == nullptr) {
    return false;
  }
  Bytes signed_value(kDigestInfo.begin(), kDigestInfo.end());
  append(signed_value, md2(parts->body));
  return rsa->verify(
      signed_value,
      {ASN1_STRING_get0_data(signature), static_cast<std::size_t>(ASN1_STRING_length(signature))});
}

}  // namespace heirloom::crypto
