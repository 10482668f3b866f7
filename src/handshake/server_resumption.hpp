// A resumed session, as the server sees it: it finishes first (RFC 6101 §5.5, RFC 2246 §7.3).
#pragma once

#include "heirloom/session.hpp"

#include "handshake/effects.hpp"
#include "handshake/server_states.hpp"

namespace heirloom::server {

/// can_resume decides whether a stored session serves this hello (RFC 2246 §7.4.1.3, F.1.4). A
/// session resumes only in its own version (drift D58), and one without extended master secret not
/// if the client asks for that now (RFC 7627 §5.3).
[[nodiscard]] bool can_resume(const AwaitSession& state, const Session& session, Effects& effects);

/// resume sends the ServerHello with that session id, NewSessionTicket*, change_cipher_spec and
/// Finished. session_suite_not_offered, extended_master_secret_missing.
Next<AwaitResumedChangeCipherSpec> resume(AwaitSession state,
                                          SessionPtr session,
                                          Bytes session_id,
                                          Effects& effects);

}  // namespace heirloom::server
