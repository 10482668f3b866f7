// SessionAccess: the only way to make a Session and to read its master secret.
#pragma once

#include "heirloom/session.hpp"

#include "base/secret.hpp"

namespace heirloom::detail {

struct SessionAccess {
  /// make builds an immutable session with its own copy of the master secret.
  [[nodiscard]] static SessionPtr make(Session::Facts facts, const MasterSecret& master);

  /// master_secret gives a copy of the session's master secret.
  [[nodiscard]] static MasterSecret master_secret(const Session& session);
};

}  // namespace heirloom::detail
