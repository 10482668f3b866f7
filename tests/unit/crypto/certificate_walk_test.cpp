// Certificates that libcrypto refuses: their keys are found all the same, and used where the
// certificate is pinned.
#include "crypto/certificate_walk.hpp"

#include "heirloom/certificate_verifier.hpp"

#include "crypto/x509.hpp"
#include "crypto/x509_parse.hpp"
#include "support/test_pki.hpp"
#include "support/vector_file.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

using testing::from_hex;
using testing::pki_certificate;

/// replaced changes the first occurrence of some bytes.
CertificateDer replaced(CertificateDer der, const Bytes& from, const Bytes& to) {
  const auto found = std::search(der.begin(), der.end(), from.begin(), from.end());
  EXPECT_NE(found, der.end());
  std::ranges::copy(to, found);
  return der;
}

/// refused are certificates of that name with what makes libcrypto refuse them: a serial number of
/// two bytes with a zero too many, and a validity whose first date is no time at all.
std::vector<CertificateDer> refused(const std::string& name) {
  const CertificateDer good = pki_certificate(name);
  // The version, then 02 02 and the two bytes of the serial number.
  const Bytes version = from_hex("a0030201020202");
  const auto found = std::search(good.begin(), good.end(), version.begin(), version.end());
  EXPECT_NE(found, good.end());
  CertificateDer padded = good;
  padded[static_cast<std::size_t>(found - good.begin()) + version.size()] = 0;
  padded[static_cast<std::size_t>(found - good.begin()) + version.size() + 1] = 1;
  // UTCTime 000101000000Z becomes an OCTET STRING.
  const Bytes date = from_hex("170d3030303130313030303030305a");
  Bytes no_date = date;
  no_date[0] = 0x04;
  return {padded, replaced(good, date, no_date)};
}

TEST(CertificateWalk, FindsWhatLibcryptoFinds) {
  for (const std::string name : {"rsa512",
                                 "rsa4096",
                                 "v1",
                                 "device",
                                 "odd",
                                 "dsa1024",
                                 "dh1024",
                                 "dh1024-x942",
                                 "ec256",
                                 "ec256-ec"}) {
    SCOPED_TRACE(name);
    const auto der = pki_certificate(name);
    const auto parts = crypto::walk_certificate(der);
    ASSERT_TRUE(parts.has_value());
    const auto parsed = crypto::parse_x509(der);
    unsigned char* raw = nullptr;
    const int size = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(parsed->get()), &raw);
    const std::unique_ptr<unsigned char, crypto::OpensslFree> owner(raw);
    EXPECT_TRUE(
        std::ranges::equal(parts->public_key, ByteView(raw, static_cast<std::size_t>(size))));
    EXPECT_EQ(parts->signature_algorithm[0], 0x30);
  }
}

TEST(CertificateWalk, EndsWhereLengthsDoNotAddUp) {
  const auto good = pki_certificate("rsa512");
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(crypto::walk_certificate(ByteView(good).first(size)).has_value()) << size;
  }
  auto longer = good;
  longer.push_back(0);
  EXPECT_FALSE(crypto::walk_certificate(longer).has_value());
  for (const char* const bad : {"",
                                "30",
                                "3000",
                                "30023000",
                                "3080",                 // indefinite
                                "3085000000000230000",  // five bytes of length
                                "30820002",             // cut off
                                "3084ffffffff",         // beyond the end
                                "31023000"}) {
    const std::string text = std::string(bad).size() % 2 == 0 ? bad : std::string(bad) + "0";
    EXPECT_FALSE(crypto::walk_certificate(from_hex(text)).has_value()) << bad;
  }
}

TEST(CertificateKey, OfACertificateThatLibcryptoRefusesIsFound) {
  for (const std::string name : {"rsa1024", "dsa512", "dh1024-dsa", "ec256-ec"}) {
    SCOPED_TRACE(name);
    const auto good = crypto::certificate_key(pki_certificate(name));
    for (const CertificateDer& der : refused(name)) {
      ASSERT_FALSE(crypto::parse_x509(der).has_value()) << "libcrypto takes it";
      const auto key = crypto::certificate_key(der);
      ASSERT_TRUE(key.has_value()) << key.error().text();
      EXPECT_EQ(key->algorithm, good->algorithm);
      EXPECT_EQ(key->bits, good->bits);
      EXPECT_EQ(key->signature_algorithm, good->signature_algorithm);
      EXPECT_EQ(key->rsa.has_value(), good->rsa.has_value());
      EXPECT_EQ(key->dsa.has_value(), good->dsa.has_value());
      EXPECT_EQ(key->ec.has_value() ? key->ec->point : Bytes{},
                good->ec.has_value() ? good->ec->point : Bytes{});
      EXPECT_EQ(key->dh.has_value() ? key->dh->public_value : Bytes{},
                good->dh.has_value() ? good->dh->public_value : Bytes{});
      EXPECT_TRUE(key->may_sign && key->may_encipher && key->may_agree);
    }
  }
}

TEST(CertificateKey, OfACertificateThatLibcryptoRefusesNeedsAPin) {
  const auto der = refused("rsa1024").front();
  const CertificateQuestion question{.chain = {der},
                                     .role = CertificateQuestion::Role::server,
                                     .host = "localhost",
                                     .now = std::chrono::system_clock::now()};
  auto pinned = verify_with_pin({certificate_fingerprint(der)})->verify(question);
  EXPECT_TRUE(pinned.answer().has_value());
  auto other_pin =
      verify_with_pin({certificate_fingerprint(pki_certificate("rsa1024"))})->verify(question);
  EXPECT_EQ(other_pin.answer().error().cause, Cause::certificate_pin_mismatch);
  auto path = verify_with_authorities({.authorities = {pki_certificate("ca")}})->verify(question);
  EXPECT_EQ(path.answer().error().cause, Cause::certificate_malformed);
}

TEST(CertificateKey, OfNoCertificateIsStillMalformed) {
  // The walk goes through, but there is no key at its end.
  const auto no_key = from_hex("3010300e020101300030003000300030000000");
  EXPECT_FALSE(crypto::certificate_key(no_key).has_value());
  const auto empty_key = from_hex("300f300d0201013000300030003000300000");
  EXPECT_FALSE(crypto::certificate_key(empty_key).has_value());
  auto longer = refused("rsa1024").front();
  longer.push_back(0);
  EXPECT_EQ(crypto::certificate_key(longer).error().cause, Cause::certificate_malformed);
}

}  // namespace
}  // namespace heirloom
