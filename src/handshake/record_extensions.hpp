// What max_fragment_length (RFC 6066 §4) means for a connection.
#pragma once

#include "handshake/common.hpp"
#include "handshake/effects.hpp"

namespace heirloom {

/// limit_fragments makes a limit that both hellos have settled that of every later record: "the
/// client and server MUST immediately begin fragmenting messages (including handshake messages)"
/// (RFC 6066 §4).
void limit_fragments(const Negotiated& negotiated, Effects& effects);

}  // namespace heirloom
