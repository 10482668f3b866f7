#include "crypto/library.hpp"

#include <limits>
#include <utility>

#include <openssl/err.h>
#include <openssl/provider.h>

namespace heirloom::crypto {

OSSL_LIB_CTX* library_context() noexcept {
  // Never freed: connections of other threads may still use it while static objects go. A static
  // pointer keeps it reachable, so leak checkers agree.
  static OSSL_LIB_CTX* const context = [] {
    OSSL_LIB_CTX* made = OSSL_LIB_CTX_new();
    // Without its own generator and AES nothing of this library can work.
    HEIRLOOM_EXPECT(made != nullptr && OSSL_PROVIDER_load(made, "default") != nullptr);
    return made;
  }();
  return context;
}

OSSL_LIB_CTX* legacy_context() noexcept {
  // Apart from library_context, where nothing may depend on whether the module is there.
  static OSSL_LIB_CTX* const context = []() -> OSSL_LIB_CTX* {
    OSSL_LIB_CTX* made = OSSL_LIB_CTX_new();
    if (made != nullptr && OSSL_PROVIDER_load(made, "default") != nullptr &&
        OSSL_PROVIDER_load(made, "legacy") != nullptr) {
      return made;
    }
    OSSL_LIB_CTX_free(made);
    return nullptr;
  }();
  return context;
}

ErrorQueueGuard::ErrorQueueGuard() noexcept {
  // On an empty queue there is nothing to mark, and pop_to_mark empties the queue: the same.
  (void)ERR_set_mark();
}

ErrorQueueGuard::~ErrorQueueGuard() {
  (void)ERR_pop_to_mark();
}

DefaultContextGuard::DefaultContextGuard(OSSL_LIB_CTX* context) noexcept
    : previous_(OSSL_LIB_CTX_set0_default(context)) {}

DefaultContextGuard::~DefaultContextGuard() {
  (void)OSSL_LIB_CTX_set0_default(previous_);
}

std::string last_reason() {
  const char* reason = ERR_reason_error_string(ERR_peek_last_error());
  return reason == nullptr ? "unknown reason" : reason;
}

MemoryReader memory_reader(ByteView bytes) {
  if (!std::in_range<int>(bytes.size())) {
    return nullptr;
  }
  // libcrypto refuses a null pointer, which is what an empty view has.
  const void* data = bytes.empty() ? "" : static_cast<const void*>(bytes.data());
  return MemoryReader(BIO_new_mem_buf(data, static_cast<int>(bytes.size())));
}

BigNumber big_number(ByteView bytes) {
  if (!std::in_range<int>(bytes.size())) {
    return nullptr;
  }
  return BigNumber(BN_bin2bn(bytes.data(), static_cast<int>(bytes.size()), nullptr));
}

Bytes number_bytes(const BIGNUM* number) {
  Bytes bytes(static_cast<std::size_t>(BN_num_bytes(number)));
  HEIRLOOM_EXPECT(BN_bn2binpad(number, bytes.data(), static_cast<int>(bytes.size())) ==
                  static_cast<int>(bytes.size()));
  return bytes;
}

PublicKeyPointer public_key_from(const char* type, OSSL_PARAM_BLD* builder) {
  const std::unique_ptr<OSSL_PARAM, Deleter<OSSL_PARAM_free>> parameters(
      OSSL_PARAM_BLD_to_param(builder));
  const PublicKeyContext context(EVP_PKEY_CTX_new_from_name(library_context(), type, nullptr));
  EVP_PKEY* key = nullptr;
  if (parameters == nullptr || context == nullptr || EVP_PKEY_fromdata_init(context.get()) != 1 ||
      EVP_PKEY_fromdata(context.get(), &key, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
    return nullptr;
  }
  return PublicKeyPointer(key);
}

bool verify_digest(EVP_PKEY* key, ByteView digest, ByteView signature) {
  const PublicKeyContext context(EVP_PKEY_CTX_new_from_pkey(library_context(), key, nullptr));
  return context != nullptr && EVP_PKEY_verify_init(context.get()) == 1 &&
         EVP_PKEY_verify(
             context.get(), signature.data(), signature.size(), digest.data(), digest.size()) == 1;
}

Bytes key_number(const EVP_PKEY* key, const char* name) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) {
    return {};
  }
  const BigNumber number(raw);
  return number_bytes(number.get());
}

}  // namespace heirloom::crypto
