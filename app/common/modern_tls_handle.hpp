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

  bool has_refused_renegotiation = false;
  std::unique_ptr<SSL, Deleter> handle;
};

/// keep_sessions_of has the client connections of the context keep what the server gives them.
void keep_sessions_of(SSL_CTX* context);

/// watch says where a connection's sessions go, and where it is noted that libssl has refused to
/// renegotiate. Both must outlive the connection.
void watch(SSL* handle, ModernTlsSessions& sessions, bool& has_refused_renegotiation);

/// shake_hands runs the handshake of either side until it succeeds, or fills the report and is
/// false. `silence` is how long the peer may send nothing at all; 0: until the deadline.
[[nodiscard]] bool shake_hands(SSL* handle,
                               std::chrono::milliseconds silence,
                               Deadline deadline,
                               ModernTlsReport& report);

}  // namespace heirloom::app
