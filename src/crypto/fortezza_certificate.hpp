// The public keys of FORTEZZA certificates (RFC 6101 §5.6.2): a KEA key that names its domain (RFC
// 3279 §2.3.4), and the key of the modified X.509 of version 1, a structure of bytes with a KEA and
// a DSS key in it.
//
// No document that can be had describes the second; what is read here is what Netscape's programs
// read. Of neither is anything checked that needs the group: see check_public_value.
#pragma once

#include "heirloom/result.hpp"

#include "base/bytes.hpp"
#include "crypto/dh.hpp"
#include "crypto/kea.hpp"
#include "crypto/library.hpp"

#include <array>
#include <cstdint>
#include <optional>
#include <variant>

namespace heirloom::crypto {

/// KeaPublicKey does not have the group that it belongs to, only ten bytes that tell it from
/// others: both ends must know the group itself.
struct KeaPublicKey {
  Bytes public_value;  ///< big-endian without leading zeros, 1 to 128 bytes
  DomainIdentifier domain_identifier{};
};

/// MissiKey is the combined key. Its groups are empty where it inherits them from its issuer's.
struct MissiKey {
  std::array<std::uint8_t, 8> key_material_identifier{};
  Bytes kea_value;  ///< both big-endian without leading zeros
  Bytes dss_value;  ///< the same as kea_value in a key that has one value for both
  std::optional<DhGroup> kea_group;
  std::optional<DhGroup> dss_group;
};

using FortezzaKey = std::variant<KeaPublicKey, MissiKey>;

/// kKeaBits is the size of every KEA key: that of its domain's prime.
inline constexpr std::size_t kKeaBits = kKeaValueSize * 8;

/// FortezzaCertificateKey is such a key with the use of its certificate.
struct FortezzaCertificateKey {
  FortezzaKey key;

  /// may_agree: there is no keyUsage, or it asserts keyAgreement and not both encipherOnly and
  /// decipherOnly (RFC 3279 §2.3.4).
  bool may_agree = true;
};

/// is_kea_algorithm: the key of a SubjectPublicKeyInfo with that identifier is a KeaPublicKey.
[[nodiscard]] bool is_kea_algorithm(const ASN1_OBJECT* object);

/// may_agree is the question of FortezzaCertificateKey::may_agree.
[[nodiscard]] bool may_agree(const X509* certificate);

/// fortezza_key_of reads a SubjectPublicKeyInfo by its object identifier. certificate_malformed, or
/// certificate_key_unsupported if the key is of another kind.
[[nodiscard]] Result<FortezzaKey> fortezza_key_of(const X509_PUBKEY* info);

/// fortezza_certificate_key reads the one of a DER certificate; from one that libcrypto refuses by
/// walking to its key, as certificate_key does. The same errors.
[[nodiscard]] Result<FortezzaCertificateKey> fortezza_certificate_key(ByteView der);

}  // namespace heirloom::crypto
