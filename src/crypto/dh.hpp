// Diffie-Hellman over a prime field: groups, their checks, and ephemeral key pairs (RFC 2246
// §7.4.3, §7.4.7.2, §8.1.2; RFC 6101 §5.6.3, §6.1.2).
//
// All powers are computed with libcrypto's numbers and not with its DH keys, which refuse groups
// below 512 bits and some public values that old peers send.
#pragma once

#include "heirloom/random.hpp"
#include "heirloom/result.hpp"

#include "base/bytes.hpp"
#include "base/secret.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace heirloom::crypto {

/// DhGroup is a prime p and a generator g, big-endian without leading zeros.
struct DhGroup {
  Bytes p;
  Bytes g;
  Bytes q;           ///< the prime order of g; empty if it is unknown or g has no prime order
  std::string name;  ///< "RFC 3526 2048 bits"; empty for a group that is not in the table

  /// bits is the size of p.
  [[nodiscard]] std::size_t bits() const noexcept;
};

/// DhPublicKey is what a certificate with a Diffie-Hellman key holds.
struct DhPublicKey {
  DhGroup group;
  Bytes public_value;
};

/// known_dh_groups are safe primes in ascending size: those of old servers (512 bits, which export
/// suites need), RFC 2409 §6.1 and §6.2 (768, 1024), RFC 3526 (1536, 2048, 3072, 4096).
[[nodiscard]] std::span<const DhGroup> known_dh_groups();

/// find_known_group goes by p and g; leading zeros do not count. Null if it is none of the table.
[[nodiscard]] const DhGroup* find_known_group(ByteView p, ByteView g);

/// known_group_of_size is the largest group of the table that has at most `max_bits`. Null below
/// 512.
[[nodiscard]] const DhGroup* known_group_of_size(std::size_t max_bits);

/// make_dh_group takes numbers as they stand in a message or in a certificate (leading zeros are
/// dropped), and gives a known group its order and its name.
[[nodiscard]] DhGroup make_dh_group(ByteView p, ByteView g, ByteView q = {});

/// parse_dh_group reads the first "DH PARAMETERS" or "X9.42 DH PARAMETERS" block. config_invalid if
/// there is none or it cannot be read. It checks nothing: see check_group.
[[nodiscard]] Result<DhGroup> parse_dh_group(std::string_view pem);

/// DhParametersForm is how a group is encoded: prime, generator and perhaps an exponent's length
/// (PKCS#3); prime, generator, order (X9.42, RFC 3279 §2.3.3); prime, order, generator (Dss-Parms,
/// RFC 3279 §2.3.2).
enum class DhParametersForm : std::uint8_t { pkcs3, x942, dss };

/// read_dh_parameters reads such a form from DER. Empty if the bytes are none.
[[nodiscard]] std::optional<DhGroup> read_dh_parameters(ByteView der, DhParametersForm form);

/// GroupOrigin says how closely a group is looked at. A peer's is used once, and the peer could as
/// well publish our secret; a prime test on each handshake would be a gift to attackers. A file's
/// serves every connection.
enum class GroupOrigin : std::uint8_t {
  peer,  ///< size, odd p, 1 < g < p - 1, 2^159 <= q < p where q is given
  file,  ///< and p is prime, and q (where it is given) is prime and the order of g
};

/// kMaxDhBits bounds what a peer can make us compute.
inline constexpr std::size_t kMaxDhBits = 8192;

/// check_group looks at a group before anything is computed in it: key_exchange_malformed for what
/// is no group, or has more than kMaxDhBits. Whether it is large enough is the policy's question:
/// compare DhGroup::bits.
[[nodiscard]] Result<void> check_group(const DhGroup& group, GroupOrigin origin);

/// check_public_value demands 1 < Y < p - 1, and Y^q = 1 where q is known: neither a value that
/// makes Z guessable nor one of a small subgroup. key_exchange_malformed if not.
[[nodiscard]] Result<void> check_public_value(const DhGroup& group, ByteView value);

/// dh_premaster drops the leading zero bytes of Z. The documents use Z as the premaster secret;
/// what was deployed is Z as a number has no leading zeros (drift D23), and a peer that disagrees
/// fails one handshake in 256. This is the only place that does so. An ECDH x-coordinate keeps
/// its zeros (RFC 4492 §5.10).
/// Security: the length shows in the hashes' running time (the Raccoon attack); the remedy is a
/// fresh key pair for each handshake.
[[nodiscard]] PremasterSecret dh_premaster(ByteView z);

/// DhKeyPair lives for one handshake.
class DhKeyPair {
 public:
  /// generate draws the exponent from `random`: of full length in a group of unknown order (there a
  /// short one could be found piece by piece), of at least twice the group's strength otherwise.
  /// random_failed; key_exchange_malformed if the group cannot be computed in (check_group).
  [[nodiscard]] static Result<DhKeyPair> generate(const DhGroup& group, RandomSource& random);

  /// from_private takes an exponent as it is: fixed keys and test vectors. key_exchange_malformed
  /// unless 1 <= x < p - 1.
  [[nodiscard]] static Result<DhKeyPair> from_private(const DhGroup& group, ByteView exponent);

  /// clone copies the exponent.
  [[nodiscard]] DhKeyPair clone() const;

  [[nodiscard]] const DhGroup& group() const noexcept { return group_; }

  /// public_value is g^x mod p, big-endian without leading zeros.
  [[nodiscard]] const Bytes& public_value() const noexcept { return public_value_; }

  /// agree checks the peer's value (check_public_value) and gives Z = Y^x mod p with all its
  /// leading zeros, in time that does not depend on x. Pass Z to dh_premaster.
  [[nodiscard]] Result<SecretBytes> agree(ByteView peer_public) const;

 private:
  DhKeyPair(DhGroup group, SecretBytes exponent, Bytes public_value);

  DhGroup group_;
  SecretBytes exponent_;
  Bytes public_value_;
};

}  // namespace heirloom::crypto
