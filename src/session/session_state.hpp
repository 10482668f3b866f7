// The state of a session as bytes: what an exported session and a session ticket hold, before it is
// sealed. Master secret first, then the facts in the presentation language of RFC 2246 §4; RFC 5077
// §4 recommends about the same for tickets and leaves it to the implementation.
#pragma once

#include "heirloom/result.hpp"
#include "heirloom/session.hpp"

#include "base/bytes.hpp"
#include "base/secret.hpp"

namespace heirloom::session {

/// encode_state is everything of a session.
[[nodiscard]] SecretBytes encode_state(const Session& session);

/// decode_state makes the session again. session_unreadable, with the reason, if the bytes are none
/// or speak of what this library does not have.
[[nodiscard]] Result<SessionPtr> decode_state(ByteView state);

}  // namespace heirloom::session
