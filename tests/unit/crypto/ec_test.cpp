// Elliptic curves against NIST's validation files, GEC 2 and Python's integers.
#include "crypto/ec.hpp"

#include "support/vector_file.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::crypto {
namespace {

using testing::read_vectors;

const CurveInfo& curve_named(std::string_view name) {
  const auto curves = known_curves();
  const auto found =
      std::ranges::find_if(curves, [name](const CurveInfo& info) { return info.name == name; });
  EXPECT_NE(found, curves.end()) << name;
  return *found;
}

class SameRandom final : public RandomSource {
 public:
  explicit SameRandom(std::uint8_t byte) : byte_(byte) {}

  bool fill(std::span<std::uint8_t> out) noexcept override {
    std::ranges::fill(out, byte_);
    return true;
  }

 private:
  std::uint8_t byte_;
};

class FailingRandom final : public RandomSource {
 public:
  bool fill(std::span<std::uint8_t> /*out*/) noexcept override { return false; }
};

// RFC 4492 §5.1.1
TEST(NamedCurves, HaveTheNumbersOfTheRfc) {
  EXPECT_EQ(find_curve(19)->name, "secp192r1");
  EXPECT_EQ(find_curve(21)->name, "secp224r1");
  EXPECT_EQ(find_curve(23)->name, "secp256r1");
  EXPECT_EQ(find_curve(24)->name, "secp384r1");
  EXPECT_EQ(find_curve(25)->name, "secp521r1");
  EXPECT_EQ(find_curve(25)->field_size, 66U);
  EXPECT_EQ(find_curve(25)->bits, 521U);
  for (const std::uint16_t number : std::vector<std::uint16_t>{0, 1, 14, 26, 29, 0xff01, 0xffff}) {
    EXPECT_EQ(find_curve(number), nullptr) << number;
  }
  EXPECT_EQ(known_curves().size(), 11U);
  for (const CurveInfo& info : known_curves()) {
    EXPECT_EQ(&curve_info(info.curve), find_curve(static_cast<std::uint16_t>(info.curve)));
    EXPECT_EQ((info.bits + 7) / 8, info.field_size);
  }
}

TEST(NamedCurves, AreKnownByLibcryptosNames) {
  EXPECT_EQ(curve_of_library_name("prime256v1"), NamedCurve::secp256r1);
  EXPECT_EQ(curve_of_library_name("secp521r1"), NamedCurve::secp521r1);
  EXPECT_FALSE(curve_of_library_name("brainpoolP256r1").has_value());
  EXPECT_FALSE(curve_of_library_name("no such curve").has_value());
  EXPECT_FALSE(curve_of_library_name(nullptr).has_value());
}

TEST(EcAgreement, IsThatOfThePublishedVectors) {
  std::size_t agreed = 0;
  std::size_t differed = 0;
  std::size_t refused = 0;
  std::set<std::string> curves;
  for (const auto& vector : read_vectors("crypto/ecdh.txt")) {
    if (vector.text("kind") != "agreement") {
      continue;
    }
    SCOPED_TRACE(vector.text("name"));
    curves.insert(vector.text("curve"));
    const CurveInfo& info = curve_named(vector.text("curve"));
    const auto pair = EcKeyPair::from_private(info.curve, vector.bytes("private"));
    ASSERT_TRUE(pair.has_value());
    EXPECT_EQ(pair->curve(), info.curve);
    EXPECT_EQ(pair->point(), vector.bytes("point"));
    const auto z = pair->agree(vector.bytes("peer"));
    if (vector.text("outcome") == "refused") {
      EXPECT_EQ(z.error().cause, Cause::key_exchange_malformed);
      ++refused;
      continue;
    }
    ASSERT_TRUE(z.has_value()) << z.error().text();
    // RFC 4492 §5.10: leading zeros are kept.
    EXPECT_EQ(z->size(), info.field_size);
    const bool is_same = std::ranges::equal(z->expose(), vector.bytes("z"));
    EXPECT_EQ(is_same, vector.text("outcome") == "agrees");
    ++(is_same ? agreed : differed);
  }
  EXPECT_EQ(agreed, 103U);
  EXPECT_EQ(differed, 10U);
  EXPECT_EQ(refused, 20U);
  EXPECT_EQ(curves.size(), known_curves().size());
}

TEST(EcPoint, IsCheckedAsNistDoes) {
  std::size_t accepted = 0;
  std::size_t refused = 0;
  for (const auto& vector : read_vectors("crypto/ecdh.txt")) {
    if (vector.text("kind") != "point") {
      continue;
    }
    SCOPED_TRACE(vector.text("name"));
    const auto result = check_point(curve_named(vector.text("curve")).curve, vector.bytes("peer"));
    EXPECT_EQ(result.has_value(), vector.text("outcome") == "agrees");
    if (!result.has_value()) {
      EXPECT_EQ(result.error().cause, Cause::key_exchange_malformed);
    }
    ++(result.has_value() ? accepted : refused);
  }
  EXPECT_EQ(accepted, 20U);
  EXPECT_EQ(refused, 40U);
}

TEST(EcPoint, IsTakenInUncompressedFormOnly) {
  for (const CurveInfo& info : known_curves()) {
    SCOPED_TRACE(std::string(info.name));
    const auto pair = EcKeyPair::from_private(info.curve, Bytes{7});
    ASSERT_TRUE(pair.has_value());
    const auto is_taken = [&](const Bytes& point) {
      const bool is_good = check_point(info.curve, point).has_value();
      EXPECT_EQ(pair->agree(point).has_value(), is_good);
      return is_good;
    };
    Bytes point = pair->point();
    EXPECT_TRUE(is_taken(point));
    EXPECT_FALSE(is_taken({}));
    EXPECT_FALSE(is_taken({0})) << "the point at infinity";
    EXPECT_FALSE(is_taken(Bytes(point.size())));
    EXPECT_FALSE(is_taken({point.begin(), point.end() - 1}));
    Bytes longer = point;
    longer.push_back(0);
    EXPECT_FALSE(is_taken(longer));
    EXPECT_FALSE(is_taken(Bytes(1000, 4)));
    // Compressed: 02 or 03 by the lowest bit of y. Hybrid: 06 or 07. Both are good elsewhere.
    const auto odd = static_cast<std::uint8_t>(point.back() & 1U);
    Bytes compressed(point.begin(), point.begin() + 1 + static_cast<int>(info.field_size));
    compressed[0] = static_cast<std::uint8_t>(2 + odd);
    EXPECT_FALSE(is_taken(compressed));
    Bytes hybrid = point;
    hybrid[0] = static_cast<std::uint8_t>(6 + odd);
    EXPECT_FALSE(is_taken(hybrid));
    // Any other x or y is off the curve.
    for (std::size_t i = 1; i < point.size(); ++i) {
      Bytes wrong = point;
      wrong[i] ^= 0x01;
      EXPECT_FALSE(check_point(info.curve, wrong).has_value()) << i;
    }
  }
}

TEST(EcPoint, IsRefusedWithACoordinateThatIsNotBelowThePrime) {
  // The prime is 2^521 - 1, so x + p = x - 1 + 2^521 still fits into 66 bytes.
  Bytes point = EcKeyPair::from_private(NamedCurve::secp521r1, Bytes{1})->point();
  ASSERT_NE(point[66], 0);
  --point[66];
  point[1] ^= 0x02;
  EXPECT_FALSE(check_point(NamedCurve::secp521r1, point).has_value());
}

TEST(EcPoint, OfAnotherCurveIsRefused) {
  const auto pair = EcKeyPair::from_private(NamedCurve::secp256k1, Bytes{9});
  EXPECT_TRUE(check_point(NamedCurve::secp256k1, pair->point()).has_value());
  EXPECT_FALSE(check_point(NamedCurve::secp256r1, pair->point()).has_value());
  EXPECT_FALSE(check_point(NamedCurve::secp384r1, pair->point()).has_value());
}

TEST(EcKeyPair, AgreesWithItsPeerOnEveryCurve) {
  const auto random = system_random();
  for (const CurveInfo& info : known_curves()) {
    SCOPED_TRACE(std::string(info.name));
    auto client = EcKeyPair::generate(info.curve, *random);
    const auto server = EcKeyPair::generate(info.curve, *random);
    ASSERT_TRUE(client.has_value() && server.has_value());
    EXPECT_NE(client->point(), server->point());
    EXPECT_EQ(client->point().size(), 1 + 2 * info.field_size);
    const EcKeyPair moved = std::move(*client);
    const auto one = moved.agree(server->point());
    const auto other = server->agree(moved.point());
    ASSERT_TRUE(one.has_value() && other.has_value());
    EXPECT_TRUE(std::ranges::equal(one->expose(), other->expose()));
  }
}

TEST(EcKeyPair, DrawsItsNumberFromTheSource) {
  SameRandom zeros(0);
  // FIPS 186-4 B.4.1: 0 mod (n - 1) + 1 = 1, whose point is the generator.
  const auto one = EcKeyPair::generate(NamedCurve::secp256r1, zeros);
  ASSERT_TRUE(one.has_value());
  EXPECT_EQ(one->point(), EcKeyPair::from_private(NamedCurve::secp256r1, Bytes{1})->point());
  SameRandom ones(0xff);
  const auto large = EcKeyPair::generate(NamedCurve::secp521r1, ones);
  const auto again = EcKeyPair::generate(NamedCurve::secp521r1, ones);
  EXPECT_EQ(large->point(), again->point());
  FailingRandom failing;
  EXPECT_EQ(EcKeyPair::generate(NamedCurve::secp256r1, failing).error().cause,
            Cause::random_failed);
}

TEST(EcKeyPair, RefusesNumbersOutOfRange) {
  const Bytes order = testing::from_hex(
      "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");  // SEC 2, secp256r1
  const auto cause = [](const Bytes& number) {
    return EcKeyPair::from_private(NamedCurve::secp256r1, number).error().cause;
  };
  EXPECT_EQ(cause({}), Cause::key_exchange_malformed);
  EXPECT_EQ(cause({0}), Cause::key_exchange_malformed);
  EXPECT_EQ(cause(order), Cause::key_exchange_malformed);
  EXPECT_EQ(cause(Bytes(100, 0xff)), Cause::key_exchange_malformed);
  Bytes largest = order;
  --largest.back();
  const auto last = EcKeyPair::from_private(NamedCurve::secp256r1, largest);
  ASSERT_TRUE(last.has_value());
  // (n - 1) G = -G: the same x.
  const auto first = EcKeyPair::from_private(NamedCurve::secp256r1, Bytes{1});
  EXPECT_TRUE(
      std::equal(last->point().begin(), last->point().begin() + 33, first->point().begin()));
  EXPECT_NE(last->point(), first->point());
}

}  // namespace
}  // namespace heirloom::crypto
