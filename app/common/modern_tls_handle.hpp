// What the client and the server side of ModernTlsStream share of libssl. For those two files only.
#pragma once

#include "common/modern_tls.hpp"

#include <chrono>
#include <memory>

#include <openssl/ssl.h>

namespace heirloom::app {

struct ContextDeleter {
  void operator()(SSL_CTX* context) const noexcept { SSL_CTX_free(context); }
};

using ContextPtr = std::unique_ptr<SSL_CTX, ContextDeleter>;

struct ModernTlsStream::Ssl {
  struct Deleter {
    void operator()(SSL* ssl) const noexcept { SSL_free(ssl); }
  };

  std::unique_ptr<SSL, Deleter> handle;
};

/// shake_hands runs the handshake of either side until it succeeds, or fills the report and is
/// false. `silence` is how long the peer may send nothing at all; 0: until the deadline.
[[nodiscard]] bool shake_hands(SSL* handle,
                               std::chrono::milliseconds silence,
                               Deadline deadline,
                               ModernTlsReport& report);

}  // namespace heirloom::app
