// Error: what went wrong, by stable name, with its origin, alert and clause.
//
// Call sites name a Cause and nothing else; the alert for each version, the clause and the sentence
// are columns of one table (src/protocol/causes.cpp).
#pragma once

#include "heirloom/alert.hpp"
#include "heirloom/export.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace heirloom {

/// Cause says what happened, not what to do about it. Enumerators are grouped by layer, in the
/// order of the bytes. Names are stable; numbers are not part of the interface.
enum class Cause : std::uint8_t {
  // bytes that are no record
  not_tls,                ///< the first bytes are neither a record nor anything we know
  not_tls_http_request,   ///< the peer speaks HTTP without TLS to our TLS port
  not_tls_http_response,  ///< the peer answered our hello with plain HTTP
  not_tls_ssh,            ///< an SSH banner
  sslv2_hello,            ///< a ClientHello in the SSL 2.0 format, which the policy refuses
  sslv2_client,           ///< a client that has SSL 2.0 and nothing newer
  sslv2_server,           ///< an SSL 2.0 answer to our hello
  // record layer
  record_type_unknown,
  record_version_wrong,
  record_overflow,
  record_empty,
  too_many_empty_records,
  bad_record_mac,
  decompression_failure,
  sequence_number_exhausted,
  // alert protocol
  alert_malformed,
  alert_received,  ///< the peer sent a fatal alert: Error::alert says which
  too_many_warnings,
  // change cipher spec protocol
  change_cipher_spec_malformed,
  change_cipher_spec_unexpected,
  change_cipher_spec_inside_message,
  // handshake protocol
  unexpected_message,
  unexpected_application_data,
  handshake_type_unknown,
  message_malformed,
  message_too_long,
  // hello
  version_too_low,         ///< the peer's highest version is below our minimum
  version_too_high,        ///< the server chose a version above the one offered
  version_not_acceptable,  ///< the server chose a version that our policy excludes
  no_common_cipher_suite,
  no_common_compression,
  cipher_suite_not_offered,
  compression_not_offered,
  extension_malformed,
  extension_not_offered,
  server_name_unrecognized,        ///< the client names a host that we do not serve
  no_common_application_protocol,  ///< RFC 7301
  application_protocol_not_offered,
  renegotiation_info_mismatch,
  renegotiation_refused,   ///< the peer asked, and SSL 3.0 has no polite way to say no
  renegotiation_declined,  ///< the peer said no, and the policy insists
  inappropriate_fallback,
  session_parameters_changed,
  session_suite_not_offered,
  fragment_length_unacceptable,    ///< of max_fragment_length
  encrypt_then_mac_dropped,        ///< in a renegotiation
  extended_master_secret_missing,  ///< given up in a resumption or renegotiation (RFC 7627 §5.3)
  // certificates
  certificate_missing,
  certificate_malformed,
  certificate_key_unsupported,
  certificate_key_usage,
  certificate_key_too_small,
  certificate_key_too_large,
  certificate_untrusted,
  certificate_expired,
  certificate_not_yet_valid,
  certificate_revoked,
  certificate_name_mismatch,
  certificate_signature_invalid,
  certificate_pin_mismatch,
  certificate_chain_too_long,
  certificate_chain_disordered,
  certificate_signature_weak,  ///< signed with a hash that the rules exclude
  certificate_status_unknown,  ///< nothing says whether it was revoked
  peer_changed,                ///< another one in a renegotiation than before
  server_name_changed,         ///< a client asks for another host in a renegotiation
  certificate_status_invalid,  ///< the stapled OCSP response does not say that it is good
  certificate_rejected,
  client_certificate_required,
  // key exchange and proof
  key_exchange_malformed,
  key_exchange_too_weak,     ///< a group or temporary key below the policy's minimum
  export_restriction,        ///< a key above the limit of an export suite
  params_signature_invalid,  ///< of a ServerKeyExchange
  wrapped_key_invalid,
  anonymous_server_requests_certificate,
  private_key_failed,
  certificate_verify_failed,
  finished_mismatch,
  // end of the transport
  handshake_interrupted,  ///< the transport ended before the handshake was complete
  truncated,              ///< the transport ended without close_notify: data may be missing
  // local
  canceled,
  connection_not_open,
  connection_closed,
  handshake_in_progress,        ///< another handshake was asked for before this one is over
  renegotiation_not_permitted,  ///< it was asked for here, against the policy
  decision_not_expected,
  export_refused,  ///< of a connection that does not prove what it would be used for
  config_invalid,
  file_unreadable,
  session_unreadable,  ///< bytes that are no exported session, or a damaged one
  session_key_wrong,   ///< an exported session was sealed with another key
  random_failed,
  internal_error,
};

/// Origin says who decided that the connection fails.
enum class Origin : std::uint8_t {
  peer_misbehaved,  ///< we refuse what the peer sent
  peer_alert,       ///< the peer sent a fatal alert
  local_refusal,    ///< the peer kept to the protocol, our policy says no
  transport,        ///< the transport ended
  local_misuse,     ///< the application called something at the wrong time, or configured nonsense
  internal,         ///< our own failure
};

/// CauseInfo is one row of the table of causes.
struct CauseInfo {
  Cause cause;
  std::string_view name;  ///< as the enumerator is spelt
  Origin origin;
  std::optional<AlertDescription> tls_alert;  ///< fatal alert at TLS 1.0; empty: none is sent
  std::optional<AlertDescription>
      ssl30_alert;          ///< the same at SSL 3.0, whose vocabulary is smaller
  std::string_view clause;  ///< "RFC 2246 §7.4.9", or "RFC is silent"
  std::string_view text;    ///< one sentence for a person, no full stop
};

/// cause_info returns the row of a cause.
[[nodiscard]] HEIRLOOM_EXPORT const CauseInfo& cause_info(Cause cause) noexcept;

/// Error is a cause with what is known of this one occurrence. Plain value, cheap to move.
struct Error {
  Cause cause = Cause::internal_error;
  std::optional<Alert> alert =
      std::nullopt;  ///< received (origin peer_alert) or sent by us; empty if none
  std::string detail =
      {};  ///< of this occurrence: "expected certificate, got finished"; may be empty

  Error() = default;

  explicit Error(Cause what) : cause(what) {}

  Error(Cause what, std::string why) : cause(what), detail(std::move(why)) {}

  [[nodiscard]] std::string_view name() const noexcept { return cause_info(cause).name; }

  [[nodiscard]] Origin origin() const noexcept { return cause_info(cause).origin; }

  [[nodiscard]] std::string_view clause() const noexcept { return cause_info(cause).clause; }

  /// text is the row's sentence, with the alert or the detail of this occurrence behind it.
  [[nodiscard]] HEIRLOOM_EXPORT std::string text() const;
};

}  // namespace heirloom
