// Names of alerts (RFC 6101 A.3, RFC 2246 A.3; RFC 6066, 4279, 7301 and 7507 for the later ones).
#include "heirloom/alert.hpp"

#include <algorithm>
#include <array>

namespace heirloom {
namespace {

struct AlertRow {
  AlertDescription description;
  std::string_view name;
};

constexpr std::array kAlerts = std::to_array<AlertRow>({
    {AlertDescription::close_notify, "close_notify"},
    {AlertDescription::unexpected_message, "unexpected_message"},
    {AlertDescription::bad_record_mac, "bad_record_mac"},
    {AlertDescription::decryption_failed, "decryption_failed"},
    {AlertDescription::record_overflow, "record_overflow"},
    {AlertDescription::decompression_failure, "decompression_failure"},
    {AlertDescription::handshake_failure, "handshake_failure"},
    {AlertDescription::no_certificate, "no_certificate"},
    {AlertDescription::bad_certificate, "bad_certificate"},
    {AlertDescription::unsupported_certificate, "unsupported_certificate"},
    {AlertDescription::certificate_revoked, "certificate_revoked"},
    {AlertDescription::certificate_expired, "certificate_expired"},
    {AlertDescription::certificate_unknown, "certificate_unknown"},
    {AlertDescription::illegal_parameter, "illegal_parameter"},
    {AlertDescription::unknown_ca, "unknown_ca"},
    {AlertDescription::access_denied, "access_denied"},
    {AlertDescription::decode_error, "decode_error"},
    {AlertDescription::decrypt_error, "decrypt_error"},
    {AlertDescription::export_restriction, "export_restriction"},
    {AlertDescription::protocol_version, "protocol_version"},
    {AlertDescription::insufficient_security, "insufficient_security"},
    {AlertDescription::internal_error, "internal_error"},
    {AlertDescription::inappropriate_fallback, "inappropriate_fallback"},
    {AlertDescription::user_canceled, "user_canceled"},
    {AlertDescription::no_renegotiation, "no_renegotiation"},
    {AlertDescription::unsupported_extension, "unsupported_extension"},
    {AlertDescription::certificate_unobtainable, "certificate_unobtainable"},
    {AlertDescription::unrecognized_name, "unrecognized_name"},
    {AlertDescription::bad_certificate_status_response, "bad_certificate_status_response"},
    {AlertDescription::bad_certificate_hash_value, "bad_certificate_hash_value"},
    {AlertDescription::unknown_psk_identity, "unknown_psk_identity"},
    {AlertDescription::no_application_protocol, "no_application_protocol"},
});

static_assert(std::ranges::is_sorted(kAlerts, std::ranges::less_equal{}, &AlertRow::description));

}  // namespace

std::string_view to_string(AlertDescription description) noexcept {
  const auto row = std::ranges::find(kAlerts, description, &AlertRow::description);
  return row == kAlerts.end() ? "unknown" : row->name;
}

std::string_view to_string(AlertLevel level) noexcept {
  switch (level) {
    case AlertLevel::warning:
      return "warning";
    case AlertLevel::fatal:
      return "fatal";
  }
  return "unknown";
}

}  // namespace heirloom
