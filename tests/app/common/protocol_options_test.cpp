#include "common/protocol_options.hpp"

#include <gtest/gtest.h>

namespace heirloom::app {
namespace {

TEST(ProtocolOptions, NothingTypedIsTheDevicePreset) {
  EXPECT_EQ(*build_policy({}), Policy::device());
}

TEST(ProtocolOptions, PresetsAreThoseOfTheLibrary) {
  ProtocolOptions options;
  options.preset = "strict";
  EXPECT_EQ(*build_policy(options), Policy::strict());
  options.preset = "museum";
  EXPECT_EQ(*build_policy(options), Policy::museum());
}

TEST(ProtocolOptions, OneBoundMovesTheOther) {
  ProtocolOptions options;
  options.preset = "strict";
  options.max = "ssl3";
  EXPECT_EQ(build_policy(options)->min_version, ProtocolVersion::ssl30);
  EXPECT_EQ(build_policy(options)->max_version, ProtocolVersion::ssl30);
  options.min = "tls1";
  EXPECT_EQ(build_policy(options).error().code, ExitCode::usage);
}

TEST(ProtocolOptions, SuitesKeepTheirOrderAndTakeEveryName) {
  ProtocolOptions options;
  options.suites = {"RC4-MD5,0x000a", "TLS_RSA_WITH_AES_128_CBC_SHA:DES-CBC-SHA"};
  EXPECT_EQ(build_policy(options)->cipher_suites,
            (std::vector<std::uint16_t>{0x0004, 0x000a, 0x002f, 0x0009}));
}

TEST(ProtocolOptions, NullEncryptionNeedsItsName) {
  ProtocolOptions options;
  options.suites = {"NULL-SHA"};
  const auto refused = build_policy(options);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().cause, "suite_not_allowed");
  EXPECT_EQ(refused.error().next, "--allow null");
  options.allow = {"null"};
  EXPECT_EQ(build_policy(options)->cipher_suites, std::vector<std::uint16_t>{0x0002});
  options.suites = {""};
  EXPECT_EQ(build_policy(options).error().cause, "suites_empty") << "a variable that is not set";
  options.suites.clear();
  auto expected = Policy::device().cipher_suites;
  expected.insert(expected.end(), {0xc006, 0xc010, 0x0002, 0x0001});
  EXPECT_EQ(build_policy(options)->cipher_suites, expected) << "added at the end";
}

TEST(ProtocolOptions, AllowancesAreForTemporaryKeysToo) {
  ProtocolOptions options;
  options.allow = {"dh512,rsa512"};
  const auto policy = build_policy(options);
  EXPECT_EQ(policy->min_dh_bits, 512U);
  EXPECT_EQ(policy->min_temporary_rsa_bits, 512U);
  EXPECT_EQ(policy->cipher_suites, Policy::device().cipher_suites);
}

TEST(ProtocolOptions, CurvesHaveSeveralNames) {
  ProtocolOptions options;
  options.curves = {"P-384,prime256v1:SECP384R1", "25"};
  EXPECT_EQ(build_policy(options)->named_curves,
            (std::vector{NamedCurve::secp384r1, NamedCurve::secp256r1, NamedCurve::secp521r1}));
  options.curves = {"P-255"};
  EXPECT_EQ(build_policy(options).error().cause, "option_invalid");
}

TEST(ProtocolOptions, SwitchesReachThePolicy) {
  ProtocolOptions options;
  options.no_extensions = true;
  options.no_split = true;
  EXPECT_EQ(build_policy(options)->send_sslv2_hello, Sslv2Hello::off);
  options.sslv2_hello = true;
  const auto policy = build_policy(options);
  EXPECT_EQ(policy->extensions, ExtensionSet());
  EXPECT_EQ(policy->cbc_splitting, CbcSplitting::off);
  EXPECT_EQ(policy->send_sslv2_hello, Sslv2Hello::on);
}

}  // namespace
}  // namespace heirloom::app
