// describe_certificate, certificate_key, fingerprints and PEM, on certificates that the openssl
// command made and on damaged ones.
#include "heirloom/certificate.hpp"

#include "heirloom/config.hpp"

#include "crypto/certificate_walk.hpp"
#include "crypto/x509.hpp"
#include "crypto/x509_parse.hpp"
#include "support/test_pki.hpp"
#include "support/vector_file.hpp"

#include <algorithm>
#include <chrono>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace heirloom {
namespace {

using std::chrono::sys_days;
using std::chrono::system_clock;
using ::testing::ElementsAre;
using testing::from_hex;
using ::testing::IsEmpty;
using testing::pki_certificate;
using testing::pki_chain;
using namespace std::chrono_literals;

CertificateInfo describe(const std::string& name) {
  return describe_certificate(pki_certificate(name)).value();
}

TEST(DescribeCertificate, TellsWhatOpensslTells) {
  const auto info = describe("rsa1024");
  EXPECT_EQ(info.subject, "CN=localhost,OU=rsa1024,O=Heirloom tests");
  EXPECT_EQ(info.issuer, "CN=Heirloom test CA,O=Heirloom tests");
  EXPECT_EQ(info.not_before, sys_days(2000y / 1 / 1));
  EXPECT_EQ(info.not_after, sys_days(2100y / 1 / 1) - 1s);
  EXPECT_EQ(info.key_algorithm, PublicKeyAlgorithm::rsa);
  EXPECT_EQ(info.key_bits, 1024U);
  EXPECT_EQ(info.signature_algorithm, "sha1WithRSAEncryption");
  EXPECT_THAT(info.dns_names,
              ElementsAre("localhost", "box.heirloom.test", "*.rack.heirloom.test"));
  EXPECT_THAT(info.ip_addresses, ElementsAre("127.0.0.1", "::1"));
  EXPECT_FALSE(info.is_self_signed);
  EXPECT_FALSE(info.is_authority);
  EXPECT_TRUE(describe("ca").is_self_signed);
  EXPECT_TRUE(describe("ca").is_authority);
  EXPECT_TRUE(describe("intermediate").is_authority);
  EXPECT_FALSE(describe("intermediate").is_self_signed);
}

TEST(DescribeCertificate, CopesWithAnOldDevice) {
  const auto info = describe("device");
  EXPECT_TRUE(info.is_self_signed);
  EXPECT_FALSE(info.is_authority);
  EXPECT_EQ(info.signature_algorithm, "md5WithRSAEncryption");
  EXPECT_THAT(info.dns_names, ElementsAre("127.0.0.1"));  // its common name
  EXPECT_THAT(info.ip_addresses, IsEmpty());
  EXPECT_EQ(info.not_before, sys_days(1998y / 1 / 1));
  EXPECT_TRUE(certificate_matches_host(info, "127.0.0.1"));
  EXPECT_TRUE(certificate_matches_host(describe("no-san"), "localhost"));
}

TEST(DescribeCertificate, ShowsOddNamesAndDatesSafely) {
  const auto info = describe("odd");
  // 1950 is before the epoch; 9999 is beyond what system_clock can hold.
  EXPECT_EQ(info.not_before, sys_days(1950y / 1 / 2) + 3h + 4min + 5s);
  EXPECT_GT(info.not_after, system_clock::time_point(sys_days(2200y / 1 / 1)));
  EXPECT_EQ(info.subject, "CN=Z\xc3\xbcrich \\1B[31m,O=Heirloom tests");
  EXPECT_THAT(info.dns_names, ElementsAre("Z\xc3\xbcrich \\1B[31m"));
  EXPECT_TRUE(info.is_self_signed);
}

TEST(DescribeCertificate, ReadsEveryKindOfKey) {
  EXPECT_EQ(describe("dsa1024").key_algorithm, PublicKeyAlgorithm::dsa);
  EXPECT_EQ(describe("dsa1024").key_bits, 1024U);
  EXPECT_EQ(describe("ec256").key_algorithm, PublicKeyAlgorithm::ec);
  EXPECT_EQ(describe("ec256").key_bits, 256U);
  EXPECT_EQ(describe("rsa512").key_bits, 512U);
  EXPECT_EQ(to_string(PublicKeyAlgorithm::rsa), "RSA");
  EXPECT_EQ(to_string(PublicKeyAlgorithm::other), "unknown");
}

/// with_bytes replaces the first occurrence of some bytes of a certificate by as many others.
CertificateDer with_bytes(CertificateDer der, const std::string& from, const std::string& to) {
  const Bytes search = from_hex(from);
  const Bytes replacement = from_hex(to);
  const auto found = std::search(der.begin(), der.end(), search.begin(), search.end());
  EXPECT_NE(found, der.end()) << from;
  EXPECT_EQ(search.size(), replacement.size());
  if (found != der.end()) {
    std::ranges::copy(replacement, found);
  }
  return der;
}

TEST(DescribeCertificate, CopesWithNegativeSerialsUnknownAlgorithmsAndBadDates) {
  const auto der = pki_certificate("v1");
  const auto info = describe_certificate(der).value();
  // INTEGER of two bytes, made negative.
  const auto serial = "0202" + std::string(info.serial.size() == 4 ? "" : "0") + info.serial;
  const auto negative = describe_certificate(with_bytes(der, serial, "0202ff01"));
  ASSERT_TRUE(negative.has_value());
  EXPECT_EQ(negative->serial, "-FF");
  // md2WithRSAEncryption (…1.1.2) in place of sha1WithRSAEncryption (…1.1.5): nothing verifies it.
  const auto md2 = describe_certificate(
      with_bytes(with_bytes(pki_certificate("ca-v1"), "2a864886f70d010104", "2a864886f70d010102"),
                 "2a864886f70d010104",
                 "2a864886f70d010102"));
  ASSERT_TRUE(md2.has_value());
  EXPECT_EQ(md2->signature_algorithm, "md2WithRSAEncryption");
  EXPECT_FALSE(md2->is_self_signed);
  // "000101…" becomes month 99.
  const auto bad_date =
      describe_certificate(with_bytes(der, "3030303130313030", "3030393930313030"));
  ASSERT_TRUE(bad_date.has_value());
  EXPECT_EQ(bad_date->not_before, system_clock::time_point{});
  // An unknown kind of key: rsaEncryption (…1.1.1) becomes …1.1.99.
  const auto unknown_key = with_bytes(der, "2a864886f70d010101", "2a864886f70d010163");
  EXPECT_EQ(describe_certificate(unknown_key)->key_algorithm, PublicKeyAlgorithm::other);
  EXPECT_EQ(crypto::certificate_key(unknown_key).error().cause, Cause::certificate_key_unsupported);
}

TEST(DescribeCertificate, RefusesWhatIsNoCertificate) {
  const auto der = pki_certificate("rsa1024");
  EXPECT_EQ(describe_certificate({}).error().cause, Cause::certificate_malformed);
  auto longer = der;
  longer.push_back(0);
  EXPECT_EQ(describe_certificate(longer).error().cause, Cause::certificate_malformed);
  for (std::size_t size = 0; size < der.size(); ++size) {
    EXPECT_FALSE(describe_certificate(ByteView(der).first(size)).has_value()) << size;
  }
}

TEST(DescribeCertificate, SurvivesEveryByteChanged) {
  const auto der = pki_certificate("rsa2048-sha256");
  std::size_t readable = 0;
  for (std::size_t i = 0; i < der.size(); ++i) {
    for (const unsigned change : {0x01U, 0x80U}) {
      auto damaged = der;
      damaged[i] = static_cast<std::uint8_t>(damaged[i] ^ change);
      const auto info = describe_certificate(damaged);
      const auto key = crypto::certificate_key(damaged);
      readable += info.has_value() ? 1U : 0U;
      if (!info.has_value()) {
        EXPECT_EQ(info.error().cause, Cause::certificate_malformed);
        // Where lengths are whole the key may still be found, for a pin.
        EXPECT_TRUE(!key.has_value() || crypto::walk_certificate(damaged).has_value());
      } else {
        EXPECT_NE(info->sha256_fingerprint, certificate_fingerprint(der));
      }
    }
  }
  EXPECT_GT(readable, der.size());  // most of a certificate is key, signature and names
}

TEST(Printable, EscapesWhatMovesATerminal) {
  EXPECT_EQ(crypto::printable("plain, Z\xc3\xbcrich"), "plain, Z\xc3\xbcrich");
  EXPECT_EQ(crypto::printable(std::string_view("a\0b\x1b\x7f", 5)), "a\\00b\\1B\\7F");
  EXPECT_EQ(crypto::printable("\xc2\x9b"), "\\C2\\9B");                // CSI
  EXPECT_EQ(crypto::printable("\xe2\x80\xaegnp"), "\\E2\\80\\AEgnp");  // right-to-left override
  EXPECT_EQ(crypto::printable("\xe2\x81\xa6"), "\\E2\\81\\A6");
  EXPECT_EQ(crypto::printable("\xe2\x80\x93\xe2\x82\xac\xc2"), "\xe2\x80\x93\xe2\x82\xac\xc2");
}

TEST(CertificateKey, TellsKeyAndUses) {
  const auto plain = crypto::certificate_key(pki_certificate("rsa1024"));
  ASSERT_TRUE(plain.has_value());
  EXPECT_EQ(plain->algorithm, PublicKeyAlgorithm::rsa);
  EXPECT_EQ(plain->bits, 1024U);
  EXPECT_EQ(plain->rsa->bits(), 1024U);
  EXPECT_TRUE(plain->may_sign && plain->may_encipher && plain->may_agree);
  const auto signing = crypto::certificate_key(pki_certificate("no-key-encipherment"));
  EXPECT_TRUE(signing->may_sign);
  EXPECT_FALSE(signing->may_encipher || signing->may_agree);
  const auto enciphering = crypto::certificate_key(pki_certificate("no-digital-signature"));
  EXPECT_TRUE(enciphering->may_encipher);
  EXPECT_FALSE(enciphering->may_sign);
  const auto both = crypto::certificate_key(pki_certificate("rsa2048-sha256"));
  EXPECT_TRUE(both->may_sign && both->may_encipher);
  const auto dsa = crypto::certificate_key(pki_certificate("dsa1024"));
  EXPECT_EQ(dsa->algorithm, PublicKeyAlgorithm::dsa);
  EXPECT_FALSE(dsa->rsa.has_value());
  EXPECT_EQ(crypto::certificate_key(pki_certificate("ec256"))->algorithm, PublicKeyAlgorithm::ec);
  EXPECT_EQ(crypto::certificate_key({}).error().cause, Cause::certificate_malformed);
}

TEST(CertificateSubjectName, IsTheNameAsItStandsInTheCertificate) {
  const auto subject = certificate_subject_name(pki_certificate("ca"));
  ASSERT_TRUE(subject.has_value());
  EXPECT_EQ(subject->front(), 0x30);
  const auto leaf = pki_certificate("rsa1024");  // has it as its issuer
  EXPECT_NE(std::search(leaf.begin(), leaf.end(), subject->begin(), subject->end()), leaf.end());
  EXPECT_EQ(certificate_subject_name({}).error().cause, Cause::certificate_malformed);
}

TEST(Fingerprint, IsWhatOpensslPrints) {
  // openssl x509 -fingerprint is SHA-256 of the DER encoding, here of a known input.
  const Bytes abc{'a', 'b', 'c'};
  const std::string expected =
      "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
  const auto fingerprint = certificate_fingerprint(abc);
  EXPECT_EQ(format_fingerprint(fingerprint), expected);
  for (const std::string& text :
       {expected,
        expected.substr(7),
        std::string("SHA256:BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD"),
        std::string("BA:78:16:BF:8F:01:CF:EA:41:41:40:DE:5D:AE:22:23:B0:03:61:A3:96:17:7A:9C:"
                    "B4:10:FF:61:F2:00:15:AD")}) {
    EXPECT_EQ(parse_fingerprint(text).value(), fingerprint) << text;
  }
  for (const std::string& text : {std::string(),
                                  std::string("sha256:"),
                                  expected + "0",
                                  expected.substr(0, expected.size() - 1),
                                  "sha1:" + expected.substr(7),
                                  expected.substr(7, 62) + "g0",
                                  std::string(95, ':'),
                                  std::string(95, 'a')}) {
    EXPECT_EQ(parse_fingerprint(text).error().cause, Cause::config_invalid) << text;
  }
}

TEST(Pem, IsReadAndWrittenAsOpensslHasIt) {
  const auto chain = pki_chain("chained");
  ASSERT_EQ(chain.size(), 3U);
  std::string pem = "a line of text before\n";
  for (const auto& der : chain) {
    pem += format_pem(der);
  }
  EXPECT_EQ(parse_pem_chain(pem).value(), chain);
  std::string windows;
  for (const char c : pem) {
    windows += c == '\n' ? "\r\n" : std::string(1, c);
  }
  EXPECT_EQ(parse_pem_chain(windows).value(), chain);
}

TEST(Pem, WithoutACertificateOrWithABrokenOneIsMalformed) {
  const std::string good = format_pem(pki_certificate("rsa1024"));
  EXPECT_EQ(parse_pem_chain("").error().cause, Cause::certificate_malformed);
  EXPECT_EQ(parse_pem_chain("hello").error().cause, Cause::certificate_malformed);
  EXPECT_EQ(parse_pem_chain(format_pem(Bytes{1, 2, 3})).error().cause,
            Cause::certificate_malformed);
  const auto second_broken = parse_pem_chain(good + format_pem(Bytes{1, 2, 3}));
  EXPECT_EQ(second_broken.error().cause, Cause::certificate_malformed);
  EXPECT_NE(second_broken.error().detail.find("block 2"), std::string::npos);
  EXPECT_EQ(parse_pem_chain(good.substr(0, good.size() / 2)).error().cause,
            Cause::certificate_malformed);
  auto bad_base64 = good;
  bad_base64[100] = '!';
  EXPECT_EQ(parse_pem_chain(bad_base64).error().cause, Cause::certificate_malformed);
}

}  // namespace
}  // namespace heirloom
