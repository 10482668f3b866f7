// libcrypto: owning pointers to its objects, and a context of its own for what is made here.
//
// The host's openssl.cnf applies to libcrypto's default context only; a distribution may forbid
// SHA-1, MD5 or small keys there, which is what `heirloom ca` is asked to make.
#pragma once

#include <memory>
#include <string_view>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/x509v3.h>

namespace heirloom::app {

/// LibcryptoDeleter calls one of libcrypto's free functions.
template <auto kFree>
struct LibcryptoDeleter {
  template <class T>
  void operator()(T* object) const noexcept {
    kFree(object);
  }
};

using BioPtr = std::unique_ptr<BIO, LibcryptoDeleter<BIO_free_all>>;

/// reader_of reads the text, which must outlive it.
[[nodiscard]] inline BioPtr reader_of(std::string_view text) {
  return BioPtr(BIO_new_mem_buf(text.data(), static_cast<int>(text.size())));
}

using NumberPtr = std::unique_ptr<BIGNUM, LibcryptoDeleter<BN_clear_free>>;
using KeyContextPtr = std::unique_ptr<EVP_PKEY_CTX, LibcryptoDeleter<EVP_PKEY_CTX_free>>;
using ExtensionPtr = std::unique_ptr<X509_EXTENSION, LibcryptoDeleter<X509_EXTENSION_free>>;

/// OwnContext makes a context without any configuration this thread's default while it lives, and
/// leaves no errors on the thread's queue. If libcrypto cannot make one, the default stays.
class OwnContext {
 public:
  OwnContext() noexcept;
  OwnContext(const OwnContext&) = delete;
  OwnContext& operator=(const OwnContext&) = delete;
  ~OwnContext();

 private:
  OSSL_LIB_CTX* previous_;
};

}  // namespace heirloom::app
