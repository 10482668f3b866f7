#include "ladder/attempt.hpp"

#include "heirloom/cipher_suite.hpp"
#include "heirloom/config.hpp"
#include "heirloom/connection.hpp"

#include "common/heirloom_stream.hpp"
#include "common/modern_tls.hpp"
#include "common/permit.hpp"

#include <algorithm>
#include <utility>

namespace heirloom::app {

namespace {

/// has_group is true for a suite with a Diffie-Hellman group of the box, be it of this connection
/// or of its certificate.
bool has_group(const CipherSuite& suite) {
  switch (suite.key_exchange) {
    case KeyExchangeKind::dh_dss:
    case KeyExchangeKind::dh_rsa:
    case KeyExchangeKind::dhe_dss:
    case KeyExchangeKind::dhe_rsa:
      return true;
    case KeyExchangeKind::rsa:
    case KeyExchangeKind::dh_anon:
    case KeyExchangeKind::ecdhe_ecdsa:
    case KeyExchangeKind::ecdhe_rsa:
    case KeyExchangeKind::ecdh_anon:
    case KeyExchangeKind::fortezza_kea:
      break;
  }
  return false;
}

bool has_group(const ConnectionInfo& info) {
  const CipherSuite* const suite = find_cipher_suite(info.cipher_suite.value_or(0));
  return suite != nullptr && has_group(*suite);
}

/// without_groups leaves the suites whose key exchange does without such a group.
LadderSetup without_groups(LadderSetup setup) {
  std::erase_if(setup.policy.cipher_suites, [](std::uint16_t id) {
    const CipherSuite* const suite = find_cipher_suite(id);
    return suite != nullptr && has_group(*suite);
  });
  return setup;
}

/// narrow makes the policy of one rung.
Policy narrow(Policy policy, Rung rung, bool sends_signal) {
  policy.fallback = sends_signal ? SignalFallback::on : SignalFallback::off;
  if (rung == Rung::tls10_bare) {
    policy.extensions = {};
  }
  if (rung == Rung::ssl30) {
    policy.min_version = ProtocolVersion::ssl30;
    policy.max_version = ProtocolVersion::ssl30;
  }
  return policy;
}

RungEnd end_of_error(const Error& error) {
  switch (error.cause) {
    case Cause::alert_received:
      return RungEnd::refused_by_peer;
    case Cause::not_tls:
      return RungEnd::not_tls;
    case Cause::not_tls_http_request:
    case Cause::not_tls_http_response:
      return RungEnd::plain_http;
    case Cause::not_tls_ssh:
      return RungEnd::ssh;
    case Cause::sslv2_server:
    case Cause::sslv2_hello:
      return RungEnd::sslv2;
    default:
      return RungEnd::refused_by_us;
  }
}

RungEnd end_of_report(const HandshakeReport& report) {
  switch (report.end) {
    case HandshakeReport::End::complete:
      return RungEnd::complete;
    case HandshakeReport::End::refused:
      return report.error.has_value() ? end_of_error(*report.error) : RungEnd::internal;
    case HandshakeReport::End::closed:
      return RungEnd::closed;
    case HandshakeReport::End::reset:
      return RungEnd::reset;
    case HandshakeReport::End::silent:
      return RungEnd::silent;
    case HandshakeReport::End::stalled:
      return RungEnd::stalled;
    case HandshakeReport::End::stopped:
      return RungEnd::stopped;
  }
  return RungEnd::internal;
}

RungEnd end_of_report(const ModernTlsReport& report) {
  using End = ModernTlsReport::End;
  switch (report.end) {
    case End::complete:
      return RungEnd::complete;
    case End::refused_by_peer:
      return RungEnd::refused_by_peer;
    case End::refused_by_us:
      return RungEnd::refused_by_us;
    case End::not_tls:
      return RungEnd::not_tls;
    case End::closed:
      return RungEnd::closed;
    case End::reset:
      return RungEnd::reset;
    case End::silent:
      return RungEnd::silent;
    case End::stalled:
      return RungEnd::stalled;
    case End::internal:
      return RungEnd::internal;
  }
  return RungEnd::internal;
}

void name_special_alerts(RungResult& result, bool certificate_was_wanted) {
  constexpr std::uint8_t kCertificateRequired = 116;  // RFC 8446 §6.2
  const bool is_refusal = result.end == RungEnd::refused_by_peer;
  if (is_refusal &&
      result.alert == static_cast<std::uint8_t>(AlertDescription::inappropriate_fallback)) {
    result.end = RungEnd::fallback_refused;
  } else if ((is_refusal && result.alert == kCertificateRequired) ||
             (certificate_was_wanted &&
              (is_refusal || result.end == RungEnd::closed || result.end == RungEnd::reset))) {
    result.end = RungEnd::certificate_wanted;
  }
}

/// bounded is the deadline that lies so far in the future, but not beyond the last one.
Deadline bounded(std::chrono::milliseconds from_now, const LadderSetup& setup) {
  return std::min(in(from_now), setup.last.value_or(Deadline::max()));
}

RungAttempt attempt_with_libssl(Rung rung,
                                TcpStreamPtr transport,
                                const LadderSetup& setup,
                                ModernTlsSession resume) {
  ModernTlsOptions options;
  options.security = rung == Rung::system_defaults ? ModernTlsOptions::Security::system_defaults
                                                   : ModernTlsOptions::Security::everything;
  options.server_name = setup.where.host;
  options.silence = setup.silence;
  options.certificate_file = setup.certificate_file;
  options.key_file = setup.key_file;
  options.passphrase = setup.passphrase;
  options.key_log = setup.key_log;
  options.authorities_file = setup.authorities_file;
  options.revocation_lists = setup.trust.revocation_lists;
  options.resume = std::move(resume);
  options.application_protocols = setup.application_protocols;
  ModernTlsReport report =
      ModernTlsStream::connect(std::move(transport), options, bounded(setup.handshake_time, setup));
  RungAttempt attempt;
  attempt.result = {rung, end_of_report(report), report.alert, report.reason};
  if (attempt.result.end == RungEnd::complete) {
    BoxFacts facts = facts_of(report.stream->info());
    SessionSource session{nullptr, report.stream->sessions()};
    attempt.box = BoxConnected{std::move(report.stream), std::move(facts), std::move(session)};
  }
  name_special_alerts(attempt.result, false);
  return attempt;
}

RungAttempt attempt_with_engine(Rung rung,
                                bool sends_signal,
                                TcpStreamPtr transport,
                                const LadderSetup& setup,
                                SessionPtr resume) {
  RungAttempt attempt;
  attempt.result.rung = rung;
  ClientOptions options;
  // A hello that offers a session goes without the signal, and the engine knows whether it does.
  options.policy = narrow(setup.policy, rung, sends_signal);
  options.verifier = accept_any_certificate();  // judged before any data is sent, see identity.hpp
  options.credentials = setup.credentials;
  options.application_protocols = setup.application_protocols;
  options.key_log = setup.key_log;
  const auto config = ClientConfig::build(std::move(options));
  if (!config.has_value()) {
    attempt.result.detail = config.error().text();
    return attempt;
  }
  const auto certificate_was_wanted = std::make_shared<bool>(false);  // the stream outlives this
  auto stream = std::make_unique<HeirloomStream>(
      std::move(transport),
      Connection::client(*config, PeerName{setup.where.host}, std::move(resume)),
      [certificate_was_wanted](const Event& event, const Connection&) {
        const bool is_request = event.kind == Event::Kind::handshake_message &&
                                event.handshake_type == HandshakeType::certificate_request;
        *certificate_was_wanted = *certificate_was_wanted || is_request;
      });
  const Deadline last = bounded(setup.handshake_time, setup);
  HandshakeReport report = stream->handshake(bounded(setup.silence, setup), setup.stop);
  if (report.end == HandshakeReport::End::stalled) {
    report = stream->handshake(last, setup.stop);
  }
  if (report.end == HandshakeReport::End::complete &&
      setup.after_handshake == LadderSetup::AfterHandshake::renegotiate) {
    report = stream->renegotiate({}, last, setup.stop);
  }
  attempt.result.end = end_of_report(report);
  attempt.result.detail = report.reason;
  if (report.error.has_value()) {
    attempt.result.detail = report.error->text();
    attempt.result.is_about_version = report.error->cause == Cause::version_not_acceptable;
    const ConnectionInfo& known = stream->connection().info();
    const bool is_about_key = report.error->cause == Cause::certificate_key_too_small;
    attempt.result.permit = is_about_key ? permitting_key_option(*report.error, known.peer_chain)
                                         : permitting_option(*report.error);
    attempt.result.has_short_group =
        (is_about_key || report.error->cause == Cause::key_exchange_too_weak) && has_group(known);
    if (report.error->cause == Cause::alert_received && report.error->alert.has_value()) {
      attempt.result.alert = static_cast<std::uint8_t>(report.error->alert->description);
    }
  }
  if (attempt.result.end == RungEnd::complete) {
    const Connection& connection = stream->connection();
    BoxFacts facts = facts_of(connection.info(), setup);
    SessionSource session{connection.session(), nullptr};
    attempt.box = BoxConnected{std::move(stream), std::move(facts), std::move(session)};
  }
  name_special_alerts(attempt.result, *certificate_was_wanted);
  return attempt;
}

/// attempt_once is one connection.
Outcome<RungAttempt> attempt_once(Rung rung,
                                  bool sends_signal,
                                  const LadderSetup& setup,
                                  const Resumable& resume) {
  const HostPort where{setup.address.empty() ? setup.where.host : setup.address, setup.where.port};
  Outcome<TcpStreamPtr> transport =
      connect_tcp(where, setup.family, bounded(setup.connect_time, setup));
  if (!transport.has_value()) {
    return transport.error();
  }
  const auto connected = std::chrono::steady_clock::now();
  const std::string address = (*transport)->peer().host;
  const HostPort local = (*transport)->local();
  if (setup.prologue) {
    const Outcome<bool> said = setup.prologue(**transport, bounded(setup.handshake_time, setup));
    if (!said.has_value()) {
      return said.error();
    }
  }
  RungAttempt attempt =
      is_system(rung)
          ? attempt_with_libssl(rung, *std::move(transport), setup, resume.system)
          : attempt_with_engine(rung, sends_signal, *std::move(transport), setup, resume.engine);
  if (attempt.box.has_value()) {
    attempt.box->facts.rung = rung;
    attempt.box->facts.address = address;
    attempt.box->facts.local = local;
    attempt.box->facts.connected = connected;
  }
  return attempt;
}

}  // namespace

Outcome<RungAttempt> attempt_rung(Rung rung,
                                  bool sends_signal,
                                  const LadderSetup& setup,
                                  const Resumable& resume) {
  Outcome<RungAttempt> attempt = attempt_once(rung, sends_signal, setup, resume);
  if (!attempt.has_value() || !attempt->result.has_short_group) {
    return attempt;
  }
  // Boxes with a group of 512 bits usually have the key exchange of their certificate as well,
  // which is longer. That it is not offered again takes nothing away: what the box proves is the
  // same.
  const LadderSetup others = without_groups(setup);
  if (others.policy.cipher_suites.empty()) {
    return attempt;
  }
  Outcome<RungAttempt> again = attempt_once(rung, sends_signal, others, {});
  return again.has_value() && again->box.has_value() ? std::move(again) : std::move(attempt);
}

Outcome<ResumingAttempt> attempt_resuming(Rung rung,
                                          bool sends_signal,
                                          const LadderSetup& setup,
                                          const Resumable& resume) {
  Outcome<RungAttempt> first = attempt_rung(rung, sends_signal, setup, resume);
  if (!first.has_value()) {
    return first.error();
  }
  const bool is_over = first->box.has_value() || first->result.end == RungEnd::stopped;
  const bool has_offered = is_system(rung) ? resume.system != nullptr : resume.engine != nullptr;
  if (is_over || !has_offered) {
    return ResumingAttempt{*std::move(first)};
  }
  Outcome<RungAttempt> second = attempt_rung(rung, sends_signal, setup);
  if (!second.has_value() || !second->box.has_value()) {
    return ResumingAttempt{*std::move(first)};  // it is not the session
  }
  return ResumingAttempt{*std::move(second), true};
}

}  // namespace heirloom::app
