// What a peer means by an alert (RFC 2246 §7.2.2 and its successors).
#include "common/explain.hpp"

namespace heirloom::app {

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
      return "it does not accept the certificate that it was shown";
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
