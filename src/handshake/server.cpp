// The server's half of the handshake, in the order of the protocol (RFC 6101 §5.6, RFC 2246 §7.4).
#include "base/try.hpp"
#include "handshake/negotiate.hpp"
#include "handshake/server_states.hpp"
#include "kx/signed_params.hpp"
#include "message/certificate_request.hpp"
#include "message/extensions.hpp"
#include "session/session_access.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace heirloom::server {

namespace {

/// read_extensions notes what a hello asks for. Extensions that we do not know are skipped
/// (RFC 3546 §2.3).
Result<void> read_extensions(const message::ClientHello& hello, Effects& effects) {
  using message::ExtensionType;
  if (message::has_duplicate(hello.extensions)) {
    return Error(Cause::extension_malformed, "an extension stands twice");
  }
  if (effects.environment().policy->renegotiation_info == Extension::on) {
    effects.info().has_secure_renegotiation = has_signal(hello, kEmptyRenegotiationInfoScsv);
    if (const Bytes* data =
            message::find_extension(hello.extensions, ExtensionType::renegotiation_info)) {
      // RFC 5746 §3.6: in an initial handshake the field must be empty.
      const auto info = wire::decode<message::RenegotiationInfo>(*data);
      if (!info.has_value() || !info->renegotiated_connection.empty()) {
        return Cause::renegotiation_info_mismatch;
      }
      effects.info().has_secure_renegotiation = true;
    }
  }
  if (const Bytes* data = message::find_extension(hello.extensions, ExtensionType::server_name)) {
    auto name = message::parse_server_name(*data);
    if (!name.has_value()) {
      return Error(Cause::extension_malformed, "server_name");
    }
    effects.info().server_name = std::move(name).value();
  }
  if (const Bytes* data = message::find_extension(hello.extensions, ExtensionType::status_request);
      data != nullptr && !wire::decode<message::CertificateStatusRequest>(*data).has_value()) {
    return Error(Cause::extension_malformed, "status_request");
  }
  return {};
}

/// stapled_response is what a CertificateStatus will hold: the OCSP response that stands by the
/// chosen certificate, if the client has asked for one (RFC 6066 §8). Null if there will be none.
/// The responders that the client may have named are not looked at: there is one response.
const Bytes* stapled_response(const AwaitSession& state, const Choice& choice) {
  const Bytes* data =
      message::find_extension(state.hello.extensions, message::ExtensionType::status_request);
  if (data == nullptr || choice.certificate == nullptr ||
      state.profile->hello_extensions != HelloExtensionSet::all) {
    return nullptr;
  }
  const auto request = wire::decode<message::CertificateStatusRequest>(*data);
  const Bytes& response = choice.certificate->credentials->ocsp_response;
  const bool is_served = request.has_value() &&
                         request->status_type == message::CertificateStatusType::ocsp &&
                         !response.empty();
  return is_served ? &response : nullptr;
}

/// answer_extensions is what the ServerHello carries: renegotiation_info if the client signalled
/// it, in both versions (RFC 5746 §3.6, drift D60), and our point format if the client named its
/// own and the suite has points (RFC 4492 §5.2), and status_request if a CertificateStatus follows
/// (RFC 6066 §8). server_name is not acknowledged: one certificate
/// serves every name, so the extension changed nothing (RFC 6066 §3).
std::optional<wire::HelloExtensions> answer_extensions(const AwaitSession& state,
                                                       const Choice& choice,
                                                       Effects& effects) {
  using message::ExtensionType;
  wire::HelloExtensions answers;
  if (effects.info().has_secure_renegotiation) {
    answers.push_back(
        message::make_extension(ExtensionType::renegotiation_info, message::RenegotiationInfo{}));
  }
  if (choice.curve.has_value() &&
      message::find_extension(state.hello.extensions, ExtensionType::ec_point_formats) != nullptr) {
    answers.push_back(message::make_extension(
        ExtensionType::ec_point_formats,
        message::ECPointFormatList{{message::ECPointFormat::uncompressed}}));
  }
  if (stapled_response(state, choice) != nullptr) {
    answers.push_back(
        {.type = static_cast<std::uint16_t>(ExtensionType::status_request), .data = {}});
  }
  return answers.empty() ? std::nullopt : std::optional(std::move(answers));
}

Result<Bytes> make_session_id(const Environment& environment) {
  if (environment.sessions == nullptr) {
    return Bytes{};  // RFC 2246 §7.4.1.3: empty, this session will not be cached
  }
  Bytes id(kMaxSessionId);
  if (!environment.random->fill(id)) {
    return Cause::random_failed;
  }
  return id;
}

/// send_hello sends the ServerHello and returns what is settled.
Result<Negotiated> send_hello(const AwaitSession& state,
                              const Choice& choice,
                              Bytes session_id,
                              Transcript& transcript,
                              Effects& effects) {
  HEIRLOOM_TRY(const Random random, make_random(effects.environment()));
  Negotiated negotiated{.profile = state.profile,
                        .suite = choice.suite,
                        .randoms = {.client = state.hello.random, .server = random},
                        .client_version = state.hello.client_version,
                        .session_id = std::move(session_id),
                        .curve = choice.curve};
  tell_negotiated(effects, negotiated);
  effects.send(message::ServerHello{.server_version = state.profile->version,
                                    .random = random,
                                    .session_id = negotiated.session_id,
                                    .cipher_suite = choice.suite->id,
                                    .compression_method = kCompressionNull,
                                    .extensions = answer_extensions(state, choice, effects)},
               transcript);
  return negotiated;
}

/// request_types names the kinds of certificate that we can verify (RFC 2246 §7.4.4): those that
/// sign, and the fixed Diffie-Hellman ones where the suite lets them take part.
std::vector<message::ClientCertificateType> request_types(const CipherSuite& suite) {
  using enum message::ClientCertificateType;
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
  const bool asks = environment.policy->client_authentication != ClientAuthentication::none &&
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
  return send_params(std::move(state), *result, effects);
}

/// show_certificate: Certificate*, CertificateStatus*.
void show_certificate(AwaitSession& state, const Choice& choice, Effects& effects) {
  if (choice.certificate == nullptr) {
    return;
  }
  const Credentials& own = *choice.certificate->credentials;
  effects.info().own_chain = own.chain;
  effects.send(message::Certificate{own.chain}, state.transcript);
  if (const Bytes* response = stapled_response(state, choice)) {
    effects.send(message::CertificateStatus{.response = *response}, state.transcript);
  }
}

/// full handshake: ServerHello, Certificate*, CertificateStatus*, ServerKeyExchange*,
/// CertificateRequest*, ServerHelloDone.
Next<AwaitParamsSignature, AwaitClientCertificate, AwaitClientKeyExchange> full_handshake(
    AwaitSession state, Effects& effects) {
  const Environment& environment = effects.environment();
  HEIRLOOM_TRY(
      const Choice choice,
      choose_cipher_suite(state.hello, *environment.policy, *state.profile, *environment.own));
  HEIRLOOM_TRY(Bytes session_id, make_session_id(environment));
  HEIRLOOM_TRY(Negotiated negotiated,
               send_hello(state, choice, std::move(session_id), state.transcript, effects));
  Own own{.certificate = choice.certificate,
          .agreement = kx::make_server_agreement(choice.suite->key_exchange)};
  show_certificate(state, choice, effects);
  if (!kx::expects_server_key_exchange(*state.profile, *choice.suite, own.certificate_key())) {
    return end_flight(std::move(negotiated), std::move(own), std::move(state.transcript), effects);
  }
  HEIRLOOM_TRY(Bytes params, own.agreement->offer(context_of(environment, negotiated)));
  tell_temporary_key(effects, own.agreement->temporary_key());
  const crypto::SignatureHashes hashes = kx::params_hashes(negotiated.randoms, params);
  AwaitParamsSignature next{.negotiated = std::move(negotiated),
                            .own = std::move(own),
                            .params = std::move(params),
                            .transcript = std::move(state.transcript)};
  if (next.own.certificate == nullptr) {
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

/// can_resume decides whether a stored session serves this hello (RFC 2246 §7.4.1.3, F.1.4). A
/// session resumes only in its own version (drift D58).
bool can_resume(const AwaitSession& state, const Session& session, const Environment& environment) {
  const Session::Facts& facts = session.facts();
  const Policy& policy = *environment.policy;
  const bool is_allowed =
      std::ranges::find(policy.cipher_suites, facts.cipher_suite) != policy.cipher_suites.end();
  const bool is_young = environment.clock->now() - facts.created <= policy.limits.max_session_age;
  const bool is_authenticated =
      policy.client_authentication != ClientAuthentication::required || !facts.peer_chain.empty();
  return facts.version == state.profile->version && is_allowed && is_young && is_authenticated;
}

Next<AwaitResumedChangeCipherSpec> resume(AwaitSession state,
                                          SessionPtr session,
                                          Effects& effects) {
  const Session::Facts& facts = session->facts();
  // RFC 6101 §5.6.1.2: the list "must include at least the cipher_suite from that session" (drift
  // D57).
  if (!has_signal(state.hello, facts.cipher_suite)) {
    return Cause::session_suite_not_offered;
  }
  const CipherSuite* suite = find_cipher_suite(facts.cipher_suite);
  HEIRLOOM_EXPECT(suite != nullptr);
  HEIRLOOM_TRY(Negotiated negotiated,
               send_hello(state, Choice{.suite = suite}, facts.id, state.transcript, effects));
  MasterSecret master = detail::SessionAccess::master_secret(*session);
  log_secret(effects.environment(), negotiated.randoms, master);
  effects.info().is_resumed = true;
  effects.info().peer_chain = facts.peer_chain;
  if (const kx::LocalKey* own =
          find_certificate(*suite, *state.profile, *effects.environment().own)) {
    effects.info().own_chain = own->credentials->chain;
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

using AfterSession = Next<AwaitParamsSignature,
                          AwaitClientCertificate,
                          AwaitClientKeyExchange,
                          AwaitResumedChangeCipherSpec>;

AfterSession session_found(AwaitSession state, SessionPtr session, Effects& effects) {
  if (session != nullptr && can_resume(state, *session, effects.environment())) {
    return resume(std::move(state), std::move(session), effects);
  }
  return full_handshake(std::move(state), effects);
}

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

/// check_client_key: a key that signs proves itself with CertificateVerify, a Diffie-Hellman key by
/// taking part in the key exchange, for which it must be of our group (RFC 2246 §7.4.6).
Result<void> check_client_key(const AwaitClientCertificate& state,
                              const crypto::CertificateKey& key) {
  if (!key.dh.has_value()) {
    return key.may_sign ? Result<void>()
                        : Error(Cause::certificate_key_usage, "digitalSignature is missing");
  }
  const crypto::CertificateKey* own = state.own.certificate_key();
  if (own == nullptr || !own->dh.has_value() || own->dh->group.p != key.dh->group.p ||
      own->dh->group.g != key.dh->group.g) {
    return Error(Cause::certificate_key_unsupported,
                 "a Diffie-Hellman key of another group than the server's");
  }
  return key.may_agree ? Result<void>()
                       : Error(Cause::certificate_key_usage, "keyAgreement is missing");
}

/// without_certificate goes on if policy lets it.
Next<AwaitClientKeyExchange> without_certificate(AwaitClientCertificate state, Effects& effects) {
  if (effects.environment().policy->client_authentication == ClientAuthentication::required) {
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
                                   Transcript transcript) {
  TrafficKeyPair pending = derive_keys(environment, negotiated, master);
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
                                                           PremasterSecret premaster,
                                                           Effects& effects) {
  reveal(effects.environment(), DerivedValue::pre_master_secret, premaster.expose());
  MasterSecret master =
      state.negotiated.profile->master_secret(std::move(premaster), state.negotiated.randoms);
  log_secret(effects.environment(), state.negotiated.randoms, master);
  if (state.client.key.has_value() && !state.client.key->dh.has_value()) {
    return AwaitCertificateVerify{.negotiated = std::move(state.negotiated),
                                  .client = std::move(state.client),
                                  .master = std::move(master),
                                  .transcript = std::move(state.transcript)};
  }
  return await_change(effects.environment(),
                      std::move(state.negotiated),
                      std::move(state.client),
                      std::move(master),
                      std::move(state.transcript));
}

Next<AwaitCertificateVerify, AwaitChangeCipherSpec> recovered(AwaitPremaster state,
                                                              const PrivateKeyResult& result,
                                                              Effects& effects) {
  PremasterSecret premaster = state.own.agreement->recover(result);
  return agreed(std::move(state), std::move(premaster), effects);
}

/// use_key applies a private key to what the client has sent.
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

}  // namespace

Result<void> step(State& state, const Input& input, Effects& effects) {
  return machine::step<Failed>(state, input, effects);
}

Next<AwaitSession,
     AwaitParamsSignature,
     AwaitClientCertificate,
     AwaitClientKeyExchange,
     AwaitResumedChangeCipherSpec>
on(AwaitClientHello /*state*/, const Received<message::ClientHello>& hello, Effects& effects) {
  const Environment& environment = effects.environment();
  effects.info().client_version = hello.body.client_version;
  HEIRLOOM_TRY(const VersionProfile* profile, choose_version(hello.body, *environment.policy));
  effects.use_version(*profile);
  HEIRLOOM_TRY_VOID(check_compression(hello.body));
  HEIRLOOM_TRY_VOID(read_extensions(hello.body, effects));
  AwaitSession state{.hello = hello.body, .profile = profile, .transcript = {}};
  state.transcript.append(hello.raw);
  if (environment.sessions == nullptr || state.hello.session_id.empty()) {
    return full_handshake(std::move(state), effects);
  }
  auto session = environment.sessions->find(state.hello.session_id);
  if (session.is_pending()) {
    return state;
  }
  return session_found(std::move(state), std::move(session).answer(), effects);
}

Next<AwaitParamsSignature,
     AwaitClientCertificate,
     AwaitClientKeyExchange,
     AwaitResumedChangeCipherSpec>
on(AwaitSession state, const SessionAnswer& answer, Effects& effects) {
  return session_found(std::move(state), answer.session, effects);
}

Next<AwaitClientCertificate, AwaitClientKeyExchange> on(AwaitParamsSignature state,
                                                        const PrivateKeyAnswer& answer,
                                                        Effects& effects) {
  return params_signed(std::move(state), answer.result, effects);
}

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
  HEIRLOOM_TRY_VOID(check_client_key(state, key));
  HEIRLOOM_TRY_VOID(check_key_size(*environment.policy, *state.negotiated.suite, key));
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
    return agreed(std::move(next), std::move(done->premaster), effects);
  }
  auto result = use_key(next, accepted);
  if (result.is_pending()) {
    return next;
  }
  Next<AwaitCertificateVerify, AwaitChangeCipherSpec> after =
      recovered(std::move(next), result.answer(), effects);
  if (result.answer().has_value()) {
    secure_wipe(result.answer()->data(), result.answer()->size());
  }
  return after;
}

Next<AwaitCertificateVerify, AwaitChangeCipherSpec> on(AwaitPremaster state,
                                                       const PrivateKeyAnswer& answer,
                                                       Effects& effects) {
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
                      std::move(state.transcript));
}

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
  send_finished(state.negotiated,
                state.master,
                Side::server,
                std::move(state.pending_write),
                state.transcript,
                effects);
  SessionPtr session =
      make_session(effects.environment(), state.negotiated, state.master, state.client.chain);
  if (session != nullptr) {
    effects.store(session);
  }
  return Established(proof, std::move(session));
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
