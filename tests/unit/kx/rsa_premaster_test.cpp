// recover_premaster against a straightforward reading of PKCS#1 (RFC 2313 §8.1) and RFC 2246
// §7.4.7.1.
#include "kx/rsa_premaster.hpp"

#include "support/pair.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace heirloom::kx {
namespace {

Secret<48> fallback() {
  Secret<48> secret;
  std::ranges::fill(secret.expose(), std::uint8_t{0xf0});
  return secret;
}

/// slow is the obvious version, with branches.
bool slow_is_good(const Bytes& block, const PremasterCheck& check) {
  if (block.size() < 59 || block[0] != 0 || block[1] != 2) {
    return false;
  }
  const auto separator = std::find(block.begin() + 2, block.end(), std::uint8_t{0});
  if (separator == block.end() || block.end() - separator - 1 != 48 ||
      separator - block.begin() < 10) {
    return false;
  }
  const auto version = static_cast<ProtocolVersion>(separator[1] << 8U | separator[2]);
  return version == check.client_version || (check.rule == PremasterVersion::may_match_negotiated &&
                                             version == check.negotiated_version);
}

bool is_recovered(const Bytes& block, const PremasterCheck& check) {
  const Secret<48> random = fallback();
  const PremasterSecret secret = recover_premaster(block, random, check);
  EXPECT_EQ(secret.expose().size(), 48U);
  const bool is_fallback = std::ranges::equal(secret.expose(), random.expose());
  EXPECT_TRUE(is_fallback || std::ranges::equal(secret.expose(), ByteView(block).last(48)));
  return !is_fallback;
}

constexpr PremasterCheck kStrict{.client_version = ProtocolVersion::tls10,
                                 .negotiated_version = ProtocolVersion::ssl30,
                                 .rule = PremasterVersion::must_match_hello};
constexpr PremasterCheck kTolerant{.client_version = ProtocolVersion::tls10,
                                   .negotiated_version = ProtocolVersion::ssl30,
                                   .rule = PremasterVersion::may_match_negotiated};

TEST(RsaPremaster, AgreesWithTheObviousVersionOnEveryOneByteChange) {
  for (const std::size_t size : {59U, 64U, 128U, 256U}) {
    Bytes good(size, 0x77);
    good[0] = 0;
    good[1] = 2;
    good[size - 49] = 0;
    good[size - 48] = 3;
    good[size - 47] = 1;
    ASSERT_TRUE(is_recovered(good, kStrict)) << size;
    for (std::size_t at = 0; at < size; ++at) {
      for (const int value : {0, 1, 2, 3, 4, 0x10, 0x77, 0x80, 0xff}) {
        Bytes block = good;
        block[at] = static_cast<std::uint8_t>(value);
        EXPECT_EQ(is_recovered(block, kStrict), slow_is_good(block, kStrict)) << size << " " << at;
        EXPECT_EQ(is_recovered(block, kTolerant), slow_is_good(block, kTolerant))
            << size << " " << at;
      }
    }
  }
}

TEST(RsaPremaster, ABlockTooSmallForItNeverHoldsOne) {
  for (std::size_t size = 0; size < 59; ++size) {
    EXPECT_FALSE(is_recovered(Bytes(size, 2), kStrict));
  }
}

TEST(RsaPremaster, RandomBlocksAreNoPremaster) {
  heirloom::testing::SeededRandom random(3);
  for (int i = 0; i < 2000; ++i) {
    Bytes block(64);
    (void)random.fill(block);
    EXPECT_EQ(is_recovered(block, kStrict), slow_is_good(block, kStrict));
  }
}

}  // namespace
}  // namespace heirloom::kx
