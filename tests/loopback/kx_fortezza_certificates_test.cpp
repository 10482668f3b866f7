// Certificates in the handshake of FORTEZZA: which one a client shows to a request of type 20 and
// how it proves it, whom a server refuses, and which certificate a server serves the suites with
// (RFC 6101 §5.6.2, §5.6.4, §5.6.7.2, §5.6.8).
#include "crypto/x509.hpp"
#include "kx_rogue.hpp"
#include "message/fortezza.hpp"
#include "support/test_pki.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr std::uint16_t kFortezzaRc4 = 0x001e;
constexpr std::uint16_t kRsa = 0x000a;
constexpr std::uint16_t kDheDss = 0x0013;

// ClientCertificateType, RFC 6101 §5.6.4.
constexpr std::uint8_t kRsaSign = 1;
constexpr std::uint8_t kDssSign = 2;
constexpr std::uint8_t kFortezzaKea = 20;

constexpr std::size_t kYcSize = 128;
constexpr std::size_t kRawSignatureSize = 40;

/// AskedClient is a client with these certificates that has answered a server of FORTEZZA.
class AskedClient : public RogueServer {
 public:
  AskedClient(const std::vector<std::string>& own, const Bytes& types)
      : RogueServer({kSsl, kFortezzaRc4},
                    "kea",
                    [&](ClientOptions& client, ServerOptions&) {
                      client.kea_domain_pems = {*load_kea_domain(pki_file("kea-other-domain.pem"))};
                      client.credentials.clear();
                      for (const std::string& name : own) {
                        client.credentials.push_back(pki_credentials(name));
                      }
                    }),
        own_(own) {
    Bytes one(kYcSize);  // the server takes no part: KEA's e-mail form
    one.back() = 1;
    tell(HandshakeType::server_key_exchange, one);
    tell(HandshakeType::certificate_request, join({opaque8(types), opaque16({})}));
    done();
  }

  /// shown is the name among `own` of what was shown, "" if nothing was.
  [[nodiscard]] std::string shown() {
    const Bytes body = sent(HandshakeType::certificate);
    for (const std::string& name : own_) {
      const CertificateDer der = pki_certificate(name);
      if (body.size() >= 6 + der.size() &&
          std::ranges::equal(ByteView(body).subspan(6, der.size()), der)) {
        return name;
      }
    }
    return body.size() > 3 ? "another" : "";
  }

 private:
  std::vector<std::string> own_;
};

TEST(Rfc6101_5_6_4, FortezzasTypeNamesKeaKeysAndDssKeys) {
  struct Asked {
    std::vector<std::string> own;
    Bytes types;
    std::string shown;
  };

  for (const Asked& asked :
       std::vector<Asked>{{{"client-kea"}, {kFortezzaKea}, "client-kea"},
                          {{"client-dsa-dsa"}, {kFortezzaKea}, "client-dsa-dsa"},
                          {{"client-dsa-dsa", "client-kea"}, {kFortezzaKea}, "client-dsa-dsa"},
                          {{"client", "client-ec", "client-kea"}, {kFortezzaKea}, "client-kea"},
                          {{"client-kea-other-domain"}, {kFortezzaKea}, ""},
                          {{"kea-no-agreement"}, {kFortezzaKea}, ""},
                          {{"kea-both-only"}, {kFortezzaKea}, ""},
                          {{"dsa-no-signature"}, {kFortezzaKea}, ""},
                          {{"client-kea", "client-dsa-dsa"}, {kDssSign}, "client-dsa-dsa"},
                          // Nobody but a DSS key can sign y_c, whatever the server lists.
                          {{"client"}, {kRsaSign, kFortezzaKea}, ""},
                          {{"client-dh1024-x942"}, {3, 4, kFortezzaKea}, ""},
                          {{}, {kFortezzaKea}, ""}}) {
    SCOPED_TRACE(asked.own.empty() ? "none" : asked.own.front());
    std::vector<std::string> known = asked.own;
    AskedClient client(known, asked.types);
    client.expect_content();
    EXPECT_EQ(client.shown(), asked.shown);
  }
}

// A certificate that can sign is followed by a CertificateVerify, raw as all of FORTEZZA's DSA is,
// and y_c is signed; one with a KEA key has y_c in it and signs nothing.
TEST(Rfc6101_5_6_8, AKeaCertificateIsProvedByTheKeyExchangeAlone) {
  for (const std::string name : {"client-kea", "client-dsa-dsa", ""}) {
    SCOPED_TRACE(name);
    const bool signs = name == "client-dsa-dsa";
    AskedClient client(name.empty() ? std::vector<std::string>{} : std::vector{name},
                       {kFortezzaKea});
    client.expect_content();
    const auto keys =
        message::decode_fortezza_keys(client.sent(HandshakeType::client_key_exchange));
    ASSERT_TRUE(keys.has_value());
    EXPECT_EQ(keys->y_c.size(), name == "client-kea" ? 0U : kYcSize);
    const bool is_signed = std::ranges::any_of(keys->y_signature, [](auto b) { return b != 0; });
    EXPECT_EQ(is_signed, signs);
    const Bytes verify = client.sent(HandshakeType::certificate_verify);
    EXPECT_EQ(verify.size(), signs ? 2 + kRawSignatureSize : 0U);
  }
}

// Elsewhere a KEA certificate is of no use, and the type names no DSS key.
TEST(Rfc6101_5_6_4, FortezzasTypeMeansNothingToOtherSuites) {
  for (const std::string name : {"client-kea", "client-dsa-dsa"}) {
    RogueServer client({kSsl, kRsa}, "rsa1024", [&](ClientOptions& options, ServerOptions&) {
      options.credentials = {pki_credentials(name)};
    });
    client.tell(HandshakeType::certificate_request, join({opaque8({kFortezzaKea}), opaque16({})}));
    client.done();
    client.expect_content();
    EXPECT_FALSE(client.has_sent(HandshakeType::certificate)) << name;
  }
}

/// AskingServer is a server that has asked for a certificate.
class AskingServer : public Rogue {
 public:
  AskingServer(std::uint16_t suite, const std::vector<std::string>& own)
      : Rogue(Side::server, {kSsl, suite}, [&](ClientOptions&, ServerOptions& server) {
          server.credentials.clear();
          for (const std::string& name : own) {
            server.credentials.push_back(pki_credentials(name));
          }
          server.policy.client_authentication = ClientAuthentication::required;
          server.verifier = verify_with_authorities({.authorities = {pki_certificate("dsa-ca")}});
          server.certificate_authorities = {*certificate_subject_name(pki_certificate("dsa-ca"))};
        }) {
    say(Symbol::client_hello);
  }

  bool show(const std::string& certificate) {
    const CertificateDer der = pki_certificate(certificate);
    const auto length = [](std::size_t size) {
      return Bytes{0, static_cast<std::uint8_t>(size >> 8U), static_cast<std::uint8_t>(size)};
    };
    return tell(HandshakeType::certificate,
                join({length(der.size() + 3), length(der.size()), der}));
  }

  /// types of its CertificateRequest.
  [[nodiscard]] Bytes types() {
    const Bytes body = sent(HandshakeType::certificate_request);
    return body.empty() ? Bytes{} : to_bytes(ByteView(body).subspan(1, body[0]));
  }
};

TEST(Rfc6101_5_6_4, AServerOfFortezzaAsksForItsTypeAlone) {
  EXPECT_EQ(AskingServer(kFortezzaRc4, {"kea"}).types(), Bytes{kFortezzaKea});
  const Bytes others = AskingServer(kRsa, {"rsa1024"}).types();
  EXPECT_EQ(std::ranges::count(others, kFortezzaKea), 0);
}

TEST(Rfc6101_5_6_7_2, AServerTakesKeaKeysOfItsDomainAndDssKeys) {
  struct Shown {
    std::uint16_t suite;
    const char* own;
    const char* certificate;
    const Refusal* refusal;
  };

  static constexpr Refusal kExpired{Cause::certificate_expired,
                                    AlertDescription::certificate_expired,
                                    AlertDescription::certificate_expired};
  for (const Shown& shown :
       std::vector<Shown>{{kFortezzaRc4, "kea", "client-kea", nullptr},
                          {kFortezzaRc4, "kea", "client-dsa-dsa", nullptr},
                          {kFortezzaRc4, "kea", "client-kea-other-domain", &kWrongKey},
                          {kFortezzaRc4, "kea", "kea-no-agreement", &kForbiddenUse},
                          {kFortezzaRc4, "kea", "kea-both-only", &kForbiddenUse},
                          {kFortezzaRc4, "kea", "dsa-no-signature", &kForbiddenUse},
                          {kFortezzaRc4, "kea", "kea-expired", &kExpired},
                          {kFortezzaRc4, "kea", "client", &kWrongKey},
                          {kFortezzaRc4, "kea", "client-ec", &kWrongKey},
                          {kFortezzaRc4, "kea", "client-dh1024-x942", &kWrongKey},
                          {kRsa, "rsa1024", "client-kea", &kWrongKey}}) {
    SCOPED_TRACE(std::string(shown.own) + " is shown " + shown.certificate);
    AskingServer server(shown.suite, {shown.own});
    server.show(shown.certificate);
    if (shown.refusal == nullptr) {
      server.expect_content();
    } else {
      server.expect(*shown.refusal);
    }
  }
}

// The KEA key has a place of its own beside the other kinds; one that may not agree has none.
TEST(Rfc6101_5_6_2, AServerPicksItsKeaCertificateForFortezza) {
  const std::vector<std::string> own = {"rsa1024", "kea-no-agreement", "dsa1024-dsa", "kea"};
  for (const auto& [suite, expected] : {std::pair{kFortezzaRc4, "kea"},
                                        std::pair{kRsa, "rsa1024"},
                                        std::pair{kDheDss, "dsa1024-dsa"}}) {
    AskingServer server(suite, own);
    server.expect_content();
    const Bytes body = server.sent(HandshakeType::certificate);
    const CertificateDer der = pki_certificate(expected);
    ASSERT_GE(body.size(), 6 + der.size());
    EXPECT_TRUE(std::ranges::equal(ByteView(body).subspan(6, der.size()), der)) << expected;
  }
  AskingServer without(kFortezzaRc4, {"rsa1024", "kea-no-agreement"});
  without.expect(kNothingInCommon);
}

// What the server shows is held against the suite by the client.
TEST(Rfc6101_5_6_2, AClientWantsAKeaKeyThatMayAgree) {
  for (const auto& [certificate, refusal] :
       std::vector<std::pair<std::string, const Refusal*>>{{"kea", nullptr},
                                                           {"kea-no-agreement", &kForbiddenUse},
                                                           {"kea-both-only", &kForbiddenUse},
                                                           {"dh1024-x942", &kWrongKey},
                                                           {"dsa1024-dsa", &kWrongKey}}) {
    SCOPED_TRACE(certificate);
    RogueServer server({kSsl, kFortezzaRc4}, certificate);
    if (refusal == nullptr) {
      server.expect_content();
    } else {
      server.expect(*refusal);
    }
  }
}

}  // namespace
}  // namespace heirloom::testing
