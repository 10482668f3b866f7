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
#include <openssl/core_names.h>
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

/// built_in_group is that of RFC 5114 §2.1, of which libcrypto has the numbers.
DhGroup built_in_group() {
  const ErrorQueueGuard guard;
  const PublicKeyContext context(EVP_PKEY_CTX_new_from_name(library_context(), "DHX", nullptr));
  std::string name = "dh_1024_160";
  const std::array parameters{
      OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, name.data(), 0),
      OSSL_PARAM_construct_end()};
  EVP_PKEY* made = nullptr;
  HEIRLOOM_EXPECT(context != nullptr && EVP_PKEY_paramgen_init(context.get()) == 1 &&
                  EVP_PKEY_CTX_set_params(context.get(), parameters.data()) == 1 &&
                  EVP_PKEY_generate(context.get(), &made) == 1);
  const PublicKeyPointer group(made);
  return make_dh_group(key_number(made, OSSL_PKEY_PARAM_FFC_P),
                       key_number(made, OSSL_PKEY_PARAM_FFC_G),
                       key_number(made, OSSL_PKEY_PARAM_FFC_Q));
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
  return parse_der({data, static_cast<std::size_t>(size)});
}

Result<KeaDomain> KeaDomain::parse_der(ByteView der) {
  auto group = read_dh_parameters(der, DhParametersForm::dss);
  if (!group.has_value()) {
    return no_domain("the DSA PARAMETERS in it cannot be read");
  }
  return from_group(std::move(*group));
}

std::string KeaDomain::pem() const {
  const ErrorQueueGuard guard;
  const Bytes der = dss_parameters(group_);
  const MemoryReader writer(BIO_new(BIO_s_mem()));
  // Out of memory otherwise.
  HEIRLOOM_EXPECT(
      writer != nullptr &&
      PEM_write_bio(
          writer.get(), PEM_STRING_DSAPARAMS, "", der.data(), narrow_cast<int>(der.size())) > 0);
  char* text = nullptr;
  const long size = BIO_get_mem_data(writer.get(), &text);
  return {text, static_cast<std::size_t>(size)};
}

KeaDomains::KeaDomains() {
  static const KeaDomain kBuiltIn = [] {
    const DhGroup group = built_in_group();
    auto domain = KeaDomain::from_numbers(group.p, group.q, group.g);
    HEIRLOOM_EXPECT(domain.has_value());
    return std::move(*domain);
  }();
  domains_.push_back(kBuiltIn);
}

Result<void> KeaDomains::add(KeaDomain domain) {
  const KeaDomain* const known = find(domain.identifier());
  if (known == nullptr) {
    domains_.push_back(std::move(domain));
    return {};
  }
  const DhGroup& group = known->group();
  if (group.p != domain.group().p || group.q != domain.group().q || group.g != domain.group().g) {
    return no_domain("two KEA domains have the same identifier");
  }
  return {};
}

const KeaDomain* KeaDomains::find(const DomainIdentifier& identifier) const noexcept {
  const auto found = std::ranges::find(domains_, identifier, &KeaDomain::identifier);
  return found == domains_.end() ? nullptr : &*found;
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

bool is_kea_value_one(ByteView value) noexcept {
  return !value.empty() && value.back() == 1 &&
         std::ranges::all_of(value.first(value.size() - 1),
                             [](std::uint8_t byte) { return byte == 0; });
}

SecretBytes kea_secret(const KeaDomain& domain, ByteView one, ByteView other) {
  HEIRLOOM_EXPECT(one.size() == kKeaValueSize && other.size() == kKeaValueSize);
  // The specification also refuses a sum of 0. None can come from values of order q: -1 is in no
  // subgroup of odd order.
  return add_modulo(one, other, domain.group().p);
}

SkipjackKey kea_key(std::span<const std::uint8_t, kKeaMixedSize> secret) {
  SkipjackKey wrapping;
  for (std::size_t i = 0; i < kSkipjackKeySize; ++i) {
    wrapping.expose()[i] = static_cast<std::uint8_t>(secret[i] ^ kPad[i]);
  }
  return encrypt_key(wrapping.expose(), secret.last<kSkipjackKeySize>());
}

SkipjackKey kea_agree(const KeaDomain& domain, ByteView one, ByteView other) {
  const SecretBytes secret = kea_secret(domain, one, other);
  return kea_key(secret.expose().first<kKeaMixedSize>());
}

}  // namespace heirloom::crypto
