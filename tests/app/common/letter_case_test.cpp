// Names in capitals or not: ASCII letters alone count.
#include "common/letter_case.hpp"

#include <gtest/gtest.h>

namespace heirloom::app {
namespace {

TEST(LetterCase, IsChangedInAsciiLettersOnly) {
  EXPECT_EQ(to_lower("AZaz@[`{09-\xc4"), "azaz@[`{09-\xc4");
  EXPECT_EQ(to_upper("AZaz@[`{09-\xe4"), "AZAZ@[`{09-\xe4");
}

TEST(LetterCase, DoesNotCountInComparisons) {
  EXPECT_TRUE(equals_ignoring_case("Content-Type", "content-tYPE"));
  EXPECT_FALSE(equals_ignoring_case("Content-Type", "Content-Typ"));
  EXPECT_FALSE(equals_ignoring_case("@", "`"));
  EXPECT_FALSE(equals_ignoring_case("\xc4", "\xe4"));
  EXPECT_TRUE(starts_with_ignoring_case("* ok ready", "* OK"));
  EXPECT_TRUE(starts_with_ignoring_case("* ok", ""));
  EXPECT_FALSE(starts_with_ignoring_case("* O", "* OK"));
  EXPECT_FALSE(starts_with_ignoring_case("* no", "* OK"));
}

}  // namespace
}  // namespace heirloom::app
