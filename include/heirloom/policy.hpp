// Policy: what a connection may agree to, as plain data that can be printed and compared.
#pragma once

#include "heirloom/certificate_rules.hpp"
#include "heirloom/cipher_suite.hpp"
#include "heirloom/export.hpp"
#include "heirloom/named_curve.hpp"
#include "heirloom/version.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
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

enum class ClientAuthentication : std::uint8_t { none, optional, required };

enum class Extension : std::uint8_t { off, on };

/// SignalFallback says whether a ClientHello carries TLS_FALLBACK_SCSV (RFC 7507): this connection
/// is a retry at a lower version.
enum class SignalFallback : std::uint8_t { off, on };

/// OnMissingCloseNotify says what becomes of the session when the transport ends without
/// close_notify. The documents want it forgotten; deployed servers keep it (drift D55).
enum class OnMissingCloseNotify : std::uint8_t { keep_session, forget_session };

/// PremasterVersion says what a server does with a client that puts the negotiated version instead
/// of ClientHello.client_version into its premaster secret (drift D24).
enum class PremasterVersion : std::uint8_t { must_match_hello, may_match_negotiated };

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
  Extension server_name = Extension::on;  ///< RFC 6066; sent at TLS 1.0 hellos for host names only
  Extension renegotiation_info = Extension::on;  ///< RFC 5746: signal and extension
  Extension elliptic_curves = Extension::on;     ///< RFC 4492 §5.1: curves and point formats
  /// status_request asks a server for a stapled OCSP response (RFC 6066 §8), in TLS 1.0 hellos. Off
  /// in every preset: old boxes stumble over extensions, and what comes is for TrustOptions. A
  /// server needs no policy for it: it answers if its Credentials have a response.
  Extension status_request = Extension::off;
  SignalFallback fallback = SignalFallback::off;
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
