#include "ca/certificate_maker.hpp"

#include "ca/fortezza_key.hpp"
#include "ca/key_maker.hpp"
#include "ca/libcrypto.hpp"
#include "ca/x509_parts.hpp"
#include "common/output.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

#include <openssl/x509v3.h>

namespace heirloom::app {

namespace {

constexpr std::array<std::string_view, 9> kKeyUsages{"digitalSignature",
                                                     "nonRepudiation",
                                                     "keyEncipherment",
                                                     "dataEncipherment",
                                                     "keyAgreement",
                                                     "keyCertSign",
                                                     "cRLSign",
                                                     "encipherOnly",
                                                     "decipherOnly"};

Failure no_certificate() {
  return {ExitCode::internal, "libcrypto cannot make a certificate", "", "ca_minting"};
}

Failure unknown_key_usage(std::string_view word) {
  std::string known;
  for (const std::string_view each : kKeyUsages) {
    known += std::string(each) + ", ";
  }
  return {ExitCode::usage,
          "there is no key usage \"" + escape_text(word) + "\"",
          "words with commas between them, of " + known + "or none",
          "ca_key_usage"};
}

const EVP_MD* digest_of(SignatureHash hash) {
  switch (hash) {
    case SignatureHash::md5:
      return EVP_md5();
    case SignatureHash::sha1:
      return EVP_sha1();
    case SignatureHash::sha256:
      return EVP_sha256();
  }
  return nullptr;
}

/// has_signature: RSA signs with all three; DSA and ECDSA have no identifier for MD5.
bool has_signature(const EVP_PKEY* key, SignatureHash hash) {
  return hash != SignatureHash::md5 || EVP_PKEY_is_a(key, "RSA") == 1;
}

bool set_time(ASN1_TIME* field, std::time_t time) {
  return ASN1_TIME_set(field, time) != nullptr;
}

bool add_basic_constraints(X509* certificate, const CertificatePlan& plan) {
  std::string value = "critical,CA:FALSE";
  if (plan.usage == CertificateUsage::authority) {
    value = "critical,CA:TRUE";
    if (plan.path_length.has_value()) {
      value += ",pathlen:" + std::to_string(*plan.path_length);
    }
  }
  return add_extension(certificate, nullptr, NID_basic_constraints, value);
}

bool add_extended_key_usage(X509* certificate, CertificateUsage usage) {
  switch (usage) {
    case CertificateUsage::authority:
      return true;
    case CertificateUsage::server:
      return add_extension(certificate, nullptr, NID_ext_key_usage, "serverAuth");
    case CertificateUsage::client:
      return add_extension(certificate, nullptr, NID_ext_key_usage, "clientAuth");
    case CertificateUsage::both:
      return add_extension(certificate, nullptr, NID_ext_key_usage, "serverAuth,clientAuth");
  }
  return false;
}

/// add_identifiers leaves the issuer's out where the issuer has none, as with version 1.
bool add_identifiers(X509* certificate, X509* issuer) {
  if (!add_extension(certificate, issuer, NID_subject_key_identifier, "hash")) {
    return false;
  }
  return X509_get0_subject_key_id(issuer) == nullptr ||
         add_extension(certificate, issuer, NID_authority_key_identifier, "keyid:always");
}

bool add_extensions(X509* certificate, X509* issuer, const CertificatePlan& plan) {
  if (plan.version == CertificateVersion::v1) {
    return true;
  }
  return add_basic_constraints(certificate, plan) &&
         (plan.key_usage == "none" ||
          add_extension(certificate, nullptr, NID_key_usage, "critical," + plan.key_usage)) &&
         add_extended_key_usage(certificate, plan.usage) &&
         (plan.usage == CertificateUsage::authority ||
          add_alternative_names(certificate, plan.names.alternatives)) &&
         add_identifiers(certificate, issuer);
}

bool set_key(X509* certificate, EVP_PKEY* key, KeyForm form) {
  return form == KeyForm::ordinary ? X509_set_pubkey(certificate, key) == 1
                                   : set_fortezza_key(certificate, key, form);
}

}  // namespace

Outcome<CertificatePtr> make_certificate(const CertificatePlan& plan,
                                         EVP_PKEY* key,
                                         const Issuer& issuer) {
  if (!has_signature(issuer.key, plan.hash)) {
    const auto facts = facts_of(issuer.key);
    return Failure{ExitCode::usage,
                   (facts.has_value() ? to_string(facts->kind) : "this kind of key") +
                       " has no signature with " + to_string(plan.hash),
                   "--hash sha1",
                   "ca_hash_unfit"};
  }
  if (plan.form != KeyForm::ordinary && !is_fit_for_fortezza(key)) {
    return unfit_for_fortezza();
  }
  CertificatePtr certificate(X509_new());
  X509* const raw = certificate.get();
  X509* const above = issuer.certificate == nullptr ? raw : issuer.certificate;
  const bool is_good =
      raw != nullptr &&
      X509_set_version(
          raw, plan.version == CertificateVersion::v1 ? X509_VERSION_1 : X509_VERSION_3) == 1 &&
      set_serial(raw) && set_time(X509_getm_notBefore(raw), plan.validity.from) &&
      set_time(X509_getm_notAfter(raw), plan.validity.to) && set_key(raw, key, plan.form) &&
      set_common_name(X509_get_subject_name(raw), plan.names.common_name) &&
      X509_set_issuer_name(raw, X509_get_subject_name(above)) == 1 &&
      add_extensions(raw, above, plan) && X509_sign(raw, issuer.key, digest_of(plan.hash)) != 0;
  return is_good ? Outcome<CertificatePtr>(std::move(certificate))
                 : Outcome<CertificatePtr>(no_certificate());
}

std::string default_key_usage(const EVP_PKEY* key, KeyForm form) {
  if (form != KeyForm::ordinary) {
    return form == KeyForm::kea ? "keyAgreement" : "digitalSignature,keyAgreement";
  }
  const auto facts = facts_of(key);
  if (!facts.has_value()) {
    return "";
  }
  switch (facts->kind) {
    case KeyKind::rsa:
      return "digitalSignature,keyEncipherment";
    case KeyKind::dsa:
    case KeyKind::ec:
      return "digitalSignature";
    case KeyKind::dh:
      return "keyAgreement";
  }
  return "";
}

Outcome<bool> check_key_usage(const std::string& words) {
  std::string_view rest = words;
  if (rest == "none") {
    return true;
  }
  while (!rest.empty()) {
    const std::string_view word = rest.substr(0, rest.find(','));
    if (std::ranges::count(kKeyUsages, word) == 0) {
      return unknown_key_usage(word);
    }
    rest.remove_prefix(std::min(word.size() + 1, rest.size()));
  }
  return true;
}

std::string to_string(SignatureHash hash) {
  switch (hash) {
    case SignatureHash::md5:
      return "MD5";
    case SignatureHash::sha1:
      return "SHA-1";
    case SignatureHash::sha256:
      return "SHA-256";
  }
  return "";
}

}  // namespace heirloom::app
