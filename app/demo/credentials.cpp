#include "demo/credentials.hpp"

#include <memory>
#include <stdexcept>
#include <string>

#include <openssl/bio.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/provider.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace heirloom::app::demo {

namespace {

template <auto kFree>
struct Deleter {
  template <class T>
  void operator()(T* object) const noexcept {
    kFree(object);
  }
};

// A context of its own: the host's openssl.cnf may forbid keys of 1024 bits.
using ContextPtr = std::unique_ptr<OSSL_LIB_CTX, Deleter<OSSL_LIB_CTX_free>>;
using ProviderPtr = std::unique_ptr<OSSL_PROVIDER, Deleter<OSSL_PROVIDER_unload>>;
using KeyPtr = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using CertificatePtr = std::unique_ptr<X509, Deleter<X509_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, Deleter<X509_EXTENSION_free>>;
using BioPtr = std::unique_ptr<BIO, Deleter<BIO_free_all>>;

constexpr std::size_t kBits = 1024;
constexpr long kDay = 86400;

void require(bool succeeded) {
  if (!succeeded) {
    throw std::runtime_error("libcrypto cannot make a key and a certificate for the demonstration");
  }
}

void add_extension(X509& certificate, int kind, const char* value) {
  X509V3_CTX context{};
  X509V3_set_ctx(&context, &certificate, &certificate, nullptr, nullptr, 0);
  const ExtensionPtr extension(X509V3_EXT_conf_nid(nullptr, &context, kind, value));
  require(extension != nullptr && X509_add_ext(&certificate, extension.get(), -1) == 1);
}

CertificatePtr make_certificate(OSSL_LIB_CTX& context, EVP_PKEY& key) {
  CertificatePtr made(X509_new_ex(&context, nullptr));
  require(made != nullptr);
  X509_NAME* const name = X509_get_subject_name(made.get());
  const std::string common_name = "heirloom demo";
  require(X509_set_version(made.get(), X509_VERSION_3) == 1 &&
          ASN1_INTEGER_set(X509_get_serialNumber(made.get()), 1) == 1 &&
          X509_gmtime_adj(X509_getm_notBefore(made.get()), -kDay) != nullptr &&
          X509_gmtime_adj(X509_getm_notAfter(made.get()), kDay) != nullptr &&
          X509_set_pubkey(made.get(), &key) == 1 &&
          X509_NAME_add_entry_by_txt(name,
                                     "CN",
                                     MBSTRING_ASC,
                                     reinterpret_cast<const unsigned char*>(common_name.data()),
                                     static_cast<int>(common_name.size()),
                                     -1,
                                     0) == 1 &&
          X509_set_issuer_name(made.get(), name) == 1);
  add_extension(*made, NID_key_usage, "critical,digitalSignature,keyEncipherment");
  add_extension(*made, NID_subject_alt_name, "DNS:demo.invalid");
  require(X509_sign(made.get(), &key, EVP_sha256()) != 0);
  return made;
}

CertificateDer encode(X509& certificate) {
  const int size = i2d_X509(&certificate, nullptr);
  require(size > 0);
  CertificateDer der(static_cast<std::size_t>(size));
  unsigned char* end = der.data();
  require(i2d_X509(&certificate, &end) == size);
  return der;
}

std::string encode(EVP_PKEY& key) {
  const BioPtr memory(BIO_new(BIO_s_secmem()));
  require(memory != nullptr &&
          PEM_write_bio_PrivateKey(memory.get(), &key, nullptr, nullptr, 0, nullptr, nullptr) == 1);
  char* text = nullptr;
  const long size = BIO_get_mem_data(memory.get(), &text);
  require(size > 0);
  return {text, static_cast<std::size_t>(size)};
}

}  // namespace

Credentials make_throwaway_credentials() {
  const ContextPtr context(OSSL_LIB_CTX_new());
  require(context != nullptr);
  const ProviderPtr provider(OSSL_PROVIDER_load(context.get(), "default"));
  require(provider != nullptr);
  const KeyPtr key(EVP_PKEY_Q_keygen(context.get(), nullptr, "RSA", kBits));
  require(key != nullptr);
  const CertificatePtr certificate = make_certificate(*context, *key);
  std::string pem = encode(*key);
  auto loaded = parse_private_key(pem);
  OPENSSL_cleanse(pem.data(), pem.size());
  require(loaded.has_value());
  auto credentials = make_credentials({encode(*certificate)}, *std::move(loaded));
  require(credentials.has_value());
  return *std::move(credentials);
}

}  // namespace heirloom::app::demo
