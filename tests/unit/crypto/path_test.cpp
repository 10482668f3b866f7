// verify_with_authorities: which chains it accepts, and which cause each other one has (RFC 2246
// §7.4.2, §7.4.6, D.3, F.1.1).
#include "heirloom/certificate_verifier.hpp"

#include "support/test_pki.hpp"
#include "unit/crypto/path_question.hpp"

#include <chrono>
#include <string>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

using std::chrono::sys_days;
using testing::kNow;
using testing::pki_certificate;
using testing::pki_chain;
using namespace std::chrono_literals;
using Ask = testing::PathQuestion;
using Role = CertificateQuestion::Role;

TEST(VerifyWithAuthorities, AcceptsWhatTheAuthorityHasSigned) {
  for (const std::string name : {"rsa1024",
                                 "rsa2048",
                                 "rsa4096",
                                 "rsa1024-md5",
                                 "rsa2048-sha256",
                                 "v1",
                                 "no-san",
                                 "no-key-encipherment",
                                 "no-digital-signature",
                                 "dsa1024",
                                 "ec256"}) {
    SCOPED_TRACE(name);
    const Ask ask{.chain = pki_chain(name)};
    const auto verdict = ask.verdict();
    ASSERT_TRUE(verdict.has_value()) << verdict.error().detail;
    EXPECT_EQ(verdict->verified_chain, pki_chain(name));
  }
}

TEST(VerifyWithAuthorities, NeedsNoRootInTheChain) {
  // RFC 2246 §7.4.2: the root may be omitted.
  const auto whole = pki_chain("chained");
  const Ask ask{.chain = {whole[0], whole[1]}};
  EXPECT_EQ(ask.verdict()->verified_chain, whole);
}

TEST(VerifyWithAuthorities, FindsThePathInAnyOrderAndAmongStrangers) {
  // RFC 2246 §7.4.2 wants them in order; what servers send is often not.
  const auto whole = pki_chain("chained");
  Ask ask{.chain = {whole[0], pki_certificate("other-ca"), whole[2], whole[1]}};
  const auto error = ask.refused();
  EXPECT_EQ(error.cause, Cause::certificate_chain_disordered);
  EXPECT_EQ(error.detail,
            "CN=Another CA,O=Heirloom tests follows CN=localhost,OU=chained,O=Heirloom tests, "
            "whose issuer is CN=Intermediate CA,O=Heirloom tests");
  ask.trust.rules.chain_order = ChainOrder::any;
  EXPECT_EQ(ask.verdict()->verified_chain, whole);
  // Not even the last one may be a stranger.
  ask.chain = {whole[0], whole[1], whole[2], pki_certificate("other-ca")};
  ask.trust.rules.chain_order = ChainOrder::as_specified;
  EXPECT_EQ(ask.refused().cause, Cause::certificate_chain_disordered);
  // What is trusted by itself needs no chain, so it does not matter what came along.
  ask.trust.authorities = {whole[0]};
  EXPECT_EQ(ask.accepted(), 1U);
}

TEST(VerifyWithAuthorities, StopsAtAnIntermediateThatIsTrusted) {
  Ask ask{.chain = {pki_certificate("chained")}};
  ask.trust.authorities = {pki_certificate("intermediate")};
  EXPECT_EQ(ask.accepted(), 2U);
  ask.trust.authorities = {pki_certificate("chained")};
  EXPECT_EQ(ask.accepted(), 1U);
}

TEST(VerifyWithAuthorities, TrustsAnExplicitVersion1Root) {
  Ask ask{.chain = {pki_certificate("from-ca-v1")}};
  ask.trust.authorities = {pki_certificate("ca-v1")};
  EXPECT_EQ(ask.accepted(), 2U);
}

TEST(VerifyWithAuthorities, RefusesAnIssuerThatIsNoAuthority) {
  // "v1" is signed by the authority and has no extensions: it must not be able to sign others. That
  // it is one of the given authorities makes the difference.
  Ask ask{.chain = {pki_certificate("from-ca-v1"), pki_certificate("ca-v1")}};
  EXPECT_EQ(ask.refused().cause, Cause::certificate_untrusted);
}

TEST(VerifyWithAuthorities, TrustsASelfSignedDeviceThatIsGiven) {
  Ask ask{.chain = pki_chain("device")};
  ask.trust.authorities = ask.chain;
  ask.host = "127.0.0.1";
  ask.now = sys_days(2005y / 1 / 1);
  EXPECT_EQ(ask.accepted(), 1U);
  ask.now = kNow;
  EXPECT_EQ(ask.refused().cause, Cause::certificate_expired);
}

TEST(VerifyWithAuthorities, TrustsNobodyElse) {
  Ask ask{.chain = pki_chain("rsa1024")};
  ask.trust.authorities = {pki_certificate("other-ca")};
  const auto error = ask.refused();
  EXPECT_EQ(error.cause, Cause::certificate_untrusted);
  EXPECT_EQ(error.detail,
            "CN=Heirloom test CA,O=Heirloom tests: it is self-signed and none of the trusted "
            "authorities");
  ask.chain.pop_back();
  EXPECT_EQ(ask.refused().detail,
            "CN=localhost,OU=rsa1024,O=Heirloom tests: its issuer CN=Heirloom test CA,O=Heirloom "
            "tests is none of the trusted authorities");
  ask.trust.authorities.clear();  // RFC 2246 D.3: nobody
  EXPECT_EQ(ask.refused().cause, Cause::certificate_untrusted);
  ask.trust.authorities = {{1, 2, 3}};
  EXPECT_EQ(ask.refused().cause, Cause::certificate_untrusted);
  EXPECT_EQ((Ask{.chain = pki_chain("device")}.refused().cause), Cause::certificate_untrusted);
}

TEST(VerifyWithAuthorities, LooksAtTheDates) {
  const auto expired = Ask{.chain = pki_chain("expired")}.refused();
  EXPECT_EQ(expired.cause, Cause::certificate_expired);
  EXPECT_EQ(expired.detail,
            "CN=localhost,OU=expired,O=Heirloom tests: it expired on 2009-12-31 23:59:59 UTC");
  const auto early = Ask{.chain = pki_chain("not-yet-valid")}.refused();
  EXPECT_EQ(early.cause, Cause::certificate_not_yet_valid);
  EXPECT_EQ(early.detail,
            "CN=localhost,OU=not-yet-valid,O=Heirloom tests: it is valid from 2090-01-01 00:00:00 "
            "UTC");
  // The time is the question's, not the machine's.
  EXPECT_EQ((Ask{.chain = pki_chain("expired"), .now = sys_days(2005y / 1 / 1)}.accepted()), 2U);
  EXPECT_EQ((Ask{.chain = pki_chain("not-yet-valid"), .now = sys_days(2095y / 1 / 1)}.accepted()),
            2U);
  EXPECT_EQ((Ask{.chain = pki_chain("rsa1024"), .now = sys_days(1999y / 1 / 1)}.refused().cause),
            Cause::certificate_not_yet_valid);
}

TEST(VerifyWithAuthorities, ComparesTheServersName) {
  const auto wrong = Ask{.chain = pki_chain("wrong-name")}.refused();
  EXPECT_EQ(wrong.cause, Cause::certificate_name_mismatch);
  EXPECT_EQ(wrong.detail, "it is for elsewhere.heirloom.test, 192.0.2.1, not for localhost");
  for (const std::string host : {"127.0.0.1", "::1", "a.rack.heirloom.test", "BOX.heirloom.test"}) {
    EXPECT_EQ((Ask{.chain = pki_chain("rsa1024"), .host = host}.accepted()), 2U) << host;
  }
  for (const std::string host : {"", "a.b.rack.heirloom.test", "rack.heirloom.test", "127.0.0.2"}) {
    EXPECT_EQ((Ask{.chain = pki_chain("rsa1024"), .host = host}.refused().cause),
              Cause::certificate_name_mismatch)
        << host;
  }
  Ask unchecked{.chain = pki_chain("wrong-name")};
  unchecked.trust.check_host = false;
  EXPECT_EQ(unchecked.accepted(), 2U);
}

TEST(VerifyWithAuthorities, JudgesAClientByItsPurposeAndNoName) {
  EXPECT_EQ((Ask{.chain = pki_chain("client"), .host = "", .role = Role::client}.accepted()), 2U);
  const auto as_server = Ask{.chain = pki_chain("client")}.refused();
  EXPECT_EQ(as_server.cause, Cause::certificate_key_usage);
  EXPECT_EQ((Ask{.chain = pki_chain("client-only")}.refused().cause), Cause::certificate_key_usage);
  EXPECT_EQ((Ask{.chain = pki_chain("rsa2048-sha256"), .role = Role::client}.refused().cause),
            Cause::certificate_key_usage);
}

TEST(VerifyWithAuthorities, WantsLargeEnoughKeysOnTheWholePath) {
  Ask ask{.chain = pki_chain("rsa512")};
  const auto error = ask.refused();
  EXPECT_EQ(error.cause, Cause::certificate_key_too_small);
  EXPECT_EQ(error.detail,
            "CN=localhost,OU=rsa512,O=Heirloom tests: its key has 512 bits, 1024 are required");
  ask.trust.rules.rsa.min = 512;
  EXPECT_EQ(ask.accepted(), 2U);
  ask.chain = pki_chain("rsa2048");  // its authority has 1024
  ask.trust.rules.rsa.min = 2048;
  EXPECT_EQ(ask.refused().detail,
            "CN=Heirloom test CA,O=Heirloom tests: its key has 1024 bits, 2048 are required");
}

TEST(VerifyWithAuthorities, NoticesAWrongSignature) {
  Ask ask{.chain = pki_chain("rsa1024")};
  ask.chain.front().back() ^= 1;
  const auto error = ask.refused();
  EXPECT_EQ(error.cause, Cause::certificate_signature_invalid);
  EXPECT_EQ(error.detail, "CN=localhost,OU=rsa1024,O=Heirloom tests: its signature is wrong");
}

TEST(VerifyWithAuthorities, RefusesWhatIsNoCertificateAnywhereInTheChain) {
  EXPECT_EQ((Ask{.chain = {{1, 2, 3}}}.refused().cause), Cause::certificate_malformed);
  auto chain = pki_chain("rsa1024");
  chain.push_back({1, 2, 3});
  EXPECT_EQ((Ask{.chain = chain}.refused().cause), Cause::certificate_malformed);
  EXPECT_EQ((Ask{.chain = {}}.refused().cause), Cause::certificate_missing);
}

}  // namespace
}  // namespace heirloom
