// Session tickets on both sides of a handshake (RFC 5077): which one is offered, taken up, given
// and kept. Their keys and their format are src/session's.
#pragma once

#include "heirloom/session.hpp"
#include "heirloom/ticket_keys.hpp"

#include "base/bytes.hpp"
#include "handshake/common.hpp"
#include "handshake/effects.hpp"
#include "keys/transcript.hpp"
#include "message/client_hello.hpp"
#include "message/new_session_ticket.hpp"
#include "version/profile.hpp"

namespace heirloom {

/// has_live_ticket is true while a client may offer the ticket of a session: the server's hint has
/// not passed, and the session's version has such an extension.
[[nodiscard]] bool has_live_ticket(const Session& session, const Environment& environment);

/// offered_session_id is what a client's hello names: the id of the session or, if it has a ticket,
/// one made up for this hello, by which the client knows a resumption (RFC 5077 §3.4).
/// random_failed.
[[nodiscard]] Result<Bytes> offered_session_id(const Session& session,
                                               const Environment& environment);

/// with_ticket is a session, as client, with the ticket that the server has given for it: the one
/// that it had, and its id, are dropped (RFC 5077 §3.4). An empty ticket changes nothing, nor does
/// one that would fit no hello. Null if neither id nor ticket leads back to the session.
[[nodiscard]] SessionPtr with_ticket(SessionPtr session,
                                     const message::NewSessionTicket& given,
                                     const Environment& environment);

/// takes_tickets is true if we, as server, have keys and the client's hello has the extension.
[[nodiscard]] bool takes_tickets(const message::ClientHello& hello,
                                 const VersionProfile& profile,
                                 const Environment& environment);

/// open_ticket opens the ticket of a hello; null if there is none, or none of ours.
[[nodiscard]] OpenedTicket open_ticket(const message::ClientHello& hello,
                                       const VersionProfile& profile,
                                       const Environment& environment);

/// has_ticket is true if a hello offers a ticket, whoever made it. Then its session id must not be
/// looked up (RFC 5077 §3.4).
[[nodiscard]] bool has_ticket(const message::ClientHello& hello);

/// send_ticket sends the NewSessionTicket that was announced: an empty one if none can be made, or
/// none that would fit a hello.
void send_ticket(const Session& session, Transcript& transcript, Effects& effects);

}  // namespace heirloom
