#include "common/explain.hpp"

#include "common/command_text.hpp"
#include "common/describe.hpp"
#include "common/explain_parts.hpp"
#include "common/permit.hpp"
#include "common/session_options.hpp"

namespace heirloom::app {

namespace {

std::string with(const Attempt& attempt, const std::string& option, const std::string& value) {
  return with_option(attempt.command, option, value);
}

/// may_mind_hello is false for what comes after both sides have understood the hellos.
bool may_mind_hello(Cause cause) {
  switch (cause) {
    case Cause::bad_record_mac:
    case Cause::too_many_empty_records:
    case Cause::renegotiation_refused:
    case Cause::renegotiation_declined:
    case Cause::peer_changed:
    case Cause::certificate_missing:
    case Cause::certificate_malformed:
    case Cause::certificate_key_unsupported:
    case Cause::certificate_key_usage:
    case Cause::key_exchange_malformed:
    case Cause::export_restriction:
    case Cause::params_signature_invalid:
    case Cause::anonymous_server_requests_certificate:
    case Cause::private_key_failed:
    case Cause::certificate_verify_failed:
      return false;
    default:
      return true;
  }
}

Words explain_not_tls(const Error& error, const Attempt& attempt) {
  const std::string& target = attempt.target;
  switch (error.cause) {
    case Cause::not_tls_http_request:
      return {target + " speaks plain HTTP to this TLS port", "https:// in its URL"};
    case Cause::not_tls_http_response:
      return {target + " answers in plain HTTP: there is no TLS on this port",
              "http://" + target + "/ in a browser"};
    case Cause::not_tls_ssh:
      return {target + " is an SSH server", "the port of its web page, often 443"};
    case Cause::sslv2_hello:
      return {target + " sent a hello in the format of SSL 2.0, which is not accepted here",
              "another --preset than strict, or SSL 2.0 switched off in that client"};
    case Cause::sslv2_client:
      return {target + " has SSL 2.0 and nothing newer, which is not spoken here",
              "SSL 3.0 or TLS 1.0 switched on in that client"};
    case Cause::sslv2_server:
      return {target + " answers in SSL 2.0, which is not spoken here",
              "SSL 3.0 or TLS 1.0 switched on in that server"};
    default:
      return {target + " sent something that is neither SSL nor TLS",
              "another port: boxes use 443, 8443, 4443 or 10000"};
  }
}

/// permitted_or prefers the command with the option that permits what was refused.
std::string permitted_or(const Error& error, const Attempt& attempt, const std::string& otherwise) {
  const std::string option = permitting_option(error);
  return option.empty() ? otherwise : with_permission(attempt.command, option);
}

Words explain_negotiation(const Error& error, const Attempt& attempt) {
  const std::string& target = attempt.target;
  switch (error.cause) {
    case Cause::version_too_low:
      return {target + " offers only a version below the minimum set here",
              with(attempt, "--min", "ssl3")};
    case Cause::version_not_acceptable:
      return {target + " chose a version that is excluded here", with(attempt, "--min", "ssl3")};
    case Cause::no_common_cipher_suite:
      return explain_no_suite(error, attempt);
    case Cause::cipher_suite_not_offered:
      return {target + " chose a cipher suite that was not offered: " + error.detail,
              permitted_or(error, attempt, simpler_or(attempt, with_messages(attempt)))};
    case Cause::inappropriate_fallback:
      return {target +
                  " signals that it retries at a lower version although both sides can do "
                  "better (RFC 7507)",
              "that client without its version limit"};
    default:
      return {target + " and this side could not agree: " + error.text(),
              simpler_or(attempt, with_messages(attempt))};
  }
}

/// explain_renegotiation: what is missing is the peer's protection, or it comes too often.
Words explain_renegotiation(const Error& error, const Attempt& attempt) {
  const std::string word(kInsecureRenegotiation);
  const bool is_allowed = attempt.command.find(word) != std::string::npos;
  if (attempt.has_secure_renegotiation || is_allowed) {
    return {"the connection to " + attempt.target + " failed: " + error.text(),
            with_messages(attempt)};
  }
  const bool is_theirs = error.cause == Cause::renegotiation_refused;
  return {attempt.target + (is_theirs ? " wants to renegotiate without the protection of RFC 5746"
                                      : " has not the protection of RFC 5746 for a renegotiation"),
          attempt.command + " --allow " + word};
}

Words explain_other(const Error& error, const Attempt& attempt) {
  switch (error.cause) {
    case Cause::handshake_interrupted:
      return {attempt.target + " hung up in the middle of the handshake",
              simpler_or(attempt, kModernTools)};
    case Cause::renegotiation_refused:
    case Cause::renegotiation_not_permitted:
      return explain_renegotiation(error, attempt);
    case Cause::truncated:
      return {attempt.target + " hung up without saying goodbye: data may be missing", ""};
    case Cause::client_certificate_required:
      return {attempt.target + " showed no certificate, and one is required here",
              "a certificate in that client"};
    case Cause::finished_mismatch:
      return {"the handshake with " + attempt.target +
                  " does not add up: its messages were changed on the way, or one side "
                  "miscalculates",
              simpler_or(attempt, with_messages(attempt))};
    case Cause::key_exchange_too_weak:
      return {attempt.target +
                  " has a temporary key that is shorter than is allowed here: " + error.detail,
              permitted_or(error,
                           attempt,
                           attempt.peer == Attempt::Peer::client ? "a longer key in that client"
                                                                 : "a longer key on that server")};
    case Cause::export_restriction:
      return {attempt.target +
                  " has a key that is longer than its export suite allows: " + error.detail,
              attempt.command + " --suites=-EXPORT"};
    case Cause::key_exchange_malformed:
      // Without extensions, as at SSL 3.0, a server cannot know which curves are taken here.
      return {"the connection to " + attempt.target + " failed: " + error.text(),
              error.detail.starts_with("the curve ") && has_words(attempt.command, "--curves")
                  ? without_each(attempt.command, {"--curves"}) + "   (without --curves)"
                  : with_messages(attempt)};
    case Cause::private_key_failed:
      return {"our own private key could not be used: " + error.detail,
              "--cert and --key with another certificate, of 1024 bits or more"};
    default:
      return {"the connection to " + attempt.target + " failed: " + error.text(),
              may_mind_hello(error.cause) ? simpler_or(attempt, with_messages(attempt))
                                          : with_messages(attempt)};
  }
}

ExitCode exit_code_of(const Error& error) {
  switch (error.cause) {
    case Cause::file_unreadable:
    case Cause::session_unreadable:
    case Cause::session_key_wrong:
    case Cause::private_key_failed:
    case Cause::random_failed:
      return ExitCode::local;
    case Cause::config_invalid:
      return ExitCode::usage;
    case Cause::internal_error:
    case Cause::decision_not_expected:
    case Cause::connection_not_open:
    case Cause::connection_closed:
    case Cause::handshake_in_progress:
      return ExitCode::internal;
    default:
      return ExitCode::handshake;
  }
}

}  // namespace

std::string simpler_or(const Attempt& attempt, const std::string& otherwise) {
  return attempt.simpler.empty() ? otherwise : attempt.command + " " + attempt.simpler;
}

std::string with_messages(const Attempt& attempt) {
  return attempt.command + " --messages   (to see how far it came)";
}

Failure explain_error(const Error& error, const Attempt& attempt) {
  // A key that was found all the same can be used by whoever pins the certificate.
  const bool can_be_pinned =
      error.cause == Cause::certificate_malformed && attempt.peer_key_bits != 0;
  if (is_identity_cause(error.cause) || can_be_pinned) {
    return explain_identity(error, attempt);
  }
  Words words;
  switch (error.cause) {
    case Cause::alert_received:
      return explain_received_alert(error, attempt);
    case Cause::not_tls:
    case Cause::not_tls_http_request:
    case Cause::not_tls_http_response:
    case Cause::not_tls_ssh:
    case Cause::sslv2_hello:
    case Cause::sslv2_client:
    case Cause::sslv2_server:
      words = explain_not_tls(error, attempt);
      break;
    case Cause::version_too_low:
    case Cause::version_too_high:
    case Cause::version_not_acceptable:
    case Cause::no_common_cipher_suite:
    case Cause::no_common_compression:
    case Cause::cipher_suite_not_offered:
    case Cause::compression_not_offered:
    case Cause::extension_malformed:
    case Cause::extension_not_offered:
    case Cause::renegotiation_info_mismatch:
    case Cause::inappropriate_fallback:
      words = explain_negotiation(error, attempt);
      break;
    default:
      words = explain_other(error, attempt);
  }
  return {exit_code_of(error), words.what, words.next, std::string(error.name())};
}

Failure explain_handshake(const HandshakeReport& report, const Attempt& attempt) {
  switch (report.end) {
    case HandshakeReport::End::complete:
      break;
    case HandshakeReport::End::refused:
    case HandshakeReport::End::closed:
      return explain_error(report.error.value_or(Error{}), attempt);
    case HandshakeReport::End::reset:
      return {
          ExitCode::handshake,
          attempt.target + " broke the connection off during the handshake (" + report.reason + ")",
          simpler_or(attempt, kModernTools),
          "reset"};
    case HandshakeReport::End::silent:
      return {ExitCode::network,
              attempt.target + (attempt.peer == Attempt::Peer::client
                                    ? " connected and sent no hello"
                                    : " accepts connections but does not answer the hello"),
              simpler_or(attempt, "a longer --timeout, or another port"),
              "silent"};
    case HandshakeReport::End::stalled:
      return {ExitCode::network,
              attempt.target + " stopped answering in the middle of the handshake",
              simpler_or(attempt, "a longer --timeout"),
              "stalled"};
    case HandshakeReport::End::stopped:
      return {ExitCode::handshake, "stopped before the handshake was complete", "", "stopped"};
  }
  return {ExitCode::internal, "a handshake that succeeded was reported as failed", "", "internal"};
}

}  // namespace heirloom::app
