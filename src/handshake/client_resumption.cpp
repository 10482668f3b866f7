#include "handshake/client_resumption.hpp"

#include "base/try.hpp"
#include "session/session_access.hpp"

#include <utility>

namespace heirloom::client {

Next<AwaitCertificate, AwaitResumedChangeCipherSpec> resume(AwaitServerHello state,
                                                            Negotiated negotiated,
                                                            Effects& effects) {
  const Session::Facts& facts = state.resume->facts();
  // RFC 2246 §7.4.1.3: a resumed session keeps its version, suite and compression.
  if (facts.version != negotiated.profile->version || facts.cipher_suite != negotiated.suite->id) {
    return Cause::session_parameters_changed;
  }
  MasterSecret master = detail::SessionAccess::master_secret(*state.resume);
  log_secret(effects.environment(), negotiated.randoms, master);
  effects.info().is_resumed = true;
  effects.info().peer_chain = facts.peer_chain;
  TrafficKeyPair pending = derive_keys(effects.environment(), negotiated, master);
  return AwaitResumedChangeCipherSpec{.negotiated = std::move(negotiated),
                                      .session = std::move(state.resume),
                                      .master = std::move(master),
                                      .pending = std::move(pending),
                                      .transcript = std::move(state.transcript)};
}

Next<AwaitResumedFinished> on(AwaitResumedChangeCipherSpec state,
                              const message::ChangeCipherSpec& /*change*/,
                              Effects& effects) {
  effects.activate_read(std::move(state.pending.server_write));
  return AwaitResumedFinished{.negotiated = std::move(state.negotiated),
                              .session = std::move(state.session),
                              .master = std::move(state.master),
                              .pending_write = std::move(state.pending.client_write),
                              .transcript = std::move(state.transcript)};
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
  return Established(proof, std::move(state.session));
}

}  // namespace heirloom::client
