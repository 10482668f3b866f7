// The extensions that the server reads in a hello and answers in its own, by the table of
// extension_table.hpp (RFC 3546 §2.3). Which curves there are is read where the suite is chosen
// (curves.hpp).
#pragma once

#include "base/bytes.hpp"
#include "handshake/effects.hpp"
#include "handshake/negotiate.hpp"
#include "handshake/server_states.hpp"
#include "message/client_hello.hpp"

#include <optional>

namespace heirloom::server {

/// requested finds an extension that the client asks for and that we have: switched on, and carried
/// by the version that is chosen. Null otherwise.
[[nodiscard]] const Bytes* requested(const message::ClientHello& hello,
                                     const VersionProfile& profile,
                                     const Policy& policy,
                                     Extension type);

/// read_extensions notes what a hello asks for, whatever its version. Extensions that we do not
/// know are skipped (RFC 3546 §2.3). extension_malformed, and what the rows say.
[[nodiscard]] Result<void> read_extensions(const message::ClientHello& hello, Effects& effects);

/// answer_extensions is what the ServerHello carries; what it settles goes into `negotiated`. Empty
/// if nothing is answered. What the rows say.
[[nodiscard]] Result<wire::HelloExtensions> answer_extensions(const AwaitSession& state,
                                                              const Choice& choice,
                                                              Negotiated& negotiated,
                                                              Effects& effects);

}  // namespace heirloom::server
