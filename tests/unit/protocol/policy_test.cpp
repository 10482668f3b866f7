#include "heirloom/policy.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

std::vector<std::string_view> names(const Policy& policy) {
  std::vector<std::string_view> list;
  for (const std::uint16_t id : policy.cipher_suites) {
    list.push_back(find_cipher_suite(id)->openssl_name);
  }
  return list;
}

using Names = std::vector<std::string_view>;

TEST(Policy, StrictIsTls10WithBlockCiphersOfFullStrength) {
  const Policy policy = Policy::strict();
  EXPECT_EQ(policy.min_version, ProtocolVersion::tls10);
  EXPECT_EQ(policy.max_version, ProtocolVersion::tls10);
  EXPECT_EQ(names(policy),
            (Names{"AES256-SHA",
                   "CAMELLIA256-SHA",
                   "AES128-SHA",
                   "CAMELLIA128-SHA",
                   "SEED-SHA",
                   "DES-CBC3-SHA",
                   "IDEA-CBC-SHA"}));
  EXPECT_EQ(policy.min_rsa_bits, 1024U);
  EXPECT_EQ(policy.missing_close_notify, OnMissingCloseNotify::forget_session);
  EXPECT_EQ(policy.premaster_version, PremasterVersion::must_match_hello);
}

TEST(Policy, DeviceIsEverythingThatNeedsNoAllowance) {
  const Policy policy = Policy::device();
  EXPECT_EQ(policy.min_version, ProtocolVersion::ssl30);
  EXPECT_EQ(policy.max_version, ProtocolVersion::tls10);
  EXPECT_EQ(names(policy),
            (Names{"AES256-SHA",
                   "CAMELLIA256-SHA",
                   "AES128-SHA",
                   "CAMELLIA128-SHA",
                   "SEED-SHA",
                   "DES-CBC3-SHA",
                   "IDEA-CBC-SHA",
                   "RC4-SHA",
                   "RC4-MD5",
                   "DES-CBC-SHA"}));
  EXPECT_EQ(policy.min_rsa_bits, 512U);
  EXPECT_EQ(policy.missing_close_notify, OnMissingCloseNotify::keep_session);
}

TEST(Policy, MuseumIsEverything) {
  const Policy policy = Policy::museum();
  EXPECT_EQ(policy.min_version, ProtocolVersion::ssl30);
  EXPECT_EQ(policy.max_version, ProtocolVersion::tls10);
  EXPECT_EQ(policy.cipher_suites.size(), cipher_suites().size());
  Names expected = names(Policy::device());
  expected.insert(expected.end(), {"NULL-SHA", "NULL-MD5"});
  EXPECT_EQ(names(policy), expected);
}

TEST(Policy, PresetsDefendAgainstBeastAndSignalRenegotiation) {
  for (const Policy& policy : {Policy::strict(), Policy::device(), Policy::museum()}) {
    EXPECT_EQ(policy.cbc_splitting, CbcSplitting::one_n_minus_one);
    EXPECT_EQ(policy.renegotiation_info, Extension::on);
    EXPECT_EQ(policy.server_name, Extension::on);
    EXPECT_EQ(policy.fallback, SignalFallback::off);
    EXPECT_EQ(policy.client_authentication, ClientAuthentication::none);
  }
}

TEST(Policy, CanBeCompared) {
  EXPECT_EQ(Policy::device(), Policy::device());
  EXPECT_NE(Policy::device(), Policy::museum());
  Policy changed = Policy::device();
  changed.limits.max_certificates = 1;
  EXPECT_NE(changed, Policy::device());
}

TEST(Policy, PrintsOneFieldALine) {
  EXPECT_EQ(to_string(Policy::strict()),
            "min_version = TLS 1.0\n"
            "max_version = TLS 1.0\n"
            "cipher_suites = TLS_RSA_WITH_AES_256_CBC_SHA, TLS_RSA_WITH_CAMELLIA_256_CBC_SHA, "
            "TLS_RSA_WITH_AES_128_CBC_SHA, TLS_RSA_WITH_CAMELLIA_128_CBC_SHA, "
            "TLS_RSA_WITH_SEED_CBC_SHA, TLS_RSA_WITH_3DES_EDE_CBC_SHA, "
            "TLS_RSA_WITH_IDEA_CBC_SHA\n"
            "min_rsa_bits = 1024\n"
            "max_rsa_bits = 16384\n"
            "client_authentication = none\n"
            "cbc_splitting = one_n_minus_one\n"
            "server_name = on\n"
            "renegotiation_info = on\n"
            "fallback = off\n"
            "missing_close_notify = forget_session\n"
            "premaster_version = must_match_hello\n"
            "limits.max_handshake_message = 262144\n"
            "limits.max_certificates = 16\n"
            "limits.max_empty_records_in_a_row = 32\n"
            "limits.max_warnings_in_a_row = 8\n"
            "limits.max_handshake_messages = 64\n"
            "limits.max_session_age = 86400 s\n");
}

TEST(Policy, PrintsEveryOtherChoiceToo) {
  Policy policy = Policy::device();
  policy.max_version = ProtocolVersion::ssl30;
  policy.cipher_suites = {0x0005, 0xabcd};
  policy.client_authentication = ClientAuthentication::required;
  policy.cbc_splitting = CbcSplitting::off;
  policy.server_name = Extension::off;
  policy.fallback = SignalFallback::on;
  policy.premaster_version = PremasterVersion::may_match_negotiated;
  const std::string text = to_string(policy);
  for (const std::string_view line : {"max_version = SSL 3.0\n",
                                      "cipher_suites = SSL_RSA_WITH_RC4_128_SHA, 0xabcd\n",
                                      "client_authentication = required\n",
                                      "cbc_splitting = off\n",
                                      "server_name = off\n",
                                      "fallback = on\n",
                                      "missing_close_notify = keep_session\n",
                                      "premaster_version = may_match_negotiated\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line;
  }
  policy.client_authentication = ClientAuthentication::optional;
  EXPECT_NE(to_string(policy).find("client_authentication = optional\n"), std::string::npos);
}

}  // namespace
}  // namespace heirloom
