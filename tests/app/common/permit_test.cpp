#include "common/permit.hpp"

#include "heirloom/certificate_verifier.hpp"

#include <gtest/gtest.h>

namespace heirloom::app {
namespace {

TEST(Permit, ALongEnoughGroupNeedsAnotherPreset) {
  const Error error(Cause::key_exchange_too_weak, "a group of 768 bits, the policy wants 1024");
  const std::string option = permitting_option(error);
  EXPECT_EQ(option, "--preset device");
  EXPECT_EQ(with_permission("heirloom connect box --preset strict", option),
            "heirloom connect box --preset device");
}

TEST(Permit, AKeyOfACertificateNeedsWhatItsKindNeeds) {
  const auto option = [](const std::string& name, const std::string& detail) {
    const auto chain = load_pem_certificates(std::string(HEIRLOOM_SOURCE_DIR) +
                                             "/tests/vectors/certificates/" + name + ".crt");
    return permitting_key_option(Error(Cause::certificate_key_too_small, detail), chain.value());
  };
  EXPECT_EQ(option("dh512", "512 bits, the policy wants 768"), "--allow dh512");
  EXPECT_EQ(option("dh512", "512 bits, the policy wants 1024"), "--allow dh512");
  EXPECT_EQ(option("rsa512", "512 bits, the policy wants 1024"), "--preset device");
  EXPECT_EQ(option("dsa512", "512 bits, the policy wants 1024"), "--preset device");
  EXPECT_EQ(option("rsa512", "CN=box: its key has 512 bits, 1024 are required"), "");
  EXPECT_EQ(permitting_key_option(
                Error(Cause::certificate_key_too_small, "400 bits, the policy wants 512"), {}),
            "");
}

TEST(Permit, WhatIsNoQuestionOfPolicyHasNoOption) {
  EXPECT_EQ(permitting_option(Error(Cause::bad_record_mac)), "");
  EXPECT_EQ(permitting_option(Error(Cause::cipher_suite_not_offered, "0x1301")), "");
  EXPECT_EQ(permitting_option(Error(Cause::key_exchange_too_weak, "a group of many bits")), "");
}

TEST(Permit, TheLeastOfSeveralSuitesDecides) {
  const Policy policy = Policy::device();
  const std::vector<std::uint16_t> both = {0x0017, 0x0018};
  EXPECT_EQ(allowances_for(both, policy), std::vector{Allowance::anonymous});
  const std::vector<std::uint16_t> one_is_there = {0x0017, 0x002f};
  EXPECT_TRUE(allowances_for(one_is_there, policy).empty());
}

TEST(Permit, WordsAreThoseThatWouldAddSuites) {
  EXPECT_EQ(other_allowances(Policy::device()), "null,export,anon");
  EXPECT_EQ(other_allowances(Policy::museum()), "");
}

}  // namespace
}  // namespace heirloom::app
