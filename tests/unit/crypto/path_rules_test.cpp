// CertificateRules: what a path may be made of, and the certificates of the period (RFC 2246
// §7.4.2, D.4, RFC 2459 §4.2.1.11).
#include "crypto/path_rules.hpp"

#include "heirloom/certificate_verifier.hpp"
#include "heirloom/policy.hpp"

#include "crypto/md2_signature.hpp"
#include "crypto/pem.hpp"
#include "crypto/x509_parse.hpp"
#include "support/raw_certificate.hpp"
#include "support/test_pki.hpp"
#include "support/vector_file.hpp"
#include "unit/crypto/path_question.hpp"

#include <chrono>
#include <string>

#include <gtest/gtest.h>
#include <openssl/objects.h>

namespace heirloom {
namespace {

using std::chrono::sys_days;
using testing::from_hex;
using testing::pki_certificate;
using testing::pki_chain;
using namespace std::chrono_literals;
using Ask = testing::PathQuestion;

TEST(CertificateRules, HoldKeysOfEveryKindToTheirSizes) {
  struct Row {
    const char* name;
    std::size_t bits;
    KeyBits CertificateRules::*limits;
  };

  for (const Row& row : {Row{"rsa2048", 2048, &CertificateRules::rsa},
                         Row{"dsa1024", 1024, &CertificateRules::dsa},
                         Row{"dh1024", 1024, &CertificateRules::dh},
                         Row{"dh1024-x942", 1024, &CertificateRules::dh},
                         Row{"ec384", 384, &CertificateRules::ec}}) {
    SCOPED_TRACE(row.name);
    Ask ask{.chain = pki_chain(row.name)};
    // The authority has an RSA key of 1024 bits itself and is held to the same limits.
    ask.trust.rules.*row.limits = {.min = 384, .max = row.bits};
    EXPECT_EQ(ask.accepted(), 2U);
    (ask.trust.rules.*row.limits).min = row.bits + 1;
    (ask.trust.rules.*row.limits).max = row.bits + 1;
    EXPECT_EQ(ask.refused().cause, Cause::certificate_key_too_small);
    ask.trust.rules.*row.limits = {.min = 0, .max = row.bits - 1};
    EXPECT_EQ(ask.refused().cause, Cause::certificate_key_too_large);
    EXPECT_EQ(ask.refused().detail,
              "CN=localhost,OU=" + std::string(row.name) + ",O=Heirloom tests: its key has " +
                  std::to_string(row.bits) + " bits, " + std::to_string(row.bits - 1) +
                  " are the limit");
  }
}

// The policy of a handshake lets such a suite undercut its minimum by its nature; so do the rules.
TEST(CertificateRules, TakeShortDiffieHellmanKeysWithExportSuites) {
  Policy policy = Policy::device();
  Ask ask{.chain = pki_chain("dh512")};
  ask.trust.rules = policy.certificates;
  EXPECT_EQ(ask.refused().cause, Cause::certificate_key_too_small);
  allow(policy, {Allowance::export_grade});
  ask.trust.rules = policy.certificates;
  EXPECT_EQ(ask.accepted(), 2U);
  // A short key that signs or deciphers is another matter: only a pin covers it.
  ask.chain = pki_chain("rsa512");
  EXPECT_EQ(ask.refused().cause, Cause::certificate_key_too_small);
}

TEST(CertificateRules, HaveTheHashesOfTheirPreset) {
  struct Row {
    const char* name;
    SignatureHash hash;
  };

  for (const Row& row : {Row{"rsa1024-md2", SignatureHash::md2},
                         Row{"rsa1024-md5", SignatureHash::md5},
                         Row{"rsa1024", SignatureHash::sha1},
                         Row{"dsa1024-dsa", SignatureHash::sha1},
                         Row{"rsa2048-sha256", SignatureHash::sha2}}) {
    SCOPED_TRACE(row.name);
    for (const auto& [policy, weakest] : {std::pair(Policy::strict(), SignatureHash::sha1),
                                          std::pair(Policy::device(), SignatureHash::md5),
                                          std::pair(Policy::museum(), SignatureHash::md2)}) {
      Ask ask{.chain = pki_chain(row.name)};
      ask.trust.authorities.push_back(pki_certificate("dsa-ca"));
      ask.trust.rules = policy.certificates;
      EXPECT_EQ(ask.verdict().has_value(), row.hash >= weakest) << to_string(weakest);
      if (row.hash < weakest) {
        const auto error = ask.refused();
        EXPECT_EQ(error.cause, Cause::certificate_signature_weak);
        EXPECT_EQ(error.detail,
                  "CN=localhost,OU=" + std::string(row.name) +
                      ",O=Heirloom tests: it is signed with " + std::string(to_string(row.hash)) +
                      ", " + std::string(to_string(weakest)) + " is required");
      }
    }
  }
}

TEST(CertificateRules, DoNotJudgeAnAuthorityByWhoSignedIt) {
  // Version 1 and MD5, under the strictest rules.
  Ask ask{.chain = pki_chain("from-ca-v1")};
  ask.trust.authorities = {pki_certificate("ca-v1")};
  ask.trust.rules = Policy::strict().certificates;
  EXPECT_EQ(ask.accepted(), 2U);
  // The same holds for the peer's own certificate, if it is the one that is trusted.
  ask.chain = pki_chain("rsa1024-md2");
  ask.trust.authorities = {ask.chain.front()};
  EXPECT_EQ(ask.accepted(), 1U);
  // ... and for an authority that was signed by another one.
  ask.chain = {pki_certificate("chained")};
  ask.trust.authorities = {pki_certificate("intermediate")};
  ask.trust.rules.weakest_hash = SignatureHash::sha2;
  EXPECT_EQ(ask.refused().cause, Cause::certificate_signature_weak);
  ask.trust.rules.weakest_hash = SignatureHash::sha1;
  EXPECT_EQ(ask.accepted(), 2U);
}

TEST(CertificateRules, TakeAChainOfThePeriodWithItsMd2RootOfVersion1) {
  Ask ask{.chain = pki_chain("period"), .host = "mail.google.com"};
  ask.trust.authorities = {pki_certificate("period-root")};
  ask.trust.rules = Policy::strict().certificates;
  ask.now = sys_days(2012y / 1 / 1);
  EXPECT_EQ(ask.accepted(), 3U);
  ask.chain.pop_back();  // servers left the root out
  EXPECT_EQ(ask.accepted(), 3U);
  ask.now = testing::kNow;
  EXPECT_EQ(ask.refused().cause, Cause::certificate_expired);
}

TEST(CertificateRules, SortWhatLibcryptoKnows) {
  EXPECT_EQ(crypto::signature_hash(NID_md2WithRSAEncryption), SignatureHash::md2);
  EXPECT_EQ(crypto::signature_hash(NID_md4WithRSAEncryption), SignatureHash::md2);
  EXPECT_EQ(crypto::signature_hash(NID_md5WithRSA), SignatureHash::md5);
  EXPECT_EQ(crypto::signature_hash(NID_dsaWithSHA), SignatureHash::sha1);
  EXPECT_EQ(crypto::signature_hash(NID_ripemd160WithRSA), SignatureHash::sha1);
  EXPECT_EQ(crypto::signature_hash(NID_ecdsa_with_SHA1), SignatureHash::sha1);
  EXPECT_EQ(crypto::signature_hash(NID_ecdsa_with_SHA384), SignatureHash::sha2);
  EXPECT_EQ(crypto::signature_hash(NID_rsassaPss), SignatureHash::sha2);
  EXPECT_EQ(crypto::signature_hash(NID_ED25519), SignatureHash::sha2);
}

// RFC 1319 appendix A.5
TEST(Md2, HashesWhatItsDocumentDoes) {
  const auto hash = [](std::string_view text) { return crypto::md2(crypto::as_bytes(text)); };
  EXPECT_EQ(hash(""), from_hex("8350e5a3e24c153df2275c9f80692773"));
  EXPECT_EQ(hash("a"), from_hex("32ec01ec4a6dac72c0ab96fb34c0b5d1"));
  EXPECT_EQ(hash("abc"), from_hex("da853b0d3f88d99b30283a69e6ded6bb"));
  EXPECT_EQ(hash("message digest"), from_hex("ab4f496bfb2a530b219ff33031fe06b0"));
  EXPECT_EQ(hash("abcdefghijklmnopqrstuvwxyz"), from_hex("4e8ddff3650292ab5a4108c3aa47940b"));
  EXPECT_EQ(
      hash("12345678901234567890123456789012345678901234567890123456789012345678901234567890"),
      from_hex("d5976f79d83d3a0dc9806c3c66f3efd8"));
}

TEST(Md2, VerifiesTheSignatureThatVeriSignMadeIn1996) {
  const auto root = crypto::parse_x509(pki_certificate("period-root"));
  EXPECT_TRUE(crypto::is_signed_with_md2(root->get()));
  EXPECT_TRUE(crypto::verify_md2_signature(root->get(), root->get()));
  const auto other = crypto::parse_x509(pki_certificate("ca"));
  EXPECT_FALSE(crypto::verify_md2_signature(root->get(), other->get()));
  EXPECT_FALSE(crypto::verify_md2_signature(other->get(), other->get()));  // it has SHA-1
  const auto dsa = crypto::parse_x509(pki_certificate("dsa1024"));
  EXPECT_FALSE(crypto::verify_md2_signature(root->get(), dsa->get()));
  for (const std::size_t from_end : {std::size_t{1}, std::size_t{200}, std::size_t{500}}) {
    auto der = pki_certificate("period-root");
    der[der.size() - from_end] ^= 1;
    const auto changed = crypto::parse_x509(der);
    ASSERT_TRUE(changed.has_value()) << from_end;
    EXPECT_FALSE(crypto::verify_md2_signature(changed->get(), root->get())) << from_end;
  }
}

TEST(Md2, DoesNotCoverAWrongSignature) {
  Ask ask{.chain = pki_chain("rsa1024-md2")};
  ask.trust.rules = Policy::museum().certificates;
  EXPECT_EQ(ask.accepted(), 2U);
  ask.chain.front().back() ^= 1;
  EXPECT_EQ(ask.refused().cause, Cause::certificate_signature_invalid);
}

TEST(NameConstraints, BindThoseBelow) {
  Ask ask{.chain = pki_chain("constrained"), .host = "box.heirloom.test"};
  EXPECT_EQ(ask.accepted(), 3U);

  struct Row {
    const char* name;
    const char* host;
  };

  for (const Row& row : {Row{"constrained-outside", "box.heirloom.test"},
                         Row{"constrained-excluded", "box.secret.heirloom.test"},
                         Row{"constrained-no-san", "elsewhere.test"}}) {
    SCOPED_TRACE(row.name);
    ask.chain = pki_chain(row.name);
    ask.host = row.host;
    const auto error = ask.refused();
    EXPECT_EQ(error.cause, Cause::certificate_untrusted);
    EXPECT_NE(error.detail.find("it has a name for which an authority above it may not certify"),
              std::string::npos)
        << error.detail;
  }
  // They come from the authority, so they also bind where it is the one that is trusted.
  ask.trust.authorities = {pki_certificate("constrained-ca")};
  EXPECT_EQ(ask.refused().cause, Cause::certificate_untrusted);
}

TEST(OddCertificates, AreJudgedAsFarAsLibcryptoReadsThem) {
  EXPECT_EQ((Ask{.chain = pki_chain("negative-serial")}.accepted()), 2U);
  const auto month = Ask{.chain = pki_chain("month-13")}.refused();
  EXPECT_EQ(month.cause, Cause::certificate_malformed);
  EXPECT_EQ(month.detail,
            "CN=localhost,OU=month-13,O=Heirloom tests: one of its dates cannot be read");
  for (const std::string name : {"padded-serial", "no-date"}) {
    const CertificateDer der = testing::raw_pki_certificate(name);
    ASSERT_FALSE(crypto::parse_x509(der).has_value()) << name;
    EXPECT_EQ((Ask{.chain = {der, pki_certificate("ca")}}.refused().cause),
              Cause::certificate_malformed);
  }
}

}  // namespace
}  // namespace heirloom
