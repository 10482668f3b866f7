#include "common/explain.hpp"

#include "heirloom/certificate.hpp"

#include "common/command_text.hpp"
#include "common/describe.hpp"
#include "common/permit.hpp"

#include <algorithm>
#include <vector>

namespace heirloom::app {

namespace {

constexpr const char* kModernTools = "today's tools: it may want TLS 1.2 or later";

/// simpler_or prefers the plainer hello that has not been tried yet.
std::string simpler_or(const Attempt& attempt, const std::string& otherwise) {
  return attempt.simpler.empty() ? otherwise : attempt.command + " " + attempt.simpler;
}

std::string with(const Attempt& attempt, const std::string& option, const std::string& value) {
  return with_option(attempt.command, option, value);
}

std::string with_messages(const Attempt& attempt) {
  return attempt.command + " --messages   (to see how far it came)";
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

std::string fingerprint_of(const Attempt& attempt) {
  return attempt.peer_chain.empty()
             ? ""
             : format_fingerprint(certificate_fingerprint(attempt.peer_chain.front()));
}

std::string certificate_problem(Cause cause) {
  switch (cause) {
    case Cause::certificate_expired:
      return "has expired";
    case Cause::certificate_not_yet_valid:
      return "is not valid yet (is a clock wrong?)";
    case Cause::certificate_revoked:
      return "has been revoked by its authority";
    case Cause::certificate_name_mismatch:
      return "is made out to another name";
    case Cause::certificate_key_too_small:
      return "has a key that is too small";
    case Cause::certificate_key_too_large:
      return "has a key that is too large";
    case Cause::certificate_signature_invalid:
      return "is not signed by who it says";
    case Cause::certificate_pin_mismatch:
      return "is not the pinned one";
    case Cause::certificate_chain_too_long:
      return "comes with too many others";
    case Cause::certificate_chain_disordered:
      return "comes with others that do not vouch for it one by one";
    case Cause::certificate_signature_weak:
      return "rests on a signature that is too weak";
    case Cause::certificate_status_unknown:
      return "may have been revoked, which cannot be told";
    case Cause::certificate_status_invalid:
      return "comes with a response about its revocation that cannot be accepted";
    case Cause::certificate_malformed:
      return "is no proper certificate, though it has a key";
    case Cause::certificate_rejected:
      return "was rejected";
    default:
      return "is not vouched for by a trusted authority";
  }
}

bool has_dh_key(const Attempt& attempt) {
  const auto certificate = describe_certificate(attempt.peer_chain.front());
  return certificate && certificate->key_algorithm == PublicKeyAlgorithm::dh &&
         certificate->key_bits >= 512;
}

/// identity_advice is for a certificate that was seen.
std::string identity_advice(Cause cause, const Attempt& attempt, const std::string& fingerprint) {
  switch (cause) {
    case Cause::certificate_key_too_small:
      // A pin does not help: the policy looks at the size before anybody judges the certificate.
      if (has_dh_key(attempt)) {
        return attempt.command + " --allow dh512";
      }
      return attempt.command.find("--preset strict") != std::string::npos
                 ? with(attempt, "--preset", "device")
                 : "a new certificate on that server";
    case Cause::certificate_revoked:
      return "a new certificate on that server";
    case Cause::certificate_chain_disordered:
      return "the same with --any-chain-order, if everything else about it is right";
    case Cause::certificate_status_unknown:
      return "the same with --crl and a list of that issuer that is valid now";
    case Cause::certificate_status_invalid:
      return "the same with --crl and a list of that issuer, without --status";
    default:
      return attempt.command + " --pin " + fingerprint + "   (if that is the right box)";
  }
}

Failure explain_identity(const Error& error, const Attempt& attempt) {
  const std::string fingerprint = fingerprint_of(attempt);
  std::string what =
      "the certificate of " + attempt.target + " " + certificate_problem(error.cause);
  if (!error.detail.empty()) {
    what += " (" + error.detail + ")";
  }
  if (fingerprint.empty()) {
    return {ExitCode::identity, what, "", std::string(error.name())};
  }
  what += "; its fingerprint is " + fingerprint;
  return {ExitCode::identity,
          what,
          identity_advice(error.cause, attempt, fingerprint),
          std::string(error.name())};
}

std::string alert_advice(AlertDescription description, const Attempt& attempt) {
  switch (description) {
    case AlertDescription::handshake_failure:
    case AlertDescription::insufficient_security:
      if (attempt.command.find("--preset museum") != std::string::npos) {
        return kModernTools;
      }
      return with(attempt, "--preset", "museum") +
             "   (`heirloom suites` lists what can be offered)";
    case AlertDescription::protocol_version:
      return with(attempt, "--max", "ssl3") + ", or today's tools: it may want TLS 1.2 or later";
    case AlertDescription::inappropriate_fallback:
      return "the same without --fallback-scsv and without --max; if it has TLS 1.1 or 1.2, "
             "today's tools reach it";
    case AlertDescription::unrecognized_name:
      return attempt.command + " --no-sni";
    case AlertDescription::bad_certificate:
    case AlertDescription::unsupported_certificate:
    case AlertDescription::certificate_revoked:
    case AlertDescription::certificate_expired:
    case AlertDescription::certificate_unknown:
    case AlertDescription::unknown_ca:
    case AlertDescription::access_denied:
    case AlertDescription::no_certificate:
      return attempt.command + " --cert FILE --key FILE   (with a certificate that it accepts)";
    default:
      return simpler_or(attempt, with_messages(attempt));
  }
}

Failure explain_received_alert(const Error& error, const Attempt& attempt) {
  const auto description =
      error.alert.has_value() ? error.alert->description : AlertDescription::internal_error;
  return {ExitCode::handshake,
          attempt.target + " refused with the alert " + format_alert(description) + ": " +
              std::string(explain_alert(description)),
          alert_advice(description, attempt),
          std::string(error.name())};
}

/// Words is the sentence and the next step for one cause.
struct Words {
  std::string what;
  std::string next;
};

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

/// explain_no_suite is about a client whose suites are not allowed here, or lack a key.
Words explain_no_suite(const Error& error, const Attempt& attempt) {
  const std::vector<std::uint16_t> offered = suites_named(error.detail);
  const auto missing = attempt.policy == nullptr ? std::vector<Allowance>()
                                                 : allowances_for(offered, *attempt.policy);
  if (!missing.empty()) {
    return {"no cipher suite of " + attempt.target + " is allowed here",
            attempt.command + " --allow " + allowance_words(missing)};
  }
  const bool has_one =
      attempt.policy != nullptr && std::ranges::any_of(offered, [&](std::uint16_t id) {
        return std::ranges::find(attempt.policy->cipher_suites, id) !=
               attempt.policy->cipher_suites.end();
      });
  if (has_one) {
    return {
        attempt.target +
            " offers only cipher suites for other certificates than those of this server",
        attempt.command + " --cert FILE --key FILE   (heirloom suites lists the key exchanges)"};
  }
  return {"no cipher suite of " + attempt.target + " is allowed here",
          with(attempt, "--preset", "museum") + "; `heirloom suites` lists them"};
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

Words explain_other(const Error& error, const Attempt& attempt) {
  switch (error.cause) {
    case Cause::handshake_interrupted:
      return {attempt.target + " hung up in the middle of the handshake",
              simpler_or(attempt, kModernTools)};
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
              permitted_or(error, attempt, "a longer key on that server")};
    case Cause::export_restriction:
      return {attempt.target +
                  " has a key that is longer than its export suite allows: " + error.detail,
              attempt.command + " --suites=-EXPORT"};
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
    case Cause::renegotiation_not_permitted:
      return ExitCode::internal;
    default:
      return ExitCode::handshake;
  }
}

}  // namespace

bool is_identity_cause(Cause cause) noexcept {
  switch (cause) {
    case Cause::certificate_key_too_small:
    case Cause::certificate_key_too_large:
    case Cause::certificate_untrusted:
    case Cause::certificate_expired:
    case Cause::certificate_not_yet_valid:
    case Cause::certificate_revoked:
    case Cause::certificate_name_mismatch:
    case Cause::certificate_signature_invalid:
    case Cause::certificate_pin_mismatch:
    case Cause::certificate_chain_too_long:
    case Cause::certificate_chain_disordered:
    case Cause::certificate_signature_weak:
    case Cause::certificate_status_unknown:
    case Cause::certificate_status_invalid:
    case Cause::certificate_rejected:
      return true;
    default:
      return false;
  }
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
