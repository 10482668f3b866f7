// The server's flight as the client reads it: Certificate*, CertificateStatus*, ServerKeyExchange*,
// CertificateRequest*, ServerHelloDone (RFC 6101 §5.6, RFC 2246 §7.4.2 to §7.4.5, RFC 6066 §8).
#include "base/try.hpp"
#include "handshake/client_own_flight.hpp"
#include "handshake/client_states.hpp"
#include "handshake/renegotiation.hpp"
#include "kx/key_exchange.hpp"

#include <string>
#include <utility>

namespace heirloom::client {

namespace {

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
  HEIRLOOM_TRY_VOID(check_same_server(effects.environment(), chain));
  state.transcript.append(certificate.raw);
  const bool has_more = kx::expects_server_key_exchange(profile, suite, &key);
  Server server{.chain = chain,
                .key = std::move(key),
                .agreement = kx::make_client_agreement(suite.key_exchange)};
  const bool has_status = state.negotiated.has_certificate_status;
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

Next<AwaitCertificateVerdict,
     AwaitAgreement,
     AwaitSignature,
     AwaitNewSessionTicket,
     AwaitChangeCipherSpec>
on(AwaitStatusOrRequestOrDone state,
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

Next<AwaitCertificateVerdict,
     AwaitAgreement,
     AwaitSignature,
     AwaitNewSessionTicket,
     AwaitChangeCipherSpec>
on(AwaitCertificateRequestOrDone state,
   const Received<message::ServerHelloDone>& done,
   Effects& effects) {
  state.transcript.append(done.raw);
  return judge(Flight{.negotiated = std::move(state.negotiated),
                      .server = std::move(state.server),
                      .request = std::nullopt,
                      .transcript = std::move(state.transcript)},
               effects);
}

Next<AwaitCertificateVerdict,
     AwaitAgreement,
     AwaitSignature,
     AwaitNewSessionTicket,
     AwaitChangeCipherSpec>
on(AwaitServerHelloDone state, const Received<message::ServerHelloDone>& done, Effects& effects) {
  state.transcript.append(done.raw);
  return judge(Flight{.negotiated = std::move(state.negotiated),
                      .server = std::move(state.server),
                      .request = std::move(state.request),
                      .transcript = std::move(state.transcript)},
               effects);
}

}  // namespace heirloom::client
