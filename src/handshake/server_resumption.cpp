#include "handshake/server_resumption.hpp"

#include "base/try.hpp"
#include "handshake/negotiate.hpp"
#include "handshake/renegotiation.hpp"
#include "handshake/server_extensions.hpp"
#include "handshake/server_hello.hpp"
#include "handshake/session_rules.hpp"
#include "handshake/tickets.hpp"
#include "session/session_access.hpp"

#include <algorithm>
#include <utility>

namespace heirloom::server {

namespace {

bool asks_for_extended_master_secret(const AwaitSession& state, const Policy& policy) {
  return requested(state.hello, *state.profile, policy, Extension::extended_master_secret) !=
         nullptr;
}

/// has_fitting_master_secret: RFC 7627 §5.3: "If the original session did not use the
/// "extended_master_secret" extension but the new ClientHello contains the extension, then the
/// server MUST NOT perform the abbreviated handshake." If neither has it the server should abort;
/// we go on, because that is every old client (§5.4).
bool has_fitting_master_secret(const AwaitSession& state,
                               const Session::Facts& facts,
                               const Policy& policy) {
  return facts.has_extended_master_secret || !asks_for_extended_master_secret(state, policy);
}

}  // namespace

bool can_resume(const AwaitSession& state, const Session& session, Effects& effects) {
  const Environment& environment = effects.environment();
  const Policy& policy = *environment.policy;
  const Session::Facts& facts = session.facts();
  // RFC 6066 §4: the limit of a session stays what it was. A client that asks for another one gets
  // another session.
  const Bytes* const wanted =
      requested(state.hello, *state.profile, policy, Extension::max_fragment_length);
  const bool keeps_limit =
      wanted == nullptr ||
      (facts.max_fragment_length.has_value() &&
       *wanted == Bytes{static_cast<std::uint8_t>(*facts.max_fragment_length)});
  return facts.version == state.profile->version && keeps_limit &&
         may_be_client(environment, facts.peer_chain) &&
         has_fitting_master_secret(state, facts, *environment.policy) &&
         may_resume(session, effects.info().server_name, environment);
}

Next<AwaitResumedChangeCipherSpec> resume(AwaitSession state,
                                          SessionPtr session,
                                          Bytes session_id,
                                          Effects& effects) {
  const Session::Facts& facts = session->facts();
  // RFC 6101 §5.6.1.2: the lists "must include at least" the suite and the compression method of
  // that session (drift D57).
  const auto method = find_compression_method(facts.compression_method);
  HEIRLOOM_EXPECT(method.has_value());
  if (!has_signal(state.hello, facts.cipher_suite) || !has_method(state.hello, *method)) {
    return Cause::session_suite_not_offered;
  }
  // RFC 7627 §5.3: "If the original session used the "extended_master_secret" extension but the new
  // ClientHello does not contain it, the server MUST abort the abbreviated handshake."
  if (facts.has_extended_master_secret &&
      !asks_for_extended_master_secret(state, *effects.environment().policy)) {
    return Cause::extended_master_secret_missing;
  }
  effects.use(session);
  const CipherSuite* suite = find_cipher_suite(facts.cipher_suite);
  HEIRLOOM_EXPECT(suite != nullptr);
  HEIRLOOM_TRY(Negotiated negotiated,
               send_hello(state,
                          Choice{.suite = suite,
                                 .compression_method = *method,
                                 .kept_fragment_length = facts.max_fragment_length,
                                 .session = session.get()},
                          std::move(session_id),
                          state.transcript,
                          effects));
  MasterSecret master = detail::SessionAccess::master_secret(*session);
  log_secret(effects.environment(), negotiated.randoms, master);
  effects.info().is_resumed = true;
  effects.info().is_resumed_by_ticket = facts.id.empty();  // such a session has no id
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
                     Effects& effects) {
  HEIRLOOM_TRY(const FinishedVerified proof,
               verify_finished(*state.negotiated.profile,
                               state.transcript.snapshot(),
                               state.master,
                               Side::client,
                               finished.body));
  state.negotiated.client_verify_data = proof.verify_data;
  PreviousHandshake handshake =
      remember(effects, state.negotiated, state.session->facts().peer_chain);
  return Established(proof, std::move(state.session), std::move(handshake));
}

}  // namespace heirloom::server
