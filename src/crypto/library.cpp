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

ErrorQueueGuard::ErrorQueueGuard() noexcept {
  // On an empty queue there is nothing to mark, and pop_to_mark empties the queue: the same.
  (void)ERR_set_mark();
}

ErrorQueueGuard::~ErrorQueueGuard() {
  (void)ERR_pop_to_mark();
}

DefaultContextGuard::DefaultContextGuard() noexcept
    : previous_(OSSL_LIB_CTX_set0_default(library_context())) {}

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

Bytes key_number(const EVP_PKEY* key, const char* name) {
  BIGNUM* raw = nullptr;
  if (EVP_PKEY_get_bn_param(key, name, &raw) != 1) {
    return {};
  }
  const BigNumber number(raw);
  Bytes bytes(static_cast<std::size_t>(BN_num_bytes(number.get())));
  HEIRLOOM_EXPECT(BN_bn2binpad(number.get(), bytes.data(), static_cast<int>(bytes.size())) ==
                  static_cast<int>(bytes.size()));
  return bytes;
}

}  // namespace heirloom::crypto
