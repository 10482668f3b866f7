// SessionAccess: the only way to make a Session, to read its master secret and to forget it.
#pragma once

#include "heirloom/session.hpp"

#include "base/secret.hpp"

#include <cstddef>

namespace heirloom::detail {

struct SessionAccess {
  /// make builds an immutable session with its own copy of the master secret.
  [[nodiscard]] static SessionPtr make(Session::Facts facts, const MasterSecret& master);

  /// master_secret gives a copy of the session's master secret.
  [[nodiscard]] static MasterSecret master_secret(const Session& session);

  /// forbid_resumption clears is_resumable for everybody who holds the session.
  static void forbid_resumption(const Session& session) noexcept;

  /// size is the memory that a session keeps, in bytes.
  [[nodiscard]] static std::size_t size(const Session& session) noexcept;
};

}  // namespace heirloom::detail
