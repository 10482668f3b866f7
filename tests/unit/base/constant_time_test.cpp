#include "base/constant_time.hpp"

#include <array>

#include <gtest/gtest.h>

namespace heirloom::constant_time {
namespace {

TEST(ConstantTime, MasksAgreeWithComparisons) {
  const std::array<std::uint64_t, 7> values{0, 1, 2, 255, 256, 65535, (1ULL << 62U)};
  for (const auto a : values) {
    EXPECT_EQ(is_zero(a) != 0, a == 0);
    for (const auto b : values) {
      EXPECT_EQ(equal(a, b), a == b ? ~0ULL : 0ULL);
      EXPECT_EQ(less(a, b), a < b ? ~0ULL : 0ULL);
      EXPECT_EQ(less_or_equal(a, b), a <= b ? ~0ULL : 0ULL);
      EXPECT_EQ(select(equal(a, b), 1, 2), a == b ? 1U : 2U);
    }
  }
}

TEST(ConstantTime, EqualBytesSeesEveryBit) {
  std::array<std::uint8_t, 20> a{};
  std::array<std::uint8_t, 20> b{};
  EXPECT_TRUE(verdict(equal_bytes(a, b)));
  for (std::size_t bit = 0; bit < 160; ++bit) {
    b[bit / 8] = static_cast<std::uint8_t>(b[bit / 8] ^ (1U << (bit % 8)));
    EXPECT_FALSE(verdict(equal_bytes(a, b))) << bit;
    b[bit / 8] = 0;
  }
  EXPECT_FALSE(verdict(equal_bytes(a, ByteView(b).first(19))));
}

}  // namespace
}  // namespace heirloom::constant_time
