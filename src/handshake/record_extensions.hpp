// What the two extensions that change how records are made mean for a connection: encrypt_then_mac
// (RFC 7366) and max_fragment_length (RFC 6066 §4).
#pragma once

#include "heirloom/result.hpp"

#include "handshake/common.hpp"
#include "handshake/effects.hpp"

namespace heirloom {

/// limit_fragments makes a limit that both hellos have settled that of every later record: "the
/// client and server MUST immediately begin fragmenting messages (including handshake messages)"
/// (RFC 6066 §4).
void limit_fragments(const Negotiated& negotiated, Effects& effects);

/// check_not_dropped: "implementations MUST NOT downgrade from encrypt-then-MAC to
/// MAC-then-encrypt" in a renegotiation (RFC 7366 §3.1). A suite without block cipher in between
/// does not undo it. encrypt_then_mac_dropped.
///
/// The extended master secret stays as well. RFC 7627 is silent about renegotiations; as in a
/// resumption (§5.4), a peer that gives it up is none that we know. extended_master_secret_missing.
[[nodiscard]] Result<void> check_not_dropped(const Environment& environment,
                                             const Negotiated& negotiated);

}  // namespace heirloom
