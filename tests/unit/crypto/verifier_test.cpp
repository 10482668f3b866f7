// The verifiers that build no path.
#include "heirloom/certificate_verifier.hpp"

#include "support/test_pki.hpp"

#include <gtest/gtest.h>

namespace heirloom {
namespace {

using testing::pki_chain;

CertificateVerdict ask(CertificateVerifier& verifier, const CertificateChain& chain) {
  auto answer = verifier.verify(
      {chain, CertificateQuestion::Role::server, "box", std::chrono::system_clock::now()});
  EXPECT_FALSE(answer.is_pending());
  return std::move(answer).answer();
}

TEST(VerifyWithPin, AcceptsTheListedCertificateWhateverElseIsWrong) {
  // Expired, MD5, version 1, self-signed, another name.
  const auto device = pki_chain("device");
  const auto verifier = verify_with_pin(
      {certificate_fingerprint(pki_chain("v1").front()), certificate_fingerprint(device.front())});
  const auto verdict = ask(*verifier, device);
  ASSERT_TRUE(verdict.has_value());
  EXPECT_TRUE(verdict->verified_chain.empty());
  EXPECT_TRUE(ask(*verifier, pki_chain("v1")).has_value());
}

TEST(VerifyWithPin, RefusesAnyOther) {
  const auto chain = pki_chain("rsa1024");
  const auto verifier = verify_with_pin({certificate_fingerprint(chain.back())});
  const auto verdict = ask(*verifier, chain);  // the pin is the authority's: not enough
  EXPECT_EQ(verdict.error().cause, Cause::certificate_pin_mismatch);
  EXPECT_EQ(verdict.error().detail,
            "the certificate is " + format_fingerprint(certificate_fingerprint(chain.front())));
  EXPECT_FALSE(ask(*verify_with_pin({}), chain).has_value());
  EXPECT_EQ(ask(*verifier, {}).error().cause, Cause::certificate_missing);
  // The pin is over bytes: not even a certificate is needed to be refused.
  EXPECT_EQ(ask(*verifier, {{1, 2, 3}}).error().cause, Cause::certificate_pin_mismatch);
}

TEST(AcceptAnyCertificate, LooksAtNothing) {
  EXPECT_TRUE(ask(*accept_any_certificate(), {{1, 2, 3}}).has_value());
}

}  // namespace
}  // namespace heirloom
