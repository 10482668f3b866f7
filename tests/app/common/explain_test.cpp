#include "common/explain.hpp"

#include "common/describe.hpp"

#include <gtest/gtest.h>

namespace heirloom::app {
namespace {

const Attempt kAttempt{"10.0.0.5:443", "heirloom connect 10.0.0.5:443", "--no-extensions", {}};

TEST(Explain, EveryCauseHasASentenceAndAnExitCode) {
  for (int number = 0; number <= static_cast<int>(Cause::internal_error); ++number) {
    const auto cause = static_cast<Cause>(number);
    const Failure failure = explain_error(Error{cause}, kAttempt);
    const std::string name(cause_info(cause).name);
    EXPECT_FALSE(failure.what.empty()) << name;
    EXPECT_FALSE(failure.what.ends_with('.')) << name;
    EXPECT_NE(failure.code, ExitCode::ok) << name;
    EXPECT_EQ(failure.cause, name);
    EXPECT_EQ(failure.code == ExitCode::identity, is_identity_cause(cause)) << name;
  }
}

TEST(Explain, EveryAlertHasWords) {
  for (int number = 0; number <= 255; ++number) {
    const auto description = static_cast<AlertDescription>(number);
    EXPECT_FALSE(explain_alert(description).empty()) << number;
    EXPECT_TRUE(format_alert(description).ends_with(" (" + std::to_string(number) + ")"));
  }
}

TEST(Explain, AnAlertIsNamedWithWhatToTry) {
  Error error{Cause::alert_received};
  error.alert = Alert{AlertLevel::fatal, AlertDescription::inappropriate_fallback};
  const Failure failure = explain_error(error, kAttempt);
  EXPECT_EQ(failure.code, ExitCode::handshake);
  EXPECT_EQ(failure.what,
            "10.0.0.5:443 refused with the alert inappropriate_fallback (86): it can do a newer "
            "version than was offered and takes this for a forced downgrade");
  EXPECT_NE(failure.next.find("--fallback-scsv"), std::string::npos);
}

TEST(Explain, ACertificateIsNamedByItsFingerprint) {
  Attempt attempt = kAttempt;
  attempt.peer_chain = {{1, 2, 3}};
  const Failure failure = explain_error(Error{Cause::certificate_expired}, attempt);
  // sha256sum of the bytes 1, 2, 3.
  const std::string pin = "sha256:039058c6f2c0cb492c533b0a4d14ef77cc0f78abccced5287d84a1a2011cfb81";
  EXPECT_NE(failure.what.find(pin), std::string::npos) << failure.what;
  EXPECT_TRUE(failure.next.starts_with("heirloom connect 10.0.0.5:443 --pin " + pin));
}

TEST(Explain, AnAdviceReplacesAnOptionThatIsThere) {
  Attempt attempt = kAttempt;
  attempt.command = "heirloom connect box --min tls1 --preset strict --cert x";
  EXPECT_EQ(explain_error(Error{Cause::version_not_acceptable}, attempt).next,
            "heirloom connect box --preset strict --cert x --min ssl3");
  attempt.command = "heirloom connect box --min tls1";
  EXPECT_EQ(explain_error(Error{Cause::version_not_acceptable}, attempt).next,
            "heirloom connect box --min ssl3");
  EXPECT_TRUE(explain_error(Error{Cause::certificate_malformed}, attempt)
                  .next.starts_with("heirloom connect box --min tls1 --messages"));
}

Error alert_of(AlertDescription description) {
  Error error{Cause::alert_received};
  error.alert = Alert{AlertLevel::fatal, description};
  return error;
}

TEST(Explain, AnAdviceKeepsWhatSaysWhoThePeerIs) {
  Attempt attempt = kAttempt;
  attempt.anybody = "heirloom connect box --suites RC4";
  attempt.command = attempt.anybody + " --cafile ca.pem --crl ca.crl";
  attempt.peer_chain = {{1, 2, 3}};
  EXPECT_EQ(explain_error(Error{Cause::version_not_acceptable}, attempt).next,
            attempt.command + " --min ssl3");
  EXPECT_TRUE(explain_error(Error{Cause::certificate_untrusted}, attempt)
                  .next.starts_with(attempt.anybody + " --pin sha256:"))
      << "one judge at a time";
  EXPECT_TRUE(explain_error(alert_of(AlertDescription::handshake_failure), attempt)
                  .next.starts_with("heirloom connect box --cafile ca.pem --crl ca.crl   "))
      << "a longer list would be of no use behind --suites";
}

TEST(Explain, AServerThatAskedForACertificateWantsOne) {
  Attempt attempt = kAttempt;
  attempt.command += " --cert a.pem --key a.key --cert b.pem --key b.key";
  attempt.certificate_was_wanted = true;
  const Error error = alert_of(AlertDescription::handshake_failure);
  EXPECT_NE(explain_error(error, attempt).what.find("was shown none"), std::string::npos);
  EXPECT_TRUE(
      explain_error(error, attempt).next.starts_with(kAttempt.command + " --cert FILE --key FILE"))
      << explain_error(error, attempt).next;
  attempt.has_shown_certificate = true;
  EXPECT_NE(explain_error(error, attempt).what.find("does not accept"), std::string::npos);
}

TEST(Explain, AShortKeyIsAMatterOfThePinOrOfThePolicy) {
  Attempt attempt = kAttempt;
  attempt.peer_chain = {{1, 2, 3}};
  const auto next = [&](const std::string& detail) {
    return explain_error(Error(Cause::certificate_key_too_small, detail), attempt).next;
  };
  EXPECT_NE(next("CN=box: its key has 512 bits, 1024 are required").find(" --pin sha256:"),
            std::string::npos);
  EXPECT_EQ(next("400 bits, the policy wants 512"), "a new certificate on that server");
}

TEST(Explain, WhoServesIsAdvisedWhatServeHas) {
  Attempt attempt{"the client", "heirloom serve", "", {{1, 2, 3}}, Attempt::Peer::client};
  for (int number = 0; number <= static_cast<int>(Cause::internal_error); ++number) {
    const Error error{static_cast<Cause>(number)};
    const Failure failure = explain_error(error, attempt);
    EXPECT_EQ(failure.next.find("--pin"), std::string::npos) << error.name();
    EXPECT_EQ(failure.next.find("on that server"), std::string::npos) << error.name();
  }
  const auto next = [&](Cause cause) { return explain_error(Error{cause}, attempt).next; };
  EXPECT_TRUE(next(Cause::certificate_untrusted).starts_with("heirloom serve --cafile FILE"));
  EXPECT_TRUE(next(Cause::certificate_key_too_small).starts_with("heirloom serve --preset museum"));
  EXPECT_EQ(next(Cause::certificate_expired), "a new certificate for that client");
  const Failure weak = explain_error(alert_of(AlertDescription::insufficient_security), attempt);
  EXPECT_NE(weak.what.find("too weak for it"), std::string::npos) << weak.what;
  EXPECT_NE(weak.next.find("--dhparam"), std::string::npos) << weak.next;
  const Failure odd = explain_error(alert_of(AlertDescription::illegal_parameter), attempt);
  EXPECT_EQ(odd.what.find("the hello"), std::string::npos) << "a server sends none: " << odd.what;
}

TEST(Explain, ASilentPeerIsANetworkMatterAndAResetIsNot) {
  HandshakeReport report;
  report.end = HandshakeReport::End::silent;
  EXPECT_EQ(explain_handshake(report, kAttempt).code, ExitCode::network);
  EXPECT_EQ(explain_handshake(report, kAttempt).next,
            "heirloom connect 10.0.0.5:443 --no-extensions");
  report.end = HandshakeReport::End::stalled;
  EXPECT_EQ(explain_handshake(report, kAttempt).code, ExitCode::network);
  report.end = HandshakeReport::End::reset;
  EXPECT_EQ(explain_handshake(report, kAttempt).code, ExitCode::handshake);
}

TEST(Assess, TheWeakestPartDecides) {
  EXPECT_EQ(assess(ProtocolVersion::tls10, 0x002f, 2048).word, "legacy");
  EXPECT_EQ(assess(ProtocolVersion::tls10, 0x002f, 1024).word, "legacy");
  EXPECT_EQ(assess(ProtocolVersion::tls10, 0x002f, 1000).word, "weak");
  EXPECT_EQ(assess(ProtocolVersion::tls10, 0x002f, 512).word, "broken");
  EXPECT_EQ(assess(ProtocolVersion::ssl30, 0x002f, 2048).word, "weak") << "POODLE";
  EXPECT_EQ(assess(ProtocolVersion::ssl30, 0x0005, 2048).word, "weak") << "RC4, no padding";
  const auto why = [](ProtocolVersion version, std::uint16_t suite, std::size_t key_bits) {
    return assess(version, suite, key_bits).why;
  };
  EXPECT_NE(why(ProtocolVersion::ssl30, 0x000a, 2048).find("POODLE"), std::string::npos);
  EXPECT_NE(why(ProtocolVersion::ssl30, 0x002f, 2048).find("POODLE"), std::string::npos);
  EXPECT_NE(why(ProtocolVersion::tls10, 0x000a, 2048).find("SWEET32"), std::string::npos);
  EXPECT_EQ(why(ProtocolVersion::ssl30, 0x0005, 2048).find("POODLE"), std::string::npos);
  EXPECT_EQ(assess(ProtocolVersion::ssl30, 0x0009, 2048).word, "broken") << "DES by itself";
  EXPECT_NE(why(ProtocolVersion::tls10, 0x002f, 1024).find("1024 bits"), std::string::npos);
  EXPECT_EQ(assess(ProtocolVersion::tls10, 0x0001, 4096).word, "broken");
  EXPECT_NE(assess(ProtocolVersion::tls10, 0x0005, 512).why.find("512 bits"), std::string::npos);
}

TEST(Assess, TemporaryKeysCount) {
  const auto of = [](std::uint16_t suite, std::size_t key, std::size_t temporary) {
    return assess(ProtocolVersion::tls10, suite, key, temporary);
  };
  EXPECT_EQ(of(0x0033, 2048, 2048).word, "legacy");
  EXPECT_EQ(of(0x0033, 2048, 512).word, "broken");
  EXPECT_NE(of(0x0033, 2048, 512).why.find("Logjam"), std::string::npos);
  EXPECT_EQ(of(0x0033, 2048, 768).word, "weak");
  EXPECT_NE(of(0x0033, 2048, 1024).why.find("group of 1024 bits is within reach"),
            std::string::npos);
  EXPECT_EQ(of(0xc009, 256, 256).word, "legacy") << "the sizes of curves are not those of primes";
  EXPECT_EQ(of(0x002f, 2048, 512).word, "broken") << "a temporary RSA key";
}

TEST(Explain, NamesTheFlagThatPermits) {
  const auto next = [](Cause cause, const std::string& detail) {
    return explain_error(Error(cause, detail), kAttempt).next;
  };
  const std::string command = kAttempt.command;
  EXPECT_EQ(next(Cause::key_exchange_too_weak, "a group of 512 bits, the policy wants 768"),
            command + " --allow dh512");
  EXPECT_EQ(
      next(Cause::key_exchange_too_weak, "a temporary key of 512 bits, the policy wants 1024"),
      command + " --allow rsa512");
  EXPECT_EQ(next(Cause::key_exchange_too_weak, "a group of 256 bits, the policy wants 768"),
            "a longer key on that server");
  EXPECT_EQ(next(Cause::export_restriction, "a temporary key of 1024 bits for 512"),
            command + " --suites=-EXPORT");
  EXPECT_EQ(next(Cause::cipher_suite_not_offered, "0x0017"), command + " --allow export,anon");
}

TEST(Explain, SaysWhichSuitesAServerWouldHaveToAllow) {
  const Policy policy = Policy::device();
  Attempt attempt{"the client", "heirloom serve", "", {}, Attempt::Peer::client};
  attempt.policy = &policy;
  const auto explain = [&](const std::string& offered) {
    return explain_error(Error(Cause::no_common_cipher_suite, "the client offers " + offered),
                         attempt);
  };
  EXPECT_EQ(explain("0x0017 0x0003 0x00ff").next, "heirloom serve --allow export");
  EXPECT_NE(explain("0x0032").what.find("other certificates"), std::string::npos);
  EXPECT_NE(explain("0x1301").next.find("today's clients"), std::string::npos);
  attempt.served = {0xc013, 0x002f};
  EXPECT_NE(explain("0xc013").next.find("--curves"), std::string::npos);

  Policy narrow = Policy::device();
  narrow.cipher_suites = {0x002f};
  attempt.policy = &narrow;
  attempt.served = {0x002f};
  attempt.command = "heirloom serve --suites AES128-SHA --suites -RC4";
  EXPECT_EQ(explain("0x0005").next, "heirloom serve   (without --suites)");
  EXPECT_EQ(explain("0x0003").next, "heirloom serve --allow export");
  attempt.command = "heirloom serve --allow export --suites AES128-SHA";
  EXPECT_EQ(explain("0x0003").next, "heirloom serve --allow export   (without --suites)");
  attempt.command = "heirloom serve --preset strict";
  EXPECT_TRUE(explain("0x0005").next.starts_with("heirloom serve --preset device"));
}

TEST(Describe, SuitesHaveAllThreeNames) {
  EXPECT_EQ(describe_suite(0x0004, ProtocolVersion::tls10),
            "TLS_RSA_WITH_RC4_128_MD5 (RC4-MD5, 0x0004)");
  EXPECT_EQ(describe_suite(0x000a, ProtocolVersion::ssl30),
            "SSL_RSA_WITH_3DES_EDE_CBC_SHA (DES-CBC3-SHA, 0x000a)");
  EXPECT_EQ(describe_suite(0xfefe, ProtocolVersion::tls10), "suite 0xfefe");
  EXPECT_EQ(format_version(static_cast<ProtocolVersion>(0x0303)), "version 0x0303");
}

}  // namespace
}  // namespace heirloom::app
