// Resumption: what a connection to a box leaves behind for the next one, and what is offered to it.
//
// Our engine and libssl have sessions of their own kind; the rung says which is wanted.
#pragma once

#include "heirloom/session.hpp"

#include "common/modern_tls.hpp"

#include <memory>

namespace heirloom::app {

/// Resumable is what a connection may offer; it is not for another rung than the one it comes from,
/// because each takes only what is its own.
struct Resumable {
  SessionPtr engine = nullptr;        ///< of our engine
  ModernTlsSession system = nullptr;  ///< of libssl

  [[nodiscard]] bool is_empty() const noexcept { return engine == nullptr && system == nullptr; }
};

/// SessionSource is where the session of one connection is found, now or once the box has given it:
/// at TLS 1.3 that is after the handshake. It outlives the connection.
struct SessionSource {
  SessionPtr engine = nullptr;
  std::shared_ptr<const ModernTlsSessions> system = nullptr;

  /// latest leaves out what must not be resumed any more, since a connection with it has failed.
  [[nodiscard]] Resumable latest() const {
    const bool is_good = engine != nullptr && engine->is_resumable();
    return {is_good ? engine : nullptr, system == nullptr ? nullptr : system->latest()};
  }
};

}  // namespace heirloom::app
