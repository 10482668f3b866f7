#include "common/thread_end.hpp"

#include <openssl/crypto.h>

namespace heirloom::app {

void release_thread_state() {
  OPENSSL_thread_stop();
}

}  // namespace heirloom::app
