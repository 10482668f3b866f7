// verify_with_authorities: which chains it accepts, and which cause each other one has (RFC 2246
// §7.4.2, §7.4.6, D.3, F.1.1).
#include "heirloom/certificate_verifier.hpp"

#include "crypto/pem.hpp"
#include "support/test_pki.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <openssl/pem.h>

namespace heirloom {
namespace {

using std::chrono::sys_days;
using testing::pki_certificate;
using testing::pki_chain;
using testing::pki_file;
using namespace std::chrono_literals;
using Role = CertificateQuestion::Role;

constexpr auto kNow = sys_days(2026y / 11 / 21);

/// crl reads one of the revocation lists.
std::vector<std::uint8_t> crl(const std::string& name) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(
      std::fopen(pki_file(name).c_str(), "r"), std::fclose);
  char* kind = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;
  EXPECT_EQ(PEM_read(file.get(), &kind, &header, &data, &size), 1);
  std::vector<std::uint8_t> der(data, data + size);
  OPENSSL_free(kind);
  OPENSSL_free(header);
  OPENSSL_free(data);
  return der;
}

/// Ask holds everything of a question, with what most tests want as default.
struct Ask {
  CertificateChain chain;
  TrustOptions trust{.authorities = {pki_certificate("ca")}};
  std::string host = "localhost";
  Role role = Role::server;
  std::chrono::system_clock::time_point now = kNow;

  [[nodiscard]] CertificateVerdict verdict() const {
    auto answer = verify_with_authorities(trust)->verify({chain, role, host, now});
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
  const Ask ask{.chain = {whole[0], pki_certificate("other-ca"), whole[2], whole[1]}};
  EXPECT_EQ(ask.verdict()->verified_chain, whole);
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
  ask.trust.min_rsa_bits = 512;
  EXPECT_EQ(ask.accepted(), 2U);
  ask.chain = pki_chain("rsa2048");  // its authority has 1024
  ask.trust.min_rsa_bits = 2048;
  EXPECT_EQ(ask.refused().detail,
            "CN=Heirloom test CA,O=Heirloom tests: its key has 1024 bits, 2048 are required");
}

TEST(VerifyWithAuthorities, HonoursRevocationLists) {
  Ask ask{.chain = pki_chain("revoked")};
  EXPECT_EQ(ask.accepted(), 2U);  // no list was given
  ask.trust.revocation_lists = {crl("ca.crl")};
  const auto error = ask.refused();
  EXPECT_EQ(error.cause, Cause::certificate_revoked);
  EXPECT_NE(error.detail.find("CN=localhost,OU=revoked,O=Heirloom tests: its authority revoked it "
                              "on 20"),
            std::string::npos)
      << error.detail;
  ask.chain = pki_chain("rsa1024");
  EXPECT_EQ(ask.accepted(), 2U);
}

TEST(VerifyWithAuthorities, DoesNotGuessWhereARevocationListIsMissingOrOld) {
  Ask ask{.chain = pki_chain("rsa1024")};
  ask.trust.revocation_lists = {crl("ca-expired.crl")};
  EXPECT_EQ(ask.refused().cause, Cause::certificate_rejected);
  EXPECT_NE(ask.refused().detail.find("revocation list is out of date"), std::string::npos);
  ask.trust.revocation_lists = {crl("ca.crl")};
  ask.chain = pki_chain("chained");
  EXPECT_EQ(ask.refused().cause, Cause::certificate_rejected);
  EXPECT_NE(ask.refused().detail.find("no revocation list of its issuer"), std::string::npos);
  ask.chain = pki_chain("rsa1024");
  ask.trust.revocation_lists = {{1, 2, 3}};
  EXPECT_EQ(ask.refused().cause, Cause::certificate_rejected);
  // A certificate that is trusted itself has nobody above it that could revoke it.
  ask.trust.authorities = {ask.chain.front()};
  EXPECT_EQ(ask.accepted(), 1U);
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
