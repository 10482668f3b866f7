// What a session is resumed for, and what it is not: the rules that heirloom/session.hpp states,
// for both sides (RFC 6101 §5.6.1.2, F.1.4; RFC 2246 §7.4.1.2, §7.4.1.3, F.1.4; RFC 6066 §3).
//
// The documents leave to either side whether it wants to resume at all; whatever is refused here
// becomes a full handshake without a word.
#pragma once

#include "heirloom/cipher_suite.hpp"
#include "heirloom/session.hpp"

#include "base/bytes.hpp"
#include "handshake/effects.hpp"
#include "kx/local_keys.hpp"

#include <string_view>

namespace heirloom {

/// is_resumable is false for a suite whose keys are carried and not derived: the same keys and IVs
/// would encrypt the beginning of each connection again (RFC 6101 D.5.3 leaves it to the server).
[[nodiscard]] bool is_resumable(const CipherSuite& suite) noexcept;

/// may_offer decides whether a client offers a session in its hello.
[[nodiscard]] bool may_offer(const Session& session, const Environment& environment);

/// may_resume decides whether a server takes up a session that it has found. `asked_name` is the
/// server name of the hello, empty if there was none.
[[nodiscard]] bool may_resume(const Session& session,
                              std::string_view asked_name,
                              const Environment& environment);

/// own_certificates is a digest of the certificates that a client could show; empty if there are
/// none.
[[nodiscard]] Bytes own_certificates(const kx::LocalKeys& own);

}  // namespace heirloom
