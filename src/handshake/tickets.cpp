#include "handshake/tickets.hpp"

#include "message/extensions.hpp"
#include "protocol/constants.hpp"
#include "session/session_access.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace heirloom {

namespace {

/// kLargest leaves room for the other extensions in a block of 2^16-1 bytes: what a ticket may be
/// by its own length would fit no ClientHello. RFC is silent.
constexpr std::size_t kLargest = 0x8000;

const Bytes* ticket_of(const message::ClientHello& hello) {
  return message::find_extension(hello.extensions, message::ExtensionType::session_ticket);
}

/// lifetime_of is how long a ticket leads back to a session, in whole seconds.
std::chrono::seconds lifetime_of(const Session& session,
                                 const MadeTicket& made,
                                 const Environment& environment) {
  const auto age = std::chrono::duration_cast<std::chrono::seconds>(environment.clock->now() -
                                                                    session.facts().created);
  return std::min(made.lifetime, environment.policy->limits.max_session_age - age);
}

}  // namespace

bool has_live_ticket(const Session& session, const Environment& environment) {
  const Session::Facts& facts = session.facts();
  return !facts.ticket.empty() && environment.policy->extensions.has(Extension::session_ticket) &&
         profile_for(facts.version).hello_extensions == HelloExtensionSet::all &&
         environment.clock->now() < facts.ticket_end;
}

Result<Bytes> offered_session_id(const Session& session, const Environment& environment) {
  if (!session.facts().id.empty()) {
    return session.facts().id;
  }
  Bytes id(kMaxSessionId);
  if (!environment.random->fill(id)) {
    return Cause::random_failed;
  }
  return id;
}

SessionPtr with_ticket(SessionPtr session,
                       const message::NewSessionTicket& given,
                       const Environment& environment) {
  if (given.ticket.empty() || given.ticket.size() > kLargest) {
    const Session::Facts& facts = session->facts();
    return facts.id.empty() && facts.ticket.empty() ? nullptr : std::move(session);
  }
  // RFC 5077 §3.3: "A value of zero is reserved to indicate that the lifetime of the ticket is
  // unspecified": then it is that of the session, which no ticket outlives.
  const std::chrono::seconds longest = environment.policy->limits.max_session_age;
  const std::chrono::seconds hint{given.ticket_lifetime_hint};
  Session::Facts facts = session->facts();
  facts.id.clear();
  facts.ticket = given.ticket;
  facts.ticket_end =
      environment.clock->now() + (hint.count() == 0 ? longest : std::min(hint, longest));
  return detail::SessionAccess::make(std::move(facts),
                                     detail::SessionAccess::master_secret(*session));
}

bool takes_tickets(const message::ClientHello& hello,
                   const VersionProfile& profile,
                   const Environment& environment) {
  return environment.ticket_keys != nullptr && profile.hello_extensions == HelloExtensionSet::all &&
         ticket_of(hello) != nullptr;
}

OpenedTicket open_ticket(const message::ClientHello& hello,
                         const VersionProfile& profile,
                         const Environment& environment) {
  if (!takes_tickets(hello, profile, environment) || !has_ticket(hello)) {
    return {};
  }
  return environment.ticket_keys->open(*ticket_of(hello));
}

bool has_ticket(const message::ClientHello& hello) {
  const Bytes* ticket = ticket_of(hello);
  return ticket != nullptr && !ticket->empty();
}

void send_ticket(const Session& session, Transcript& transcript, Effects& effects) {
  const Environment& environment = effects.environment();
  message::NewSessionTicket message;
  auto made = environment.ticket_keys->make(session);
  if (made.has_value() && made->ticket.size() <= kLargest) {
    const std::chrono::seconds lifetime = lifetime_of(session, *made, environment);
    if (lifetime.count() > 0) {
      message.ticket_lifetime_hint = narrow_cast<std::uint32_t>(lifetime.count());
      message.ticket = std::move(made->ticket);
    }
  }
  effects.send(message, transcript);
}

}  // namespace heirloom
