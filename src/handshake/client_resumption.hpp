// A resumed session, as the client sees it: the server finishes first (RFC 6101 §5.5, RFC 2246
// §7.3).
#pragma once

#include "handshake/client_states.hpp"
#include "handshake/common.hpp"
#include "handshake/effects.hpp"

namespace heirloom::client {

/// resume compares a ServerHello that echoes our session id with that session.
/// session_parameters_changed.
Next<AwaitResumedNewSessionTicket, AwaitResumedChangeCipherSpec> resume(AwaitServerHello state,
                                                                        Negotiated negotiated,
                                                                        Effects& effects);

}  // namespace heirloom::client
