#include "crypto/path_rules.hpp"

#include "base/try.hpp"
#include "crypto/x509.hpp"
#include "crypto/x509_parse.hpp"

#include <algorithm>
#include <optional>
#include <string>

#include <openssl/objects.h>

namespace heirloom::crypto {

namespace {

std::string subject_of(const X509* certificate) {
  return name_text(X509_get_subject_name(certificate));
}

/// limits_of is empty for keys of a kind without limits.
std::optional<KeyBits> limits_of(PublicKeyAlgorithm algorithm, const CertificateRules& rules) {
  switch (algorithm) {
    case PublicKeyAlgorithm::rsa:
      return rules.rsa;
    case PublicKeyAlgorithm::dsa:
      return rules.dsa;
    case PublicKeyAlgorithm::dh:
    case PublicKeyAlgorithm::kea:
      return rules.dh;
    case PublicKeyAlgorithm::ec:
      return rules.ec;
    case PublicKeyAlgorithm::other:
      break;
  }
  return std::nullopt;
}

/// bits_of reads the group of a Diffie-Hellman key itself: libcrypto refuses some. KEA's have one
/// size.
std::size_t bits_of(const X509* certificate) {
  if (key_algorithm_of(certificate) == PublicKeyAlgorithm::kea) {
    return kKeaBits;
  }
  if (key_algorithm_of(certificate) == PublicKeyAlgorithm::dh) {
    const auto key = dh_key_of(X509_get_X509_PUBKEY(certificate));
    return key.has_value() ? key->group.bits() : 0;
  }
  const EVP_PKEY* key = X509_get0_pubkey(certificate);
  return key == nullptr ? 0 : static_cast<std::size_t>(std::max(0, EVP_PKEY_get_bits(key)));
}

Result<void> check_size(const X509* certificate, const CertificateRules& rules) {
  const auto limits = limits_of(key_algorithm_of(certificate), rules);
  if (!limits.has_value()) {
    return {};
  }
  const std::size_t bits = bits_of(certificate);
  const std::string text =
      subject_of(certificate) + ": its key has " + std::to_string(bits) + " bits, ";
  if (bits < limits->min) {
    return Error(Cause::certificate_key_too_small,
                 text + std::to_string(limits->min) + " are required");
  }
  if (bits > limits->max) {
    return Error(Cause::certificate_key_too_large,
                 text + std::to_string(limits->max) + " are the limit");
  }
  return {};
}

Result<void> check_hash(const X509* certificate, const CertificateRules& rules) {
  const SignatureHash hash = signature_hash(X509_get_signature_nid(certificate));
  if (hash < rules.weakest_hash) {
    return Error(Cause::certificate_signature_weak,
                 subject_of(certificate) + ": it is signed with " + std::string(to_string(hash)) +
                     ", " + std::string(to_string(rules.weakest_hash)) + " is required");
  }
  return {};
}

}  // namespace

SignatureHash signature_hash(int number) {
  const ErrorQueueGuard guard;
  int hash = NID_undef;
  // RSASSA-PSS and EdDSA have no hash of their own there: both are newer than SHA-1's end.
  if (OBJ_find_sigid_algs(number, &hash, nullptr) != 1) {
    return SignatureHash::sha2;
  }
  switch (hash) {
    case NID_md2:
    case NID_md4:
      return SignatureHash::md2;
    case NID_md5:
    case NID_md5_sha1:
      return SignatureHash::md5;
    case NID_sha:
    case NID_sha1:
    case NID_ripemd160:
      return SignatureHash::sha1;
    default:
      return SignatureHash::sha2;
  }
}

Result<void> check_certificate(const X509* certificate, const CertificateRules& rules) {
  HEIRLOOM_TRY_VOID(check_size(certificate, rules));
  return check_hash(certificate, rules);
}

Result<void> check_path(const STACK_OF(X509) * path, const CertificateRules& rules) {
  const int size = sk_X509_num(path);
  for (int i = 0; i < size; ++i) {
    const X509* certificate = sk_X509_value(path, i);
    HEIRLOOM_TRY_VOID(check_size(certificate, rules));
    const bool is_anchor = i + 1 == size;
    if (!is_anchor) {
      HEIRLOOM_TRY_VOID(check_hash(certificate, rules));
    }
  }
  return {};
}

Result<void> check_order(std::span<const X509Pointer> sent) {
  for (std::size_t i = 0; i + 1 < sent.size(); ++i) {
    const X509* below = sent[i].get();
    const X509* above = sent[i + 1].get();
    if (X509_NAME_cmp(X509_get_issuer_name(below), X509_get_subject_name(above)) != 0) {
      return Error(Cause::certificate_chain_disordered,
                   subject_of(above) + " follows " + subject_of(below) + ", whose issuer is " +
                       name_text(X509_get_issuer_name(below)));
    }
  }
  return {};
}

}  // namespace heirloom::crypto

namespace heirloom {

std::string_view to_string(SignatureHash hash) noexcept {
  switch (hash) {
    case SignatureHash::md2:
      return "MD2";
    case SignatureHash::md5:
      return "MD5";
    case SignatureHash::sha1:
      return "SHA-1";
    case SignatureHash::sha2:
      return "SHA-2";
  }
  return "unknown";
}

}  // namespace heirloom
