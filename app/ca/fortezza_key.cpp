#include "ca/fortezza_key.hpp"

#include "ca/dh_groups.hpp"
#include "ca/libcrypto.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include <openssl/asn1.h>
#include <openssl/core_names.h>
#include <openssl/sha.h>

namespace heirloom::app {

namespace {

using Octets = std::vector<unsigned char>;
using ObjectPtr = std::unique_ptr<ASN1_OBJECT, LibcryptoDeleter<ASN1_OBJECT_free>>;
using StringPtr = std::unique_ptr<ASN1_STRING, LibcryptoDeleter<ASN1_STRING_free>>;
using IntegerPtr = std::unique_ptr<ASN1_INTEGER, LibcryptoDeleter<ASN1_INTEGER_free>>;

constexpr int kPrimeBits = 1024;
constexpr int kOrderBits = 160;
constexpr std::size_t kValueSize = 128;
constexpr std::size_t kDomainSize = 10;
constexpr const char* kKeyExchangeAlgorithm = "2.16.840.1.101.2.1.1.22";
constexpr const char* kKeaAndDss = "2.16.840.1.101.2.1.1.20";

void append(Octets& out, const Octets& more) {
  out.insert(out.end(), more.begin(), more.end());
}

Octets integer_der(const NumberPtr& number) {
  const IntegerPtr integer(BN_to_ASN1_INTEGER(number.get(), nullptr));
  const int size = integer == nullptr ? 0 : i2d_ASN1_INTEGER(integer.get(), nullptr);
  Octets der(static_cast<std::size_t>(std::max(size, 0)));
  unsigned char* at = der.data();
  if (size > 0) {
    i2d_ASN1_INTEGER(integer.get(), &at);
  }
  return der;
}

/// parameters_of is Dss-Parms, p, q and g (RFC 3279 §2.3.2), of a key that is fit.
Octets parameters_of(const EVP_PKEY* key) {
  const DhGroup group = group_of(key);
  Octets content = integer_der(group.prime);
  append(content, integer_der(group.order));
  append(content, integer_der(group.generator));
  const int size = static_cast<int>(content.size());
  const int whole = ASN1_object_size(1, size, V_ASN1_SEQUENCE);
  Octets der(static_cast<std::size_t>(whole) - content.size());
  unsigned char* at = der.data();
  ASN1_put_object(&at, 1, size, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
  append(der, content);
  return der;
}

/// domain_of folds the SHA-1 of the parameters: the first half xor the second (RFC 3279 §2.3.4).
Octets domain_of(const EVP_PKEY* key) {
  const Octets parameters = parameters_of(key);
  std::array<unsigned char, SHA_DIGEST_LENGTH> hash{};
  SHA1(parameters.data(), parameters.size(), hash.data());
  Octets domain(kDomainSize);
  for (std::size_t i = 0; i < domain.size(); ++i) {
    domain[i] = static_cast<unsigned char>(hash[i] ^ hash[i + kDomainSize]);
  }
  return domain;
}

/// value_of is Y, as long as the prime. Empty if the key has none.
Octets value_of(const EVP_PKEY* key) {
  BIGNUM* number = nullptr;
  EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PUB_KEY, &number);
  const NumberPtr owned(number);
  Octets value(kValueSize);
  const bool is_good =
      number != nullptr && BN_bn2binpad(number, value.data(), static_cast<int>(value.size())) > 0;
  return is_good ? value : Octets{};
}

/// combined_key has version and type of KEA, a key material identifier, clearance, privileges, and
/// the length of Y, which stands for both keys because no part of DSS follows. There is no token
/// and so no clearance: the identifier is the front of the hash of Y, the flags are zero.
Octets combined_key(const Octets& value) {
  std::array<unsigned char, SHA_DIGEST_LENGTH> hash{};
  SHA1(value.data(), value.size(), hash.data());
  Octets key{0, 1};
  key.insert(key.end(), hash.begin(), hash.begin() + 8);
  append(key, {0, 0, 0, static_cast<unsigned char>(value.size())});
  append(key, value);
  return key;
}

/// set hands everything to the certificate, or leaves nothing behind.
bool set(X509* certificate, const char* algorithm, int type, StringPtr parameters, Octets bits) {
  ObjectPtr object(OBJ_txt2obj(algorithm, 1));
  auto* const copy = static_cast<unsigned char*>(OPENSSL_memdup(bits.data(), bits.size()));
  if (object == nullptr || parameters == nullptr || copy == nullptr ||
      X509_PUBKEY_set0_param(X509_get_X509_PUBKEY(certificate),
                             object.get(),
                             type,
                             parameters.get(),
                             copy,
                             static_cast<int>(bits.size())) != 1) {
    OPENSSL_free(copy);
    return false;
  }
  static_cast<void>(object.release());
  static_cast<void>(parameters.release());
  return true;
}

StringPtr string_of(int type, const Octets& content) {
  StringPtr text(ASN1_STRING_type_new(type));
  const bool is_good =
      text != nullptr &&
      ASN1_STRING_set(text.get(), content.data(), static_cast<int>(content.size())) == 1;
  return is_good ? std::move(text) : nullptr;
}

}  // namespace

bool is_fit_for_fortezza(const EVP_PKEY* key) {
  if (EVP_PKEY_is_a(key, "DHX") != 1 && EVP_PKEY_is_a(key, "DSA") != 1) {
    return false;
  }
  const DhGroup group = group_of(key);
  return group.prime != nullptr && group.generator != nullptr && group.order != nullptr &&
         BN_num_bits(group.prime.get()) == kPrimeBits &&
         BN_num_bits(group.order.get()) == kOrderBits;
}

bool set_fortezza_key(X509* certificate, const EVP_PKEY* key, KeyForm form) {
  Octets value = value_of(key);
  if (value.empty() || form == KeyForm::ordinary) {
    return false;
  }
  if (form == KeyForm::kea) {
    return set(certificate,
               kKeyExchangeAlgorithm,
               V_ASN1_OCTET_STRING,
               string_of(V_ASN1_OCTET_STRING, domain_of(key)),
               std::move(value));
  }
  return set(certificate,
             kKeaAndDss,
             V_ASN1_SEQUENCE,
             string_of(V_ASN1_SEQUENCE, parameters_of(key)),
             combined_key(value));
}

std::string fortezza_text(const EVP_PKEY* key, KeyForm form) {
  if (form == KeyForm::ordinary || !is_fit_for_fortezza(key)) {
    return "";
  }
  std::string text = form == KeyForm::kea ? "KEA key" : "KEA and DSS key";
  text += " of the domain ";
  constexpr char kDigits[] = "0123456789abcdef";
  for (const unsigned char byte : domain_of(key)) {
    text += kDigits[byte >> 4U];
    text += kDigits[byte & 0x0fU];
  }
  return text;
}

}  // namespace heirloom::app
