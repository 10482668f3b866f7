// Elliptic curves: named curves, ephemeral ECDH key pairs, ECDSA verification (RFC 4492 §5.1, §5.4,
// §5.10).
#pragma once

#include "heirloom/named_curve.hpp"
#include "heirloom/random.hpp"
#include "heirloom/result.hpp"

#include "base/bytes.hpp"
#include "base/secret.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace heirloom::crypto {

struct CurveInfo {
  NamedCurve curve;
  std::string_view name;   ///< "secp256r1"
  std::size_t field_size;  ///< bytes of a coordinate
  std::size_t bits;        ///< of the field: what policies and reports count
};

/// known_curves are all that this library computes on, in the order of RFC 4492's numbers.
[[nodiscard]] std::span<const CurveInfo> known_curves();

/// find_curve goes by the number in a message. Null if it is not known here.
[[nodiscard]] const CurveInfo* find_curve(std::uint16_t number);

/// curve_info is never missing for an enumerator.
[[nodiscard]] const CurveInfo& curve_info(NamedCurve curve);

/// curve_of_library_name goes by the name that libcrypto has for a curve ("prime256v1"). Empty if
/// it is not in the table, or null.
[[nodiscard]] std::optional<NamedCurve> curve_of_library_name(const char* name);

/// EcPublicKey is a point in uncompressed form (04, x, y).
struct EcPublicKey {
  NamedCurve curve = NamedCurve::secp256r1;
  Bytes point;
};

/// check_point demands the uncompressed form, coordinates below the prime, a point of the curve and
/// not the one at infinity. key_exchange_malformed if not. (All curves of the table have a prime
/// number of points, so there are no small subgroups.)
[[nodiscard]] Result<void> check_point(NamedCurve curve, ByteView point);

/// EcKeyPair lives for one handshake.
class EcKeyPair {
 public:
  /// generate draws the private number from `random`. random_failed.
  [[nodiscard]] static Result<EcKeyPair> generate(NamedCurve curve, RandomSource& random);

  /// from_private takes a private number as it is: test vectors. key_exchange_malformed unless it
  /// is at least 1 and below the curve's order.
  [[nodiscard]] static Result<EcKeyPair> from_private(NamedCurve curve, ByteView number);

  EcKeyPair(EcKeyPair&&) noexcept;
  EcKeyPair& operator=(EcKeyPair&&) noexcept;
  EcKeyPair(const EcKeyPair&) = delete;
  EcKeyPair& operator=(const EcKeyPair&) = delete;
  ~EcKeyPair();

  [[nodiscard]] NamedCurve curve() const noexcept;

  /// point is the public key in uncompressed form.
  [[nodiscard]] const Bytes& point() const noexcept;

  /// agree checks the peer's point (check_point) and gives the x-coordinate of the common one with
  /// all its leading zeros: the premaster secret as it stands (RFC 4492 §5.10).
  [[nodiscard]] Result<SecretBytes> agree(ByteView peer_point) const;

 private:
  struct Impl;
  explicit EcKeyPair(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// verify_ecdsa checks a DER signature over a digest as it stands. False for anything but strict
/// DER, and for a key that is no point of its curve.
[[nodiscard]] bool verify_ecdsa(const EcPublicKey& key, ByteView digest, ByteView signature);

}  // namespace heirloom::crypto
