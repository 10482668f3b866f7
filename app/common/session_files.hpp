// Session files: a session that is exported to a file and resumed from it by another run.
//
// The file is sealed with a key of 32 random bytes, which has a file of its own: --session-key,
// else the name of the session file with ".key" behind it. Both are for their owner alone (0600),
// and are replaced as a whole. Security: whoever has both reads the connections of the session.
#pragma once

#include "heirloom/policy.hpp"
#include "heirloom/session.hpp"

#include "common/failure.hpp"
#include "common/session_options.hpp"

#include <string>

namespace heirloom::app {

/// read_session reads --session-in; a null session if there is no such option. A session that is
/// too old or of another host is no failure: the connection has a full handshake. ExitCode::local.
[[nodiscard]] Outcome<SessionPtr> read_session(const SessionOptions& options);

/// allow_ticket_of adds the extension that a session needs which came by a ticket (RFC 5077).
/// Without any extensions there is none to add, and a full handshake.
void allow_ticket_of(const SessionPtr& session, Policy& policy);

/// write_session writes --session-out, and makes its key if there is none. Nothing happens without
/// the option; a null session is the failure "session_missing". ExitCode::local.
[[nodiscard]] Outcome<bool> write_session(const SessionOptions& options, const SessionPtr& session);

}  // namespace heirloom::app
