// Revocation by list: what is revoked, and what is said where nothing can be looked up (RFC 2246
// §7.2.2, RFC 2459 §5).
#include "heirloom/certificate_verifier.hpp"
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
using testing::pki_file;
using testing::pki_lists;
using namespace std::chrono_literals;
using Ask = testing::PathQuestion;
using Names = std::vector<std::string>;

Ask ask_with(const std::string& name, const Names& lists) {
  Ask ask{.chain = pki_chain(name)};
  ask.trust.revocation_lists = pki_lists(lists);
  return ask;
}

TEST(VerifyWithAuthorities, HonoursRevocationLists) {
  EXPECT_EQ(ask_with("revoked", {}).accepted(), 2U);  // no list was given
  const auto error = ask_with("revoked", {"ca.crl"}).refused();
  EXPECT_EQ(error.cause, Cause::certificate_revoked);
  EXPECT_NE(error.detail.find("CN=localhost,OU=revoked,O=Heirloom tests: its authority revoked it "
                              "on 20"),
            std::string::npos)
      << error.detail;
  EXPECT_EQ(ask_with("revoked", {"ca-authorities.crl"}).refused().detail,
            "CN=localhost,OU=revoked,O=Heirloom tests: its authority revoked it on 2005-06-07 "
            "08:09:10 UTC");
  EXPECT_EQ(ask_with("rsa1024", {"ca.crl"}).accepted(), 2U);
  EXPECT_EQ(ask_with("chained-revoked", {"ca.crl", "intermediate.crl"}).refused().cause,
            Cause::certificate_revoked);
  EXPECT_EQ(ask_with("chained", {"ca.crl", "intermediate.crl"}).accepted(), 3U);
}

TEST(Revocation, OfAnAuthorityInBetween) {
  const auto error =
      ask_with("from-revoked-ca", {"ca-authorities.crl", "revoked-ca.crl"}).refused();
  EXPECT_EQ(error.cause, Cause::certificate_revoked);
  EXPECT_EQ(error.detail,
            "CN=Revoked CA,O=Heirloom tests: its authority revoked it on 2005-06-07 08:09:10 UTC");
  EXPECT_EQ(ask_with("from-revoked-ca", {"ca.crl", "revoked-ca.crl"}).accepted(), 3U);
  // Trusted by name, it needs no list of who is above it, whose key is not known here either ...
  for (const Names& lists : {Names{"revoked-ca.crl"}, Names{"ca.crl", "revoked-ca.crl"}}) {
    auto ask = ask_with("from-revoked-ca", lists);
    ask.trust.authorities = {pki_certificate("revoked-ca")};
    EXPECT_EQ(ask.accepted(), 2U);
  }
  // ... but one that was given and names it counts.
  auto named = ask_with("from-revoked-ca", {"ca-authorities.crl", "revoked-ca.crl"});
  named.trust.authorities = {pki_certificate("revoked-ca")};
  EXPECT_EQ(named.refused().cause, Cause::certificate_revoked);
}

TEST(Revocation, IsUnknownWithoutAListOfEachIssuer) {
  const auto below = ask_with("chained", {"ca.crl"}).refused();
  EXPECT_EQ(below.cause, Cause::certificate_status_unknown);
  EXPECT_EQ(below.detail,
            "CN=localhost,OU=chained,O=Heirloom tests: no revocation list of its issuer, "
            "CN=Intermediate CA,O=Heirloom tests, was given");
  const auto above = ask_with("chained", {"intermediate.crl"}).refused();
  EXPECT_EQ(above.cause, Cause::certificate_status_unknown);
  EXPECT_EQ(above.detail,
            "CN=Intermediate CA,O=Heirloom tests: no revocation list of its issuer, CN=Heirloom "
            "test CA,O=Heirloom tests, was given");
  auto unreadable = ask_with("rsa1024", {});
  unreadable.trust.revocation_lists = {{1, 2, 3}};
  EXPECT_EQ(unreadable.refused().cause, Cause::certificate_status_unknown);
  // A certificate that is trusted itself has nobody above it that could revoke it.
  unreadable.trust.authorities = {unreadable.chain.front()};
  EXPECT_EQ(unreadable.accepted(), 1U);
}

TEST(Revocation, IsUnknownFromAListThatIsNotOfNow) {
  const auto old = ask_with("rsa1024", {"ca-expired.crl"}).refused();
  EXPECT_EQ(old.cause, Cause::certificate_status_unknown);
  EXPECT_EQ(old.detail,
            "CN=localhost,OU=rsa1024,O=Heirloom tests: the revocation list of its issuer, "
            "CN=Heirloom test CA,O=Heirloom tests, is out of date since 2009-12-31 23:59:59 UTC");
  const auto early = ask_with("rsa1024", {"ca-future.crl"}).refused();
  EXPECT_EQ(early.cause, Cause::certificate_status_unknown);
  EXPECT_EQ(early.detail,
            "CN=localhost,OU=rsa1024,O=Heirloom tests: the revocation list of its issuer, "
            "CN=Heirloom test CA,O=Heirloom tests, is valid from 2090-01-01 00:00:00 UTC");
  // The time is the question's, and of several lists the one that is valid counts.
  auto then = ask_with("rsa1024", {"ca-expired.crl"});
  then.now = sys_days(2005y / 1 / 1);
  EXPECT_EQ(then.accepted(), 2U);
  EXPECT_EQ(ask_with("rsa1024", {"ca-expired.crl", "ca.crl", "ca-future.crl"}).accepted(), 2U);
}

TEST(Revocation, IsUnknownFromAListThatSomebodyElseSigned) {
  const auto error = ask_with("rsa1024", {"ca-forged.crl"}).refused();
  EXPECT_EQ(error.cause, Cause::certificate_status_unknown);
  EXPECT_EQ(error.detail,
            "CN=localhost,OU=rsa1024,O=Heirloom tests: the revocation list in the name of its "
            "issuer, CN=Heirloom test CA,O=Heirloom tests, is not signed by it");
}

TEST(Revocation, IsUnknownFromAListWithAWeakerHashThanCertificatesMayHave) {
  auto ask = ask_with("rsa1024", {"ca-md5.crl"});
  ask.trust.rules = Policy::device().certificates;
  EXPECT_EQ(ask.accepted(), 2U);
  ask.trust.rules = Policy::strict().certificates;
  const auto error = ask.refused();
  EXPECT_EQ(error.cause, Cause::certificate_status_unknown);
  EXPECT_EQ(error.detail,
            "CN=localhost,OU=rsa1024,O=Heirloom tests: the revocation list of its issuer, "
            "CN=Heirloom test CA,O=Heirloom tests, is signed with MD5, SHA-1 is required");
}

TEST(Revocation, ListsAreReadFromPemAndDer) {
  EXPECT_EQ(load_revocation_lists(pki_file("ca.crl"))->size(), 1U);
  EXPECT_EQ(load_revocation_lists(pki_file("ca-authorities.crl"))->size(), 1U);
  const auto none = load_revocation_lists(pki_file("ca.crt"));
  EXPECT_EQ(none.error().cause, Cause::certificate_status_unknown);
  EXPECT_EQ(none.error().detail,
            pki_file("ca.crt") + ": there is no revocation list in it, or one that cannot be read");
  EXPECT_EQ(load_revocation_lists("/nonexistent").error().cause, Cause::file_unreadable);
}

}  // namespace
}  // namespace heirloom
