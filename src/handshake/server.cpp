// The server's half of the handshake, as far as the choice between a new session and a known one
// (RFC 6101 §5.6.1.2, RFC 2246 §7.4.1.2). What follows stands in server_own_flight.cpp,
// server_peer_flight.cpp and server_finish.cpp, or in server_resumption.cpp.
#include "base/try.hpp"
#include "handshake/negotiate.hpp"
#include "handshake/server_extensions.hpp"
#include "handshake/server_own_flight.hpp"
#include "handshake/server_resumption.hpp"
#include "handshake/server_states.hpp"
#include "handshake/tickets.hpp"

#include <utility>

namespace heirloom::server {

namespace {

Result<const VersionProfile*> agree_on_version(const message::ClientHello& hello,
                                               const Environment& environment) {
  if (environment.previous == nullptr) {
    return choose_version(hello, *environment.policy);
  }
  return keep_version(hello, environment.previous->version);
}

using AfterSession = Next<AwaitParamsSignature,
                          AwaitClientCertificate,
                          AwaitClientKeyExchange,
                          AwaitResumedChangeCipherSpec>;

AfterSession session_found(AwaitSession state, SessionPtr session, Effects& effects) {
  // The store is the application's: what it found must be what was asked for.
  const bool is_right = session != nullptr && session->facts().id == state.hello.session_id;
  if (is_right && can_resume(state, *session, effects)) {
    state.new_ticket = NewTicket::none;  // the id leads back to it already
    Bytes id = session->facts().id;
    return resume(std::move(state), std::move(session), std::move(id), effects);
  }
  return full_handshake(std::move(state), effects);
}

/// ticket_opened: "If the server accepts the ticket and the Session ID is not empty, then it MUST
/// respond with the same Session ID present in the ClientHello" (RFC 5077 §3.4), as long as it
/// came: not a byte more, or memory leaks out ("Ticketbleed", CVE-2016-9244).
AfterSession ticket_opened(AwaitSession state, Effects& effects) {
  OpenedTicket opened = open_ticket(state.hello, *state.profile, effects.environment());
  if (opened.session == nullptr || !can_resume(state, *opened.session, effects)) {
    return full_handshake(std::move(state), effects);
  }
  state.new_ticket = opened.is_outdated ? NewTicket::announced : NewTicket::none;
  Bytes id = state.hello.session_id;
  return resume(std::move(state), std::move(opened.session), std::move(id), effects);
}

}  // namespace

Result<void> step(State& state, const Input& input, Effects& effects) {
  return machine::step<Failed>(state, input, effects);
}

Next<AwaitSession,
     AwaitParamsSignature,
     AwaitClientCertificate,
     AwaitClientKeyExchange,
     AwaitResumedChangeCipherSpec>
on(AwaitClientHello /*state*/, const Received<message::ClientHello>& hello, Effects& effects) {
  const Environment& environment = effects.environment();
  effects.info().client_version = hello.body.client_version;
  HEIRLOOM_TRY(const VersionProfile* profile, agree_on_version(hello.body, environment));
  effects.use_version(*profile);
  HEIRLOOM_TRY_VOID(check_compression(hello.body));
  HEIRLOOM_TRY_VOID(read_extensions(hello.body, effects));
  AwaitSession state{.hello = hello.body, .profile = profile, .transcript = {}};
  state.transcript.append(hello.raw);
  if (takes_tickets(state.hello, *profile, environment)) {
    state.new_ticket = NewTicket::announced;
  }
  // RFC 5077 §3.4: "If a ticket is presented by the client, the server MUST NOT attempt to use the
  // Session ID in the ClientHello for stateful session resumption."
  if (has_ticket(state.hello)) {
    return ticket_opened(std::move(state), effects);
  }
  if (environment.sessions == nullptr || state.hello.session_id.empty()) {
    return full_handshake(std::move(state), effects);
  }
  auto session = environment.sessions->find(state.hello.session_id);
  if (session.is_pending()) {
    return state;
  }
  return session_found(std::move(state), std::move(session).answer(), effects);
}

Next<AwaitParamsSignature,
     AwaitClientCertificate,
     AwaitClientKeyExchange,
     AwaitResumedChangeCipherSpec>
on(AwaitSession state, const SessionAnswer& answer, Effects& effects) {
  return session_found(std::move(state), answer.session, effects);
}

}  // namespace heirloom::server
