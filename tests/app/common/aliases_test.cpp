#include "common/aliases.hpp"

#include <gtest/gtest.h>

namespace heirloom::app {
namespace {

using Words = std::vector<std::string>;

TEST(Aliases, AnSClientLineBecomesOurs) {
  EXPECT_EQ(translate_aliases({"connect",
                               "-connect",
                               "box:443",
                               "-servername",
                               "x",
                               "-CAfile",
                               "f",
                               "-ssl3",
                               "-ign_eof",
                               "-cipher",
                               "RC4-MD5",
                               "-msg"}),
            (Words{"connect",
                   "box:443",
                   "--sni",
                   "x",
                   "--cafile",
                   "f",
                   "--min",
                   "ssl3",
                   "--max",
                   "ssl3",
                   "--suites",
                   "RC4-MD5",
                   "--messages"}));
}

TEST(Aliases, AnSServerLineBecomesOurs) {
  EXPECT_EQ(translate_aliases({"serve",
                               "-accept",
                               "4433",
                               "-www",
                               "-cert",
                               "c",
                               "-key",
                               "k",
                               "-no_tls1",
                               "-naccept",
                               "1"}),
            (Words{"serve",
                   "--listen",
                   "4433",
                   "--www",
                   "--cert",
                   "c",
                   "--key",
                   "k",
                   "--max",
                   "ssl3",
                   "--count",
                   "1"}));
}

TEST(Aliases, OurOwnWordsAndOtherCommandsStay) {
  const Words own{"connect", "box", "-4", "-v", "--min", "ssl3", "--messages"};
  EXPECT_EQ(translate_aliases(own), own);
  const Words other{"suites", "-ssl3"};
  EXPECT_EQ(translate_aliases(other), other);
  EXPECT_EQ(translate_aliases({}), Words{});
}

}  // namespace
}  // namespace heirloom::app
