// The format of our session tickets, which nobody else has to understand (RFC 5077 §4):
//
//   key_name[16]   nonce[12]   sealed: the state of the session (session_state.hpp)
//
// The name is bound to what is sealed. Names are random, so that servers do not take each other's
// keys for their own.
#pragma once

#include "heirloom/result.hpp"
#include "heirloom/session.hpp"

#include "base/bytes.hpp"
#include "base/secret.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <vector>

namespace heirloom::session {

inline constexpr std::size_t kTicketKeyNameSize = 16;
inline constexpr std::size_t kTicketKeySize = 32;

struct TicketKey {
  std::array<std::uint8_t, kTicketKeyNameSize> name{};
  Secret<kTicketKeySize> key;
};

using TicketKeyPtr = std::shared_ptr<const TicketKey>;

/// seal_ticket makes a ticket. random_failed.
[[nodiscard]] Result<Bytes> seal_ticket(const TicketKey& key, const Session& session);

/// is_sealed_with compares names.
[[nodiscard]] bool is_sealed_with(const TicketKey& key, ByteView ticket);

/// open_ticket gives the session, null if the ticket was not sealed with this key, or changed.
[[nodiscard]] SessionPtr open_ticket(const TicketKey& key, ByteView ticket);

}  // namespace heirloom::session
