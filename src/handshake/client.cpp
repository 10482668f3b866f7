// The client's half of the handshake, in the order of the protocol (RFC 6101 §5.6, RFC 2246 §7.4).
#include "base/try.hpp"
#include "handshake/client_certificate.hpp"
#include "handshake/client_states.hpp"
#include "handshake/curves.hpp"
#include "handshake/negotiate.hpp"
#include "kx/key_exchange.hpp"
#include "message/extensions.hpp"
#include "session/session_access.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace heirloom::client {

namespace {

/// is_host_name is false for an address: RFC 6066 §3 permits no literal IPv4 or IPv6 addresses.
bool is_host_name(const std::string& host) {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  const bool is_ipv4 =
      std::ranges::all_of(host, [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
  return !host.empty() && !is_ipv6 && !is_ipv4;
}

/// add_curve_extensions says which curves and point formats can be used, if a suite needs one (RFC
/// 4492 §5.1). SSL 3.0 has no place for it: there it is secp256r1, uncompressed (drift D117).
void add_curve_extensions(const Policy& policy,
                          const VersionProfile& highest,
                          message::ClientHello& hello) {
  const bool offers_curves = std::ranges::any_of(hello.cipher_suites, [](std::uint16_t id) {
    const CipherSuite* suite = find_cipher_suite(id);
    return suite != nullptr && kx::uses_curve(suite->key_exchange);
  });
  if (!offers_curves || policy.elliptic_curves == Extension::off ||
      highest.hello_extensions != HelloExtensionSet::all) {
    return;
  }
  using message::ExtensionType;
  if (!hello.extensions.has_value()) {
    hello.extensions.emplace();
  }
  hello.extensions->push_back(message::make_extension(
      ExtensionType::elliptic_curves, message::EllipticCurveList{policy.named_curves}));
  hello.extensions->push_back(
      message::make_extension(ExtensionType::ec_point_formats,
                              message::ECPointFormatList{{message::ECPointFormat::uncompressed}}));
}

/// add_status_request asks for any OCSP response about the server's certificate: no responder is
/// named, because we cannot know one before we have seen the certificate (RFC 6066 §8).
void add_status_request(const Policy& policy,
                        const VersionProfile& highest,
                        message::ClientHello& hello) {
  if (policy.status_request == Extension::off ||
      highest.hello_extensions != HelloExtensionSet::all) {
    return;
  }
  if (!hello.extensions.has_value()) {
    hello.extensions.emplace();
  }
  hello.extensions->push_back(message::make_extension(message::ExtensionType::status_request,
                                                      message::CertificateStatusRequest{}));
}

/// status_rule: RFC 6066 §8: "a server that receives a client hello containing the "status_request"
/// extension MAY return" one, and says so in its hello. SSL 3.0 has no such message.
CertificateStatusRule status_rule(const message::ServerHello& hello,
                                  const VersionProfile& profile) {
  const bool is_announced =
      message::find_extension(hello.extensions, message::ExtensionType::status_request) != nullptr;
  return is_announced && profile.hello_extensions == HelloExtensionSet::all
             ? CertificateStatusRule::may_follow
             : CertificateStatusRule::never;
}

/// was_offered: the signalling suite of RFC 5746 §3.4 stands for an empty renegotiation_info.
bool was_offered(const message::ClientHello& offer, message::ExtensionType type) {
  const bool is_signalled = type == message::ExtensionType::renegotiation_info &&
                            has_signal(offer, kEmptyRenegotiationInfoScsv);
  return is_signalled || message::find_extension(offer.extensions, type) != nullptr;
}

/// check_answer looks at what one extension says.
Result<void> check_answer(message::ExtensionType type, const Bytes& data, Effects& effects) {
  using message::ExtensionType;
  if (type == ExtensionType::renegotiation_info) {
    // RFC 5746 §3.4: in an initial handshake the field must be empty.
    const auto info = wire::decode<message::RenegotiationInfo>(data);
    if (!info.has_value() || !info->renegotiated_connection.empty()) {
      return Cause::renegotiation_info_mismatch;
    }
    effects.info().has_secure_renegotiation = true;
  }
  if (type == ExtensionType::status_request && !data.empty()) {
    // RFC 6066 §8: "with empty extension_data".
    return Error(Cause::extension_malformed, "status_request with data");
  }
  if (type == ExtensionType::ec_point_formats) {
    // RFC 4492 §5.2: "MUST contain the value 0 (uncompressed)". We send no other.
    HEIRLOOM_TRY(const bool has_ours, has_uncompressed(data));
    if (!has_ours) {
      return Error(Cause::extension_malformed, "ec_point_formats without uncompressed");
    }
  }
  return {};
}

/// check_extensions looks at what the server answered (RFC 3546 §2.3: nothing that was not
/// offered).
Result<void> check_extensions(const AwaitServerHello& state,
                              const message::ServerHello& hello,
                              Effects& effects) {
  if (!hello.extensions.has_value()) {
    return {};
  }
  if (message::has_duplicate(hello.extensions)) {
    return Error(Cause::extension_malformed, "an extension stands twice");
  }
  for (const auto& extension : *hello.extensions) {
    const auto type = static_cast<message::ExtensionType>(extension.type);
    if (!was_offered(state.offer, type)) {
      return Error(Cause::extension_not_offered, "extension " + std::to_string(extension.type));
    }
    HEIRLOOM_TRY_VOID(check_answer(type, extension.data, effects));
  }
  return {};
}

/// resumption compares a ServerHello that echoes our session id with that session.
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

/// Flight is what our second flight is made from.
struct Flight {
  Negotiated negotiated;
  Server server;
  std::optional<message::CertificateRequest> request;
  Transcript transcript;
};

/// finish_flight sends change_cipher_spec and Finished.
AwaitChangeCipherSpec finish_flight(Negotiated negotiated,
                                    Server server,
                                    MasterSecret master,
                                    Transcript transcript,
                                    Effects& effects) {
  TrafficKeyPair keys = derive_keys(effects.environment(), negotiated, master);
  send_finished(
      negotiated, master, Side::client, std::move(keys.client_write), transcript, effects);
  return {.negotiated = std::move(negotiated),
          .server = std::move(server),
          .master = std::move(master),
          .pending_read = std::move(keys.server_write),
          .transcript = std::move(transcript)};
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

Next<AwaitChangeCipherSpec> sign(AwaitSignature state,
                                 const PrivateKeyResult& signature,
                                 Effects& effects) {
  if (!signature.has_value()) {
    return signature.error();
  }
  effects.send(message::CertificateVerify{*signature}, state.transcript);
  return finish_flight(std::move(state.negotiated),
                       std::move(state.server),
                       std::move(state.master),
                       std::move(state.transcript),
                       effects);
}

MasterSecret derive_master(const Environment& environment,
                           const Negotiated& negotiated,
                           PremasterSecret premaster) {
  reveal(environment, DerivedValue::pre_master_secret, premaster.expose());
  MasterSecret master = negotiated.profile->master_secret(std::move(premaster), negotiated.randoms);
  log_secret(environment, negotiated.randoms, master);
  return master;
}

/// prove sends the CertificateVerify if we have shown a certificate that can sign (RFC 2246
/// §7.4.8), and ends the flight.
Next<AwaitSignature, AwaitChangeCipherSpec> prove(AwaitAgreement state,
                                                  PremasterSecret premaster,
                                                  Effects& effects) {
  MasterSecret master =
      derive_master(effects.environment(), state.negotiated, std::move(premaster));
  if (state.shown == nullptr || state.shown->certificate_key.dh.has_value()) {
    return finish_flight(std::move(state.negotiated),
                         std::move(state.server),
                         std::move(master),
                         std::move(state.transcript),
                         effects);
  }
  const crypto::SignatureHashes hashes =
      state.negotiated.profile->certificate_verify(state.transcript.snapshot(), master);
  auto signature = state.shown->credentials->key->sign(
      crypto::to_be_signed(state.shown->certificate_key.algorithm, hashes));
  AwaitSignature next{.negotiated = std::move(state.negotiated),
                      .server = std::move(state.server),
                      .master = std::move(master),
                      .transcript = std::move(state.transcript)};
  if (signature.is_pending()) {
    return next;
  }
  return sign(std::move(next), signature.answer(), effects);
}

/// agreed takes what our certificate's Diffie-Hellman key has made.
Next<AwaitChangeCipherSpec> agreed(AwaitAgreement state,
                                   const PrivateKeyResult& result,
                                   Effects& effects) {
  if (!result.has_value()) {
    return result.error();
  }
  MasterSecret master =
      derive_master(effects.environment(), state.negotiated, crypto::dh_premaster(*result));
  return finish_flight(std::move(state.negotiated),
                       std::move(state.server),
                       std::move(master),
                       std::move(state.transcript),
                       effects);
}

/// send_flight: Certificate*, ClientKeyExchange, CertificateVerify*, change_cipher_spec, Finished.
Next<AwaitAgreement, AwaitSignature, AwaitChangeCipherSpec> send_flight(Flight flight,
                                                                        Effects& effects) {
  const Environment& environment = effects.environment();
  const kx::LocalKey* shown = nullptr;
  if (flight.request.has_value()) {
    shown = suitable_certificate(
        environment.own->keys, *flight.request, flight.server.certificate_key());
    answer_request(flight, shown, effects);
  }
  HEIRLOOM_TRY(
      kx::ClientKeyAgreement::Response response,
      flight.server.agreement->respond(context_of(environment, flight.negotiated),
                                       flight.server.certificate_key(),
                                       shown == nullptr ? nullptr : &shown->certificate_key));
  effects.send(response.message, flight.transcript);
  AwaitAgreement state{.negotiated = std::move(flight.negotiated),
                       .server = std::move(flight.server),
                       .shown = shown,
                       .transcript = std::move(flight.transcript)};
  if (auto* done = std::get_if<kx::Agreed>(&response.secret)) {
    return prove(std::move(state), std::move(done->premaster), effects);
  }
  HEIRLOOM_EXPECT(shown != nullptr);
  auto secret =
      shown->credentials->key->agree(std::get<kx::AgreementNeeded>(response.secret).peer_public);
  if (secret.is_pending()) {
    return state;
  }
  return agreed(std::move(state), secret.answer(), effects);
}

Next<AwaitAgreement, AwaitSignature, AwaitChangeCipherSpec> judged(
    Flight flight, const CertificateVerdict& verdict, Effects& effects) {
  if (!verdict.has_value()) {
    return verdict.error();
  }
  effects.info().verified_chain = verdict->verified_chain;
  return send_flight(std::move(flight), effects);
}

/// judge asks about the server's certificate. RFC 6101 §5.6.5, RFC 2246 §7.4.5: upon receipt of the
/// server hello done the client should verify the certificate.
Next<AwaitCertificateVerdict, AwaitAgreement, AwaitSignature, AwaitChangeCipherSpec> judge(
    Flight flight, Effects& effects) {
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

/// status_response takes the response out of a CertificateStatus. We have asked for OCSP and for
/// nothing else.
Result<Bytes> status_response(const message::CertificateStatus& status) {
  if (status.status_type != message::CertificateStatusType::ocsp) {
    return Error(Cause::message_malformed, "certificate_status: status_type");
  }
  return status.response;
}

/// without_status goes on as if none had been announced.
template <class To, class From>
To without_status(From state) {
  return {.negotiated = std::move(state.negotiated),
          .server = std::move(state.server),
          .transcript = std::move(state.transcript)};
}

}  // namespace

Result<void> step(State& state, const Input& input, Effects& effects) {
  return machine::step<Failed>(state, input, effects);
}

Result<AwaitServerHello> start(Effects& effects) {
  const Environment& environment = effects.environment();
  const Policy& policy = *environment.policy;
  AwaitServerHello state{.offer = {}, .resume = environment.resume, .transcript = {}};
  message::ClientHello& hello = state.offer;
  hello.client_version = offered_version(policy, state.resume.get());
  HEIRLOOM_TRY(hello.random, make_random(environment));
  if (state.resume != nullptr) {
    hello.session_id = state.resume->facts().id;
  }
  hello.cipher_suites = offered_cipher_suites(policy, hello.client_version, state.resume.get());
  hello.compression_methods = {kCompressionNull};
  const VersionProfile& highest = profile_for(hello.client_version);
  if (policy.server_name == Extension::on && is_host_name(environment.host) &&
      highest.hello_extensions == HelloExtensionSet::all) {
    hello.extensions = wire::HelloExtensions{message::make_server_name(environment.host)};
    effects.info().server_name = environment.host;
  }
  add_status_request(policy, highest, hello);
  add_curve_extensions(policy, highest, hello);
  effects.info().client_version = hello.client_version;
  effects.send(hello, state.transcript);
  return state;
}

Next<AwaitCertificate, AwaitServerKeyExchange, AwaitResumedChangeCipherSpec> on(
    AwaitServerHello state, const Received<message::ServerHello>& hello, Effects& effects) {
  const Environment& environment = effects.environment();
  HEIRLOOM_TRY(const VersionProfile* profile,
               accept_server_version(
                   hello.body.server_version, state.offer.client_version, *environment.policy));
  effects.use_version(*profile);
  HEIRLOOM_TRY(
      const CipherSuite* suite,
      accept_cipher_suite(hello.body.cipher_suite, state.offer.cipher_suites, profile->version));
  if (hello.body.compression_method != kCompressionNull) {
    return Error(Cause::compression_not_offered, std::to_string(hello.body.compression_method));
  }
  HEIRLOOM_TRY_VOID(check_extensions(state, hello.body, effects));
  state.transcript.append(hello.raw);
  Negotiated negotiated{.profile = profile,
                        .suite = suite,
                        .randoms = {.client = state.offer.random, .server = hello.body.random},
                        .client_version = state.offer.client_version,
                        .session_id = hello.body.session_id};
  tell_negotiated(effects, negotiated);
  if (state.resume != nullptr && hello.body.session_id == state.offer.session_id) {
    return resume(std::move(state), std::move(negotiated), effects);
  }
  if (info(suite->key_exchange).is_anonymous) {
    return AwaitServerKeyExchange{
        .negotiated = std::move(negotiated),
        .server = {.chain = {},
                   .key = std::nullopt,
                   .agreement = kx::make_client_agreement(suite->key_exchange)},
        .transcript = std::move(state.transcript)};
  }
  return AwaitCertificate{.negotiated = std::move(negotiated),
                          .status = status_rule(hello.body, *profile),
                          .transcript = std::move(state.transcript)};
}

Next<AwaitStatusOrServerKeyExchange,
     AwaitStatusOrRequestOrDone,
     AwaitServerKeyExchange,
     AwaitCertificateRequestOrDone>
on(AwaitCertificate state, const Received<message::Certificate>& certificate, Effects& effects) {
  const Policy& policy = *effects.environment().policy;
  const CertificateChain& chain = certificate.body.certificate_list;
  if (chain.empty()) {
    return Cause::certificate_missing;
  }
  if (chain.size() > policy.limits.max_certificates) {
    return Error(Cause::certificate_chain_too_long, std::to_string(chain.size()));
  }
  effects.info().peer_chain = chain;
  HEIRLOOM_TRY(crypto::CertificateKey key, crypto::certificate_key(chain.front()));
  effects.info().peer_key_bits = key.bits;
  const VersionProfile& profile = *state.negotiated.profile;
  const CipherSuite& suite = *state.negotiated.suite;
  HEIRLOOM_TRY_VOID(kx::check_certificate_key(profile, suite, key));
  HEIRLOOM_TRY_VOID(check_key_size(policy, suite, key));
  state.transcript.append(certificate.raw);
  const bool has_more = kx::expects_server_key_exchange(profile, suite, &key);
  Server server{.chain = chain,
                .key = std::move(key),
                .agreement = kx::make_client_agreement(suite.key_exchange)};
  const bool has_status = state.status == CertificateStatusRule::may_follow;
  if (has_more && has_status) {
    return AwaitStatusOrServerKeyExchange{.negotiated = std::move(state.negotiated),
                                          .server = std::move(server),
                                          .transcript = std::move(state.transcript)};
  }
  if (has_more) {
    return AwaitServerKeyExchange{.negotiated = std::move(state.negotiated),
                                  .server = std::move(server),
                                  .transcript = std::move(state.transcript)};
  }
  if (has_status) {
    return AwaitStatusOrRequestOrDone{.negotiated = std::move(state.negotiated),
                                      .server = std::move(server),
                                      .transcript = std::move(state.transcript)};
  }
  return AwaitCertificateRequestOrDone{.negotiated = std::move(state.negotiated),
                                       .server = std::move(server),
                                       .transcript = std::move(state.transcript)};
}

Next<AwaitServerKeyExchange> on(AwaitStatusOrServerKeyExchange state,
                                const Received<message::CertificateStatus>& status,
                                Effects& /*effects*/) {
  HEIRLOOM_TRY(state.server.ocsp_response, status_response(status.body));
  state.transcript.append(status.raw);
  return without_status<AwaitServerKeyExchange>(std::move(state));
}

Next<AwaitCertificateRequestOrDone> on(AwaitStatusOrServerKeyExchange state,
                                       const Received<message::ServerKeyExchange>& exchange,
                                       Effects& effects) {
  return on(without_status<AwaitServerKeyExchange>(std::move(state)), exchange, effects);
}

Next<AwaitCertificateRequestOrDone> on(AwaitStatusOrRequestOrDone state,
                                       const Received<message::CertificateStatus>& status,
                                       Effects& /*effects*/) {
  HEIRLOOM_TRY(state.server.ocsp_response, status_response(status.body));
  state.transcript.append(status.raw);
  return without_status<AwaitCertificateRequestOrDone>(std::move(state));
}

Next<AwaitServerHelloDone> on(AwaitStatusOrRequestOrDone state,
                              const Received<message::CertificateRequest>& request,
                              Effects& effects) {
  return on(without_status<AwaitCertificateRequestOrDone>(std::move(state)), request, effects);
}

Next<AwaitCertificateVerdict, AwaitAgreement, AwaitSignature, AwaitChangeCipherSpec> on(
    AwaitStatusOrRequestOrDone state,
    const Received<message::ServerHelloDone>& done,
    Effects& effects) {
  return on(without_status<AwaitCertificateRequestOrDone>(std::move(state)), done, effects);
}

Next<AwaitCertificateRequestOrDone> on(AwaitServerKeyExchange state,
                                       const Received<message::ServerKeyExchange>& exchange,
                                       Effects& effects) {
  const Result<void> learned =
      state.server.agreement->learn(context_of(effects.environment(), state.negotiated),
                                    state.server.certificate_key(),
                                    exchange.body);
  // Also if it was refused: whoever explains the refusal wants to know the length.
  tell_temporary_key(effects, state.server.agreement->temporary_key());
  HEIRLOOM_TRY_VOID(learned);
  state.transcript.append(exchange.raw);
  return AwaitCertificateRequestOrDone{.negotiated = std::move(state.negotiated),
                                       .server = std::move(state.server),
                                       .transcript = std::move(state.transcript)};
}

Next<AwaitServerHelloDone> on(AwaitCertificateRequestOrDone state,
                              const Received<message::CertificateRequest>& request,
                              Effects& /*effects*/) {
  // RFC 2246 §7.4.4: "It is a fatal handshake_failure alert for an anonymous server to request
  // client identification."
  if (info(state.negotiated.suite->key_exchange).is_anonymous) {
    return Cause::anonymous_server_requests_certificate;
  }
  state.transcript.append(request.raw);
  return AwaitServerHelloDone{.negotiated = std::move(state.negotiated),
                              .server = std::move(state.server),
                              .request = request.body,
                              .transcript = std::move(state.transcript)};
}

Next<AwaitCertificateVerdict, AwaitAgreement, AwaitSignature, AwaitChangeCipherSpec> on(
    AwaitCertificateRequestOrDone state,
    const Received<message::ServerHelloDone>& done,
    Effects& effects) {
  state.transcript.append(done.raw);
  return judge(Flight{.negotiated = std::move(state.negotiated),
                      .server = std::move(state.server),
                      .request = std::nullopt,
                      .transcript = std::move(state.transcript)},
               effects);
}

Next<AwaitCertificateVerdict, AwaitAgreement, AwaitSignature, AwaitChangeCipherSpec> on(
    AwaitServerHelloDone state, const Received<message::ServerHelloDone>& done, Effects& effects) {
  state.transcript.append(done.raw);
  return judge(Flight{.negotiated = std::move(state.negotiated),
                      .server = std::move(state.server),
                      .request = std::move(state.request),
                      .transcript = std::move(state.transcript)},
               effects);
}

Next<AwaitAgreement, AwaitSignature, AwaitChangeCipherSpec> on(AwaitCertificateVerdict state,
                                                               const CertificateAnswer& answer,
                                                               Effects& effects) {
  return judged(Flight{.negotiated = std::move(state.negotiated),
                       .server = std::move(state.server),
                       .request = std::move(state.request),
                       .transcript = std::move(state.transcript)},
                answer.verdict,
                effects);
}

Next<AwaitChangeCipherSpec> on(AwaitAgreement state,
                               const PrivateKeyAnswer& answer,
                               Effects& effects) {
  return agreed(std::move(state), answer.result, effects);
}

Next<AwaitChangeCipherSpec> on(AwaitSignature state,
                               const PrivateKeyAnswer& answer,
                               Effects& effects) {
  return sign(std::move(state), answer.result, effects);
}

Next<AwaitFinished> on(AwaitChangeCipherSpec state,
                       const message::ChangeCipherSpec& /*change*/,
                       Effects& effects) {
  effects.activate_read(std::move(state.pending_read));
  return AwaitFinished{.negotiated = std::move(state.negotiated),
                       .server = std::move(state.server),
                       .master = std::move(state.master),
                       .transcript = std::move(state.transcript)};
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
  return Established(
      proof,
      make_session(effects.environment(), state.negotiated, state.master, state.server.chain));
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
