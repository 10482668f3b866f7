#include "ca/libcrypto.hpp"

#include <openssl/err.h>
#include <openssl/provider.h>

namespace heirloom::app {

namespace {

OSSL_LIB_CTX* own_context() noexcept {
  // Never freed, but reachable: keys and certificates of other static objects may outlive it.
  static OSSL_LIB_CTX* const context = [] {
    OSSL_LIB_CTX* const made = OSSL_LIB_CTX_new();
    if (made != nullptr && OSSL_PROVIDER_load(made, "default") != nullptr) {
      return made;
    }
    OSSL_LIB_CTX_free(made);
    return static_cast<OSSL_LIB_CTX*>(nullptr);
  }();
  return context;
}

}  // namespace

OwnContext::OwnContext() noexcept : previous_(OSSL_LIB_CTX_set0_default(own_context())) {
  ERR_set_mark();
}

OwnContext::~OwnContext() {
  ERR_pop_to_mark();
  OSSL_LIB_CTX_set0_default(previous_);
}

}  // namespace heirloom::app
