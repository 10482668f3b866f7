#include "handshake/client_own_flight.hpp"

#include "base/try.hpp"
#include "handshake/client_certificate.hpp"
#include "kx/key_exchange.hpp"
#include "kx/signed_params.hpp"

#include <utility>
#include <variant>

namespace heirloom::client {

namespace {

/// finish_flight sends change_cipher_spec and Finished.
Next<AwaitNewSessionTicket, AwaitChangeCipherSpec> finish_flight(Negotiated negotiated,
                                                                 Server server,
                                                                 MasterSecret master,
                                                                 std::optional<CarriedKeys> carried,
                                                                 Transcript transcript,
                                                                 Effects& effects) {
  TrafficKeyPair keys = derive_keys(effects.environment(), negotiated, master, std::move(carried));
  send_finished(
      negotiated, master, Side::client, std::move(keys.client_write), transcript, effects);
  const NewTicket new_ticket = negotiated.new_ticket;
  AwaitChangeCipherSpec next{.negotiated = std::move(negotiated),
                             .server = std::move(server),
                             .master = std::move(master),
                             .pending_read = std::move(keys.server_write),
                             .transcript = std::move(transcript)};
  if (new_ticket == NewTicket::announced) {
    return AwaitNewSessionTicket{std::move(next)};
  }
  return next;
}

/// answer_request sends our certificate, or says in the version's way that there is none.
void answer_request(Flight& flight, const kx::LocalKey* shown, Effects& effects) {
  if (shown != nullptr) {
    effects.info().own_chain = shown->credentials->chain;
    effects.send(message::Certificate{shown->credentials->chain}, flight.transcript);
    return;
  }
  switch (flight.negotiated.profile->no_certificate) {
    case NoCertificateAnswer::warning_alert:
      effects.send_warning(AlertDescription::no_certificate);
      break;
    case NoCertificateAnswer::empty_certificate:
      effects.send(message::Certificate{}, flight.transcript);
      break;
  }
}

Next<AwaitNewSessionTicket, AwaitChangeCipherSpec> sign(AwaitSignature state,
                                                        const PrivateKeyResult& result,
                                                        Effects& effects) {
  if (!result.has_value()) {
    return result.error();
  }
  HEIRLOOM_TRY(Bytes signature,
               kx::own_signature(context_of(effects.environment(), state.negotiated),
                                 state.shown->certificate_key,
                                 *result));
  effects.send(message::CertificateVerify{std::move(signature)}, state.transcript);
  return finish_flight(std::move(state.negotiated),
                       std::move(state.server),
                       std::move(state.master),
                       std::move(state.carried),
                       std::move(state.transcript),
                       effects);
}

/// prove sends the ClientKeyExchange and, if we have shown a certificate that can sign (RFC 2246
/// §7.4.8), the CertificateVerify, and ends the flight.
Next<AwaitSignature, AwaitNewSessionTicket, AwaitChangeCipherSpec> prove(
    AwaitAgreement state, kx::ClientKeyAgreement::Response response, Effects& effects) {
  effects.send(response.message, state.transcript);
  MasterSecret master = derive_master(effects.environment(),
                                      state.negotiated,
                                      std::move(response.agreed.premaster),
                                      state.transcript);
  if (state.shown == nullptr || kx::is_proved_by_agreement(state.shown->certificate_key)) {
    return finish_flight(std::move(state.negotiated),
                         std::move(state.server),
                         std::move(master),
                         std::move(response.agreed.carried),
                         std::move(state.transcript),
                         effects);
  }
  const crypto::SignatureHashes hashes =
      state.negotiated.profile->certificate_verify(state.transcript.snapshot(), master);
  auto signature = state.shown->credentials->key->sign(
      crypto::to_be_signed(state.shown->certificate_key.algorithm, hashes));
  AwaitSignature next{.negotiated = std::move(state.negotiated),
                      .server = std::move(state.server),
                      .shown = state.shown,
                      .master = std::move(master),
                      .carried = std::move(response.agreed.carried),
                      .transcript = std::move(state.transcript)};
  if (signature.is_pending()) {
    return next;
  }
  return sign(std::move(next), signature.answer(), effects);
}

/// completed takes what our certificate's key has made for the key exchange.
Next<AwaitSignature, AwaitNewSessionTicket, AwaitChangeCipherSpec> completed(
    AwaitAgreement state, const PrivateKeyResult& result, Effects& effects) {
  HEIRLOOM_TRY(kx::ClientKeyAgreement::Response response,
               state.server.agreement->complete(context_of(effects.environment(), state.negotiated),
                                                result));
  return prove(std::move(state), std::move(response), effects);
}

/// use_key applies our certificate's key to what the key exchange needs of it.
Pending<PrivateKeyResult> use_key(PrivateKey& key,
                                  const kx::ClientKeyAgreement::Responded& responded) {
  if (const auto* signature = std::get_if<kx::SignatureNeeded>(&responded)) {
    return key.sign(signature->digest);
  }
  return key.agree(std::get<kx::AgreementNeeded>(responded).peer_public);
}

/// send_flight: Certificate*, ClientKeyExchange, CertificateVerify*, change_cipher_spec, Finished.
Next<AwaitAgreement, AwaitSignature, AwaitNewSessionTicket, AwaitChangeCipherSpec> send_flight(
    Flight flight, Effects& effects) {
  const Environment& environment = effects.environment();
  const kx::LocalKey* shown = nullptr;
  if (flight.request.has_value()) {
    shown = suitable_certificate(
        environment.own->keys, *flight.request, flight.server.certificate_key());
    answer_request(flight, shown, effects);
  }
  HEIRLOOM_TRY(
      kx::ClientKeyAgreement::Responded responded,
      flight.server.agreement->respond(context_of(environment, flight.negotiated),
                                       flight.server.certificate_key(),
                                       shown == nullptr ? nullptr : &shown->certificate_key));
  AwaitAgreement state{.negotiated = std::move(flight.negotiated),
                       .server = std::move(flight.server),
                       .shown = shown,
                       .transcript = std::move(flight.transcript)};
  if (auto* done = std::get_if<kx::ClientKeyAgreement::Response>(&responded)) {
    return prove(std::move(state), std::move(*done), effects);
  }
  HEIRLOOM_EXPECT(shown != nullptr);
  auto made = use_key(*shown->credentials->key, responded);
  if (made.is_pending()) {
    return state;
  }
  const PrivateKeyAnswer answer(std::move(made).answer());
  return completed(std::move(state), answer.result, effects);
}

Next<AwaitAgreement, AwaitSignature, AwaitNewSessionTicket, AwaitChangeCipherSpec> judged(
    Flight flight, const CertificateVerdict& verdict, Effects& effects) {
  if (!verdict.has_value()) {
    return verdict.error();
  }
  effects.info().verified_chain = verdict->verified_chain;
  return send_flight(std::move(flight), effects);
}

}  // namespace

Next<AwaitCertificateVerdict,
     AwaitAgreement,
     AwaitSignature,
     AwaitNewSessionTicket,
     AwaitChangeCipherSpec>
judge(Flight flight, Effects& effects) {
  const Environment& environment = effects.environment();
  if (flight.server.chain.empty()) {  // an anonymous server: the policy has allowed the suite
    return send_flight(std::move(flight), effects);
  }
  auto verdict = environment.verifier->verify({.chain = flight.server.chain,
                                               .role = CertificateQuestion::Role::server,
                                               .host = environment.host,
                                               .now = environment.clock->now(),
                                               .ocsp_response = flight.server.ocsp_response});
  if (verdict.is_pending()) {
    return AwaitCertificateVerdict{.negotiated = std::move(flight.negotiated),
                                   .server = std::move(flight.server),
                                   .request = std::move(flight.request),
                                   .transcript = std::move(flight.transcript)};
  }
  return judged(std::move(flight), verdict.answer(), effects);
}

Next<AwaitAgreement, AwaitSignature, AwaitNewSessionTicket, AwaitChangeCipherSpec> on(
    AwaitCertificateVerdict state, const CertificateAnswer& answer, Effects& effects) {
  return judged(Flight{.negotiated = std::move(state.negotiated),
                       .server = std::move(state.server),
                       .request = std::move(state.request),
                       .transcript = std::move(state.transcript)},
                answer.verdict,
                effects);
}

Next<AwaitSignature, AwaitNewSessionTicket, AwaitChangeCipherSpec> on(
    AwaitAgreement state, const PrivateKeyAnswer& answer, Effects& effects) {
  return completed(std::move(state), answer.result, effects);
}

Next<AwaitNewSessionTicket, AwaitChangeCipherSpec> on(AwaitSignature state,
                                                      const PrivateKeyAnswer& answer,
                                                      Effects& effects) {
  return sign(std::move(state), answer.result, effects);
}

}  // namespace heirloom::client
