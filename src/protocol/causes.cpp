// The table of causes: one row per Cause with its origin, the fatal alert of each version, the
// clause and a sentence for a person (RFC 6101 §5.4, RFC 2246 §7.2).
//
// SSL 3.0 has twelve alerts (RFC 6101 A.3). Where its vocabulary lacks a word the column has what
// deployed implementations send: illegal_parameter for a malformed message, handshake_failure for a
// failed proof or a refusal, bad_record_mac for an oversize record (drift D28 to D31).
// decryption_failed, no_certificate and no_renegotiation are in no column: the first would be a
// padding oracle, the others are no answer to any of these causes.
#include "heirloom/error.hpp"

#include <array>
#include <cstddef>

namespace heirloom {
namespace {

using enum AlertDescription;
using enum Origin;

constexpr std::nullopt_t none = std::nullopt;  // NOLINT(readability-identifier-naming): a column

// Columns: cause, name, origin, alert at TLS 1.0, alert at SSL 3.0, clause, sentence.
// clang-format off
constexpr std::array kCauses = std::to_array<CauseInfo>({
  // Bytes that are no record. An alert means nothing to a peer that speaks something else; an SSL
  // 2.0 client that also speaks 3.0 reads ours.
  {Cause::not_tls, "not_tls", peer_misbehaved, none, none, "RFC 2246 §6.2.1",
   "the peer speaks neither SSL nor TLS on this port"},
  {Cause::not_tls_http_request, "not_tls_http_request", peer_misbehaved, none, none,
   "RFC 2246 §6.2.1", "the peer sent a plain HTTP request to a TLS port"},
  {Cause::not_tls_http_response, "not_tls_http_response", peer_misbehaved, none, none,
   "RFC 2246 §6.2.1", "the peer answered with plain HTTP: this port has no TLS"},
  {Cause::not_tls_ssh, "not_tls_ssh", peer_misbehaved, none, none, "RFC 2246 §6.2.1",
   "the peer is an SSH server: this port has no TLS"},
  {Cause::sslv2_hello, "sslv2_hello", local_refusal, protocol_version, handshake_failure,
   "RFC 2246 E", "the client greets in the SSL 2.0 format, which is not accepted here"},
  // No alert: such a client is told in its own words (engine/sslv2_hello.cpp).
  {Cause::sslv2_client, "sslv2_client", local_refusal, none, none, "RFC 2246 E",
   "the client has SSL 2.0 and nothing newer, and that is not supported"},
  {Cause::sslv2_server, "sslv2_server", local_refusal, none, none, "RFC 2246 E",
   "the server answered in SSL 2.0, which is not supported"},

  // Record layer.
  {Cause::record_type_unknown, "record_type_unknown", peer_misbehaved, unexpected_message,
   unexpected_message, "RFC 6101 §5.4.2", "the peer sent a record of an unknown type"},
  {Cause::record_version_wrong, "record_version_wrong", peer_misbehaved, protocol_version,
   handshake_failure, "RFC 2246 §6.2.1",
   "the peer sent a record with another version than the negotiated one"},
  {Cause::record_overflow, "record_overflow", peer_misbehaved,
   record_overflow, bad_record_mac, "RFC 2246 §7.2.2",
   "the peer sent a record longer than the protocol allows"},
  {Cause::record_empty, "record_empty", peer_misbehaved, unexpected_message,
   unexpected_message, "RFC 2246 §6.2.1",
   "the peer sent an empty record of a kind that must not be empty"},
  {Cause::too_many_empty_records, "too_many_empty_records", peer_misbehaved,
   unexpected_message, unexpected_message, "RFC is silent",
   "the peer sent too many empty records in a row"},
  {Cause::bad_record_mac, "bad_record_mac", peer_misbehaved, bad_record_mac,
   bad_record_mac, "RFC 2246 §7.2.2",
   "a record failed its integrity check: it was damaged or changed on the way"},
  {Cause::decompression_failure, "decompression_failure", peer_misbehaved,
   AlertDescription::decompression_failure, AlertDescription::decompression_failure,
   "RFC 2246 §6.2.2", "a record cannot be decompressed, or to more than the protocol allows"},
  {Cause::sequence_number_exhausted, "sequence_number_exhausted", local_refusal, none, none,
   "RFC 2246 §6.1", "the connection has used up its sequence numbers and cannot go on"},

  // Alert protocol.
  {Cause::alert_malformed, "alert_malformed", peer_misbehaved, illegal_parameter,
   illegal_parameter, "RFC 2246 §7.2", "the peer sent an alert that cannot be understood"},
  {Cause::alert_received, "alert_received", peer_alert, none, none, "RFC 2246 §7.2.2",
   "the peer ended the connection with a fatal alert"},
  {Cause::too_many_warnings, "too_many_warnings", peer_misbehaved,
   unexpected_message, unexpected_message, "RFC 2246 §7.2.2",
   "the peer sent too many warning alerts in a row"},

  // Change cipher spec protocol.
  {Cause::change_cipher_spec_malformed, "change_cipher_spec_malformed", peer_misbehaved,
   illegal_parameter, illegal_parameter, "RFC 2246 §7.1",
   "the peer sent a change_cipher_spec that is not the single byte 1"},
  {Cause::change_cipher_spec_unexpected, "change_cipher_spec_unexpected", peer_misbehaved,
   unexpected_message, unexpected_message, "RFC 2246 §7.1",
   "the peer sent change_cipher_spec at the wrong time"},
  {Cause::change_cipher_spec_inside_message, "change_cipher_spec_inside_message",
   peer_misbehaved, unexpected_message, unexpected_message,
   "RFC is silent", "the peer sent change_cipher_spec in the middle of a handshake message"},

  // Handshake protocol.
  {Cause::unexpected_message, "unexpected_message", peer_misbehaved,
   unexpected_message, unexpected_message, "RFC 2246 §7.4",
   "the peer sent a handshake message out of order"},
  {Cause::unexpected_application_data, "unexpected_application_data", peer_misbehaved,
   unexpected_message, unexpected_message,
   "RFC 2246 §7.4.9", "the peer sent application data before the handshake was complete"},
  {Cause::handshake_type_unknown, "handshake_type_unknown", peer_misbehaved,
   unexpected_message, unexpected_message, "RFC 2246 §7.4",
   "the peer sent a handshake message of an unknown type"},
  {Cause::message_malformed, "message_malformed", peer_misbehaved, decode_error,
   illegal_parameter, "RFC 2246 §7.2.2",
   "the peer sent a message whose lengths or values do not fit together"},
  {Cause::message_too_long, "message_too_long", local_refusal, illegal_parameter,
   illegal_parameter, "RFC is silent",
   "the peer announced a handshake message longer than is accepted here"},

  // Hello.
  {Cause::version_too_low, "version_too_low", local_refusal, protocol_version,
   handshake_failure, "RFC 2246 §7.2.2",
   "the peer's highest version is older than the oldest one that is allowed here"},
  {Cause::version_too_high, "version_too_high", peer_misbehaved, protocol_version,
   handshake_failure, "RFC 2246 §7.4.1.3",
   "the server chose a newer version than it was offered"},
  {Cause::version_not_acceptable, "version_not_acceptable", local_refusal, protocol_version,
   handshake_failure, "RFC 2246 §7.2.2", "the server chose a version that is not allowed here"},
  {Cause::no_common_cipher_suite, "no_common_cipher_suite", local_refusal, handshake_failure,
   handshake_failure, "RFC 2246 §7.4.1.2",
   "the client offered no cipher suite that is allowed here"},
  {Cause::no_common_compression, "no_common_compression", peer_misbehaved, illegal_parameter,
   handshake_failure, "RFC 2246 §7.4.1.2",
   "the client did not offer to go without compression, as it must"},
  {Cause::cipher_suite_not_offered, "cipher_suite_not_offered", peer_misbehaved,
   illegal_parameter, illegal_parameter, "RFC 2246 §7.4.1.3",
   "the server chose a cipher suite that it was not offered"},
  {Cause::compression_not_offered, "compression_not_offered", peer_misbehaved,
   illegal_parameter, illegal_parameter, "RFC 2246 §7.4.1.3",
   "the server chose a compression method that it was not offered"},
  {Cause::extension_malformed, "extension_malformed", peer_misbehaved, decode_error,
   illegal_parameter, "RFC 2246 §7.2.2", "the peer sent an extension that cannot be understood"},
  {Cause::extension_not_offered, "extension_not_offered", peer_misbehaved,
   unsupported_extension, handshake_failure, "RFC 3546 §2.3",
   "the server answered an extension that it was not offered"},
  {Cause::server_name_unrecognized, "server_name_unrecognized", local_refusal,
   unrecognized_name, handshake_failure, "RFC 6066 §3",
   "the client asks for a name that is not served here"},
  {Cause::no_common_application_protocol, "no_common_application_protocol", local_refusal,
   no_application_protocol, handshake_failure, "RFC 7301 §3.2",
   "the client speaks none of the application protocols that are served here"},
  {Cause::application_protocol_not_offered, "application_protocol_not_offered", peer_misbehaved,
   illegal_parameter, illegal_parameter, "RFC 7301 §3.1",
   "the server chose an application protocol that it was not offered"},
  {Cause::renegotiation_info_mismatch, "renegotiation_info_mismatch", peer_misbehaved,
   handshake_failure, handshake_failure, "RFC 5746 §3.4",
   "the peer's renegotiation_info does not match this connection: somebody may sit in between"},
  {Cause::renegotiation_refused, "renegotiation_refused", local_refusal, handshake_failure,
   handshake_failure, "RFC 5746 §4.5", "the peer wants to renegotiate, which is not allowed here"},
  {Cause::renegotiation_declined, "renegotiation_declined", local_refusal, handshake_failure,
   handshake_failure, "RFC 2246 §7.4.1.1",
   "the peer does not renegotiate, which is demanded here"},
  {Cause::inappropriate_fallback, "inappropriate_fallback", local_refusal,
   inappropriate_fallback, inappropriate_fallback,
   "RFC 7507 §3", "the client fell back to an older version although a newer one would have done"},
  {Cause::session_parameters_changed, "session_parameters_changed", peer_misbehaved,
   illegal_parameter, illegal_parameter, "RFC 2246 §7.4.1.3",
   "the server resumed the session with other parameters than it was made with"},
  {Cause::session_suite_not_offered, "session_suite_not_offered", peer_misbehaved,
   illegal_parameter, illegal_parameter, "RFC 2246 §7.4.1.2",
   "the client wants to resume a session without offering its cipher suite or compression"},

  {Cause::fragment_length_unacceptable, "fragment_length_unacceptable", peer_misbehaved,
   illegal_parameter, illegal_parameter, "RFC 6066 §4",
   "the peer names a maximum fragment length that does not exist or was not asked for"},
  {Cause::encrypt_then_mac_dropped, "encrypt_then_mac_dropped", peer_misbehaved,
   handshake_failure, handshake_failure, "RFC 7366 §3.1",
   "the peer wants to go back from encrypt-then-MAC to MAC-then-encrypt"},
  {Cause::extended_master_secret_missing, "extended_master_secret_missing", peer_misbehaved,
   handshake_failure, handshake_failure, "RFC 7627 §5.3",
   "the peer gives up the extended master secret that the session or the connection has"},

  // Certificates.
  {Cause::certificate_missing, "certificate_missing", peer_misbehaved, decode_error,
   illegal_parameter, "RFC 2246 §7.4.2", "the server sent no certificate, as it must"},
  {Cause::certificate_malformed, "certificate_malformed", peer_misbehaved, bad_certificate,
   bad_certificate, "RFC 2246 §7.2.2", "the certificate cannot be read"},
  {Cause::certificate_key_unsupported, "certificate_key_unsupported", local_refusal,
   unsupported_certificate, unsupported_certificate, "RFC 2246 §7.4.2",
   "the certificate's key is of a kind that the cipher suite cannot use"},
  {Cause::certificate_key_usage, "certificate_key_usage", peer_misbehaved,
   unsupported_certificate, unsupported_certificate, "RFC 2246 §7.4.2",
   "the certificate forbids the use that the cipher suite makes of its key"},
  {Cause::certificate_key_too_small, "certificate_key_too_small", local_refusal,
   bad_certificate, bad_certificate, "RFC 2246 D.4",
   "the certificate's key is smaller than is allowed here"},
  {Cause::certificate_key_too_large, "certificate_key_too_large", local_refusal,
   bad_certificate, bad_certificate, "RFC 2246 D.4",
   "the certificate's key is larger than is allowed here"},
  {Cause::certificate_untrusted, "certificate_untrusted", local_refusal, unknown_ca,
   bad_certificate, "RFC 2246 §7.2.2",
   "the certificate does not lead to an authority that is trusted here"},
  {Cause::certificate_expired, "certificate_expired", local_refusal,
   certificate_expired, certificate_expired,
   "RFC 2246 §7.2.2", "the certificate has expired"},
  {Cause::certificate_not_yet_valid, "certificate_not_yet_valid", local_refusal,
   certificate_expired, certificate_expired,
   "RFC 2246 §7.2.2", "the certificate is not valid yet"},
  {Cause::certificate_revoked, "certificate_revoked", local_refusal,
   certificate_revoked, certificate_revoked,
   "RFC 2246 §7.2.2", "the certificate was revoked by its authority"},
  {Cause::certificate_name_mismatch, "certificate_name_mismatch", local_refusal,
   certificate_unknown, certificate_unknown, "RFC 2818 §3.1",
   "the certificate is for another host"},
  {Cause::certificate_signature_invalid, "certificate_signature_invalid", local_refusal,
   bad_certificate, bad_certificate, "RFC 2246 §7.2.2",
   "a signature in the certificate chain does not verify"},
  {Cause::certificate_pin_mismatch, "certificate_pin_mismatch", local_refusal,
   certificate_unknown, certificate_unknown, "RFC is silent",
   "the certificate is not the pinned one"},
  {Cause::certificate_chain_too_long, "certificate_chain_too_long", local_refusal,
   certificate_unknown, certificate_unknown, "RFC is silent",
   "the certificate chain is longer than is accepted here"},
  {Cause::certificate_chain_disordered, "certificate_chain_disordered", peer_misbehaved,
   bad_certificate, bad_certificate, "RFC 2246 §7.4.2",
   "a certificate of the chain does not certify the one before it, as it must"},
  {Cause::certificate_signature_weak, "certificate_signature_weak", local_refusal,
   bad_certificate, bad_certificate, "RFC 2246 D.4",
   "a certificate is signed with a weaker hash than is allowed here"},
  {Cause::certificate_status_unknown, "certificate_status_unknown", local_refusal,
   certificate_unknown, certificate_unknown, "RFC 2246 §7.2.2",
   "whether the certificate was revoked cannot be told"},
  {Cause::peer_changed, "peer_changed", local_refusal, illegal_parameter,
   illegal_parameter, "RFC 5746 §5",
   "the peer shows another certificate in a renegotiation than before"},
  {Cause::server_name_changed, "server_name_changed", local_refusal, illegal_parameter,
   illegal_parameter, "RFC is silent",
   "the client asks for another host in a renegotiation than before"},
  {Cause::certificate_status_invalid, "certificate_status_invalid", local_refusal,
   bad_certificate_status_response, certificate_unknown, "RFC 6066 §8",
   "what the server shows about the revocation of its certificate is not acceptable"},
  {Cause::certificate_rejected, "certificate_rejected", local_refusal, access_denied,
   handshake_failure, "RFC 2246 §7.2.2", "the certificate was judged and refused"},
  {Cause::client_certificate_required, "client_certificate_required", local_refusal,
   handshake_failure, handshake_failure, "RFC 2246 §7.4.6",
   "the client showed no certificate, and one is required here"},

  // Key exchange and proof.
  {Cause::key_exchange_malformed, "key_exchange_malformed", peer_misbehaved, illegal_parameter,
   illegal_parameter, "RFC 2246 §7.2.2",
   "the peer's key or key exchange values cannot be used"},
  {Cause::key_exchange_too_weak, "key_exchange_too_weak", local_refusal, insufficient_security,
   handshake_failure, "RFC 2246 §7.2.2",
   "the server's temporary key is shorter than is allowed here"},
  {Cause::export_restriction, "export_restriction", peer_misbehaved,
   AlertDescription::export_restriction, handshake_failure, "RFC 2246 §7.2.2",
   "the server's temporary key is longer than its export suite allows"},
  {Cause::params_signature_invalid, "params_signature_invalid", peer_misbehaved, decrypt_error,
   handshake_failure, "RFC 2246 §7.4.3",
   "the server's temporary key is not signed by its certificate: somebody may sit in between"},
  {Cause::wrapped_key_invalid, "wrapped_key_invalid", peer_misbehaved, handshake_failure,
   handshake_failure, "RFC 6101 §5.6.7.2",
   "the client's keys cannot be unwrapped: they were changed on the way, or a key is wrong"},
  {Cause::anonymous_server_requests_certificate, "anonymous_server_requests_certificate",
   peer_misbehaved, handshake_failure, handshake_failure, "RFC 2246 §7.4.4",
   "the server asks for a certificate and shows none itself"},
  {Cause::private_key_failed, "private_key_failed", internal, internal_error,
   handshake_failure, "RFC 2246 §7.2.2", "our private key could not be used"},
  {Cause::certificate_verify_failed, "certificate_verify_failed", peer_misbehaved,
   decrypt_error, handshake_failure, "RFC 2246 §7.4.8",
   "the client did not prove that it has the key of its certificate"},
  {Cause::finished_mismatch, "finished_mismatch", peer_misbehaved, decrypt_error,
   handshake_failure, "RFC 2246 §7.4.9",
   "the two sides saw different handshakes: something was changed on the way, or a key is wrong"},

  // End of the transport.
  {Cause::handshake_interrupted, "handshake_interrupted", transport, none, none,
   "RFC is silent", "the peer closed the connection before the handshake was complete"},
  {Cause::truncated, "truncated", transport, none, none, "RFC 2246 §7.2.1",
   "the peer closed the connection without saying so: data may be missing"},

  // Local.
  {Cause::canceled, "canceled", local_refusal, none, none, "RFC 2246 §7.2.2",
   "the handshake was canceled here"},
  {Cause::connection_not_open, "connection_not_open", local_misuse, none, none, "RFC is silent",
   "the connection is not open yet"},
  {Cause::connection_closed, "connection_closed", local_misuse, none, none, "RFC 2246 §7.2.1",
   "the connection is already closed"},
  {Cause::handshake_in_progress, "handshake_in_progress", local_misuse, none, none,
   "RFC 2246 §7.4.1.1", "a handshake is already under way"},
  {Cause::renegotiation_not_permitted, "renegotiation_not_permitted", local_misuse, none, none,
   "RFC 5746 §4.1", "the policy does not let this connection renegotiate"},
  {Cause::decision_not_expected, "decision_not_expected", local_misuse, none, none,
   "RFC is silent", "the connection does not wait for such an answer"},
  {Cause::export_refused, "export_refused", local_misuse, none, none, "RFC 7627 §5.4",
   "nothing is exported from this connection"},
  {Cause::config_invalid, "config_invalid", local_misuse, none, none, "RFC is silent",
   "the configuration does not fit together"},
  {Cause::file_unreadable, "file_unreadable", local_misuse, none, none, "RFC is silent",
   "a file cannot be opened"},
  {Cause::session_unreadable, "session_unreadable", local_misuse, none, none, "RFC is silent",
   "the exported session cannot be read"},
  {Cause::session_key_wrong, "session_key_wrong", local_misuse, none, none, "RFC is silent",
   "the exported session was sealed with another key"},
  {Cause::random_failed, "random_failed", internal, internal_error,
   handshake_failure, "RFC 2246 D.2", "no random numbers could be had"},
  {Cause::internal_error, "internal_error", internal, internal_error,
   handshake_failure, "RFC 2246 §7.2.2", "something went wrong inside the library"},
});

// clang-format on

consteval bool rows_are_in_the_order_of_the_enumerators() {
  for (std::size_t i = 0; i < kCauses.size(); ++i) {
    if (static_cast<std::size_t>(kCauses[i].cause) != i) {
      return false;
    }
  }
  return kCauses.back().cause == Cause::internal_error;
}

static_assert(rows_are_in_the_order_of_the_enumerators());

}  // namespace

const CauseInfo& cause_info(Cause cause) noexcept {
  const auto index = static_cast<std::size_t>(cause);
  return index < kCauses.size() ? kCauses[index] : kCauses.back();
}

}  // namespace heirloom
