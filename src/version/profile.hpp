// VersionProfile: everything in which SSL 3.0 and TLS 1.0 differ, one record per version.
//
// The rest of the library never compares versions (scripts/check_version_branches.py); it calls
// what stands here. ssl30.cpp and tls10.cpp are each readable with one document in hand, in its
// order.
#pragma once

#include "heirloom/alert.hpp"
#include "heirloom/cipher_suite.hpp"
#include "heirloom/error.hpp"
#include "heirloom/version.hpp"

#include "base/bytes.hpp"
#include "base/secret.hpp"
#include "crypto/hash.hpp"
#include "crypto/signature.hpp"
#include "protocol/constants.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace heirloom {

struct Randoms;
struct HandshakeHashes;

/// PaddingRule says what CBC padding a receiver accepts.
enum class PaddingRule : std::uint8_t {
  shorter_than_block,    ///< RFC 6101 §5.2.3.2: length below the block size, content arbitrary
  all_bytes_are_length,  ///< RFC 2246 §6.2.3.2: 0 to 255 bytes, each equal to the length
};

/// NoCertificateAnswer is how a client says that it has no suitable certificate.
enum class NoCertificateAnswer : std::uint8_t {
  warning_alert,      ///< RFC 6101 §5.6.6: alert no_certificate, no Certificate message
  empty_certificate,  ///< RFC 2246 §7.4.6: a Certificate with an empty list
};

/// PremasterFraming is how the RSA-encrypted premaster secret stands in ClientKeyExchange.
enum class PremasterFraming : std::uint8_t {
  bare,             ///< RFC 6101 §4.7 is silent; deployed practice has no length (drift D20)
  two_byte_length,  ///< RFC 2246 §4.7: opaque vector <0..2^16-1>
};

/// UnknownRecordType is what a record of a type above 23 means.
enum class UnknownRecordType : std::uint8_t {
  is_error,  ///< SSL 3.0 as deployed: unexpected_message (drift D34)
  ignored,   ///< RFC 2246 §6
};

/// HelloExtensionSet is what a hello of this version may carry.
enum class HelloExtensionSet : std::uint8_t {
  renegotiation_only,  ///< SSL 3.0 as deployed (drift D60)
  all,                 ///< RFC 3546
};

/// RenegotiationRefusal is how a renegotiation that policy excludes is answered.
enum class RenegotiationRefusal : std::uint8_t {
  fatal_handshake_failure,   ///< SSL 3.0 has no no_renegotiation (RFC 5746 §4.5, drift D59)
  no_renegotiation_warning,  ///< RFC 2246 §7.2.2
};

/// MacPrefixes are the two strings that stand before the data in both versions' record MAC, which
/// is H(outer + H(inner + header + fragment)): secret + pad_1 and secret + pad_2 for SSL 3.0 (RFC
/// 6101 §5.2.3.1), the secret XOR ipad and opad for HMAC (RFC 2104). At most one hash block each.
struct MacPrefixes {
  Secret<64> inner;
  Secret<64> outer;
  std::size_t size = 0;  ///< of each
};

/// MacHeader is what stands between the inner prefix and the fragment: seq_num, type, [version,]
/// length. Its size is fixed per version.
struct MacHeader {
  std::array<std::uint8_t, 13> bytes{};
  std::size_t size = 0;

  [[nodiscard]] ByteView view() const { return ByteView(bytes).first(size); }
};

/// VerifyData is the body of a Finished: 36 bytes at SSL 3.0, 12 at TLS 1.0.
struct VerifyData {
  std::array<std::uint8_t, 36> bytes{};
  std::size_t size = 0;

  [[nodiscard]] ByteView view() const { return ByteView(bytes).first(size); }
};

/// TemporaryRsa says when a server without an export suite sends a temporary RSA key.
enum class TemporaryRsa : std::uint8_t {
  for_export_only,           ///< RFC 2246 §7.4.3
  for_signing_certificates,  ///< RFC 6101 §5.6.3: if the certificate's key may not encipher (drift
                             ///< D118)
};

struct VersionProfile {
  ProtocolVersion version;

  // record layer, RFC 6101 §5.2, RFC 2246 §6.2
  MacPrefixes (*mac_prefixes)(MacAlgorithm mac, ByteView mac_secret);
  MacHeader (*mac_header)(std::uint64_t sequence_number, ContentType type, std::size_t length);
  PaddingRule padding;
  UnknownRecordType unknown_record_type;

  // alerts, RFC 6101 §5.4, RFC 2246 §7.2
  std::optional<AlertDescription> (*alert_for)(
      const CauseInfo& cause);  ///< which column of the table of causes
  RenegotiationRefusal renegotiation_refusal;

  // handshake, RFC 6101 §5.6, RFC 2246 §7.4
  HelloExtensionSet hello_extensions;
  NoCertificateAnswer no_certificate;
  PremasterFraming premaster_framing;
  crypto::DsaForm dsa_form;  ///< of DSA signatures that are accepted
  TemporaryRsa temporary_rsa;
  crypto::SignatureHashes (*certificate_verify)(const HandshakeHashes& messages,
                                                const MasterSecret& master);
  VerifyData (*finished)(const HandshakeHashes& messages, const MasterSecret& master, Side sender);

  // key computation, RFC 6101 §6, RFC 2246 §6.3 and §8
  MasterSecret (*master_secret)(PremasterSecret premaster, const Randoms& randoms);
  void (*key_block)(const MasterSecret& master, const Randoms& randoms, ByteSpan out);

  // What came later for TLS 1.0 alone; null at SSL 3.0.
  /// extended_master_secret is that of RFC 7627 §4, from the messages up to and including the
  /// ClientKeyExchange.
  MasterSecret (*extended_master_secret)(PremasterSecret premaster,
                                         const HandshakeHashes& messages);
  /// keying_material is that of RFC 5705 §4. No context and an empty one are not the same.
  void (*keying_material)(const MasterSecret& master,
                          const Randoms& randoms,
                          std::string_view label,
                          std::optional<ByteView> context,
                          ByteSpan out);

  // exportable suites, RFC 6101 §6.2.2.1, RFC 2246 §6.3.1
  /// final_write_key fills `out`, up to 16 bytes, with the key that `writer` encrypts with.
  void (*final_write_key)(Side writer, ByteView key_material, const Randoms& randoms, ByteSpan out);
  /// iv_block fills `out`, up to 32 bytes, with client_write_IV and server_write_IV, half of it
  /// each. No secret goes into them.
  void (*iv_block)(const Randoms& randoms, ByteSpan out);
};

/// profile_for is the only place that turns a version into behaviour. The version must be
/// supported.
[[nodiscard]] const VersionProfile& profile_for(ProtocolVersion version);

extern const VersionProfile kSsl30Profile;
extern const VersionProfile kTls10Profile;

}  // namespace heirloom
