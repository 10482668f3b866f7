#include "handshake/client_resumption.hpp"

#include "base/try.hpp"
#include "handshake/record_extensions.hpp"
#include "handshake/renegotiation.hpp"
#include "handshake/tickets.hpp"
#include "session/session_access.hpp"

#include <utility>

namespace heirloom::client {

Next<AwaitResumedNewSessionTicket, AwaitResumedChangeCipherSpec> resume(AwaitServerHello state,
                                                                        Negotiated negotiated,
                                                                        Effects& effects) {
  const Session::Facts& facts = state.resume->facts();
  // RFC 2246 §7.4.1.3: a resumed session keeps its version, suite and compression.
  if (facts.version != negotiated.profile->version || facts.cipher_suite != negotiated.suite->id ||
      facts.compression_method != static_cast<std::uint8_t>(negotiated.compression_method)) {
    return Cause::session_parameters_changed;
  }
  HEIRLOOM_TRY_VOID(check_same_server(effects.environment(), facts.peer_chain));
  // RFC 7627 §5.3: the client must abort if only one of session and ServerHello has it. No alert is
  // named there; this is a parameter of the session like the others.
  if (facts.has_extended_master_secret != negotiated.has_extended_master_secret) {
    return Error(Cause::session_parameters_changed, "extended_master_secret");
  }
  negotiated.max_fragment_length = facts.max_fragment_length;
  tell_negotiated(effects, negotiated);
  limit_fragments(negotiated, effects);
  MasterSecret master = detail::SessionAccess::master_secret(*state.resume);
  log_secret(effects.environment(), negotiated.randoms, master);
  effects.info().is_resumed = true;
  effects.info().is_resumed_by_ticket = !facts.ticket.empty();  // RFC 5077 §3.4: then not by its id
  effects.info().peer_chain = facts.peer_chain;
  TrafficKeyPair pending = derive_keys(effects.environment(), negotiated, master);
  const NewTicket new_ticket = negotiated.new_ticket;
  AwaitResumedChangeCipherSpec next{.negotiated = std::move(negotiated),
                                    .session = std::move(state.resume),
                                    .master = std::move(master),
                                    .pending = std::move(pending),
                                    .transcript = std::move(state.transcript)};
  if (new_ticket == NewTicket::announced) {
    return AwaitResumedNewSessionTicket{std::move(next)};
  }
  return next;
}

Next<AwaitResumedChangeCipherSpec> on(AwaitResumedNewSessionTicket state,
                                      const Received<message::NewSessionTicket>& ticket,
                                      Effects& /*effects*/) {
  state.after.transcript.append(ticket.raw);
  state.after.ticket = ticket.body;
  return std::move(state.after);
}

Next<AwaitResumedFinished> on(AwaitResumedChangeCipherSpec state,
                              const message::ChangeCipherSpec& /*change*/,
                              Effects& effects) {
  effects.activate_read(std::move(state.pending.server_write));
  return AwaitResumedFinished{.negotiated = std::move(state.negotiated),
                              .session = std::move(state.session),
                              .master = std::move(state.master),
                              .pending_write = std::move(state.pending.client_write),
                              .transcript = std::move(state.transcript),
                              .ticket = std::move(state.ticket)};
}

Next<Established> on(AwaitResumedFinished state,
                     const Received<message::Finished>& finished,
                     Effects& effects) {
  const VersionProfile& profile = *state.negotiated.profile;
  HEIRLOOM_TRY(
      const FinishedVerified proof,
      verify_finished(
          profile, state.transcript.snapshot(), state.master, Side::server, finished.body));
  state.transcript.append(finished.raw);
  send_finished(state.negotiated,
                state.master,
                Side::client,
                std::move(state.pending_write),
                state.transcript,
                effects);
  state.negotiated.server_verify_data = proof.verify_data;
  PreviousHandshake handshake =
      remember(effects, state.negotiated, state.session->facts().peer_chain);
  return Established(proof,
                     with_ticket(std::move(state.session), state.ticket, effects.environment()),
                     std::move(handshake));
}

}  // namespace heirloom::client
