// A question to verify_with_authorities, for its tests.
#pragma once

#include "heirloom/certificate_verifier.hpp"

#include "support/test_pki.hpp"

#include <chrono>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace heirloom::testing {

inline constexpr auto kNow =
    std::chrono::sys_days(std::chrono::year(2026) / std::chrono::November / std::chrono::day(21));

/// pki_lists reads revocation lists of tests/vectors/certificates.
inline std::vector<std::vector<std::uint8_t>> pki_lists(const std::vector<std::string>& names) {
  std::vector<std::vector<std::uint8_t>> lists;
  for (const std::string& name : names) {
    auto more = load_revocation_lists(pki_file(name));
    EXPECT_TRUE(more.has_value()) << name;
    if (more.has_value()) {
      lists.insert(lists.end(), more->begin(), more->end());
    }
  }
  return lists;
}

/// PathQuestion holds everything of a question, with what most tests want as default.
struct PathQuestion {
  CertificateChain chain;
  TrustOptions trust{.authorities = {pki_certificate("ca")}};
  std::string host = "localhost";
  CertificateQuestion::Role role = CertificateQuestion::Role::server;
  std::chrono::system_clock::time_point now = kNow;
  std::vector<std::uint8_t> ocsp_response = {};

  [[nodiscard]] CertificateVerdict verdict() const {
    auto answer = verify_with_authorities(trust)->verify({chain, role, host, now, ocsp_response});
    EXPECT_FALSE(answer.is_pending());
    return std::move(answer).answer();
  }

  /// accepted gives the length of the verified chain, 0 if it was refused.
  [[nodiscard]] std::size_t accepted() const {
    const auto answer = verdict();
    EXPECT_TRUE(answer.has_value()) << answer.error().name() << ": " << answer.error().detail;
    return answer.has_value() ? answer->verified_chain.size() : 0;
  }

  [[nodiscard]] Error refused() const {
    auto answer = verdict();
    EXPECT_FALSE(answer.has_value());
    return answer.has_value() ? Error() : answer.error();
  }
};

}  // namespace heirloom::testing
