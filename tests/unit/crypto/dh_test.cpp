// Diffie-Hellman key pairs and agreements against NIST's validation files, RFC 5114 and Python's
// integers.
#include "crypto/dh.hpp"

#include "crypto/library.hpp"
#include "support/vector_file.hpp"
#include "unit/crypto/dh_support.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::crypto {
namespace {

using testing::group_of;
using testing::known;
using testing::minus_one;
using testing::read_vectors;

/// CountingRandom gives 0, 1, 2, …
class CountingRandom final : public RandomSource {
 public:
  bool fill(std::span<std::uint8_t> out) noexcept override {
    for (auto& byte : out) {
      byte = next_++;
    }
    return true;
  }

 private:
  std::uint8_t next_ = 0;
};

/// SameRandom gives one byte over and over.
class SameRandom final : public RandomSource {
 public:
  explicit SameRandom(std::uint8_t byte) : byte_(byte) {}

  bool fill(std::span<std::uint8_t> out) noexcept override {
    std::ranges::fill(out, byte_);
    size_ = out.size();
    return true;
  }

  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  std::uint8_t byte_;
  std::size_t size_ = 0;
};

class FailingRandom final : public RandomSource {
 public:
  bool fill(std::span<std::uint8_t> /*out*/) noexcept override { return false; }
};

TEST(DhAgreement, IsThatOfThePublishedVectors) {
  std::size_t agreed = 0;
  std::size_t differed = 0;
  std::size_t refused = 0;
  for (const auto& vector : read_vectors("crypto/dh.txt")) {
    if (vector.text("kind") != "agreement") {
      continue;
    }
    SCOPED_TRACE(vector.text("name"));
    const DhGroup group = group_of(vector);
    const auto pair = DhKeyPair::from_private(group, vector.bytes("x"));
    ASSERT_TRUE(pair.has_value());
    EXPECT_EQ(pair->public_value(), vector.bytes("y"));
    const auto z = pair->agree(vector.bytes("peer"));
    if (vector.text("outcome") == "refused") {
      EXPECT_EQ(z.error().cause, Cause::key_exchange_malformed);
      ++refused;
      continue;
    }
    ASSERT_TRUE(z.has_value()) << z.error().text();
    const bool is_same = std::ranges::equal(z->expose(), vector.bytes("z"));
    EXPECT_EQ(is_same, vector.text("outcome") == "agrees");
    ++(is_same ? agreed : differed);
  }
  EXPECT_EQ(agreed, 69U);
  EXPECT_EQ(differed, 6U);
  EXPECT_EQ(refused, 6U);
}

// Drift D23: the premaster secret is Z without its leading zero bytes; both forms of the same Z.
TEST(DhPremaster, HasNoLeadingZeros) {
  std::size_t with_zeros = 0;
  for (const auto& vector : read_vectors("crypto/dh.txt")) {
    if (vector.text("kind") != "agreement") {
      continue;
    }
    const Bytes z = vector.bytes("z");
    const auto first = std::ranges::find_if(z, [](std::uint8_t byte) { return byte != 0; });
    with_zeros += first == z.begin() ? 0U : 1U;
    const PremasterSecret premaster = dh_premaster(z);
    EXPECT_EQ(to_bytes(premaster.expose()), Bytes(first, z.end()));
  }
  EXPECT_GE(with_zeros, 9U);
  EXPECT_EQ(to_bytes(dh_premaster(Bytes{0, 0, 7, 0}).expose()), (Bytes{7, 0}));
  EXPECT_TRUE(dh_premaster(Bytes{0, 0}).expose().empty());
  EXPECT_TRUE(dh_premaster({}).expose().empty());
}

TEST(DhKeyPair, AgreesWithItsPeerInEveryGroup) {
  const auto random = system_random();
  for (const DhGroup& group : known_dh_groups()) {
    SCOPED_TRACE(group.name);
    const auto client = DhKeyPair::generate(group, *random);
    const auto server = DhKeyPair::generate(group, *random);
    ASSERT_TRUE(client.has_value() && server.has_value());
    EXPECT_NE(client->public_value(), server->public_value());
    EXPECT_TRUE(check_public_value(group, client->public_value()).has_value());
    const auto one = client->agree(server->public_value());
    const auto other = server->agree(client->public_value());
    ASSERT_TRUE(one.has_value() && other.has_value());
    EXPECT_EQ(one->size(), group.p.size());
    EXPECT_TRUE(std::ranges::equal(one->expose(), other->expose()));
  }
}

TEST(DhKeyPair, DrawsItsExponentFromTheSource) {
  const DhGroup group = known(1024);
  CountingRandom first;
  CountingRandom second;
  const auto one = DhKeyPair::generate(group, first);
  const auto same = DhKeyPair::generate(group, second);
  const auto next = DhKeyPair::generate(group, first);
  EXPECT_EQ(one->public_value(), same->public_value());
  EXPECT_NE(one->public_value(), next->public_value());
  // RFC 3526 §8: 240 bits, of which the highest is set.
  Bytes exponent(30);
  for (std::size_t i = 0; i < exponent.size(); ++i) {
    exponent[i] = static_cast<std::uint8_t>(i);
  }
  exponent[0] |= 0x80;
  EXPECT_EQ(one->public_value(), DhKeyPair::from_private(group, exponent)->public_value());
  FailingRandom failing;
  EXPECT_EQ(DhKeyPair::generate(group, failing).error().cause, Cause::random_failed);
}

TEST(DhKeyPair, TakesExponentsAsLongAsTheGroupNeeds) {
  struct Expectation {
    std::size_t group_bits;
    std::size_t exponent_bytes;
  };

  for (const auto& [group_bits, exponent_bytes] : std::vector<Expectation>{
           {512, 64}, {768, 30}, {1536, 30}, {2048, 40}, {3072, 53}, {4096, 60}}) {
    for (const std::uint8_t byte : Bytes{0x00, 0xff}) {
      SameRandom random(byte);
      const auto pair = DhKeyPair::generate(known(group_bits), random);
      ASSERT_TRUE(pair.has_value());
      EXPECT_EQ(random.size(), exponent_bytes) << group_bits;
    }
  }
  // Of unknown order: full length. Of a small known order: below it, whatever the source says.
  DhGroup unknown = known(1024);
  unknown.q.clear();
  SameRandom random(0xff);
  EXPECT_TRUE(DhKeyPair::generate(unknown, random).has_value());
  EXPECT_EQ(random.size(), 128U);
  for (const auto& vector : read_vectors("crypto/dh.txt")) {
    if (vector.has("q") && vector.bytes("q").size() == 20) {
      EXPECT_TRUE(DhKeyPair::generate(group_of(vector), random).has_value());
      EXPECT_EQ(random.size(), 20U);
      break;
    }
  }
}

TEST(DhKeyPair, RefusesExponentsOutOfRange) {
  const DhGroup group = known(512);
  const auto cause = [&](const Bytes& exponent) {
    return DhKeyPair::from_private(group, exponent).error().cause;
  };
  EXPECT_EQ(cause({}), Cause::key_exchange_malformed);
  EXPECT_EQ(cause({0, 0}), Cause::key_exchange_malformed);
  EXPECT_EQ(cause(minus_one(group.p)), Cause::key_exchange_malformed);
  EXPECT_EQ(cause(group.p), Cause::key_exchange_malformed);
  EXPECT_EQ(cause(Bytes(5000, 0xff)), Cause::key_exchange_malformed);
  EXPECT_EQ(DhKeyPair::from_private(group, Bytes{1})->public_value(), Bytes{2});
}

// RFC 2246 §8.1.2 says nothing of the values; RFC 2631 §2.1.5 has both checks.
TEST(DhPublicValue, IsCheckedForRangeAndSubgroup) {
  for (const DhGroup& group : known_dh_groups()) {
    SCOPED_TRACE(group.name);
    const auto is_accepted = [&](const Bytes& value) {
      const auto result = check_public_value(group, value);
      if (!result.has_value()) {
        EXPECT_EQ(result.error().cause, Cause::key_exchange_malformed);
      }
      return result.has_value();
    };
    EXPECT_TRUE(is_accepted({2}));
    EXPECT_TRUE(is_accepted({0, 0, 4}));
    EXPECT_FALSE(is_accepted({}));
    EXPECT_FALSE(is_accepted({0}));
    EXPECT_FALSE(is_accepted({1}));
    EXPECT_FALSE(is_accepted(minus_one(group.p)));
    EXPECT_FALSE(is_accepted(group.p));
    Bytes larger = group.p;
    larger.insert(larger.begin(), 1);
    EXPECT_FALSE(is_accepted(larger));
    EXPECT_FALSE(is_accepted(Bytes(65535, 0xff)));
    // p - 2 = -2 is no square where 2 is one: outside the subgroup. Without a q it is like any
    // other.
    EXPECT_EQ(is_accepted(minus_one(minus_one(group.p))), group.q.empty());
  }
}

TEST(DhPublicValue, OfTheSubgroupIsToldFromItsNegative) {
  // p = 3 mod 4 for every safe prime, so of Y and -Y exactly one is a square.
  const auto random = system_random();
  for (const DhGroup& group : known_dh_groups()) {
    SCOPED_TRACE(group.name);
    for (int i = 0; i < 8; ++i) {
      const auto pair = DhKeyPair::generate(group, *random);
      ASSERT_TRUE(pair.has_value());
      const BigNumber negative(BN_new());
      ASSERT_EQ(
          BN_sub(negative.get(), big_number(group.p).get(), big_number(pair->public_value()).get()),
          1);
      EXPECT_TRUE(check_public_value(group, pair->public_value()).has_value());
      EXPECT_EQ(check_public_value(group, number_bytes(negative.get())).has_value(),
                group.q.empty());
    }
  }
}

TEST(DhAgreement, RefusesWhatTheCheckRefuses) {
  const auto pair = DhKeyPair::from_private(known(1024), Bytes{9});
  for (const Bytes& value :
       {Bytes{}, Bytes{1}, minus_one(known(1024).p), known(1024).p, Bytes(300, 0xff)}) {
    EXPECT_EQ(pair->agree(value).error().cause, Cause::key_exchange_malformed);
  }
}

}  // namespace
}  // namespace heirloom::crypto
