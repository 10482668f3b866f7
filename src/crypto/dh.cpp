#include "crypto/dh.hpp"

#include "base/try.hpp"
#include "crypto/library.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <utility>

namespace heirloom::crypto {

namespace {

/// RFC 2631 §2.2: q has at least 160 bits. A smaller one, if we believed it, would make our
/// exponent as small.
constexpr std::size_t kMinOrderBits = 160;

Error malformed(std::string detail) {
  return {Cause::key_exchange_malformed, std::move(detail)};
}

std::size_t bits_of(ByteView number) {
  const auto first = std::ranges::find_if(number, [](std::uint8_t byte) { return byte != 0; });
  if (first == number.end()) {
    return 0;
  }
  const auto bytes = static_cast<std::size_t>(number.end() - first);
  return bytes * 8 - static_cast<std::size_t>(std::countl_zero(*first));
}

bool is_prime(const BIGNUM* number, BN_CTX* scratch) {
  return BN_check_prime(number, scratch, nullptr) == 1;
}

/// is_between_one_and_the_last: 1 < number < p - 1.
bool is_between_one_and_the_last(const BIGNUM* number, const BIGNUM* p) {
  const BigNumber last(BN_dup(p));
  return last != nullptr && BN_sub_word(last.get(), 1) == 1 && BN_cmp(number, BN_value_one()) > 0 &&
         BN_cmp(number, last.get()) < 0;
}

/// is_one: base^exponent = 1 mod p. All of it is public.
bool is_one(const BIGNUM* base, const BIGNUM* exponent, const BIGNUM* p, BN_CTX* scratch) {
  const BigNumber result(BN_new());
  return result != nullptr &&
         BN_mod_exp_mont(result.get(), base, exponent, p, scratch, nullptr) == 1 &&
         BN_is_one(result.get()) == 1;
}

/// is_in_subgroup: y^q = 1 mod p. Of a safe prime that is the squares, and Euler's criterion tells
/// them with the Jacobi symbol in a small part of the time.
bool is_in_subgroup(const BIGNUM* y, const BIGNUM* q, const BIGNUM* p, BN_CTX* scratch) {
  const BigNumber half(BN_dup(p));
  if (half == nullptr || BN_rshift1(half.get(), half.get()) != 1) {
    return false;
  }
  if (BN_cmp(q, half.get()) == 0) {
    return BN_kronecker(y, p, scratch) == 1;
  }
  return is_one(y, q, p, scratch);
}

/// secret_power computes base^exponent mod p as `size` bytes, in time that depends on sizes only.
std::optional<SecretBytes> secret_power(const BIGNUM* base,
                                        ByteView exponent,
                                        const BIGNUM* p,
                                        std::size_t size) {
  const BigNumber power = big_number(exponent);
  const BigNumber result(BN_new());
  const BigNumberContext scratch(BN_CTX_secure_new_ex(library_context()));
  if (power == nullptr || result == nullptr || scratch == nullptr) {
    return std::nullopt;
  }
  BN_set_flags(power.get(), BN_FLG_CONSTTIME);
  if (BN_mod_exp_mont_consttime(result.get(), base, power.get(), p, scratch.get(), nullptr) != 1) {
    return std::nullopt;
  }
  SecretBytes out(size);
  if (BN_bn2binpad(result.get(), out.expose().data(), static_cast<int>(size)) !=
      static_cast<int>(size)) {
    return std::nullopt;
  }
  return out;
}

struct ExponentRule {
  std::size_t prime_bits;
  std::size_t exponent_bits;
};

/// RFC 3526 §8, the larger of its two estimates.
constexpr std::array<ExponentRule, 6> kExponentRules{
    {{1536, 240}, {2048, 320}, {3072, 420}, {4096, 480}, {6144, 540}, {8192, 620}}};

/// exponent_bits: one bit less than the order always gives an exponent below it.
std::size_t exponent_bits(const DhGroup& group) {
  if (group.q.empty()) {
    return group.bits() - 1;
  }
  const std::size_t longest = bits_of(group.q) - 1;
  for (const ExponentRule& rule : kExponentRules) {
    if (group.bits() <= rule.prime_bits) {
      return std::min(longest, rule.exponent_bits);
    }
  }
  return longest;
}

}  // namespace

std::size_t DhGroup::bits() const noexcept {
  return bits_of(p);
}

Result<void> check_group(const DhGroup& group, GroupOrigin origin) {
  const ErrorQueueGuard guard;
  if (group.bits() > kMaxDhBits) {
    return malformed("the Diffie-Hellman prime has " + std::to_string(group.bits()) +
                     " bits, more than " + std::to_string(kMaxDhBits));
  }
  const BigNumber p = big_number(group.p);
  const BigNumber g = big_number(group.g);
  const BigNumber q = big_number(group.q);
  const BigNumberContext scratch(BN_CTX_new_ex(library_context()));
  if (p == nullptr || g == nullptr || q == nullptr || scratch == nullptr) {
    return Cause::internal_error;
  }
  if (BN_is_odd(p.get()) == 0) {
    return malformed("the Diffie-Hellman prime is even");
  }
  if (!is_between_one_and_the_last(g.get(), p.get())) {
    return malformed("the Diffie-Hellman generator is out of range");
  }
  if (!group.q.empty() && (bits_of(group.q) < kMinOrderBits || BN_cmp(q.get(), p.get()) >= 0)) {
    return malformed("the order given for the Diffie-Hellman generator is out of range");
  }
  if (origin == GroupOrigin::peer || find_known_group(group.p, group.g) != nullptr) {
    return {};
  }
  if (!is_prime(p.get(), scratch.get())) {
    return malformed("the Diffie-Hellman modulus is no prime");
  }
  if (!group.q.empty() &&
      (!is_prime(q.get(), scratch.get()) || !is_one(g.get(), q.get(), p.get(), scratch.get()))) {
    return malformed("the order given for the Diffie-Hellman generator is not its order");
  }
  return {};
}

Result<void> check_public_value(const DhGroup& group, ByteView value) {
  const ErrorQueueGuard guard;
  const BigNumber p = big_number(group.p);
  const BigNumber q = big_number(group.q);
  const BigNumber y = big_number(value);
  const BigNumberContext scratch(BN_CTX_new_ex(library_context()));
  if (p == nullptr || q == nullptr || y == nullptr || scratch == nullptr) {
    return Cause::internal_error;
  }
  if (!is_between_one_and_the_last(y.get(), p.get())) {
    return malformed("the Diffie-Hellman public value is out of range");
  }
  if (!group.q.empty() && !is_in_subgroup(y.get(), q.get(), p.get(), scratch.get())) {
    return malformed("the Diffie-Hellman public value is not in the generator's subgroup");
  }
  return {};
}

PremasterSecret dh_premaster(ByteView z) {
  const auto first = std::ranges::find_if(z, [](std::uint8_t byte) { return byte != 0; });
  return PremasterSecret(SecretBytes(z.subspan(static_cast<std::size_t>(first - z.begin()))));
}

DhKeyPair::DhKeyPair(DhGroup group, SecretBytes exponent, Bytes public_value)
    : group_(std::move(group)),
      exponent_(std::move(exponent)),
      public_value_(std::move(public_value)) {}

DhKeyPair DhKeyPair::clone() const {
  return {group_, exponent_.clone(), public_value_};
}

Result<DhKeyPair> DhKeyPair::generate(const DhGroup& group, RandomSource& random) {
  HEIRLOOM_TRY_VOID(check_group(group, GroupOrigin::peer));
  const std::size_t bits = exponent_bits(group);
  SecretBytes exponent((bits + 7) / 8);
  const ByteSpan bytes = exponent.expose();
  if (!random.fill(bytes)) {
    return Cause::random_failed;
  }
  // The highest bit is set, so that every exponent has the same length.
  const auto highest = static_cast<unsigned>((bits - 1) % 8);
  bytes[0] = static_cast<std::uint8_t>((bytes[0] & ((1U << highest) - 1U)) | (1U << highest));
  return from_private(group, bytes);
}

Result<DhKeyPair> DhKeyPair::from_private(const DhGroup& group, ByteView exponent) {
  HEIRLOOM_TRY_VOID(check_group(group, GroupOrigin::peer));
  const ErrorQueueGuard guard;
  const BigNumber p = big_number(group.p);
  const BigNumber g = big_number(group.g);
  const BigNumber x = big_number(exponent);
  const BigNumber last(BN_dup(p.get()));
  if (p == nullptr || g == nullptr || x == nullptr || last == nullptr ||
      BN_sub_word(last.get(), 1) != 1) {
    return Cause::internal_error;
  }
  if (BN_is_zero(x.get()) == 1 || BN_cmp(x.get(), last.get()) >= 0) {
    return malformed("the Diffie-Hellman exponent is out of range");
  }
  const auto power = secret_power(g.get(), exponent, p.get(), group.p.size());
  if (!power.has_value()) {
    return Cause::internal_error;
  }
  const BigNumber value = big_number(power->expose());
  if (value == nullptr) {
    return Cause::internal_error;
  }
  return DhKeyPair(group, SecretBytes(exponent), number_bytes(value.get()));
}

Result<SecretBytes> DhKeyPair::agree(ByteView peer_public) const {
  HEIRLOOM_TRY_VOID(check_public_value(group_, peer_public));
  const ErrorQueueGuard guard;
  const BigNumber p = big_number(group_.p);
  const BigNumber y = big_number(peer_public);
  if (p == nullptr || y == nullptr) {
    return Cause::internal_error;
  }
  auto z = secret_power(y.get(), exponent_.expose(), p.get(), group_.p.size());
  if (!z.has_value()) {
    return Cause::internal_error;
  }
  return std::move(*z);
}

}  // namespace heirloom::crypto
