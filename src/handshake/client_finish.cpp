// The end of a full handshake, as the client sees it: the server's change_cipher_spec and Finished
// (RFC 6101 §5.6.9, RFC 2246 §7.1 and §7.4.9).
#include "base/try.hpp"
#include "handshake/client_states.hpp"
#include "handshake/renegotiation.hpp"
#include "handshake/session_rules.hpp"
#include "handshake/tickets.hpp"

#include <utility>

namespace heirloom::client {

Next<AwaitChangeCipherSpec> on(AwaitNewSessionTicket state,
                               const Received<message::NewSessionTicket>& ticket,
                               Effects& /*effects*/) {
  // RFC 5077 §3.3: "included in the hash", and not valid before the server's Finished is verified.
  state.after.transcript.append(ticket.raw);
  state.after.ticket = ticket.body;
  return std::move(state.after);
}

Next<AwaitFinished> on(AwaitChangeCipherSpec state,
                       const message::ChangeCipherSpec& /*change*/,
                       Effects& effects) {
  effects.activate_read(std::move(state.pending_read));
  return AwaitFinished{.negotiated = std::move(state.negotiated),
                       .server = std::move(state.server),
                       .master = std::move(state.master),
                       .transcript = std::move(state.transcript),
                       .ticket = std::move(state.ticket)};
}

Next<Established> on(AwaitFinished state,
                     const Received<message::Finished>& finished,
                     Effects& effects) {
  HEIRLOOM_TRY(const FinishedVerified proof,
               verify_finished(*state.negotiated.profile,
                               state.transcript.snapshot(),
                               state.master,
                               Side::server,
                               finished.body));
  SessionPtr session =
      make_session(effects,
                   state.negotiated,
                   state.master,
                   {.peer_chain = state.server.chain,
                    .ocsp_response = std::move(state.server.ocsp_response),
                    .own_certificates = own_certificates(*effects.environment().own)});
  state.negotiated.server_verify_data = proof.verify_data;
  return Established(proof,
                     with_ticket(std::move(session), state.ticket, effects.environment()),
                     remember(effects, state.negotiated, state.server.chain));
}

}  // namespace heirloom::client
