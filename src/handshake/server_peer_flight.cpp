// The client's second flight as the server reads it: Certificate*, ClientKeyExchange,
// CertificateVerify* (RFC 6101 §5.6.6 to §5.6.8, RFC 2246 §7.4.6 to §7.4.8).
#include "base/try.hpp"
#include "handshake/renegotiation.hpp"
#include "handshake/server_states.hpp"
#include "kx/client_keys.hpp"
#include "kx/key_exchange.hpp"

#include <string>
#include <utility>
#include <variant>

namespace heirloom::server {

namespace {

Next<AwaitClientKeyExchange> client_judged(AwaitClientCertificateVerdict state,
                                           const CertificateVerdict& verdict,
                                           Effects& effects) {
  if (!verdict.has_value()) {
    return verdict.error();
  }
  effects.info().verified_chain = verdict->verified_chain;
  return AwaitClientKeyExchange{.negotiated = std::move(state.negotiated),
                                .own = std::move(state.own),
                                .client = std::move(state.client),
                                .transcript = std::move(state.transcript)};
}

/// without_certificate goes on if policy lets it.
Next<AwaitClientKeyExchange> without_certificate(AwaitClientCertificate state, Effects& effects) {
  if (effects.environment().client_authentication == ClientAuthentication::required) {
    return Cause::client_certificate_required;
  }
  return AwaitClientKeyExchange{.negotiated = std::move(state.negotiated),
                                .own = std::move(state.own),
                                .client = {},
                                .transcript = std::move(state.transcript)};
}

AwaitChangeCipherSpec await_change(const Environment& environment,
                                   Negotiated negotiated,
                                   Client client,
                                   MasterSecret master,
                                   std::optional<CarriedKeys> carried,
                                   Transcript transcript) {
  TrafficKeyPair pending = derive_keys(environment, negotiated, master, std::move(carried));
  return {.negotiated = std::move(negotiated),
          .client = std::move(client),
          .master = std::move(master),
          .pending = std::move(pending),
          .transcript = std::move(transcript)};
}

/// agreed goes on with the premaster secret, whatever it is; a wrong one shows at the client's
/// Finished (RFC 2246 §7.4.7.1). A client whose certificate can sign must prove that it has the
/// key.
Next<AwaitCertificateVerify, AwaitChangeCipherSpec> agreed(AwaitPremaster state,
                                                           kx::Agreed made,
                                                           Effects& effects) {
  MasterSecret master = derive_master(
      effects.environment(), state.negotiated, std::move(made.premaster), state.transcript);
  if (state.client.key.has_value() && !kx::is_proved_by_agreement(*state.client.key)) {
    return AwaitCertificateVerify{.negotiated = std::move(state.negotiated),
                                  .client = std::move(state.client),
                                  .master = std::move(master),
                                  .carried = std::move(made.carried),
                                  .transcript = std::move(state.transcript)};
  }
  return await_change(effects.environment(),
                      std::move(state.negotiated),
                      std::move(state.client),
                      std::move(master),
                      std::move(made.carried),
                      std::move(state.transcript));
}

/// use_key applies a private key to what the key exchange needs of it.
Pending<PrivateKeyResult> use_key(const AwaitPremaster& state,
                                  const kx::ServerKeyAgreement::Accepted& accepted) {
  HEIRLOOM_EXPECT(state.own.certificate != nullptr);
  PrivateKey& key = *state.own.certificate->credentials->key;
  if (const auto* decryption = std::get_if<kx::DecryptionNeeded>(&accepted)) {
    PrivateKey& used = decryption->temporary_key != nullptr ? *decryption->temporary_key : key;
    return used.decrypt_raw(decryption->ciphertext);
  }
  return key.agree(std::get<kx::AgreementNeeded>(accepted).peer_public);
}

/// recovered takes what the private key has made, and asks it again while the key exchange wants
/// more of it.
Next<AwaitPremaster, AwaitCertificateVerify, AwaitChangeCipherSpec> recovered(
    AwaitPremaster state, const PrivateKeyResult& result, Effects& effects) {
  HEIRLOOM_TRY(kx::ServerKeyAgreement::Recovered made, state.own.agreement->recover(result));
  while (const auto* more = std::get_if<kx::AgreementNeeded>(&made)) {
    auto pending = use_key(state, *more);
    if (pending.is_pending()) {
      return state;
    }
    const PrivateKeyAnswer answer(std::move(pending).answer());
    HEIRLOOM_TRY(made, state.own.agreement->recover(answer.result));
  }
  return agreed(std::move(state), std::move(std::get<kx::Agreed>(made)), effects);
}

}  // namespace

Next<AwaitClientCertificateVerdict, AwaitClientKeyExchange> on(
    AwaitClientCertificate state,
    const Received<message::Certificate>& certificate,
    Effects& effects) {
  const Environment& environment = effects.environment();
  const CertificateChain& chain = certificate.body.certificate_list;
  state.transcript.append(certificate.raw);
  if (chain.empty()) {  // TLS's way of having none (RFC 2246 §7.4.6); tolerated at SSL 3.0 (drift
                        // D32)
    return without_certificate(std::move(state), effects);
  }
  if (chain.size() > environment.policy->limits.max_certificates) {
    return Error(Cause::certificate_chain_too_long, std::to_string(chain.size()));
  }
  HEIRLOOM_TRY(crypto::CertificateKey key, crypto::certificate_key(chain.front()));
  HEIRLOOM_TRY_VOID(kx::check_client_key(state.own.certificate_key(), key));
  HEIRLOOM_TRY_VOID(check_key_size(*environment.policy, *state.negotiated.suite, key));
  if (!may_be_client(environment, chain)) {
    return Cause::peer_changed;
  }
  effects.info().peer_chain = chain;
  effects.info().peer_key_bits = key.bits;
  auto verdict = environment.verifier->verify({.chain = chain,
                                               .role = CertificateQuestion::Role::client,
                                               .host = {},
                                               .now = environment.clock->now()});
  AwaitClientCertificateVerdict next{.negotiated = std::move(state.negotiated),
                                     .own = std::move(state.own),
                                     .client = {.chain = chain, .key = std::move(key)},
                                     .transcript = std::move(state.transcript)};
  if (verdict.is_pending()) {
    return next;
  }
  return client_judged(std::move(next), verdict.answer(), effects);
}

Next<AwaitClientKeyExchange> on(AwaitClientCertificate state,
                                const message::NoCertificateWarning& /*warning*/,
                                Effects& effects) {
  return without_certificate(std::move(state), effects);
}

Next<AwaitClientKeyExchange> on(AwaitClientCertificateVerdict state,
                                const CertificateAnswer& answer,
                                Effects& effects) {
  return client_judged(std::move(state), answer.verdict, effects);
}

Next<AwaitPremaster, AwaitCertificateVerify, AwaitChangeCipherSpec> on(
    AwaitClientKeyExchange state,
    const Received<message::ClientKeyExchange>& exchange,
    Effects& effects) {
  HEIRLOOM_TRY(
      kx::ServerKeyAgreement::Accepted accepted,
      state.own.agreement->accept(context_of(effects.environment(), state.negotiated),
                                  exchange.body,
                                  state.own.certificate_key(),
                                  state.client.key.has_value() ? &*state.client.key : nullptr));
  state.transcript.append(exchange.raw);
  AwaitPremaster next{.negotiated = std::move(state.negotiated),
                      .own = std::move(state.own),
                      .client = std::move(state.client),
                      .transcript = std::move(state.transcript)};
  if (auto* done = std::get_if<kx::Agreed>(&accepted)) {
    return agreed(std::move(next), std::move(*done), effects);
  }
  auto result = use_key(next, accepted);
  if (result.is_pending()) {
    return next;
  }
  const PrivateKeyAnswer answer(std::move(result).answer());
  return recovered(std::move(next), answer.result, effects);
}

Next<AwaitPremaster, AwaitCertificateVerify, AwaitChangeCipherSpec> on(
    AwaitPremaster state, const PrivateKeyAnswer& answer, Effects& effects) {
  return recovered(std::move(state), answer.result, effects);
}

Next<AwaitChangeCipherSpec> on(AwaitCertificateVerify state,
                               const Received<message::CertificateVerify>& verify,
                               Effects& effects) {
  const VersionProfile& profile = *state.negotiated.profile;
  const crypto::SignatureHashes hashes =
      profile.certificate_verify(state.transcript.snapshot(), state.master);
  if (!crypto::verify_signature(
          *state.client.key, hashes, verify.body.signature, profile.dsa_form)) {
    return Cause::certificate_verify_failed;
  }
  state.transcript.append(verify.raw);
  return await_change(effects.environment(),
                      std::move(state.negotiated),
                      std::move(state.client),
                      std::move(state.master),
                      std::move(state.carried),
                      std::move(state.transcript));
}

}  // namespace heirloom::server
