// What a peer means by an alert (RFC 2246 §7.2.2 and its successors), and what it may want.
#include "common/command_text.hpp"
#include "common/explain_parts.hpp"

namespace heirloom::app {

namespace {

constexpr std::string_view kCertificateRefused =
    "it does not accept the certificate that it was shown";

/// is_about_our_certificate: explain_alert knows which alerts are.
bool is_about_our_certificate(AlertDescription description) {
  return explain_alert(description) == kCertificateRefused;
}

/// is_about_agreement: the two that say that nothing of what was offered or chosen is good enough.
bool is_about_agreement(AlertDescription description) {
  return description == AlertDescription::handshake_failure ||
         description == AlertDescription::insufficient_security;
}

std::string with_certificate(const Attempt& attempt, const std::string& why) {
  return without_each(attempt.command, {"--cert", "--key", "--pass-file"}) +
         " --cert FILE --key FILE   (" + why + ")";
}

std::string with_other_suites(const Attempt& attempt) {
  const std::string lists = "   (`heirloom suites` lists what can be offered)";
  if (has_words(attempt.command, "--suites")) {
    return without_each(attempt.command, {"--suites"}) + lists;
  }
  if (has_words(attempt.command, "--preset museum")) {
    return kModernTools;
  }
  const bool is_strict = has_words(attempt.command, "--preset strict");
  return with_option(attempt.command, "--preset", is_strict ? "device" : "museum") + lists;
}

/// server_advice is what a server that refused may want of this client.
std::string server_advice(AlertDescription description, const Attempt& attempt) {
  if (is_about_our_certificate(description)) {
    return with_certificate(attempt, "with a certificate that it accepts");
  }
  if (is_about_agreement(description)) {
    return attempt.certificate_was_wanted
               ? with_certificate(attempt, "with a certificate that it accepts")
               : with_other_suites(attempt);
  }
  switch (description) {
    case AlertDescription::protocol_version:
      return with_option(attempt.command, "--max", "ssl3") +
             ", or today's tools: it may want TLS 1.2 or later";
    case AlertDescription::inappropriate_fallback:
      return "the same without --fallback-scsv and without --max; if it has TLS 1.1 or 1.2, "
             "today's tools reach it";
    case AlertDescription::unrecognized_name:
      return attempt.command + " --no-sni";
    default:
      return simpler_or(attempt, with_messages(attempt));
  }
}

/// client_advice is what a client that refused may want of this server.
std::string client_advice(AlertDescription description, const Attempt& attempt) {
  if (is_about_our_certificate(description)) {
    return with_certificate(attempt, "with a certificate that it accepts");
  }
  if (is_about_agreement(description)) {
    return with_certificate(attempt, "with a longer key, and --dhparam with a longer group");
  }
  return description == AlertDescription::protocol_version
             ? "another version switched on in that client: see --min and --max here"
             : with_messages(attempt);
}

std::string meaning(AlertDescription description, const Attempt& attempt) {
  if (attempt.peer == Attempt::Peer::client) {
    if (is_about_agreement(description)) {
      return "a key, a group or the suite that was chosen is too weak for it";
    }
    if (description == AlertDescription::protocol_version) {
      return "it does not speak the version that was chosen";
    }
    if (description == AlertDescription::illegal_parameter ||
        description == AlertDescription::decode_error) {
      return "it did not understand or accept what it was sent";
    }
  }
  if (is_about_agreement(description) && attempt.certificate_was_wanted) {
    return attempt.has_shown_certificate ? std::string(kCertificateRefused)
                                         : "it wants a client certificate, and was shown none";
  }
  return std::string(explain_alert(description));
}

}  // namespace

Failure explain_received_alert(const Error& error, const Attempt& attempt) {
  const auto description =
      error.alert.has_value() ? error.alert->description : AlertDescription::internal_error;
  return {ExitCode::handshake,
          attempt.target + " refused with the alert " + format_alert(description) + ": " +
              meaning(description, attempt),
          attempt.peer == Attempt::Peer::client ? client_advice(description, attempt)
                                                : server_advice(description, attempt),
          std::string(error.name())};
}

std::string_view explain_alert(AlertDescription description) noexcept {
  switch (description) {
    case AlertDescription::handshake_failure:
      return "it shares no cipher suite with the offer, or wants a client certificate";
    case AlertDescription::protocol_version:
      return "it does not speak the offered version";
    case AlertDescription::insufficient_security:
      return "it wants stronger cipher suites than were offered";
    case AlertDescription::inappropriate_fallback:
      return "it can do a newer version than was offered and takes this for a forced downgrade";
    case AlertDescription::unrecognized_name:
      return "it has no site of that name";
    case AlertDescription::illegal_parameter:
    case AlertDescription::decode_error:
    case AlertDescription::unsupported_extension:
      return "it did not understand the hello";
    case AlertDescription::unexpected_message:
      return "it expected another message";
    case AlertDescription::bad_record_mac:
    case AlertDescription::decryption_failed:
    case AlertDescription::decrypt_error:
      return "it could not decrypt or verify what it got";
    case AlertDescription::no_certificate:
    case AlertDescription::bad_certificate:
    case AlertDescription::unsupported_certificate:
    case AlertDescription::certificate_revoked:
    case AlertDescription::certificate_expired:
    case AlertDescription::certificate_unknown:
    case AlertDescription::unknown_ca:
    case AlertDescription::access_denied:
      return kCertificateRefused;
    case AlertDescription::user_canceled:
      return "its user gave up";
    case AlertDescription::internal_error:
      return "it has a problem of its own";
    case AlertDescription::close_notify:
    case AlertDescription::record_overflow:
    case AlertDescription::decompression_failure:
    case AlertDescription::export_restriction:
    case AlertDescription::no_renegotiation:
    case AlertDescription::certificate_unobtainable:
    case AlertDescription::bad_certificate_status_response:
    case AlertDescription::bad_certificate_hash_value:
    case AlertDescription::unknown_psk_identity:
    case AlertDescription::no_application_protocol:
      break;
  }
  return "it gives no further reason";
}

std::string format_alert(AlertDescription description) {
  return std::string(to_string(description)) + " (" +
         std::to_string(static_cast<unsigned>(description)) + ")";
}

}  // namespace heirloom::app
