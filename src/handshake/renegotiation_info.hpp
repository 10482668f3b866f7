// renegotiation_info and its signalling suite: the binding of a renegotiation to the connection
// that it happens in (RFC 5746 §3 and §4), at both versions (§4.5, drift D60).
#pragma once

#include "heirloom/result.hpp"

#include "handshake/effects.hpp"
#include "message/client_hello.hpp"
#include "message/server_hello.hpp"
#include "wire/layout.hpp"

#include <optional>

namespace heirloom {

// As client.

/// offered_renegotiation_info is what a renegotiating hello carries, SSL 3.0 or not: the
/// client_verify_data. Empty in an initial handshake, where the signalling suite does (§3.4).
[[nodiscard]] std::optional<wire::HelloExtension> offered_renegotiation_info(
    const Environment& environment);

/// check_renegotiation_info looks into the answer, null if there is none.
/// renegotiation_info_mismatch. What comes of it is ConnectionInfo::has_secure_renegotiation.
[[nodiscard]] Result<void> check_renegotiation_info(const Bytes* data, Effects& effects);

// As server.

/// read_renegotiation_info looks at suite and extension of a hello. renegotiation_info_mismatch.
[[nodiscard]] Result<void> read_renegotiation_info(const message::ClientHello& hello,
                                                   Effects& effects);

/// answered_renegotiation_info is what the ServerHello carries: nothing unless the client has
/// signalled it.
[[nodiscard]] std::optional<wire::HelloExtension> answered_renegotiation_info(Effects& effects);

}  // namespace heirloom
