#include "handshake/server_own_flight.hpp"

#include "base/try.hpp"
#include "handshake/negotiate.hpp"
#include "handshake/server_hello.hpp"
#include "handshake/session_rules.hpp"
#include "kx/signed_params.hpp"
#include "message/certificate_request.hpp"

#include <optional>
#include <utility>
#include <vector>

namespace heirloom::server {

namespace {

/// make_session_id: RFC 2246 §7.4.1.3: empty, this session will not be cached. RFC 5077 §3.4: so it
/// SHOULD be if a ticket is to come.
Result<Bytes> make_session_id(const Environment& environment,
                              const CipherSuite& suite,
                              NewTicket new_ticket) {
  if (environment.sessions == nullptr || new_ticket == NewTicket::announced ||
      !is_resumable(suite)) {
    return Bytes{};
  }
  Bytes id(kMaxSessionId);
  if (!environment.random->fill(id)) {
    return Cause::random_failed;
  }
  return id;
}

/// request_types names the kinds of certificate that we can verify (RFC 2246 §7.4.4): those that
/// sign, and the fixed Diffie-Hellman ones where the suite lets them take part. With FORTEZZA there
/// is the one type (RFC 6101 §5.6.4); Netscape's servers, too, sent no other.
std::vector<message::ClientCertificateType> request_types(const CipherSuite& suite) {
  using enum message::ClientCertificateType;
  if (info(suite.key_exchange).certificate_key == PublicKeyAlgorithm::kea) {
    return {fortezza_kea};
  }
  std::vector<message::ClientCertificateType> types = {rsa_sign, dss_sign, ecdsa_sign};
  if (info(suite.key_exchange).certificate_use == KeyExchangeInfo::Use::agreement) {
    types.insert(types.end(), {rsa_fixed_dh, dss_fixed_dh});
  }
  return types;
}

/// end_flight: CertificateRequest*, ServerHelloDone.
Next<AwaitClientCertificate, AwaitClientKeyExchange> end_flight(Negotiated negotiated,
                                                                Own own,
                                                                Transcript transcript,
                                                                Effects& effects) {
  const Environment& environment = effects.environment();
  // RFC 2246 §7.4.4: "A non-anonymous server can optionally request a certificate".
  const bool asks = environment.client_authentication != ClientAuthentication::none &&
                    !info(negotiated.suite->key_exchange).is_anonymous;
  if (asks) {
    effects.send(message::CertificateRequest{.certificate_types = request_types(*negotiated.suite),
                                             .certificate_authorities =
                                                 *environment.certificate_authorities},
                 transcript);
  }
  effects.send(message::ServerHelloDone{}, transcript);
  if (asks) {
    return AwaitClientCertificate{.negotiated = std::move(negotiated),
                                  .own = std::move(own),
                                  .transcript = std::move(transcript)};
  }
  return AwaitClientKeyExchange{.negotiated = std::move(negotiated),
                                .own = std::move(own),
                                .client = {},
                                .transcript = std::move(transcript)};
}

/// send_params: ServerKeyExchange with the signature, if there is one.
Next<AwaitClientCertificate, AwaitClientKeyExchange> send_params(AwaitParamsSignature state,
                                                                 std::optional<Bytes> signature,
                                                                 Effects& effects) {
  if (signature.has_value()) {
    wire::encode(state.params, message::Signature{std::move(*signature)});
  }
  effects.send(message::ServerKeyExchange{std::move(state.params)}, state.transcript);
  return end_flight(
      std::move(state.negotiated), std::move(state.own), std::move(state.transcript), effects);
}

Next<AwaitClientCertificate, AwaitClientKeyExchange> params_signed(AwaitParamsSignature state,
                                                                   const PrivateKeyResult& result,
                                                                   Effects& effects) {
  if (!result.has_value()) {
    return result.error();
  }
  HEIRLOOM_TRY(Bytes signature,
               kx::own_signature(context_of(effects.environment(), state.negotiated),
                                 *state.own.certificate_key(),
                                 *result));
  return send_params(std::move(state), std::move(signature), effects);
}

/// show_certificate: Certificate*, CertificateStatus*.
void show_certificate(AwaitSession& state,
                      const Choice& choice,
                      const Negotiated& negotiated,
                      Effects& effects) {
  if (choice.certificate == nullptr) {
    return;
  }
  const Credentials& own = *choice.certificate->credentials;
  effects.info().own_chain = own.chain;
  effects.send(message::Certificate{own.chain}, state.transcript);
  if (negotiated.has_certificate_status) {
    effects.send(message::CertificateStatus{.response = own.ocsp_response}, state.transcript);
  }
}

}  // namespace

Next<AwaitParamsSignature, AwaitClientCertificate, AwaitClientKeyExchange> full_handshake(
    AwaitSession state, Effects& effects) {
  const Environment& environment = effects.environment();
  HEIRLOOM_TRY(const Choice choice,
               choose_cipher_suite(state.hello,
                                   *environment.policy,
                                   *state.profile,
                                   *environment.own,
                                   environment.client_authentication));
  HEIRLOOM_TRY(Bytes session_id, make_session_id(environment, *choice.suite, state.new_ticket));
  HEIRLOOM_TRY(Negotiated negotiated,
               send_hello(state, choice, std::move(session_id), state.transcript, effects));
  Own own{.certificate = choice.certificate,
          .agreement = kx::make_server_agreement(choice.suite->key_exchange)};
  show_certificate(state, choice, negotiated, effects);
  if (!kx::expects_server_key_exchange(*state.profile, *choice.suite, own.certificate_key())) {
    return end_flight(std::move(negotiated), std::move(own), std::move(state.transcript), effects);
  }
  HEIRLOOM_TRY(Bytes params,
               own.agreement->offer(context_of(environment, negotiated), own.certificate_key()));
  tell_temporary_key(effects, own.agreement->temporary_key());
  const crypto::SignatureHashes hashes = kx::params_hashes(negotiated.randoms, params);
  AwaitParamsSignature next{.negotiated = std::move(negotiated),
                            .own = std::move(own),
                            .params = std::move(params),
                            .transcript = std::move(state.transcript)};
  if (!kx::signs_params(*next.negotiated.suite)) {
    return send_params(std::move(next), std::nullopt, effects);
  }
  const kx::LocalKey& signer = *next.own.certificate;
  auto signature =
      signer.credentials->key->sign(crypto::to_be_signed(signer.certificate_key.algorithm, hashes));
  if (signature.is_pending()) {
    return next;
  }
  return params_signed(std::move(next), signature.answer(), effects);
}

Next<AwaitClientCertificate, AwaitClientKeyExchange> on(AwaitParamsSignature state,
                                                        const PrivateKeyAnswer& answer,
                                                        Effects& effects) {
  return params_signed(std::move(state), answer.result, effects);
}

}  // namespace heirloom::server
