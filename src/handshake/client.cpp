// The client's half of the handshake, as far as both hellos: it begins, and the server chooses
// (RFC 6101 §5.6.1, RFC 2246 §7.4.1). What follows stands in client_peer_flight.cpp,
// client_own_flight.cpp and client_finish.cpp, or in client_resumption.cpp.
#include "base/try.hpp"
#include "handshake/client_extensions.hpp"
#include "handshake/client_resumption.hpp"
#include "handshake/client_states.hpp"
#include "handshake/negotiate.hpp"
#include "handshake/record_extensions.hpp"
#include "handshake/renegotiation.hpp"
#include "handshake/session_rules.hpp"
#include "handshake/tickets.hpp"
#include "kx/key_exchange.hpp"
#include "message/sslv2_client_hello.hpp"

#include <string>
#include <utility>

namespace heirloom::client {

namespace {

/// send_in_sslv2_format makes the offer what a server can read out of such a hello: no extensions
/// and no compression.
void send_in_sslv2_format(AwaitServerHello& state, Effects& effects) {
  const message::Sslv2ClientHello hello = message::to_sslv2(state.offer);
  state.offer = message::to_client_hello(hello);
  effects.info().has_sslv2_hello = true;
  effects.send_sslv2(hello, state.transcript);
}

/// check_same_version: a connection keeps its version (keep_version).
Result<void> check_same_version(const Environment& environment, ProtocolVersion version) {
  if (environment.previous != nullptr && environment.previous->version != version) {
    return Error(Cause::version_not_acceptable,
                 std::string(to_string(version)) + " in a connection of " +
                     std::string(to_string(environment.previous->version)));
  }
  return {};
}

}  // namespace

Result<void> step(State& state, const Input& input, Effects& effects) {
  return machine::step<Failed>(state, input, effects);
}

Result<AwaitServerHello> start(Effects& effects) {
  const Environment& environment = effects.environment();
  const Policy& policy = *environment.policy;
  AwaitServerHello state{.offer = {}, .resume = nullptr, .transcript = {}};
  if (environment.resume != nullptr) {
    state.resume = environment.resume;
    effects.use(state.resume);
  }
  message::ClientHello& hello = state.offer;
  const PreviousHandshake* previous = environment.previous;
  // Another handshake says what the first one said, as deployed clients do: a server may compare it
  // with the premaster secret, and some choke on a change. RFC is silent.
  hello.client_version =
      previous != nullptr ? previous->client_version : offered_version(policy, state.resume.get());
  HEIRLOOM_TRY(hello.random, make_random(environment));
  if (state.resume != nullptr) {
    HEIRLOOM_TRY(hello.session_id, offered_session_id(*state.resume, environment));
  }
  hello.cipher_suites = offered_cipher_suites(policy, hello.client_version);
  if (previous == nullptr) {
    add_signals(hello.cipher_suites, policy, state.resume.get());
  }
  hello.compression_methods = offered_compression_methods(policy);
  effects.info().client_version = hello.client_version;
  // RFC 2246 E.1: "Requests to resume a TLS session should use a TLS client hello."
  if (policy.send_sslv2_hello == Sslv2Hello::on && state.resume == nullptr && previous == nullptr) {
    send_in_sslv2_format(state, effects);
    return state;
  }
  offer_extensions(hello, effects);
  effects.send(hello, state.transcript);
  return state;
}

Next<AwaitCertificate,
     AwaitServerKeyExchange,
     AwaitResumedNewSessionTicket,
     AwaitResumedChangeCipherSpec>
on(AwaitServerHello state, const Received<message::ServerHello>& hello, Effects& effects) {
  const Environment& environment = effects.environment();
  HEIRLOOM_TRY(const VersionProfile* profile,
               accept_server_version(
                   hello.body.server_version, state.offer.client_version, *environment.policy));
  HEIRLOOM_TRY_VOID(check_same_version(environment, profile->version));
  effects.use_version(*profile);
  HEIRLOOM_TRY(
      const CipherSuite* suite,
      accept_cipher_suite(hello.body.cipher_suite, state.offer.cipher_suites, profile->version));
  HEIRLOOM_TRY(
      const CompressionMethod compression_method,
      accept_compression_method(hello.body.compression_method, state.offer.compression_methods));
  state.transcript.append(hello.raw);
  Negotiated negotiated{.profile = profile,
                        .suite = suite,
                        .randoms = {.client = state.offer.random, .server = hello.body.random},
                        .client_version = state.offer.client_version,
                        .session_id = hello.body.session_id,
                        .compression_method = compression_method};
  HEIRLOOM_TRY_VOID(judge_extensions(state.offer, hello.body, negotiated, effects));
  HEIRLOOM_TRY_VOID(check_not_dropped(environment, negotiated));
  if (state.resume != nullptr && hello.body.session_id == state.offer.session_id) {
    return resume(std::move(state), std::move(negotiated), effects);
  }
  tell_negotiated(effects, negotiated);
  limit_fragments(negotiated, effects);
  if (info(suite->key_exchange).is_anonymous) {
    HEIRLOOM_TRY_VOID(check_same_server(environment, {}));
    return AwaitServerKeyExchange{
        .negotiated = std::move(negotiated),
        .server = {.chain = {},
                   .key = std::nullopt,
                   .agreement = kx::make_client_agreement(suite->key_exchange)},
        .transcript = std::move(state.transcript)};
  }
  return AwaitCertificate{.negotiated = std::move(negotiated),
                          .transcript = std::move(state.transcript)};
}

}  // namespace heirloom::client
