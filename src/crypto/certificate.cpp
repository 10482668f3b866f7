// describe_certificate, fingerprints and PEM: what a person or a policy sees of a certificate.
#include "heirloom/certificate.hpp"

#include "crypto/fortezza_certificate.hpp"
#include "crypto/hash.hpp"
#include "crypto/library.hpp"
#include "crypto/x509_parse.hpp"

#include <algorithm>
#include <optional>
#include <utility>

#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pem.h>

namespace heirloom {

namespace {

using crypto::Deleter;
using crypto::ErrorQueueGuard;
using crypto::OpensslFree;
using crypto::X509Pointer;
using GeneralNamesPointer = std::unique_ptr<GENERAL_NAMES, Deleter<GENERAL_NAMES_free>>;
using ConstraintsPointer = std::unique_ptr<BASIC_CONSTRAINTS, Deleter<BASIC_CONSTRAINTS_free>>;

std::string serial_text(const X509* certificate) {
  const crypto::BigNumber number(ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), nullptr));
  if (number == nullptr) {
    return {};
  }
  const std::unique_ptr<char, OpensslFree> text(BN_bn2hex(number.get()));
  return text == nullptr ? std::string{} : std::string(text.get());
}

std::string signature_algorithm_text(const X509* certificate) {
  const X509_ALGOR* algorithm = nullptr;
  X509_get0_signature(nullptr, &algorithm, certificate);
  const ASN1_OBJECT* object = nullptr;
  X509_ALGOR_get0(&object, nullptr, nullptr, algorithm);
  // The long name where libcrypto knows one, else the number.
  std::array<char, 128> text{};
  const int size = OBJ_obj2txt(text.data(), static_cast<int>(text.size()), object, 0);
  return size > 0 ? std::string(text.data()) : std::string("unknown");
}

std::string address_text(const ASN1_OCTET_STRING* address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int size = ASN1_STRING_length(address);
  const int family = size == 4 ? AF_INET : AF_INET6;
  const bool is_address = size == 4 || size == 16;
  if (!is_address || inet_ntop(family,
                               ASN1_STRING_get0_data(address),
                               text.data(),
                               static_cast<socklen_t>(text.size())) == nullptr) {
    return {};
  }
  return text.data();
}

void read_alternative_names(const X509* certificate, CertificateInfo& info) {
  const GeneralNamesPointer names(static_cast<GENERAL_NAMES*>(
      X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    const GENERAL_NAME* name = sk_GENERAL_NAME_value(names.get(), i);
    int type = 0;
    const void* value = GENERAL_NAME_get0_value(name, &type);
    if (type == GEN_DNS) {
      const auto* text = static_cast<const ASN1_STRING*>(value);
      // Security: a NUL or another control character is escaped here and so can match no host.
      info.dns_names.push_back(
          crypto::printable({reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
                             static_cast<std::size_t>(ASN1_STRING_length(text))}));
    } else if (type == GEN_IPADD) {
      auto text = address_text(static_cast<const ASN1_OCTET_STRING*>(value));
      if (!text.empty()) {
        info.ip_addresses.push_back(std::move(text));
      }
    }
  }
}

/// common_name is the last one of the subject, the most specific.
std::optional<std::string> common_name(const X509* certificate) {
  const X509_NAME* subject = X509_get_subject_name(certificate);
  int last = -1;
  for (int i = -1; (i = X509_NAME_get_index_by_NID(subject, NID_commonName, i)) >= 0;) {
    last = i;
  }
  if (last < 0) {
    return std::nullopt;
  }
  unsigned char* raw = nullptr;
  const int size =
      ASN1_STRING_to_UTF8(&raw, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(subject, last)));
  if (size < 0) {
    return std::nullopt;
  }
  const std::unique_ptr<unsigned char, OpensslFree> owner(raw);
  return crypto::printable({reinterpret_cast<const char*>(raw), static_cast<std::size_t>(size)});
}

bool is_self_signed(X509* certificate) {
  if (X509_NAME_cmp(X509_get_subject_name(certificate), X509_get_issuer_name(certificate)) != 0) {
    return false;
  }
  EVP_PKEY* key = X509_get0_pubkey(certificate);
  return key != nullptr && X509_verify(certificate, key) == 1;
}

bool is_authority(const X509* certificate) {
  const ConstraintsPointer constraints(static_cast<BASIC_CONSTRAINTS*>(
      X509_get_ext_d2i(certificate, NID_basic_constraints, nullptr, nullptr)));
  return constraints != nullptr && constraints->ca != 0;
}

}  // namespace

Result<CertificateInfo> describe_certificate(std::span<const std::uint8_t> der) {
  auto parsed = crypto::parse_x509(der);
  if (!parsed.has_value()) {
    return std::move(parsed).error();
  }
  const ErrorQueueGuard guard;
  const X509Pointer certificate = std::move(parsed).value();
  CertificateInfo info;
  info.subject = crypto::name_text(X509_get_subject_name(certificate.get()));
  info.issuer = crypto::name_text(X509_get_issuer_name(certificate.get()));
  info.serial = serial_text(certificate.get());
  // A date that cannot be read makes the certificate one that was never valid: both ends are the
  // epoch then.
  const std::chrono::system_clock::time_point epoch;
  info.not_before = crypto::time_point_of(X509_get0_notBefore(certificate.get())).value_or(epoch);
  info.not_after = crypto::time_point_of(X509_get0_notAfter(certificate.get())).value_or(epoch);
  info.key_algorithm = crypto::key_algorithm_of(certificate.get());
  if (info.key_algorithm == PublicKeyAlgorithm::kea) {
    info.key_bits = crypto::kKeaBits;
  } else if (const EVP_PKEY* key = X509_get0_pubkey(certificate.get()); key != nullptr) {
    info.key_bits = static_cast<std::size_t>(std::max(0, EVP_PKEY_get_bits(key)));
  }
  info.signature_algorithm = signature_algorithm_text(certificate.get());
  read_alternative_names(certificate.get(), info);
  if (info.dns_names.empty()) {
    if (auto name = common_name(certificate.get()); name.has_value()) {
      info.dns_names.push_back(std::move(*name));
    }
  }
  info.is_self_signed = is_self_signed(certificate.get());
  info.is_authority = is_authority(certificate.get());
  info.sha256_fingerprint = crypto::sha256(der);
  return info;
}

std::string_view to_string(PublicKeyAlgorithm algorithm) noexcept {
  switch (algorithm) {
    case PublicKeyAlgorithm::rsa:
      return "RSA";
    case PublicKeyAlgorithm::dsa:
      return "DSA";
    case PublicKeyAlgorithm::dh:
      return "DH";
    case PublicKeyAlgorithm::ec:
      return "EC";
    case PublicKeyAlgorithm::kea:
      return "KEA";
    case PublicKeyAlgorithm::other:
      return "unknown";
  }
  return "unknown";
}

}  // namespace heirloom
