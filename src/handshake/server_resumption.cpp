#include "handshake/server_resumption.hpp"

#include "base/try.hpp"
#include "handshake/negotiate.hpp"
#include "handshake/server_hello.hpp"
#include "handshake/session_rules.hpp"
#include "handshake/tickets.hpp"
#include "session/session_access.hpp"

#include <algorithm>
#include <utility>

namespace heirloom::server {

bool can_resume(const AwaitSession& state, const Session& session, Effects& effects) {
  return session.facts().version == state.profile->version &&
         may_resume(session, effects.info().server_name, effects.environment());
}

Next<AwaitResumedChangeCipherSpec> resume(AwaitSession state,
                                          SessionPtr session,
                                          Bytes session_id,
                                          Effects& effects) {
  const Session::Facts& facts = session->facts();
  // RFC 6101 §5.6.1.2: the lists "must include at least" the suite and the compression method of
  // that session (drift D57).
  if (!has_signal(state.hello, facts.cipher_suite) ||
      std::ranges::find(state.hello.compression_methods, facts.compression_method) ==
          state.hello.compression_methods.end()) {
    return Cause::session_suite_not_offered;
  }
  effects.use(session);
  const CipherSuite* suite = find_cipher_suite(facts.cipher_suite);
  HEIRLOOM_EXPECT(suite != nullptr);
  HEIRLOOM_TRY(Negotiated negotiated,
               send_hello(state,
                          Choice{.suite = suite, .session = session.get()},
                          std::move(session_id),
                          state.transcript,
                          effects));
  MasterSecret master = detail::SessionAccess::master_secret(*session);
  log_secret(effects.environment(), negotiated.randoms, master);
  effects.info().is_resumed = true;
  effects.info().peer_chain = facts.peer_chain;
  effects.info().server_name = facts.server_name;
  if (const kx::LocalKey* own =
          find_certificate(*suite, *state.profile, *effects.environment().own)) {
    effects.info().own_chain = own->credentials->chain;
  }
  if (negotiated.new_ticket == NewTicket::announced) {
    send_ticket(*session, state.transcript, effects);
  }
  TrafficKeyPair keys = derive_keys(effects.environment(), negotiated, master);
  send_finished(
      negotiated, master, Side::server, std::move(keys.server_write), state.transcript, effects);
  return AwaitResumedChangeCipherSpec{.negotiated = std::move(negotiated),
                                      .session = std::move(session),
                                      .master = std::move(master),
                                      .pending_read = std::move(keys.client_write),
                                      .transcript = std::move(state.transcript)};
}

Next<AwaitResumedFinished> on(AwaitResumedChangeCipherSpec state,
                              const message::ChangeCipherSpec& /*change*/,
                              Effects& effects) {
  effects.activate_read(std::move(state.pending_read));
  return AwaitResumedFinished{.negotiated = std::move(state.negotiated),
                              .session = std::move(state.session),
                              .master = std::move(state.master),
                              .transcript = std::move(state.transcript)};
}

Next<Established> on(AwaitResumedFinished state,
                     const Received<message::Finished>& finished,
                     Effects& /*effects*/) {
  HEIRLOOM_TRY(const FinishedVerified proof,
               verify_finished(*state.negotiated.profile,
                               state.transcript.snapshot(),
                               state.master,
                               Side::client,
                               finished.body));
  return Established(proof, std::move(state.session));
}

}  // namespace heirloom::server
