#include "crypto/ec.hpp"

#include "base/try.hpp"
#include "crypto/library.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/objects.h>

namespace heirloom::crypto {

namespace {

using CurveGroup = std::unique_ptr<EC_GROUP, Deleter<EC_GROUP_free>>;
using CurvePoint = std::unique_ptr<EC_POINT, Deleter<EC_POINT_clear_free>>;

constexpr std::uint8_t kUncompressed = 4;
/// FIPS 186-4 B.4.1: 64 bits more than the order has, so that the remainder is even enough.
constexpr std::size_t kExtraBytes = 8;

constexpr std::array<CurveInfo, 11> kCurves{{
    {NamedCurve::secp160k1, "secp160k1", 20, 160},
    {NamedCurve::secp160r1, "secp160r1", 20, 160},
    {NamedCurve::secp160r2, "secp160r2", 20, 160},
    {NamedCurve::secp192k1, "secp192k1", 24, 192},
    {NamedCurve::secp192r1, "secp192r1", 24, 192},
    {NamedCurve::secp224k1, "secp224k1", 28, 224},
    {NamedCurve::secp224r1, "secp224r1", 28, 224},
    {NamedCurve::secp256k1, "secp256k1", 32, 256},
    {NamedCurve::secp256r1, "secp256r1", 32, 256},
    {NamedCurve::secp384r1, "secp384r1", 48, 384},
    {NamedCurve::secp521r1, "secp521r1", 66, 521},
}};

int library_number(NamedCurve curve) {
  switch (curve) {
    case NamedCurve::secp160k1:
      return NID_secp160k1;
    case NamedCurve::secp160r1:
      return NID_secp160r1;
    case NamedCurve::secp160r2:
      return NID_secp160r2;
    case NamedCurve::secp192k1:
      return NID_secp192k1;
    case NamedCurve::secp192r1:
      return NID_X9_62_prime192v1;
    case NamedCurve::secp224k1:
      return NID_secp224k1;
    case NamedCurve::secp224r1:
      return NID_secp224r1;
    case NamedCurve::secp256k1:
      return NID_secp256k1;
    case NamedCurve::secp256r1:
      return NID_X9_62_prime256v1;
    case NamedCurve::secp384r1:
      return NID_secp384r1;
    case NamedCurve::secp521r1:
      return NID_secp521r1;
  }
  return NID_undef;
}

/// make_curve computes on a curve. A libcrypto that was built without it makes that an internal
/// error wherever it is used.
CurveGroup make_curve(NamedCurve curve) {
  return CurveGroup(
      EC_GROUP_new_by_curve_name_ex(library_context(), nullptr, library_number(curve)));
}

BigNumberContext secure_scratch() {
  return BigNumberContext(BN_CTX_secure_new_ex(library_context()));
}

Result<CurvePoint> read_point(const CurveInfo& info, const EC_GROUP* curve, ByteView bytes) {
  const BigNumberContext scratch = secure_scratch();
  CurvePoint point(EC_POINT_new(curve));
  if (scratch == nullptr || point == nullptr) {
    return Cause::internal_error;
  }
  // RFC 4492 §5.1.2: compressed points only where they were negotiated, which we never do.
  if (bytes.size() != 1 + 2 * info.field_size || bytes[0] != kUncompressed) {
    return Error(Cause::key_exchange_malformed, "no uncompressed elliptic curve point");
  }
  // libcrypto checks that the coordinates are below the prime and the point is on the curve.
  if (EC_POINT_oct2point(curve, point.get(), bytes.data(), bytes.size(), scratch.get()) != 1 ||
      EC_POINT_is_at_infinity(curve, point.get()) == 1) {
    return Error(Cause::key_exchange_malformed, "the point is not on " + std::string(info.name));
  }
  return point;
}

}  // namespace

std::span<const CurveInfo> known_curves() {
  return kCurves;
}

const CurveInfo* find_curve(std::uint16_t number) {
  const auto found = std::ranges::find_if(kCurves, [number](const CurveInfo& info) {
    return static_cast<std::uint16_t>(info.curve) == number;
  });
  return found == kCurves.end() ? nullptr : &*found;
}

const CurveInfo& curve_info(NamedCurve curve) {
  const CurveInfo* info = find_curve(static_cast<std::uint16_t>(curve));
  HEIRLOOM_EXPECT(info != nullptr);
  return *info;
}

std::optional<NamedCurve> curve_of_library_name(const char* name) {
  const int number = name == nullptr ? NID_undef : OBJ_txt2nid(name);
  for (const CurveInfo& info : kCurves) {
    if (number != NID_undef && library_number(info.curve) == number) {
      return info.curve;
    }
  }
  return std::nullopt;
}

Result<void> check_point(NamedCurve curve, ByteView point) {
  const ErrorQueueGuard guard;
  const CurveGroup group = make_curve(curve);
  if (group == nullptr) {
    return Cause::internal_error;
  }
  HEIRLOOM_TRY_VOID(read_point(curve_info(curve), group.get(), point));
  return {};
}

struct EcKeyPair::Impl {
  const CurveInfo* info;
  CurveGroup group;
  BigNumber number;
  Bytes point;

  /// make computes the point of a number that is in range.
  [[nodiscard]] static std::unique_ptr<Impl> make(NamedCurve curve,
                                                  CurveGroup group,
                                                  BigNumber number) {
    const BigNumberContext scratch = secure_scratch();
    const CurvePoint point(EC_POINT_new(group.get()));
    BN_set_flags(number.get(), BN_FLG_CONSTTIME);
    // Without a second factor libcrypto takes a ladder of constant time.
    if (scratch == nullptr || point == nullptr ||
        EC_POINT_mul(group.get(), point.get(), number.get(), nullptr, nullptr, scratch.get()) !=
            1) {
      return nullptr;
    }
    const CurveInfo& info = curve_info(curve);
    Bytes bytes(1 + 2 * info.field_size);
    if (EC_POINT_point2oct(group.get(),
                           point.get(),
                           POINT_CONVERSION_UNCOMPRESSED,
                           bytes.data(),
                           bytes.size(),
                           scratch.get()) != bytes.size()) {
      return nullptr;
    }
    return std::make_unique<Impl>(
        Impl{&info, std::move(group), std::move(number), std::move(bytes)});
  }
};

EcKeyPair::EcKeyPair(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

EcKeyPair::EcKeyPair(EcKeyPair&&) noexcept = default;
EcKeyPair& EcKeyPair::operator=(EcKeyPair&&) noexcept = default;
EcKeyPair::~EcKeyPair() = default;

NamedCurve EcKeyPair::curve() const noexcept {
  return impl_->info->curve;
}

const Bytes& EcKeyPair::point() const noexcept {
  return impl_->point;
}

Result<EcKeyPair> EcKeyPair::generate(NamedCurve curve, RandomSource& random) {
  const ErrorQueueGuard guard;
  CurveGroup group = make_curve(curve);
  const BigNumberContext scratch = secure_scratch();
  const BigNumber last(group == nullptr ? nullptr : BN_dup(EC_GROUP_get0_order(group.get())));
  if (scratch == nullptr || last == nullptr || BN_sub_word(last.get(), 1) != 1) {
    return Cause::internal_error;
  }
  SecretBytes bytes(static_cast<std::size_t>(BN_num_bytes(last.get())) + kExtraBytes);
  if (!random.fill(bytes.expose())) {
    return Cause::random_failed;
  }
  // FIPS 186-4 B.4.1: c mod (n - 1) + 1.
  BigNumber number = big_number(bytes.expose());
  if (number == nullptr) {
    return Cause::internal_error;
  }
  BN_set_flags(number.get(), BN_FLG_CONSTTIME);
  if (BN_nnmod(number.get(), number.get(), last.get(), scratch.get()) != 1 ||
      BN_add_word(number.get(), 1) != 1) {
    return Cause::internal_error;
  }
  auto impl = Impl::make(curve, std::move(group), std::move(number));
  if (impl == nullptr) {
    return Cause::internal_error;
  }
  return EcKeyPair(std::move(impl));
}

Result<EcKeyPair> EcKeyPair::from_private(NamedCurve curve, ByteView number) {
  const ErrorQueueGuard guard;
  CurveGroup group = make_curve(curve);
  BigNumber value = big_number(number);
  if (group == nullptr || value == nullptr) {
    return Cause::internal_error;
  }
  if (BN_is_zero(value.get()) == 1 || BN_cmp(value.get(), EC_GROUP_get0_order(group.get())) >= 0) {
    return Error(Cause::key_exchange_malformed, "the private number is out of range");
  }
  auto impl = Impl::make(curve, std::move(group), std::move(value));
  if (impl == nullptr) {
    return Cause::internal_error;
  }
  return EcKeyPair(std::move(impl));
}

Result<SecretBytes> EcKeyPair::agree(ByteView peer_point) const {
  const ErrorQueueGuard guard;
  const EC_GROUP* group = impl_->group.get();
  HEIRLOOM_TRY(const CurvePoint peer, read_point(*impl_->info, group, peer_point));
  const BigNumberContext scratch = secure_scratch();
  const CurvePoint common(EC_POINT_new(group));
  const BigNumber x(BN_secure_new());
  if (scratch == nullptr || common == nullptr || x == nullptr ||
      EC_POINT_mul(group, common.get(), nullptr, peer.get(), impl_->number.get(), scratch.get()) !=
          1 ||
      EC_POINT_get_affine_coordinates(group, common.get(), x.get(), nullptr, scratch.get()) != 1) {
    return Cause::internal_error;  // the order is prime: the common point is not at infinity
  }
  SecretBytes out(impl_->info->field_size);
  const int size = static_cast<int>(out.size());
  if (BN_bn2binpad(x.get(), out.expose().data(), size) != size) {
    return Cause::internal_error;
  }
  return out;
}

bool verify_ecdsa(const EcPublicKey& key, ByteView digest, ByteView signature) {
  const ErrorQueueGuard guard;
  if (!check_point(key.curve, key.point).has_value()) {
    return false;
  }
  const ParameterBuilder builder(OSSL_PARAM_BLD_new());
  if (builder == nullptr ||
      OSSL_PARAM_BLD_push_utf8_string(
          builder.get(), OSSL_PKEY_PARAM_GROUP_NAME, OBJ_nid2sn(library_number(key.curve)), 0) !=
          1 ||
      OSSL_PARAM_BLD_push_octet_string(
          builder.get(), OSSL_PKEY_PARAM_PUB_KEY, key.point.data(), key.point.size()) != 1) {
    return false;
  }
  const PublicKeyPointer public_key = public_key_from("EC", builder.get());
  return public_key != nullptr && verify_digest(public_key.get(), digest, signature);
}

}  // namespace heirloom::crypto
