#include "session/ticket_seal.hpp"

#include "heirloom/random.hpp"

#include "crypto/seal.hpp"
#include "session/session_state.hpp"

#include <algorithm>

namespace heirloom::session {

Result<Bytes> seal_ticket(const TicketKey& key, const Session& session) {
  std::array<std::uint8_t, crypto::kSealNonceSize> nonce{};
  if (!system_random()->fill(nonce)) {
    return Cause::random_failed;
  }
  const SecretBytes state = encode_state(session);
  Bytes ticket = to_bytes(key.name);
  append(ticket, nonce);
  append(ticket, crypto::seal(key.key.expose(), nonce, key.name, state.expose()));
  return ticket;
}

bool is_sealed_with(const TicketKey& key, ByteView ticket) {
  return ticket.size() > kTicketKeyNameSize + crypto::kSealNonceSize &&
         std::ranges::equal(ticket.first(kTicketKeyNameSize), key.name);
}

SessionPtr open_ticket(const TicketKey& key, ByteView ticket) {
  if (!is_sealed_with(key, ticket)) {
    return nullptr;
  }
  const auto state = crypto::open(key.key.expose(),
                                  ticket.subspan<kTicketKeyNameSize, crypto::kSealNonceSize>(),
                                  key.name,
                                  ticket.subspan(kTicketKeyNameSize + crypto::kSealNonceSize));
  if (!state.has_value()) {
    return nullptr;
  }
  auto session = decode_state(state->expose());
  return session.has_value() ? std::move(session).value() : nullptr;
}

}  // namespace heirloom::session
