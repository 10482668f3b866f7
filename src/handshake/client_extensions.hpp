// The extensions of the client's hello: what it offers and what the answer may be (RFC 3546 §2.3,
// RFC 6066, RFC 4492 §5.1, RFC 5746). A hello that offers no more than SSL 3.0 has none of
// them; that renegotiation_info may be answered says a signalling suite, in both versions
// (offered_cipher_suites, drift D60).
#pragma once

#include "handshake/client_states.hpp"
#include "handshake/effects.hpp"
#include "message/client_hello.hpp"
#include "message/server_hello.hpp"
#include "version/profile.hpp"

namespace heirloom::client {

/// offer_extensions adds to a hello whose version and suites are settled what policy has us ask
/// for. `resume` is the session that is offered, or null.
void offer_extensions(message::ClientHello& hello, const Session* resume, Effects& effects);

/// check_extensions looks at what the server answered (RFC 3546 §2.3: nothing that was not
/// offered). extension_not_offered, extension_malformed, renegotiation_info_mismatch.
[[nodiscard]] Result<void> check_extensions(const message::ClientHello& offer,
                                            const message::ServerHello& answer,
                                            Effects& effects);

/// status_rule: RFC 6066 §8: "a server that receives a client hello containing the "status_request"
/// extension MAY return" one, and says so in its hello. SSL 3.0 has no such message.
[[nodiscard]] CertificateStatusRule status_rule(const message::ServerHello& answer,
                                                const VersionProfile& profile);

}  // namespace heirloom::client
