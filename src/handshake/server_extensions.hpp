// The extensions that the server reads in a hello and answers in its own (RFC 3546 §2.3, RFC 6066,
// RFC 4492 §5.2, RFC 5746). Curves are read where the suite is chosen (curves.hpp).
#pragma once

#include "base/bytes.hpp"
#include "handshake/effects.hpp"
#include "handshake/negotiate.hpp"
#include "handshake/server_states.hpp"
#include "message/client_hello.hpp"

#include <optional>

namespace heirloom::server {

/// read_extensions notes what a hello asks for. Extensions that we do not know are skipped
/// (RFC 3546 §2.3). extension_malformed, renegotiation_info_mismatch.
[[nodiscard]] Result<void> read_extensions(const message::ClientHello& hello, Effects& effects);

/// stapled_response is what a CertificateStatus will hold: the OCSP response that stands by the
/// chosen certificate, if the client has asked for one (RFC 6066 §8). Null if there will be none.
/// The responders that the client may have named are not looked at: there is one response.
[[nodiscard]] const Bytes* stapled_response(const AwaitSession& state, const Choice& choice);

/// answer_extensions is what the ServerHello carries: renegotiation_info if the client signalled
/// it, in both versions (RFC 5746 §3.6, drift D60), our point format if the client named its own
/// and the suite has points (RFC 4492 §5.2), and status_request if a CertificateStatus follows
/// (RFC 6066 §8), and session_ticket if a NewSessionTicket does (RFC 5077 §3.2). server_name is not
/// acknowledged: one certificate serves every name, so the extension changed nothing (RFC 6066 §3).
/// Empty if nothing is answered.
[[nodiscard]] std::optional<wire::HelloExtensions> answer_extensions(const AwaitSession& state,
                                                                     const Choice& choice,
                                                                     Effects& effects);

}  // namespace heirloom::server
