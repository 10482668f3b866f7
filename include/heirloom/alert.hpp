// Alerts: level and description (RFC 6101 §5.4, A.3; RFC 2246 §7.2, A.3).
#pragma once

#include "heirloom/export.hpp"

#include <cstdint>
#include <string_view>

namespace heirloom {

enum class AlertLevel : std::uint8_t {
  warning = 1,
  fatal = 2,
};

/// AlertDescription names every alert that either version, or an extension deployed with them,
/// defines. A peer may send any other number; alert_name then answers "unknown".
enum class AlertDescription : std::uint8_t {
  close_notify = 0,
  unexpected_message = 10,
  bad_record_mac = 20,
  decryption_failed = 21,
  record_overflow = 22,
  decompression_failure = 30,
  handshake_failure = 40,
  no_certificate = 41,
  bad_certificate = 42,
  unsupported_certificate = 43,
  certificate_revoked = 44,
  certificate_expired = 45,
  certificate_unknown = 46,
  illegal_parameter = 47,
  unknown_ca = 48,
  access_denied = 49,
  decode_error = 50,
  decrypt_error = 51,
  export_restriction = 60,
  protocol_version = 70,
  insufficient_security = 71,
  internal_error = 80,
  inappropriate_fallback = 86,
  user_canceled = 90,
  no_renegotiation = 100,
  unsupported_extension = 110,
  certificate_unobtainable = 111,
  unrecognized_name = 112,
  bad_certificate_status_response = 113,
  bad_certificate_hash_value = 114,
  unknown_psk_identity = 115,
  no_application_protocol = 120,
};

struct Alert {
  AlertLevel level = AlertLevel::fatal;
  AlertDescription description = AlertDescription::internal_error;

  friend bool operator==(const Alert&, const Alert&) = default;
};

/// to_string gives the name of the specification, "handshake_failure"; "unknown" for a number that
/// no document defines.
[[nodiscard]] HEIRLOOM_EXPORT std::string_view to_string(AlertDescription description) noexcept;

/// to_string gives "warning" or "fatal"; "unknown" for anything else.
[[nodiscard]] HEIRLOOM_EXPORT std::string_view to_string(AlertLevel level) noexcept;

}  // namespace heirloom
