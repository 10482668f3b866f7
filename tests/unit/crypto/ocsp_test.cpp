// Revocation by a stapled OCSP response: what is good, and every reason why one is not (RFC 6960
// §3.2, RFC 6066 §8). The responses are the openssl command's.
#include "heirloom/certificate_verifier.hpp"
#include "heirloom/credentials.hpp"
#include "heirloom/policy.hpp"

#include "support/test_pki.hpp"
#include "unit/crypto/path_question.hpp"

#include <chrono>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

using std::chrono::sys_days;
using testing::pki_certificate;
using testing::pki_chain;
using testing::pki_lists;
using testing::pki_response;
using namespace std::chrono_literals;
using Ask = testing::PathQuestion;

Ask ask_with(const std::string& name, const std::string& response) {
  Ask ask{.chain = pki_chain(name)};
  ask.ocsp_response = pki_response(response);
  return ask;
}

Ask ask_with(const std::string& response) {
  return ask_with("rsa1024", response);
}

/// expect_invalid: refused, and the detail is this.
void expect_invalid(const Ask& ask, const std::string& detail) {
  const Error error = ask.refused();
  EXPECT_EQ(error.cause, Cause::certificate_status_invalid) << error.name();
  EXPECT_EQ(error.detail, detail);
}

TEST(StapledResponse, OfTheIssuerOrOfItsResponderIsTaken) {
  EXPECT_EQ(ask_with("rsa1024").accepted(), 2U);
  EXPECT_EQ(ask_with("rsa1024-sha256-id").accepted(), 2U);  // the hash is the responder's choice
  EXPECT_EQ(ask_with("rsa1024-delegated").accepted(), 2U);
  EXPECT_EQ(ask_with("chained", "chained").accepted(), 3U);
}

TEST(StapledResponse, RevokesTheCertificate) {
  const Error error = ask_with("revoked", "revoked").refused();
  EXPECT_EQ(error.cause, Cause::certificate_revoked);
  EXPECT_EQ(error.detail,
            "CN=localhost,OU=revoked,O=Heirloom tests: its authority revoked it on 2005-06-07 "
            "08:09:10 UTC");
  EXPECT_EQ(ask_with("rsa1024-revoked").refused().cause, Cause::certificate_revoked);
}

TEST(StapledResponse, MustBeAboutTheCertificate) {
  expect_invalid(ask_with("revoked", "rsa1024"), "the OCSP response is about other certificates");
  expect_invalid(ask_with("chained", "rsa1024"), "the OCSP response is about other certificates");
  expect_invalid(ask_with("rsa1024-unknown"), "the OCSP responder does not know the certificate");
}

TEST(StapledResponse, MustBeOfNow) {
  expect_invalid(ask_with("rsa1024-expired"),
                 "the OCSP response is out of date since 2009-12-31 23:59:59 UTC");
  expect_invalid(ask_with("rsa1024-future"),
                 "the OCSP response is valid from 2090-01-01 00:00:00 UTC");
  // The time is the question's, and two clocks may be five minutes apart.
  const auto end = sys_days(2009y / 12 / 31) + 23h + 59min + 59s;
  auto then = ask_with("rsa1024-expired");
  then.now = end + 5min;
  EXPECT_EQ(then.accepted(), 2U);
  then.now += 1s;
  EXPECT_EQ(then.refused().cause, Cause::certificate_status_invalid);
  const auto begin = sys_days(2090y / 1 / 1);
  auto early = ask_with("rsa1024-future");
  early.now = begin - 5min;
  EXPECT_EQ(early.accepted(), 2U);
  early.now -= 1s;
  EXPECT_EQ(early.refused().cause, Cause::certificate_status_invalid);
}

TEST(StapledResponse, WithoutAnEndIsGoodForADay) {
  auto ask = ask_with("rsa1024-no-end");  // of 2026-11-20, 12:00
  EXPECT_EQ(ask.accepted(), 2U);
  ask.now = sys_days(2026y / 11 / 21) + 12h;
  EXPECT_EQ(ask.accepted(), 2U);
  ask.now += 1s;
  expect_invalid(ask,
                 "the OCSP response is of 2026-11-20 12:00:00 UTC and does not say how long it is "
                 "valid");
}

TEST(StapledResponse, MustBeSignedByWhoMaySign) {
  expect_invalid(ask_with("rsa1024-forged"), "the signature of the OCSP response is wrong");
  expect_invalid(
      ask_with("rsa1024-foreign"),
      "the OCSP response is signed by CN=ocsp-foreign,O=Heirloom tests, which the issuer "
      "of the certificate did not certify");
  expect_invalid(ask_with("rsa1024-ocsp-client"),
                 "the OCSP response is signed by CN=ocsp-client,O=Heirloom tests, which is no OCSP "
                 "responder");
  expect_invalid(ask_with("rsa1024-ocsp-expired"),
                 "the OCSP response is signed by CN=ocsp-expired,O=Heirloom tests, whose "
                 "certificate is not valid now");
  auto then = ask_with("rsa1024-ocsp-expired");
  then.now = sys_days(2005y / 1 / 1);
  EXPECT_EQ(then.accepted(), 2U);
}

TEST(StapledResponse, IsBoundByTheRulesOfCertificates) {
  expect_invalid(ask_with("rsa1024-ocsp-small"),
                 "the OCSP response is signed by CN=ocsp-small,O=Heirloom tests, and "
                 "CN=ocsp-small,O=Heirloom tests: its key has 512 bits, 1024 are required");
  auto ask = ask_with("rsa1024-md5");
  ask.trust.rules = Policy::device().certificates;
  EXPECT_EQ(ask.accepted(), 2U);
  ask.trust.rules = Policy::strict().certificates;
  expect_invalid(ask, "the OCSP response is signed with MD5, SHA-1 is required");
}

TEST(StapledResponse, ThatIsNoneIsRefused) {
  auto ask = ask_with("rsa1024");
  const auto good = ask.ocsp_response;
  ask.ocsp_response = {1, 2, 3};
  expect_invalid(ask, "the OCSP response cannot be read");
  ask.ocsp_response = good;
  ask.ocsp_response.push_back(0);
  expect_invalid(ask, "the OCSP response cannot be read");
  ask.ocsp_response = {0x30, 0x03, 0x0a, 0x01, 0x03};  // OCSPResponse without responseBytes
  expect_invalid(ask, "the OCSP response is no answer: trylater");
  ask.ocsp_response = {0x30, 0x03, 0x0a, 0x01, 0x00};
  expect_invalid(ask, "the OCSP response is of a type that is not known");
  // No byte of it can be changed and none be missing.
  for (std::size_t i = 0; i < good.size(); i += 7) {
    ask.ocsp_response.assign(good.begin(), good.begin() + static_cast<std::ptrdiff_t>(i));
    const bool is_there = i != 0;
    EXPECT_EQ(ask.verdict().has_value(), !is_there) << i;
  }
}

TEST(StapledResponse, MayBeDemanded) {
  Ask ask{.chain = pki_chain("rsa1024")};
  EXPECT_EQ(ask.accepted(), 2U);
  ask.trust.stapled_status = StapledStatus::required;
  const Error error = ask.refused();
  EXPECT_EQ(error.cause, Cause::certificate_status_unknown);
  EXPECT_EQ(error.detail,
            "CN=localhost,OU=rsa1024,O=Heirloom tests: the server stapled no OCSP response");
  ask.ocsp_response = pki_response("rsa1024");
  EXPECT_EQ(ask.accepted(), 2U);
  // Who is trusted by name has nobody above it that could revoke it; a client staples nothing.
  ask.ocsp_response.clear();
  ask.trust.authorities = {ask.chain.front()};
  EXPECT_EQ(ask.accepted(), 1U);
  Ask client{.chain = pki_chain("client"), .role = CertificateQuestion::Role::client};
  client.trust.stapled_status = StapledStatus::required;
  EXPECT_EQ(client.accepted(), 2U);
}

TEST(StapledResponse, StandsInForAListOfTheIssuer) {
  // Lists were demanded, and there is none of `ca`, or none of `intermediate`.
  auto ask = ask_with("rsa1024");
  ask.trust.revocation_lists = pki_lists({"intermediate.crl"});
  EXPECT_EQ(ask.accepted(), 2U);
  ask.ocsp_response = pki_response("rsa1024-expired");
  EXPECT_EQ(ask.refused().cause, Cause::certificate_status_invalid);
  ask.ocsp_response.clear();
  EXPECT_EQ(ask.refused().cause, Cause::certificate_status_unknown);
  auto below = ask_with("chained", "chained");
  below.trust.revocation_lists = pki_lists({"ca.crl"});
  EXPECT_EQ(below.accepted(), 3U);
  // It speaks for the server's certificate only, and a list that is there counts.
  below.trust.revocation_lists = pki_lists({"intermediate.crl"});
  EXPECT_EQ(below.refused().cause, Cause::certificate_status_unknown);
  auto outdated = ask_with("rsa1024");
  outdated.trust.revocation_lists = pki_lists({"ca-expired.crl"});
  EXPECT_EQ(outdated.refused().cause, Cause::certificate_status_unknown);
}

TEST(StapledResponse, IsReadFromAFile) {
  EXPECT_EQ(load_ocsp_response(testing::pki_file("rsa1024.ocsp")).value(), pki_response("rsa1024"));
  const auto none = load_ocsp_response(testing::pki_file("ca.crt"));
  EXPECT_EQ(none.error().cause, Cause::config_invalid);
  EXPECT_EQ(none.error().detail,
            testing::pki_file("ca.crt") + ": it is no OCSP response with an answer");
  EXPECT_EQ(load_ocsp_response("/nonexistent").error().cause, Cause::file_unreadable);
}

}  // namespace
}  // namespace heirloom
