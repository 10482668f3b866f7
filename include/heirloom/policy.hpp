// Policy: what a connection may agree to, as plain data that can be printed and compared.
#pragma once

#include "heirloom/certificate_rules.hpp"
#include "heirloom/cipher_suite.hpp"
#include "heirloom/compression_method.hpp"
#include "heirloom/export.hpp"
#include "heirloom/hello_extension.hpp"
#include "heirloom/named_curve.hpp"
#include "heirloom/version.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace heirloom {

/// CbcSplitting is the defence against BEAST for block ciphers (each side's application data).
enum class CbcSplitting : std::uint8_t {
  off,
  one_n_minus_one,  ///< one byte first, then the rest
};

/// Preference says whose order of suites a server follows.
enum class Preference : std::uint8_t { server, client };

/// UnrecognizedName says what a server does with a client that names a host which is not among
/// ServerOptions::server_names. `warn` is the warning alert that deployed servers send, which RFC
/// 6066 §3 does not recommend: some clients take it for the end.
enum class UnrecognizedName : std::uint8_t { ignore, warn, refuse };

enum class ClientAuthentication : std::uint8_t { none, optional, required };

/// SignalFallback says whether a ClientHello carries TLS_FALLBACK_SCSV (RFC 7507): this connection
/// is a retry at a lower version.
enum class SignalFallback : std::uint8_t { off, on };

/// Sslv2Hello is about a ClientHello in the format of SSL 2.0 that offers SSL 3.0 or TLS 1.0 (RFC
/// 2246 E). SSL 2.0 itself does not exist here.
enum class Sslv2Hello : std::uint8_t { off, on };

/// OnMissingCloseNotify says what becomes of the session when the transport ends without
/// close_notify. The documents want it forgotten; deployed servers keep it (drift D55).
enum class OnMissingCloseNotify : std::uint8_t { keep_session, forget_session };

/// PremasterVersion says what a server does with a client that puts the negotiated version instead
/// of ClientHello.client_version into its premaster secret (drift D24).
enum class PremasterVersion : std::uint8_t { must_match_hello, may_match_negotiated };

/// Renegotiation says whether an open connection may go through another handshake, whoever starts
/// it. `only_secure`: if the first one has settled the protection of RFC 5746, and did not resume a
/// session without extended master secret, with which that protection says nothing (the "triple
/// handshake", RFC 7627 §5.4). `any` is for old peers, by name: without that protection somebody in
/// between can put a beginning of his own before what the client says (CVE-2009-3555), and neither
/// end can tell.
enum class Renegotiation : std::uint8_t { never, only_secure, any };

/// RefusedRenegotiation says what we do if the peer refuses the handshake that we asked for.
/// `close` also gives up a client that sends data and no ClientHello
/// (Limits::max_data_before_hello).
enum class RefusedRenegotiation : std::uint8_t { go_on, close };

/// ChangedCertificate says whether a peer that has shown a certificate may show another one in a
/// renegotiation. `judge` leaves it to the verifier, who is asked either way.
enum class ChangedCertificate : std::uint8_t { refuse, judge };

/// MaxFragmentLength is a limit that a client may ask for (RFC 6066 §4), by its number there.
enum class MaxFragmentLength : std::uint8_t {
  bytes_512 = 1,
  bytes_1024 = 2,
  bytes_2048 = 3,
  bytes_4096 = 4,
};

/// bytes_of gives 512, 1024, 2048 or 4096.
[[nodiscard]] constexpr std::size_t bytes_of(MaxFragmentLength length) noexcept {
  return std::size_t{256} << static_cast<unsigned>(length);
}

/// DsaEncoding is the form of the DSA signatures that we make at SSL 3.0, whose document gives
/// none: the DER of TLS, which OpenSSL wants, or r and s side by side, all that NSS before 2009
/// takes (drift D22). What a peer signs there may have either form.
enum class DsaEncoding : std::uint8_t { der, raw };

/// Limits bound what a peer can make us hold or do.
struct Limits {
  std::size_t max_handshake_message = 262144;  ///< bytes of one handshake message body
  std::size_t max_certificates = 16;           ///< in one Certificate message
  std::size_t max_empty_records_in_a_row = 32;
  std::size_t max_warnings_in_a_row = 8;    ///< warning alerts other than close_notify
  std::size_t max_handshake_messages = 64;  ///< received in one handshake, HelloRequests included
  std::chrono::seconds max_session_age{86400};  ///< RFC 2246 F.1.4
  std::size_t max_renegotiations = 64;          ///< that the peer may start on one connection
  std::size_t max_renegotiations_a_minute = 4;  ///< of these; more are refused
  std::size_t max_data_before_hello = 1048576;  ///< bytes, see RefusedRenegotiation
  /// max_short_block_bytes is what may go in one direction under one key of a cipher with blocks of
  /// 64 bits (SWEET32, CVE-2016-2183): two equal blocks of ciphertext give away the difference of
  /// what they hide, and among 2^32 bytes there are some in one connection of 128. When half of it
  /// has gone, another handshake is begun, which makes new keys, if Policy::renegotiation permits
  /// one; where it brings none, the connection ends: key_exhausted.
  std::uint64_t max_short_block_bytes = 4294967296;

  friend bool operator==(const Limits&, const Limits&) = default;
};

struct Policy {
  ProtocolVersion min_version = ProtocolVersion::ssl30;
  ProtocolVersion max_version = ProtocolVersion::tls10;
  std::vector<std::uint16_t> cipher_suites;  ///< in order of preference
  Preference preference = Preference::server;
  std::size_t min_rsa_bits = 512;  ///< of the peer's certificate key
  std::size_t max_rsa_bits = 16384;
  std::size_t min_dsa_bits = 512;  ///< of the prime p of the peer's certificate key
  std::size_t max_dsa_bits = 8192;
  std::size_t min_ec_bits = 160;  ///< of the field of the peer's certificate key
  std::size_t max_ec_bits = 521;
  std::size_t min_dh_bits = 768;   ///< of a group outside export suites, whose limit is their own
  std::size_t max_dh_bits = 8192;  ///< of any group: what it takes to compute in it
  std::size_t min_temporary_rsa_bits = 1024;  ///< of a temporary key outside export suites
  std::vector<NamedCurve> named_curves = {
      NamedCurve::secp256r1, NamedCurve::secp384r1, NamedCurve::secp521r1};  ///< preferred first
  /// certificates is what a path of certificates may be made of; pinned ones are only held to the
  /// sizes above. The library applies none of it by itself: it is for TrustOptions::rules.
  CertificateRules certificates;
  ClientAuthentication client_authentication = ClientAuthentication::none;  ///< as server
  CbcSplitting cbc_splitting = CbcSplitting::one_n_minus_one;
  /// extensions is what a client asks for, if it has what it takes, and what a server looks at. In
  /// a hello that offers no more than SSL 3.0 only renegotiation_info is possible (drift D60).
  ///
  /// status_request, a stapled OCSP response, is off in every preset: old boxes stumble over
  /// extensions, and what comes is for TrustOptions. A server answers it, switched on or not, if
  /// its Credentials have a response. session_ticket takes a ticket from a server and resumes by it
  /// (RFC 5077); it is off in every preset for the same reason, and a server gives tickets,
  /// switched on or not, if it has TicketKeys.
  ///
  /// padding is on: it is seen in no hello but those of 256 to 511 bytes with other extensions, on
  /// which the load balancers before such boxes hang without it. extended_master_secret is on, and
  /// not demanded: the boxes do not have it (RFC 7627 §5.4).
  ExtensionSet extensions = {Extension::server_name,
                             Extension::max_fragment_length,
                             Extension::elliptic_curves,
                             Extension::ec_point_formats,
                             Extension::application_layer_protocol_negotiation,
                             Extension::padding,
                             Extension::encrypt_then_mac,
                             Extension::extended_master_secret,
                             Extension::renegotiation_info};
  /// wanted_fragment_length is what a client asks for, if it asks for anything. A session that has
  /// a limit keeps it.
  std::optional<MaxFragmentLength> wanted_fragment_length = std::nullopt;
  /// compression_methods are those that may be used, in order of preference; null is always among
  /// them. Security: whoever sees the length of compressed records, and can put text of his own
  /// beside a secret, finds out the secret byte by byte (CRIME, CVE-2012-4929). No preset has
  /// anything but null. DEFLATE is for peers that insist, where nobody else writes into the
  /// connection.
  std::vector<CompressionMethod> compression_methods = {CompressionMethod::null};
  Renegotiation renegotiation = Renegotiation::only_secure;
  RefusedRenegotiation refused_renegotiation = RefusedRenegotiation::go_on;
  ChangedCertificate changed_certificate = ChangedCertificate::refuse;
  UnrecognizedName unrecognized_name = UnrecognizedName::ignore;  ///< as server
  SignalFallback fallback = SignalFallback::off;
  Sslv2Hello accept_sslv2_hello = Sslv2Hello::on;  ///< as server, as the first message only
  /// send_sslv2_hello greets servers that understand nothing else. Such a hello has no extensions;
  /// a session is still resumed with a hello of its own version (RFC 2246 E.1).
  Sslv2Hello send_sslv2_hello = Sslv2Hello::off;
  OnMissingCloseNotify missing_close_notify = OnMissingCloseNotify::keep_session;
  PremasterVersion premaster_version = PremasterVersion::must_match_hello;
  DsaEncoding ssl30_dsa = DsaEncoding::der;
  Limits limits;

  friend bool operator==(const Policy&, const Policy&) = default;

  /// strict: TLS 1.0 with block ciphers of full strength, keys of 1024 bits and more, the documents
  /// to the letter.
  [[nodiscard]] HEIRLOOM_EXPORT static Policy strict();
  /// device: what the boxes in the rack speak; every suite that needs no allowance. The default.
  [[nodiscard]] HEIRLOOM_EXPORT static Policy device();
  /// museum: everything that the library can do.
  [[nodiscard]] HEIRLOOM_EXPORT static Policy museum();
};

/// allow lets a weakness in: its suites behind those of the policy, its temporary keys from now on.
HEIRLOOM_EXPORT void allow(Policy& policy, const std::vector<Allowance>& allowed);

/// to_string prints one `name = value` line per field, in the order of the struct.
[[nodiscard]] HEIRLOOM_EXPORT std::string to_string(const Policy& policy);

}  // namespace heirloom
