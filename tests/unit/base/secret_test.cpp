#include "base/secret.hpp"

#include <algorithm>
#include <type_traits>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

TEST(Secret, IsWipedWhenMovedFrom) {
  Secret<4> a;
  std::ranges::fill(a.expose(), std::uint8_t{7});
  const Secret<4> b = std::move(a);
  EXPECT_TRUE(std::ranges::all_of(
      a.expose(), [](auto x) { return x == 0; }));  // NOLINT(bugprone-use-after-move)
  EXPECT_TRUE(std::ranges::all_of(b.expose(), [](auto x) { return x == 7; }));
}

TEST(Secret, CannotBeCopied) {
  static_assert(!std::is_copy_constructible_v<Secret<4>>);
  static_assert(!std::is_copy_assignable_v<SecretBytes>);
  static_assert(!std::is_copy_constructible_v<MasterSecret>);
  static_assert(!std::is_copy_constructible_v<PremasterSecret>);
  const MasterSecret secret;
  const MasterSecret copy = secret.clone();
  EXPECT_TRUE(std::ranges::equal(secret.expose(), copy.expose()));
}

TEST(SecretBytes, KeepsItsBytesOverAMove) {
  const Bytes bytes{1, 2, 3};
  SecretBytes a{ByteView(bytes)};
  const SecretBytes b = std::move(a);
  EXPECT_TRUE(std::ranges::equal(b.expose(), bytes));
  EXPECT_EQ(a.size(), 0U);  // NOLINT(bugprone-use-after-move)
}

}  // namespace
}  // namespace heirloom
