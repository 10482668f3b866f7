#include "common/aliases.hpp"

#include <gtest/gtest.h>

namespace heirloom::app {
namespace {

using Words = std::vector<std::string>;

TEST(Aliases, AnSClientLineBecomesOurs) {
  EXPECT_EQ(*translate_aliases({"connect",
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
  EXPECT_EQ(*translate_aliases({"serve",
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
  EXPECT_EQ(*translate_aliases(own), own);
  const Words other{"suites", "-ssl3"};
  EXPECT_EQ(*translate_aliases(other), other);
  EXPECT_EQ(*translate_aliases({}), Words{});
}

TEST(Aliases, ValuesOfOpensslBecomeOurs) {
  const auto connect = [](Words words) {
    words.insert(words.begin(), "connect");
    auto translated = *translate_aliases(words);
    translated.erase(translated.begin());
    return translated;
  };
  EXPECT_EQ(connect({"-host", "::1", "-port", "465"}), (Words{"[::1]:465"}));
  EXPECT_EQ(connect({"-port", "465"}), (Words{"localhost:465"}));
  EXPECT_EQ(connect({"-cipher", "DEFAULT@SECLEVEL=0"}), Words{});
  EXPECT_EQ(connect({"-cipher", "RC4-MD5:DES-CBC3-SHA@SECLEVEL=0"}),
            (Words{"--suites", "RC4-MD5,DES-CBC3-SHA"}));
  EXPECT_EQ(connect({"-min_protocol", "SSLv3", "-max_protocol", "TLSv1.2"}),
            (Words{"--min", "ssl3"}));
  EXPECT_EQ(connect({"-pass", "file:secret"}), (Words{"--pass-file", "secret"}));
  EXPECT_EQ(connect({"-certform", "PEM", "-verify", "5", "-quiet"}), (Words{"--quiet"}));
  EXPECT_EQ(connect({"-CRL", "list", "-CRLform", "DER"}), (Words{"--crl", "list"}));
  EXPECT_EQ(connect({"-cipher", "ALL:!aNULL:-RC4:EXP"}), (Words{"--suites", "-anon,-RC4,EXPORT"}));
  EXPECT_EQ(connect({"-reconnect", "-sess_out", "file", "-alpn", "http/1.1"}),
            (Words{"--resume", "5", "--session-out", "file", "--alpn", "http/1.1"}));
  EXPECT_EQ(connect({"-legacy_renegotiation", "-no_etm", "-comp"}),
            (Words{"--allow",
                   "insecure-renegotiation",
                   "--extensions",
                   "-encrypt_then_mac",
                   "--compression",
                   "deflate"}));
  EXPECT_EQ(connect({"-servername", "-ssl3"}), (Words{"--sni", "-ssl3"})) << "a value is no option";
  EXPECT_EQ(*translate_aliases({"serve", "-accept", "*:443", "-Verify", "1"}),
            (Words{"serve", "--listen", "0.0.0.0:443", "--client-auth", "required"}));
}

TEST(Aliases, WhatCannotBeHonouredIsRefused) {
  const std::vector<Words> refused = {{"connect", "box", "-no_renegotiation"},
                                      {"connect", "box", "-tls1_2"},
                                      {"connect", "box", "-crl_check"},
                                      {"connect", "box", "-cipher", "ALL:@SECLEVEL=2"},
                                      {"connect", "box", "-min_protocol", "TLSv1.2"},
                                      {"connect", "box", "-pass", "pass:secret"},
                                      {"connect", "box", "-keyform", "DER"},
                                      {"serve", "-WWW"},
                                      {"serve", "-dcertform", "DER"}};
  for (const Words& words : refused) {
    const auto outcome = translate_aliases(words);
    ASSERT_FALSE(outcome.has_value()) << words.back();
    EXPECT_EQ(outcome.error().code, ExitCode::usage);
    EXPECT_EQ(outcome.error().cause, "spelling_refused");
    EXPECT_FALSE(outcome.error().next.empty()) << words.back();
  }
  EXPECT_EQ(
      translate_aliases({"connect", "box", "-pass", "pass:secret"}).error().what.find("secret"),
      std::string::npos)
      << "secrets are not repeated";
  EXPECT_EQ(translate_aliases({"connect", "-connect"}).error().cause, "spelling_value");
}

}  // namespace
}  // namespace heirloom::app
