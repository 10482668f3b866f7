#include "common/policy_text.hpp"

#include <algorithm>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace heirloom::app {
namespace {

TEST(PolicyText, EveryLineOfTheLibraryIsAField) {
  const Policy policy = Policy::museum();
  std::string again;
  for (const PolicyLine& line : policy_lines(policy)) {
    again += line.name + " = " + line.value + "\n";
  }
  EXPECT_EQ(again, to_string(policy));
}

TEST(PolicyText, JsonHasNumbersAndLists) {
  const auto object = policy_json(Policy::device());
  EXPECT_EQ(object["min_dh_bits"], 768);
  EXPECT_EQ(object["max_version"], "TLS 1.0");
  EXPECT_EQ(object["named_curves"][0], "secp256r1");
  EXPECT_EQ(object["cipher_suites"].size(), Policy::device().cipher_suites.size());
  EXPECT_EQ(object["extensions"][0], "server_name");
  Policy bare;
  bare.extensions = {};
  EXPECT_EQ(policy_json(bare)["extensions"].size(), 0U);
}

TEST(PolicyText, APolicyDoesNotDifferFromItself) {
  const PolicyDifference difference = compare(Policy::device(), Policy::device());
  EXPECT_EQ(difference_text(difference), "");
  EXPECT_TRUE(difference_json(difference)["fields"].empty());
}

TEST(PolicyText, DifferencesHaveTheirDirection) {
  const PolicyDifference difference = compare(Policy::strict(), Policy::museum());
  const std::string text = difference_text(difference);
  EXPECT_NE(text.find("- min_version = TLS 1.0\n+ min_version = SSL 3.0\n"), std::string::npos);
  EXPECT_NE(text.find("+ cipher_suites: TLS_RSA_WITH_NULL_MD5\n"), std::string::npos);
  EXPECT_TRUE(difference.removed.empty()) << "museum has everything";
  const PolicyDifference back = compare(Policy::museum(), Policy::strict());
  EXPECT_EQ(back.removed, difference.added);
  EXPECT_EQ(back.fields.size(), difference.fields.size());
}

TEST(PolicyText, AnotherOrderIsADifference) {
  Policy turned = Policy::device();
  std::ranges::reverse(turned.cipher_suites);
  EXPECT_TRUE(compare(Policy::device(), turned).has_other_order);
  turned = Policy::device();
  turned.cipher_suites.pop_back();
  EXPECT_FALSE(compare(Policy::device(), turned).has_other_order);
}

}  // namespace
}  // namespace heirloom::app
