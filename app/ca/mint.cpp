#include "ca/mint.hpp"

#include "ca/libcrypto.hpp"
#include "ca/x509_parts.hpp"
#include "common/target.hpp"

#include <array>
#include <ctime>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

namespace heirloom::app {

namespace {

constexpr long kDay = 86400;
constexpr long kAuthorityDays = 5L * 365;
// Browsers refuse certificates that are valid for longer than 398 days.
constexpr long kLeafDays = 397;

std::string text_of(BIO* bio) {
  char* data = nullptr;
  const long size = BIO_get_mem_data(bio, &data);
  return {data, static_cast<std::size_t>(size)};
}

bool set_name(X509_NAME* name, const std::string& common_name) {
  const auto add = [name](const char* field, const std::string& value) {
    // libcrypto copies the bytes; only its type for them is unsigned.
    return X509_NAME_add_entry_by_txt(name,
                                      field,
                                      MBSTRING_UTF8,
                                      reinterpret_cast<const unsigned char*>(value.data()),
                                      static_cast<int>(value.size()),
                                      -1,
                                      0) == 1;
  };
  return add("O", "heirloom") && add("CN", common_name);
}

/// begin fills what every certificate has. A day of slack is for clocks that differ.
CertificatePtr begin(EVP_PKEY* key, const std::string& common_name) {
  CertificatePtr certificate(X509_new());
  const bool is_good = certificate != nullptr &&
                       X509_set_version(certificate.get(), X509_VERSION_3) == 1 &&
                       set_serial(certificate.get()) &&
                       X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kDay) != nullptr &&
                       X509_set_pubkey(certificate.get(), key) == 1 &&
                       set_name(X509_get_subject_name(certificate.get()), common_name);
  return is_good ? std::move(certificate) : nullptr;
}

/// key_mark tells authorities of different times apart, in their names too: software that knows two
/// of one name may try the wrong one.
std::string key_mark(EVP_PKEY* key) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  unsigned char* der = nullptr;
  const int der_size = i2d_PUBKEY(key, &der);
  if (der_size > 0) {
    EVP_Digest(
        der, static_cast<std::size_t>(der_size), digest.data(), &size, EVP_sha256(), nullptr);
  }
  OPENSSL_free(der);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string mark;
  for (std::size_t i = 0; i < 4; ++i) {
    mark += kDigits[digest.at(i) >> 4U];
    mark += kDigits[digest.at(i) & 15U];
  }
  return mark;
}

/// alternative_names is the value of the extension for names that are safe to put there.
std::string alternative_names(const std::vector<std::string>& names) {
  std::string value;
  for (const std::string& name : names) {
    value += (value.empty() ? "" : ",") + std::string(is_address(name) ? "IP:" : "DNS:") + name;
  }
  return value;
}

}  // namespace

KeyPtr make_key() {
  return KeyPtr(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-256"));
}

CertificatePtr make_authority(EVP_PKEY* key) {
  CertificatePtr certificate = begin(key, "heirloom local authority " + key_mark(key));
  X509* const raw = certificate.get();
  const bool is_good =
      raw != nullptr && X509_set_issuer_name(raw, X509_get_subject_name(raw)) == 1 &&
      X509_gmtime_adj(X509_getm_notAfter(raw), kAuthorityDays * kDay) != nullptr &&
      add_extension(raw, raw, NID_basic_constraints, "critical,CA:TRUE,pathlen:0") &&
      add_extension(raw, raw, NID_key_usage, "critical,keyCertSign,cRLSign") &&
      add_extension(raw, raw, NID_ext_key_usage, "serverAuth") &&
      add_extension(raw,
                    raw,
                    NID_name_constraints,
                    "critical,permitted;DNS:localhost,permitted;IP:127.0.0.0/255.0.0.0,"
                    "permitted;IP:0:0:0:0:0:0:0:1/ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff") &&
      add_extension(raw, raw, NID_subject_key_identifier, "hash") &&
      add_extension(raw, raw, NID_authority_key_identifier, "keyid:always") &&
      X509_sign(raw, key, EVP_sha256()) != 0;
  return is_good ? std::move(certificate) : nullptr;
}

CertificatePtr make_leaf(EVP_PKEY* key,
                         const std::vector<std::string>& names,
                         X509* issuer,
                         EVP_PKEY* issuer_key) {
  CertificatePtr certificate = begin(key, "heirloom reach");
  X509* const raw = certificate.get();
  bool is_good = raw != nullptr && X509_set_issuer_name(raw, X509_get_subject_name(issuer)) == 1 &&
                 X509_gmtime_adj(X509_getm_notAfter(raw), kLeafDays * kDay - kDay) != nullptr;
  if (is_good && end_of(raw) > end_of(issuer)) {
    is_good = X509_set1_notAfter(raw, X509_get0_notAfter(issuer)) == 1;
  }
  is_good = is_good && add_extension(raw, issuer, NID_basic_constraints, "critical,CA:FALSE") &&
            add_extension(raw, issuer, NID_key_usage, "critical,digitalSignature") &&
            add_extension(raw, issuer, NID_ext_key_usage, "serverAuth") &&
            add_extension(raw, issuer, NID_subject_alt_name, alternative_names(names)) &&
            add_extension(raw, issuer, NID_subject_key_identifier, "hash") &&
            add_extension(raw, issuer, NID_authority_key_identifier, "keyid:always") &&
            X509_sign(raw, issuer_key, EVP_sha256()) != 0;
  return is_good ? std::move(certificate) : nullptr;
}

std::string to_pem(X509* certificate) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  return PEM_write_bio_X509(bio.get(), certificate) == 1 ? text_of(bio.get()) : std::string();
}

std::string to_pem(EVP_PKEY* key) {
  const BioPtr bio(BIO_new(BIO_s_mem()));
  const int written =
      PEM_write_bio_PKCS8PrivateKey(bio.get(), key, nullptr, nullptr, 0, nullptr, nullptr);
  return written == 1 ? text_of(bio.get()) : std::string();
}

CertificatePtr certificate_from_pem(const std::string& pem) {
  return CertificatePtr(PEM_read_bio_X509(reader_of(pem).get(), nullptr, nullptr, nullptr));
}

KeyPtr key_from_pem(const std::string& pem) {
  // An empty passphrase instead of a question on the terminal.
  const auto none = [](char*, int, int, void*) { return 0; };
  return KeyPtr(PEM_read_bio_PrivateKey(reader_of(pem).get(), nullptr, none, nullptr));
}

std::chrono::system_clock::time_point end_of(const X509* certificate) {
  std::tm parts{};
  ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &parts);
  return std::chrono::system_clock::from_time_t(::timegm(&parts));
}

}  // namespace heirloom::app
