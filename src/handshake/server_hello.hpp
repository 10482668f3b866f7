// The ServerHello, which a full handshake and a resumed one begin with (RFC 6101 §5.6.1.3, RFC 2246
// §7.4.1.3).
#pragma once

#include "base/bytes.hpp"
#include "handshake/common.hpp"
#include "handshake/effects.hpp"
#include "handshake/negotiate.hpp"
#include "handshake/server_states.hpp"
#include "keys/transcript.hpp"

namespace heirloom::server {

/// send_hello sends the ServerHello and returns what is settled.
[[nodiscard]] Result<Negotiated> send_hello(const AwaitSession& state,
                                            const Choice& choice,
                                            Bytes session_id,
                                            Transcript& transcript,
                                            Effects& effects);

}  // namespace heirloom::server
