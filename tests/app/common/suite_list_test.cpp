#include "common/suite_list.hpp"

#include "heirloom/policy.hpp"

#include <algorithm>
#include <span>

#include <gtest/gtest.h>

namespace heirloom::app {
namespace {

std::vector<Allowance> everything() {
  return {allowances().begin(), allowances().end()};
}

std::vector<std::uint16_t> list(const std::string& words,
                                const std::vector<Allowance>& allowed = everything()) {
  auto result = apply_suite_list(Policy::device().cipher_suites, split_list({words}), allowed);
  return result.has_value() ? *result : std::vector<std::uint16_t>{};
}

std::string refusal(const std::string& words, const std::vector<Allowance>& allowed = {}) {
  const auto result =
      apply_suite_list(Policy::device().cipher_suites, split_list({words}), allowed);
  return result.has_value() ? "" : result.error().cause + ": " + result.error().next;
}

/// expect_group holds a group against a question about the rows of the table.
template <class Question>
void expect_group(const std::string& word, Question question) {
  SCOPED_TRACE(word);
  std::size_t count = 0;
  for (const CipherSuite& suite : cipher_suites()) {
    EXPECT_EQ(is_in_group(suite, word), question(suite)) << suite.openssl_name;
    count += question(suite) ? 1U : 0U;
  }
  EXPECT_EQ(list(word).size(), count);
  EXPECT_NE(count, 0U);
}

TEST(SuiteList, GroupsFollowFromTheRows) {
  using Suite = CipherSuite;
  expect_group("RSA", [](const Suite& s) { return s.key_exchange == KeyExchangeKind::rsa; });
  expect_group("dhe_rsa",
               [](const Suite& s) { return s.key_exchange == KeyExchangeKind::dhe_rsa; });
  expect_group("DHE-DSS",
               [](const Suite& s) { return s.key_exchange == KeyExchangeKind::dhe_dss; });
  expect_group("DHE", [](const Suite& s) {
    return s.key_exchange == KeyExchangeKind::dhe_rsa || s.key_exchange == KeyExchangeKind::dhe_dss;
  });
  expect_group("ADH", [](const Suite& s) { return s.key_exchange == KeyExchangeKind::dh_anon; });
  expect_group("anon", [](const Suite& s) { return info(s.key_exchange).is_anonymous; });
  expect_group("ECDSA",
               [](const Suite& s) { return s.key_exchange == KeyExchangeKind::ecdhe_ecdsa; });
  expect_group("RC4", [](const Suite& s) { return info(s.bulk).name.starts_with("RC4"); });
  expect_group("AES_128", [](const Suite& s) { return s.bulk == BulkCipher::aes_128_cbc; });
  expect_group("DES", [](const Suite& s) { return s.bulk == BulkCipher::des_cbc; });
  expect_group("NULL", [](const Suite& s) { return s.bulk == BulkCipher::null; });
  expect_group("MD5", [](const Suite& s) { return s.mac == MacAlgorithm::md5; });
  expect_group("EXPORT", [](const Suite& s) { return s.is_exportable(); });
  expect_group("EXPORT1024", [](const Suite& s) { return s.export_limit_bits == 1024; });
  expect_group("broken", [](const Suite& s) { return s.weakness == Weakness::broken; });
  expect_group("ALL", [](const Suite&) { return true; });
  EXPECT_EQ(list("DH_RSA+DES40"), std::vector<std::uint16_t>{0x000e});
}

TEST(SuiteList, SignsChangeThePresetsList) {
  auto expected = Policy::device().cipher_suites;
  const auto everything_added = list("+ALL");
  EXPECT_EQ(everything_added.size(), cipher_suites().size());
  EXPECT_TRUE(std::ranges::equal(expected, std::span(everything_added).first(expected.size())));
  std::erase_if(expected,
                [](std::uint16_t id) { return is_in_group(*find_cipher_suite(id), "RC4"); });
  EXPECT_EQ(list("-RC4"), expected);
  expected.push_back(0x0004);
  EXPECT_EQ(list("-RC4:+RC4-MD5"), expected);
  EXPECT_EQ(list("0x2f,0X0005,0x0004"), (std::vector<std::uint16_t>{0x002f, 0x0005, 0x0004}));
  EXPECT_EQ(list("RC4-SHA,AES128-SHA,-RC4,RC4-SHA"), (std::vector<std::uint16_t>{0x002f, 0x0005}));
}

TEST(SuiteList, OfAGroupOnlyWhatIsAllowedIsTaken) {
  for (const std::uint16_t id : list("ALL", {})) {
    EXPECT_TRUE(needed_allowances(*find_cipher_suite(id)).empty()) << id;
  }
  for (const std::uint16_t id : list("anon", {Allowance::anonymous})) {
    EXPECT_EQ(needed_allowances(*find_cipher_suite(id)), std::vector{Allowance::anonymous});
  }
}

TEST(SuiteList, RefusalsNameTheFlag) {
  EXPECT_EQ(refusal("+EXPORT"), "suite_not_allowed: --allow export");
  EXPECT_EQ(refusal("EXP-ADH-RC4-MD5"), "suite_not_allowed: --allow export,anon");
  EXPECT_EQ(refusal("EXP-ADH-RC4-MD5", {Allowance::export_grade}),
            "suite_not_allowed: --allow anon");
  EXPECT_EQ(refusal("AES"), "");
  for (const char* nonsense : {"AES+", "+", "-", "DH+EC", "A", "RS", "EXPORT40", "TLS_RSA"}) {
    EXPECT_EQ(refusal(nonsense), "suite_unknown: heirloom suites") << nonsense;
  }
  EXPECT_EQ(refusal("-ALL").substr(0, 12), "suites_empty");
}

}  // namespace
}  // namespace heirloom::app
