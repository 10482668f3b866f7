// The extensions of the client's hello: what it offers, and what the answer may be, by the table of
// extension_table.hpp (RFC 3546 §2.3). A hello that offers no more than SSL 3.0 has only those that
// deployed peers accept there (drift D60).
#pragma once

#include "handshake/common.hpp"
#include "handshake/effects.hpp"
#include "message/client_hello.hpp"
#include "message/server_hello.hpp"

namespace heirloom::client {

/// offer_extensions adds to a hello whose version and suites are settled what policy has us ask
/// for.
void offer_extensions(message::ClientHello& hello, Effects& effects);

/// judge_extensions looks at what the server answered, and notes what is settled by it. Nothing
/// that was not offered may be answered (RFC 3546 §2.3). extension_not_offered,
/// extension_malformed, and what the rows say.
[[nodiscard]] Result<void> judge_extensions(const message::ClientHello& offer,
                                            const message::ServerHello& answer,
                                            Negotiated& negotiated,
                                            Effects& effects);

}  // namespace heirloom::client
