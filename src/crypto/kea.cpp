#include "crypto/kea.hpp"

#include "base/constant_time.hpp"
#include "base/try.hpp"
#include "crypto/hash.hpp"
#include "crypto/library.hpp"
#include "crypto/pem.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include <openssl/asn1.h>
#include <openssl/pem.h>

namespace heirloom::crypto {

namespace {

constexpr std::size_t kPrimeBits = kKeaValueSize * 8;
constexpr std::size_t kOrderBytes = kKeaExponentSize;

/// kPad of the mixing step.
constexpr std::array<std::uint8_t, kSkipjackKeySize> kPad{
    0x72, 0xf1, 0xa8, 0x7e, 0x92, 0x82, 0x41, 0x98, 0xab, 0x0b};

/// A random exponent is below q at least every second time, so this many misses are a broken
/// generator and not bad luck.
constexpr int kAttempts = 128;

Error no_domain(std::string detail) {
  return {Cause::config_invalid, std::move(detail)};
}

/// der_integer is a positive number as an INTEGER.
Bytes der_integer(ByteView number) {
  const std::unique_ptr<ASN1_INTEGER, Deleter<ASN1_INTEGER_free>> integer(
      BN_to_ASN1_INTEGER(big_number(number).get(), nullptr));
  unsigned char* encoded = nullptr;
  const int size = i2d_ASN1_INTEGER(integer.get(), &encoded);
  HEIRLOOM_EXPECT(size > 0);  // out of memory otherwise
  const std::unique_ptr<unsigned char, OpensslFree> owner(encoded);
  return {encoded, encoded + size};
}

/// dss_parameters is the SEQUENCE of RFC 3279 §2.3.2: p, q, g.
Bytes dss_parameters(const DhGroup& group) {
  Bytes body;
  for (const Bytes* const number : {&group.p, &group.q, &group.g}) {
    append(body, der_integer(*number));
  }
  const int body_size = narrow_cast<int>(body.size());
  Bytes der(static_cast<std::size_t>(ASN1_object_size(1, body_size, V_ASN1_SEQUENCE)) -
            body.size());
  unsigned char* at = der.data();
  ASN1_put_object(&at, 1, body_size, V_ASN1_SEQUENCE, V_ASN1_UNIVERSAL);
  append(der, body);
  return der;
}

DomainIdentifier identifier_of(const DhGroup& group) {
  const auto digest = Sha1().update(dss_parameters(group)).finish();
  DomainIdentifier identifier{};
  for (std::size_t i = 0; i < identifier.size(); ++i) {
    identifier[i] = static_cast<std::uint8_t>(digest[i] ^ digest[i + identifier.size()]);
  }
  return identifier;
}

/// is_exponent is 0 < x < q, in time that depends on neither. Both have kOrderBytes bytes.
constant_time::Mask is_exponent(ByteView x, ByteView q) {
  std::uint64_t borrow = 0;
  std::uint64_t any = 0;
  for (std::size_t i = kOrderBytes; i-- > 0;) {
    const std::uint64_t difference = std::uint64_t{x[i]} - q[i] - borrow;
    borrow = difference >> 63U;
    any |= x[i];
  }
  return ~constant_time::is_zero(any) & ~constant_time::is_zero(borrow);
}

/// add_modulo is (a + b) mod p of numbers below p, in time that depends on neither.
SecretBytes add_modulo(ByteView a, ByteView b, ByteView p) {
  SecretBytes sum(p.size());
  SecretBytes reduced(p.size());
  const ByteSpan s = sum.expose();
  const ByteSpan r = reduced.expose();
  std::uint64_t carry = 0;
  std::uint64_t borrow = 0;
  for (std::size_t i = p.size(); i-- > 0;) {
    const std::uint64_t added = std::uint64_t{a[i]} + b[i] + carry;
    s[i] = static_cast<std::uint8_t>(added);
    carry = added >> 8U;
    const std::uint64_t difference = std::uint64_t{s[i]} - p[i] - borrow;
    r[i] = static_cast<std::uint8_t>(difference);
    borrow = difference >> 63U;
  }
  // The sum is below p if p could not be taken away from it and its carry.
  const auto is_below = constant_time::less(carry, borrow);
  for (std::size_t i = 0; i < p.size(); ++i) {
    r[i] = constant_time::select_byte(is_below, s[i], r[i]);
  }
  return reduced;
}

/// is_one judges a public value as it came, of any length.
bool is_one(ByteView value) {
  return !value.empty() && value.back() == 1 &&
         std::ranges::all_of(value.first(value.size() - 1),
                             [](std::uint8_t byte) { return byte == 0; });
}

Result<SkipjackKey> agreed_key(const KeaKeyPair& own,
                               const KeaKeyPair& own_random,
                               ByteView peer_public,
                               ByteView peer_random) {
  HEIRLOOM_TRY(const SecretBytes secret, kea_secret(own, own_random, peer_public, peer_random));
  return kea_key(secret.expose().first<kKeaMixedSize>());
}

}  // namespace

KeaDomain::KeaDomain(DhGroup group, DomainIdentifier identifier)
    : group_(std::move(group)), identifier_(identifier) {}

Result<KeaDomain> KeaDomain::from_numbers(ByteView p, ByteView q, ByteView g) {
  return from_group(make_dh_group(p, g, q));
}

Result<KeaDomain> KeaDomain::from_group(DhGroup group) {
  if (group.bits() != kPrimeBits) {
    return no_domain("the prime of a KEA domain has 1024 bits, this one " +
                     std::to_string(group.bits()));
  }
  if (group.q.size() != kOrderBytes) {
    return no_domain("the order of a KEA domain has 160 bits");
  }
  // 160 bits to the last: check_group refuses less.
  if (auto checked = check_group(group, GroupOrigin::file); !checked.has_value()) {
    return no_domain(checked.error().detail);
  }
  const DomainIdentifier identifier = identifier_of(group);
  return KeaDomain(std::move(group), identifier);
}

Result<KeaDomain> KeaDomain::parse(std::string_view pem) {
  const ErrorQueueGuard guard;
  const MemoryReader reader = memory_reader(as_bytes(pem));
  unsigned char* data = nullptr;
  long size = 0;
  if (reader == nullptr ||
      PEM_bytes_read_bio(
          &data, &size, nullptr, PEM_STRING_DSAPARAMS, reader.get(), nullptr, nullptr) != 1) {
    return no_domain("there are no DSA PARAMETERS in PEM form in it");
  }
  const std::unique_ptr<unsigned char, OpensslFree> owner(data);
  auto group = read_dh_parameters({data, static_cast<std::size_t>(size)}, DhParametersForm::dss);
  if (!group.has_value()) {
    return no_domain("the DSA PARAMETERS in it cannot be read");
  }
  return from_group(std::move(*group));
}

KeaKeyPair::KeaKeyPair(KeaDomain domain, DhKeyPair pair)
    : domain_(std::move(domain)), pair_(std::move(pair)) {
  // DhKeyPair has it without leading zeros.
  std::ranges::copy_backward(pair_.public_value(), public_value_.end());
}

Result<KeaKeyPair> KeaKeyPair::generate(const KeaDomain& domain, RandomSource& random) {
  Secret<kKeaExponentSize> exponent;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    if (!random.fill(exponent.expose())) {
      return Cause::random_failed;
    }
    // What is dropped tells nothing about what is kept.
    if (constant_time::verdict(is_exponent(exponent.expose(), domain.group().q))) {
      return from_private(domain, exponent.expose());
    }
  }
  return Cause::random_failed;
}

Result<KeaKeyPair> KeaKeyPair::from_private(const KeaDomain& domain, ByteView exponent) {
  if (exponent.size() != kKeaExponentSize ||
      !constant_time::verdict(is_exponent(exponent, domain.group().q))) {
    return Error(Cause::config_invalid, "the KEA private key is out of range");
  }
  HEIRLOOM_TRY(DhKeyPair pair, DhKeyPair::from_private(domain.group(), exponent));
  return KeaKeyPair(domain, std::move(pair));
}

Result<SecretBytes> KeaKeyPair::power(ByteView peer_value) const {
  return pair_.agree(peer_value);
}

Result<SecretBytes> kea_secret(const KeaKeyPair& own,
                               const KeaKeyPair& own_random,
                               ByteView peer_public,
                               ByteView peer_random) {
  HEIRLOOM_EXPECT(own.domain().identifier() == own_random.domain().identifier());
  HEIRLOOM_TRY(const SecretBytes t, own_random.power(peer_public));
  HEIRLOOM_TRY(const SecretBytes u, own.power(peer_random));
  // The specification also refuses a sum of 0. None can come from values of order q: -1 is in no
  // subgroup of odd order.
  return add_modulo(t.expose(), u.expose(), own.domain().group().p);
}

SkipjackKey kea_key(std::span<const std::uint8_t, kKeaMixedSize> secret) {
  SkipjackKey wrapping;
  for (std::size_t i = 0; i < kSkipjackKeySize; ++i) {
    wrapping.expose()[i] = static_cast<std::uint8_t>(secret[i] ^ kPad[i]);
  }
  return encrypt_key(wrapping.expose(), secret.last<kSkipjackKeySize>());
}

Result<SkipjackKey> kea_initiate(const KeaKeyPair& own,
                                 const KeaKeyPair& own_random,
                                 ByteView peer_public,
                                 ByteView peer_random) {
  const ByteView random = is_one(peer_random) ? peer_public : peer_random;
  return agreed_key(own, own_random, peer_public, random);
}

Result<SkipjackKey> kea_respond(const KeaKeyPair& own,
                                const KeaKeyPair& own_random,
                                ByteView peer_public,
                                ByteView peer_random) {
  return agreed_key(own, own_random, peer_public, peer_random);
}

Result<SkipjackKey> kea_respond_by_mail(const KeaKeyPair& own,
                                        ByteView peer_public,
                                        ByteView peer_random) {
  return agreed_key(own, own, peer_public, peer_random);
}

}  // namespace heirloom::crypto
