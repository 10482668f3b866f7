// The server's certificate against its suite: kind of key, who signed it, keyUsage, length; which
// of its certificates a server shows, and that it picks no suite that it has none for (RFC 6101
// §5.6.2, RFC 2246 §7.4.2).
#include "kx_rogue.hpp"
#include "support/test_pki.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr std::uint16_t kRsa = 0x000a;
constexpr std::uint16_t kRsaExport = 0x0003;
constexpr std::uint16_t kDhDss = 0x000d;
constexpr std::uint16_t kDhDssExport = 0x000b;
constexpr std::uint16_t kDhRsa = 0x0010;
constexpr std::uint16_t kDhRsaExport = 0x000e;
constexpr std::uint16_t kDheDss = 0x0013;
constexpr std::uint16_t kDheRsa = 0x0016;
constexpr std::uint16_t kEcdheEcdsa = 0xc008;
constexpr std::uint16_t kEcdheRsa = 0xc012;

/// Shown is a certificate under a suite; `refusal` is null if the client takes it.
struct Shown {
  std::uint16_t suite;
  std::vector<const char*> certificates;
  const Refusal* refusal;
};

void expect_each(const std::vector<Shown>& table) {
  for (const Shown& shown : table) {
    for (const char* const certificate : shown.certificates) {
      for (const ProtocolVersion version : {kSsl, kTls}) {
        SCOPED_TRACE(name_of(version, *find_cipher_suite(shown.suite)) + " with " + certificate);
        RogueServer server({version, shown.suite}, certificate);
        if (shown.refusal == nullptr) {
          server.expect_content();
        } else {
          server.expect(*shown.refusal);
        }
      }
    }
  }
}

TEST(Rfc2246_7_4_2, RsaSuitesTakeRsaKeysThatMayEncrypt) {
  expect_each(
      {{kRsa, {"rsa512", "rsa1024", "rsa2048-sha256", "no-digital-signature", "v1"}, nullptr},
       {kRsa, {"dsa1024", "dh1024", "dh1024-dsa", "ec256"}, &kWrongKey}});
}

// A key within the limit must be good for encryption, a longer one for signing.
TEST(Rfc2246_7_4_2, RsaExportTakesALongKeyThatSignsOrAShortOne) {
  expect_each({{kRsaExport, {"rsa512", "rsa1024", "no-key-encipherment"}, nullptr},
               {kRsaExport, {"no-digital-signature"}, &kForbiddenUse},
               {kRsaExport, {"dsa512", "dh512", "ec256"}, &kWrongKey}});
}

TEST(Rfc2246_7_4_2, DheDssTakesDssKeys) {
  expect_each({{kDheDss, {"dsa512", "dsa1024", "dsa1024-dsa"}, nullptr},
               {kDheDss, {"rsa1024", "dh1024-dsa", "ec256"}, &kWrongKey},
               {kDheDss, {"dsa-no-signature"}, &kForbiddenUse}});
}

TEST(Rfc2246_7_4_2, DheRsaTakesRsaKeysThatMaySign) {
  expect_each({{kDheRsa, {"rsa1024", "no-key-encipherment"}, nullptr},
               {kDheRsa, {"dsa1024", "dh1024", "ec256"}, &kWrongKey},
               {kDheRsa, {"no-digital-signature"}, &kForbiddenUse},
               {kEcdheRsa, {"rsa1024", "no-key-encipherment"}, nullptr},
               {kEcdheRsa, {"dsa1024", "dh1024", "ec256"}, &kWrongKey},
               {kEcdheRsa, {"no-digital-signature"}, &kForbiddenUse}});
}

TEST(Rfc2246_7_4_2, EcdheEcdsaTakesKeysOnCurves) {
  expect_each({{kEcdheEcdsa, {"ec256", "ec384", "ec521", "ec256-ec"}, nullptr},
               {kEcdheEcdsa, {"rsa1024", "dsa1024", "dh1024"}, &kWrongKey},
               {kEcdheEcdsa, {"ec-no-signature"}, &kForbiddenUse}});
}

// DH_DSS and DH_RSA say who signed the certificate.
TEST(Rfc2246_7_4_2, FixedDhTakesDhKeysSignedByTheKindInTheName) {
  expect_each({{kDhRsa, {"dh512", "dh1024", "dh1024-x942"}, nullptr},
               {kDhRsa, {"dh512-dsa", "dh1024-dsa", "rsa1024", "dsa1024", "ec256"}, &kWrongKey},
               {kDhRsa, {"dh-no-agreement"}, &kForbiddenUse},
               {kDhDss, {"dh512-dsa", "dh1024-dsa"}, nullptr},
               {kDhDss, {"dh512", "dh1024", "dsa1024", "rsa1024", "ec256"}, &kWrongKey}});
}

// Where the certificate's key is itself the one that the export suite limits (RFC 2246 C).
TEST(Rfc2246_7_4_2, FixedDhForExportTakesKeysOfFiveHundredAndTwelveBits) {
  expect_each({{kDhRsaExport, {"dh512"}, nullptr},
               {kDhRsaExport, {"dh1024", "dh1024-x942"}, &kAboveExport},
               {kDhDssExport, {"dh512-dsa"}, nullptr},
               {kDhDssExport, {"dh1024-dsa"}, &kAboveExport}});
}

// What the key agreement refuses when the certificate's group is at last computed in.
TEST(KeyExchangeCertificate, AShortGroupInACertificateIsTooSmallForThePolicy) {
  for (const ProtocolVersion version : {kSsl, kTls}) {
    RogueServer server({version, kDhRsa}, "dh512", [](ClientOptions& client, ServerOptions&) {
      client.policy.min_dh_bits = 768;
    });
    server.expect({Cause::certificate_key_too_small,
                   AlertDescription::bad_certificate,
                   AlertDescription::bad_certificate});
    // An export suite that was let in undercuts the minimum by its nature.
    RogueServer exported(
        {version, kDhRsaExport}, "dh512", [](ClientOptions& client, ServerOptions&) {
          client.policy.min_dh_bits = 768;
        });
    EXPECT_TRUE(exported.done());
    exported.expect_content();
  }
}

/// shown_by is the first certificate that a server with these shows for a suite, "" if it refuses.
std::string shown_by(ProtocolVersion version,
                     std::uint16_t suite,
                     const std::vector<std::string>& certificates) {
  Rogue client(Side::server, {version, suite}, [&](ClientOptions&, ServerOptions& server) {
    server.credentials.clear();
    for (const std::string& name : certificates) {
      server.credentials.push_back(pki_credentials(name));
    }
  });
  client.say(Symbol::client_hello);
  if (client.engine().phase() == Phase::failed) {
    client.expect(kNothingInCommon);
    return "";
  }
  const Bytes body = client.sent(HandshakeType::certificate);
  for (const std::string& name : certificates) {
    const CertificateDer der = pki_certificate(name);
    if (body.size() > 6 + der.size() &&
        std::ranges::equal(ByteView(body).subspan(6, der.size()), der)) {
      return name;
    }
  }
  return "another";
}

TEST(KeyExchangeCertificate, AServerPicksNoSuiteThatItHasNoKeyFor) {
  const std::vector<std::string> all = {"no-key-encipherment",
                                        "rsa512",
                                        "no-digital-signature",
                                        "rsa1024",
                                        "dsa-no-signature",
                                        "dsa1024",
                                        "dh1024",
                                        "dh512",
                                        "dh512-dsa",
                                        "dh1024-dsa",
                                        "ec-no-signature",
                                        "ec256"};
  for (const ProtocolVersion version : {kSsl, kTls}) {
    SCOPED_TRACE(to_string(version));
    EXPECT_EQ(shown_by(version, kDheRsa, all), "no-key-encipherment");
    EXPECT_EQ(shown_by(version, kRsaExport, all), "no-key-encipherment");
    EXPECT_EQ(shown_by(version, kDheDss, all), "dsa1024");
    EXPECT_EQ(shown_by(version, kDhRsa, all), "dh1024");
    EXPECT_EQ(shown_by(version, kDhRsaExport, all), "dh512");
    EXPECT_EQ(shown_by(version, kDhDss, all), "dh512-dsa");
    EXPECT_EQ(shown_by(version, kDhDssExport, all), "dh512-dsa");
    EXPECT_EQ(shown_by(version, kEcdheEcdsa, all), "ec256");
    for (const std::uint16_t suite :
         {kDheDss, kDhRsa, kDhDss, kDhRsaExport, kDhDssExport, kEcdheEcdsa}) {
      EXPECT_EQ(shown_by(version, suite, {"rsa1024"}), "");
    }
    for (const std::uint16_t suite : {kRsa, kRsaExport, kDheRsa, kEcdheRsa, kDheDss, kEcdheEcdsa}) {
      EXPECT_EQ(shown_by(version, suite, {"dh1024", "dh1024-dsa"}), "");
    }
    EXPECT_EQ(shown_by(version, kDhRsaExport, {"dh1024"}), "");
    EXPECT_EQ(shown_by(version, kDhRsa, {"dh-no-agreement"}), "");
    EXPECT_EQ(shown_by(version, kDheDss, {"dsa-no-signature"}), "");
  }
  // Where a certificate only signs, RSA goes by way of a temporary key at SSL 3.0 alone (D118).
  EXPECT_EQ(shown_by(kSsl, kRsa, {"no-key-encipherment"}), "no-key-encipherment");
  EXPECT_EQ(shown_by(kTls, kRsa, {"no-key-encipherment"}), "");
}

TEST(KeyExchangeCertificate, AKeyThatDoesNotBelongToItsCertificateIsRefused) {
  for (const auto& [certificate, key] : {std::pair{"rsa1024", "chained"},
                                         std::pair{"dsa1024", "dsa1024-dsa"},
                                         std::pair{"ec256", "ec256-ec"},
                                         std::pair{"ec256", "ec384"},
                                         std::pair{"dh1024", "client-dh1024"},
                                         std::pair{"dh1024", "dh512"},
                                         std::pair{"dh1024", "rsa1024"},
                                         std::pair{"rsa1024", "dsa1024"}}) {
    SCOPED_TRACE(std::string(certificate) + " and " + key);
    const auto loaded = load_credentials(pki_file(std::string(certificate) + ".chain"),
                                         pki_file(std::string(key) + ".key"));
    ASSERT_FALSE(loaded.has_value());
    EXPECT_EQ(loaded.error().cause, Cause::config_invalid);
    EXPECT_NE(loaded.error().detail.find("does not belong"), std::string::npos);
  }
}

// RFC 6101 §5.6.2: each certificate and the whole list with a length of three bytes, "the sender's
// certificate first".
TEST(Rfc6101_5_6_2, TheListIsTheOwnCertificateThenAuthoritiesUpward) {
  for (const ProtocolVersion version : {kSsl, kTls}) {
    Rogue client(Side::server, {version, kRsa}, [](ClientOptions&, ServerOptions& server) {
      server.credentials = {pki_credentials("chained")};
    });
    client.say(Symbol::client_hello);
    Bytes expected;
    const auto append_length = [&](std::size_t size) {
      append(expected,
             Bytes{static_cast<std::uint8_t>(size >> 16U),
                   static_cast<std::uint8_t>(size >> 8U),
                   static_cast<std::uint8_t>(size)});
    };
    const std::vector<CertificateDer> chain = {
        pki_certificate("chained"), pki_certificate("intermediate"), pki_certificate("ca")};
    std::size_t total = 0;
    for (const CertificateDer& certificate : chain) {
      total += 3 + certificate.size();
    }
    append_length(total);
    for (const CertificateDer& certificate : chain) {
      append_length(certificate.size());
      append(expected, certificate);
    }
    EXPECT_EQ(client.sent(HandshakeType::certificate), expected);
  }
}

TEST(Rfc2246_7_4_2, AServersListIsNeverEmpty) {
  for (const ProtocolVersion version : {kSsl, kTls}) {
    for (const std::uint16_t suite : {kRsa, kDheDss, kDhRsa}) {
      Rogue server(Side::client, {version, suite});
      EXPECT_TRUE(server.say(Symbol::server_hello));
      EXPECT_FALSE(server.say(Symbol::empty_certificate));
      server.expect({Cause::certificate_missing,
                     AlertDescription::decode_error,
                     AlertDescription::illegal_parameter});
    }
  }
}

// RFC 2246 A.5: suites whose first byte is FF are private; they are passed over like any other that
// is not known.
TEST(Rfc2246_A_5, PrivateSuitesArePassedOver) {
  for (const ProtocolVersion version : {kSsl, kTls}) {
    Rogue some(Side::server, {version, kRsa});
    some.puppet().client_hello.cipher_suites = {0xff01, 0xfeff, 0xffff, kRsa};
    EXPECT_TRUE(some.say(Symbol::client_hello));
    EXPECT_EQ(some.puppet().server_hello.cipher_suite, kRsa);
    Rogue only(Side::server, {version, kRsa});
    only.puppet().client_hello.cipher_suites = {0xff01, 0xfeff, 0xffff};
    EXPECT_FALSE(only.say(Symbol::client_hello));
    only.expect(kNothingInCommon);
  }
}

// RFC 2246 A.5: "this mode is vulnerable to man-in-the-middle attacks and is therefore deprecated".
TEST(Rfc2246_A_5, AnonymousSuitesAreOffUnlessAskedFor) {
  const auto count = [](const Policy& policy) {
    return std::ranges::count_if(policy.cipher_suites, [](std::uint16_t id) {
      return info(find_cipher_suite(id)->key_exchange).is_anonymous;
    });
  };
  for (Policy policy : {Policy::strict(), Policy::device()}) {
    EXPECT_EQ(count(policy), 0);
    for (const std::uint16_t anonymous : {std::uint16_t{0x001b}, std::uint16_t{0xc018}}) {
      Rogue client(Side::server, {kTls, anonymous}, [&](ClientOptions&, ServerOptions& server) {
        server.policy = policy;
      });
      EXPECT_FALSE(client.say(Symbol::client_hello));
      client.expect(kNothingInCommon);
    }
    allow(policy, {Allowance::anonymous});
    EXPECT_GT(count(policy), 0);
  }
}

}  // namespace
}  // namespace heirloom::testing
