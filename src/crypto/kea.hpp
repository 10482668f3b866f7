// KEA, the key exchange algorithm of the FORTEZZA cards (SKIPJACK and KEA Algorithm Specifications,
// version 2.0; RFC 3279 §2.3.4 for the domain identifier).
//
// Each side has a key pair and makes another one, its random, for the exchange. From both pairs of
// both sides comes one key of 80 bits. In the e-mail form the responder takes no part: its random
// on the wire is the number 1, and its key stands for it in the computation.
#pragma once

#include "heirloom/random.hpp"
#include "heirloom/result.hpp"

#include "base/bytes.hpp"
#include "base/secret.hpp"
#include "crypto/dh.hpp"
#include "crypto/skipjack.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom::crypto {

inline constexpr std::size_t kKeaValueSize = 128;
inline constexpr std::size_t kKeaExponentSize = 20;
inline constexpr std::size_t kDomainIdentifierSize = 10;

/// KeaValue is a public value as it is sent: big-endian, filled up with zeros on the left.
using KeaValue = std::array<std::uint8_t, kKeaValueSize>;

/// DomainIdentifier is all that a certificate says of its domain: the SHA-1 of the domain's
/// Dss-Parms, its halves XORed (RFC 3279 §2.3.4).
using DomainIdentifier = std::array<std::uint8_t, kDomainIdentifierSize>;

/// kKeaValueOne is the random of a responder that takes no part.
inline constexpr KeaValue kKeaValueOne = [] {
  KeaValue one{};
  one.back() = 1;
  return one;
}();

/// KeaDomain is a prime p of 1024 bits, a prime q of 160 that divides p - 1, and g of order q. No
/// certificate carries them: both sides must have been given the same.
class KeaDomain {
 public:
  /// from_numbers takes big-endian numbers. config_invalid if they are no such domain.
  [[nodiscard]] static Result<KeaDomain> from_numbers(ByteView p, ByteView q, ByteView g);

  /// parse_der reads Dss-Parms (RFC 3279 §2.3.2). The same errors.
  [[nodiscard]] static Result<KeaDomain> parse_der(ByteView der);

  /// pem is the domain as parse reads it.
  [[nodiscard]] std::string pem() const;

  /// parse reads the first "DSA PARAMETERS" block. config_invalid if there is none, it cannot be
  /// read, or it is no such domain.
  [[nodiscard]] static Result<KeaDomain> parse(std::string_view pem);

  [[nodiscard]] const DhGroup& group() const noexcept { return group_; }

  [[nodiscard]] const DomainIdentifier& identifier() const noexcept { return identifier_; }

 private:
  KeaDomain(DhGroup group, DomainIdentifier identifier);
  [[nodiscard]] static Result<KeaDomain> from_group(DhGroup group);

  DhGroup group_;
  DomainIdentifier identifier_;
};

/// KeaDomains are those that are known here, by their identifiers. The one of RFC 5114 §2.1 always
/// is: it has the shape and has been looked at.
class KeaDomains {
 public:
  KeaDomains();

  /// add makes another one known. config_invalid if one of other numbers has its identifier.
  [[nodiscard]] Result<void> add(KeaDomain domain);

  /// find is null for a domain that is not known.
  [[nodiscard]] const KeaDomain* find(const DomainIdentifier& identifier) const noexcept;

 private:
  std::vector<KeaDomain> domains_;
};

/// KeaKeyPair is a key of a certificate, or a random for one exchange.
class KeaKeyPair {
 public:
  /// generate takes an exponent from 1 to q - 1, each equally likely. random_failed.
  [[nodiscard]] static Result<KeaKeyPair> generate(const KeaDomain& domain, RandomSource& random);

  /// from_private takes an exponent as it is. config_invalid unless it is from 1 to q - 1.
  [[nodiscard]] static Result<KeaKeyPair> from_private(const KeaDomain& domain, ByteView exponent);

  [[nodiscard]] const KeaDomain& domain() const noexcept { return domain_; }

  [[nodiscard]] const KeaValue& public_value() const noexcept { return public_value_; }

  /// power is Y^x mod p of kKeaValueSize bytes. key_exchange_malformed unless 1 < Y < p - 1 and
  /// Y^q mod p = 1.
  [[nodiscard]] Result<SecretBytes> power(ByteView peer_value) const;

 private:
  KeaKeyPair(KeaDomain domain, DhKeyPair pair);

  KeaDomain domain_;
  DhKeyPair pair_;
  KeaValue public_value_{};
};

/// is_kea_value_one is true for the number 1, of any length.
[[nodiscard]] bool is_kea_value_one(ByteView value) noexcept;

/// kea_secret is the sum modulo p of the two powers of an exchange, of kKeaValueSize bytes: the
/// peer's public value to the power of our random, and the peer's random to the power of our key.
/// One side's first is the other's second.
[[nodiscard]] SecretBytes kea_secret(const KeaDomain& domain, ByteView one, ByteView other);

/// kKeaMixedSize is how much of the secret goes into the key: its most significant 160 bits.
inline constexpr std::size_t kKeaMixedSize = 20;

/// kea_key mixes the first bytes of the secret into the key, the cards' token encryption key.
[[nodiscard]] SkipjackKey kea_key(std::span<const std::uint8_t, kKeaMixedSize> secret);

/// kea_agree is all of it, from the two powers to the key.
[[nodiscard]] SkipjackKey kea_agree(const KeaDomain& domain, ByteView one, ByteView other);

}  // namespace heirloom::crypto
