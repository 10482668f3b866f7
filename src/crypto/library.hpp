// How this folder uses libcrypto: a library context of its own, a clean error queue, owning
// pointers.
//
// The context makes the library independent of the host's openssl.cnf: libcrypto applies that file
// to its default context only, where a distribution may forbid SHA-1 or small keys, or load
// providers. (libcrypto reads it when it first parses a certificate, as in every program; nothing
// here depends on what it says.) OPENSSL_INIT_NO_LOAD_CONFIG would keep it unread, but for the
// whole process, and an application that also uses libssl would lose its own configuration.
//
// MD5, SHA-1, RC4 and DES go through the low-level functions, which know no context: RC4 and DES
// are in the "legacy" provider otherwise, a module that need not be installed.
#pragma once

#include "base/bytes.hpp"

#include <memory>
#include <string>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/types.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

namespace heirloom::crypto {

/// library_context is the context of everything in this folder. It lives until the process ends.
[[nodiscard]] OSSL_LIB_CTX* library_context() noexcept;

/// ErrorQueueGuard takes back what libcrypto puts on the thread's error queue while it lives, so
/// that an application that uses libssl on the same thread never reads our errors as its own.
class ErrorQueueGuard {
 public:
  ErrorQueueGuard() noexcept;
  ErrorQueueGuard(const ErrorQueueGuard&) = delete;
  ErrorQueueGuard& operator=(const ErrorQueueGuard&) = delete;
  ~ErrorQueueGuard();
};

/// legacy_context has the old ciphers and key derivations as well, for keys in files that were
/// encrypted with them, and for nothing else. Null if libcrypto's legacy provider is not installed.
[[nodiscard]] OSSL_LIB_CTX* legacy_context() noexcept;

/// DefaultContextGuard makes a context this thread's default while it lives, for the few functions
/// of libcrypto that take no context.
class DefaultContextGuard {
 public:
  explicit DefaultContextGuard(OSSL_LIB_CTX* context = library_context()) noexcept;
  DefaultContextGuard(const DefaultContextGuard&) = delete;
  DefaultContextGuard& operator=(const DefaultContextGuard&) = delete;
  ~DefaultContextGuard();

 private:
  OSSL_LIB_CTX* previous_;
};

/// last_reason is libcrypto's newest error in words, "unknown reason" if there is none.
[[nodiscard]] std::string last_reason();

/// Deleter calls one of libcrypto's free functions.
template <auto Free>
struct Deleter {
  template <class T>
  void operator()(T* object) const noexcept {
    Free(object);
  }
};

using BigNumber = std::unique_ptr<BIGNUM, Deleter<BN_clear_free>>;
using BigNumberContext = std::unique_ptr<BN_CTX, Deleter<BN_CTX_free>>;
using MontgomeryContext = std::unique_ptr<BN_MONT_CTX, Deleter<BN_MONT_CTX_free>>;
using MemoryReader = std::unique_ptr<BIO, Deleter<BIO_free_all>>;
using PublicKeyPointer = std::unique_ptr<EVP_PKEY, Deleter<EVP_PKEY_free>>;
using PublicKeyContext = std::unique_ptr<EVP_PKEY_CTX, Deleter<EVP_PKEY_CTX_free>>;
using X509Pointer = std::unique_ptr<X509, Deleter<X509_free>>;
using CrlPointer = std::unique_ptr<X509_CRL, Deleter<X509_CRL_free>>;

/// FreeStackOnly leaves the certificates of a stack to their owners.
struct FreeStackOnly {
  void operator()(STACK_OF(X509) * stack) const noexcept { sk_X509_free(stack); }
};

using StackPointer = std::unique_ptr<STACK_OF(X509), FreeStackOnly>;

/// OpensslFree frees memory that libcrypto has allocated for its caller.
struct OpensslFree {
  void operator()(void* memory) const noexcept { OPENSSL_free(memory); }
};

/// memory_reader reads from bytes that outlive it. Empty if they are more than libcrypto can take.
[[nodiscard]] MemoryReader memory_reader(ByteView bytes);

/// big_number reads big-endian bytes; leading zeros do not count. Null if they are more than
/// libcrypto can take, or out of memory.
[[nodiscard]] BigNumber big_number(ByteView bytes);

/// number_bytes is a number in big-endian form without leading zeros.
[[nodiscard]] Bytes number_bytes(const BIGNUM* number);

using ParameterBuilder = std::unique_ptr<OSSL_PARAM_BLD, Deleter<OSSL_PARAM_BLD_free>>;

/// public_key_from makes a public key of that type ("DSA", "EC") of the numbers that the builder
/// holds. Null if they are none.
[[nodiscard]] PublicKeyPointer public_key_from(const char* type, OSSL_PARAM_BLD* builder);

/// verify_digest checks a signature over a digest as it stands.
[[nodiscard]] bool verify_digest(EVP_PKEY* key, ByteView digest, ByteView signature);

/// key_number reads one of the numbers of a key ("n", "e") in big-endian form. Empty if the key has
/// none of that name.
[[nodiscard]] Bytes key_number(const EVP_PKEY* key, const char* name);

}  // namespace heirloom::crypto
