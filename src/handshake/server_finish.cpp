// The end of a full handshake, as the server sees it: the client's change_cipher_spec and Finished,
// and its own (RFC 6101 §5.6.9, RFC 2246 §7.1 and §7.4.9).
#include "base/try.hpp"
#include "handshake/renegotiation.hpp"
#include "handshake/server_states.hpp"
#include "handshake/tickets.hpp"

#include <utility>

namespace heirloom::server {

Next<AwaitFinished> on(AwaitChangeCipherSpec state,
                       const message::ChangeCipherSpec& /*change*/,
                       Effects& effects) {
  effects.activate_read(std::move(state.pending.client_write));
  return AwaitFinished{.negotiated = std::move(state.negotiated),
                       .client = std::move(state.client),
                       .master = std::move(state.master),
                       .pending_write = std::move(state.pending.server_write),
                       .transcript = std::move(state.transcript)};
}

Next<Established> on(AwaitFinished state,
                     const Received<message::Finished>& finished,
                     Effects& effects) {
  const VersionProfile& profile = *state.negotiated.profile;
  HEIRLOOM_TRY(
      const FinishedVerified proof,
      verify_finished(
          profile, state.transcript.snapshot(), state.master, Side::client, finished.body));
  state.transcript.append(finished.raw);
  SessionPtr session = make_session(
      effects, state.negotiated, state.master, {.peer_chain = std::move(state.client.chain)});
  if (state.negotiated.new_ticket == NewTicket::announced) {
    send_ticket(*session, state.transcript, effects);
  }
  send_finished(state.negotiated,
                state.master,
                Side::server,
                std::move(state.pending_write),
                state.transcript,
                effects);
  if (session->facts().id.empty()) {
    session.reset();  // nothing of ours leads back to it
  } else {
    effects.store(session);
  }
  state.negotiated.client_verify_data = proof.verify_data;
  return Established(
      proof, std::move(session), remember(effects, state.negotiated, state.client.chain));
}

}  // namespace heirloom::server
