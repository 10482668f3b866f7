// Client authentication with a client that cheats: no certificate, one of the wrong kind, proofs by
// another key or over other messages (RFC 6101 §5.6.4 to §5.6.8; RFC 2246 §7.4.4 to §7.4.8).
#include "crypto/hash.hpp"
#include "kx_rogue.hpp"
#include "support/test_pki.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr std::uint16_t kRsa = 0x000a;
constexpr std::uint16_t kDhRsa = 0x0010;
constexpr std::uint16_t kDheRsa = 0x0016;
constexpr std::uint16_t kDhAnon = 0x0018;

constexpr Refusal kNoCertificate{Cause::client_certificate_required,
                                 AlertDescription::handshake_failure,
                                 AlertDescription::handshake_failure};
constexpr Refusal kChangeTooSoon{Cause::change_cipher_spec_unexpected,
                                 AlertDescription::unexpected_message,
                                 AlertDescription::unexpected_message};
/// Certificates that sign, of each kind.
constexpr std::array kSigners{"client", "client-dsa", "client-ec"};

/// verify_hashes is what a CertificateVerify signs after these messages, as the documents have it.
Bytes verify_hashes(ProtocolVersion version, const Bytes& messages, const Bytes& master) {
  if (version == kTls) {
    return hashes_over(messages);
  }
  const auto around = [&](const auto& hash, std::size_t pad) {
    auto inner = hash;
    inner.update(messages).update(master).update(Bytes(pad, 0x36));
    auto outer = hash;
    outer.update(master).update(Bytes(pad, 0x5c)).update(inner.finish());
    return to_bytes(outer.finish());
  };
  return join({around(crypto::Md5(), 48), around(crypto::Sha1(), 40)});
}

/// RogueClient talks to a server that asks for a certificate.
class RogueClient : public Rogue {
 public:
  RogueClient(ProtocolVersion version,
              std::uint16_t suite,
              ClientAuthentication authentication,
              const std::string& server_certificate = "rsa1024")
      : Rogue(Side::server,
              {version, suite},
              [&](ClientOptions&, ServerOptions& server) {
                server.credentials = {pki_credentials(server_certificate)};
                server.policy.client_authentication = authentication;
                server.verifier = accept_any_certificate();
                server.certificate_authorities = {
                    *certificate_subject_name(pki_certificate("ca")),
                    *certificate_subject_name(pki_certificate("dsa-ca"))};
              }),
        version_(version) {
    say(Symbol::client_hello);
  }

  bool show(const std::string& certificate) {
    const CertificateDer der = pki_certificate(certificate);
    const auto length = [](std::size_t size) {
      return Bytes{static_cast<std::uint8_t>(size >> 16U),
                   static_cast<std::uint8_t>(size >> 8U),
                   static_cast<std::uint8_t>(size)};
    };
    return tell(HandshakeType::certificate,
                join({length(der.size() + 3), length(der.size()), der}));
  }

  /// exchange sends a premaster secret that prove knows; RSA suites only.
  bool exchange() {
    premaster_ = Bytes(48, 0x2a);
    premaster_[0] = 3;
    premaster_[1] = version_ == kTls ? 1 : 0;
    puppet().premaster_override = premaster_;
    return say(Symbol::client_key_exchange);
  }

  [[nodiscard]] Bytes master() const {
    Randoms randoms{.client = client_random, .server = server_random};
    const MasterSecret secret = profile_for(version_).master_secret(
        PremasterSecret(SecretBytes(ByteView(premaster_))), randoms);
    return to_bytes(secret.expose());
  }

  /// proof is a right CertificateVerify by that key over these messages.
  [[nodiscard]] Bytes proof(const std::string& signer, const Bytes& messages) {
    client_random = puppet().client_hello.random;
    server_random = puppet().server_hello.random;
    return opaque16(
        sign_hashes(pki_credentials(signer), verify_hashes(version_, messages, master())));
  }

  bool prove(const Bytes& body) { return tell(HandshakeType::certificate_verify, body); }

 private:
  ProtocolVersion version_;
  Bytes premaster_;
  Random client_random{};
  Random server_random{};
};

template <class Test>
void at_both_versions(Test test) {
  for (const ProtocolVersion version : {kSsl, kTls}) {
    SCOPED_TRACE(to_string(version));
    test(version);
  }
}

/// ShownClient has shown its certificate and sent its key exchange.
class ShownClient : public RogueClient {
 public:
  ShownClient(ProtocolVersion version, const std::string& certificate)
      : RogueClient(version, kRsa, ClientAuthentication::required) {
    EXPECT_TRUE(show(certificate));
    EXPECT_TRUE(exchange());
  }
};

TEST(Rfc2246_7_4_8, CoversAllMessagesSinceTheHello) {
  at_both_versions([](ProtocolVersion version) {
    for (const std::string certificate : kSigners) {
      SCOPED_TRACE(certificate);
      ShownClient good(version, certificate);
      const Bytes messages = good.transcript();
      EXPECT_TRUE(good.prove(good.proof(certificate, messages)));
      EXPECT_TRUE(good.say(Symbol::change_cipher_spec));
      good.expect_content();

      Bytes one_bit = messages;
      one_bit[messages.size() / 2] ^= 1U;
      const auto without_last = [&] {
        RogueClient client(version, kRsa, ClientAuthentication::required);
        client.show(certificate);
        return client.transcript();
      }();
      for (const Bytes& other : {one_bit,
                                 without_last,
                                 to_bytes(ByteView(messages).subspan(4)),  // no header
                                 join({messages, {0}}),
                                 join({{15, 0, 0, 0}, messages}),
                                 Bytes{}}) {
        ShownClient bad(version, certificate);
        EXPECT_FALSE(bad.prove(bad.proof(certificate, other)));
        bad.expect(kBadProof);
      }
    }
  });
}

TEST(Rfc2246_7_4_8, ABadSignatureIsFatal) {
  at_both_versions([](ProtocolVersion version) {
    for (const std::string certificate : kSigners) {
      SCOPED_TRACE(certificate);
      std::vector<Bytes> bad;
      ShownClient source(version, certificate);
      const Bytes messages = source.transcript();
      for (const std::string other : {"rsa1024", "client-dsa-dsa", "dsa1024", "ec256"}) {
        bad.push_back(source.proof(other, messages));
      }
      // The hashes of the other version, and those of ServerKeyExchange.
      const Credentials signer = pki_credentials(certificate);
      bad.push_back(opaque16(sign_hashes(
          signer, verify_hashes(version == kTls ? kSsl : kTls, messages, source.master()))));
      bad.push_back(opaque16(sign_hashes(signer, hashes_over(join({source.randoms(), messages})))));
      bad.push_back(opaque16({}));
      bad.push_back(opaque16(Bytes(128, 0)));
      bad.push_back(opaque16(Bytes(65535, 0x5a)));
      for (const Bytes& body : bad) {
        ShownClient client(version, certificate);
        EXPECT_FALSE(client.prove(body));
        client.expect(kBadProof);
      }
      const Bytes right = source.proof(certificate, messages);
      for (const Bytes& body : {Bytes{},
                                Bytes{0},
                                join({right, {0}}),
                                to_bytes(ByteView(right).first(right.size() - 1)),
                                to_bytes(ByteView(right).subspan(2))}) {
        ShownClient client(version, certificate);
        EXPECT_FALSE(client.prove(body));
        client.expect(kMalformed);
      }
    }
  });
}

TEST(Rfc6101_5_6_8, LeftOutItIsUnexpectedMessage) {
  at_both_versions([](ProtocolVersion version) {
    for (const char* const certificate : kSigners) {
      ShownClient client(version, certificate);
      EXPECT_FALSE(client.say(Symbol::change_cipher_spec));
      client.expect(kChangeTooSoon);
    }
    // And without a certificate there is nothing to prove.
    RogueClient nobody(version, kRsa, ClientAuthentication::optional);
    nobody.say(version == kTls ? Symbol::empty_certificate : Symbol::no_certificate_warning);
    EXPECT_TRUE(nobody.exchange());
    EXPECT_FALSE(nobody.prove(nobody.proof("client", nobody.transcript())));
    nobody.expect(kUnexpected);
    RogueClient unasked(version, kRsa, ClientAuthentication::none);
    EXPECT_FALSE(unasked.show("client"));
    unasked.expect(kUnexpected);
  });
}

TEST(Rfc2246_7_4_4, TheRequestNamesTypesAndAuthorities) {
  Bytes names;
  for (const char* const authority : {"ca", "dsa-ca"}) {
    append(names, opaque16(*certificate_subject_name(pki_certificate(authority))));
  }
  at_both_versions([&](ProtocolVersion version) {
    // RSA and DSS that sign, ECDSA; and fixed Diffie-Hellman where the suite lets it take part.
    // 5, 6 and 20 of SSL 3.0 are never asked for.
    for (const auto& [suite, certificate, types] :
         {std::tuple{kRsa, "rsa1024", Bytes{1, 2, 64}},
          std::tuple{kDheRsa, "rsa1024", Bytes{1, 2, 64}},
          std::tuple{kDhRsa, "dh1024", Bytes{1, 2, 64, 3, 4}}}) {
      RogueClient client(version, suite, ClientAuthentication::optional, certificate);
      EXPECT_EQ(client.sent(HandshakeType::certificate_request),
                join({opaque8(types), opaque16(names)}));
    }
    RogueClient unasked(version, kRsa, ClientAuthentication::none);
    EXPECT_FALSE(unasked.has_sent(HandshakeType::certificate_request));
  });
}

// RFC 2246 §7.4.4: an anonymous server must not ask; so a policy that requires a certificate has no
// such suite.
TEST(Rfc2246_7_4_4, AnAnonymousServerAsksForNothing) {
  at_both_versions([](ProtocolVersion version) {
    RogueClient optional(version, kDhAnon, ClientAuthentication::optional);
    optional.expect_content();
    EXPECT_TRUE(optional.has_sent(HandshakeType::server_hello_done));
    EXPECT_FALSE(optional.has_sent(HandshakeType::certificate_request));
    RogueClient required(version, kDhAnon, ClientAuthentication::required);
    required.expect(kNothingInCommon);
  });
}

TEST(Rfc2246_7_4_6, WhoHasNoneGoesOnOnlyIfNoneIsRequired) {
  at_both_versions([](ProtocolVersion version) {
    const Symbol own_way =
        version == kTls ? Symbol::empty_certificate : Symbol::no_certificate_warning;
    // An empty list is tolerated at SSL 3.0 too (drift D32).
    for (const Symbol answer : {own_way, Symbol::empty_certificate}) {
      SCOPED_TRACE(heirloom::testing::to_string(answer));
      RogueClient optional(version, kRsa, ClientAuthentication::optional);
      EXPECT_TRUE(optional.say(answer));
      EXPECT_TRUE(optional.exchange());
      EXPECT_TRUE(optional.say(Symbol::change_cipher_spec));
      optional.expect_content();
      RogueClient required(version, kRsa, ClientAuthentication::required);
      EXPECT_FALSE(required.say(answer));
      required.expect(kNoCertificate);
    }
  });
}

TEST(Rfc2246_7_4_6, InTlsOnlyACertificateMessageAnswersARequest) {
  for (const ClientAuthentication authentication :
       {ClientAuthentication::optional, ClientAuthentication::required}) {
    RogueClient client(kTls, kRsa, authentication);
    EXPECT_TRUE(client.say(Symbol::no_certificate_warning));  // a remark like any other
    EXPECT_FALSE(client.exchange());
    client.expect(kUnexpected);
    RogueClient silent(kSsl, kRsa, authentication);
    EXPECT_FALSE(silent.exchange());
    silent.expect(kUnexpected);
  }
}

TEST(KeyExchangeClientCertificate, OfAKindThatTheSuiteCannotUse) {
  at_both_versions([](ProtocolVersion version) {
    struct Shown {
      std::uint16_t suite;
      const char* server;
      const char* client;
      const Refusal* refusal;  ///< null: accepted
    };

    for (const Shown& row : {Shown{kRsa, "rsa1024", "client", nullptr},
                             Shown{kRsa, "rsa1024", "client-dh1024", &kWrongKey},
                             Shown{kDheRsa, "rsa1024", "client-dh1024", &kWrongKey},
                             Shown{kDhRsa, "dh1024", "client", nullptr},
                             Shown{kDhRsa, "dh1024", "client-dh1024", nullptr},
                             Shown{kDhRsa, "dh1024", "client-dh1024-dsa", nullptr},
                             Shown{kDhRsa, "dh1024", "client-dh512", &kWrongKey},
                             Shown{kDhRsa, "dh1024", "client-dh1024-x942", &kWrongKey},
                             Shown{kDhRsa, "dh1024", "client-dh1024-g5", &kWrongKey},
                             Shown{kDhRsa, "dh1024", "dh-no-agreement", &kForbiddenUse},
                             Shown{kRsa, "rsa1024", "no-digital-signature", &kForbiddenUse},
                             Shown{kRsa, "rsa1024", "dsa-no-signature", &kForbiddenUse},
                             Shown{kRsa, "rsa1024", "ec-no-signature", &kForbiddenUse}}) {
      SCOPED_TRACE(std::string(row.client) + " to " + row.server);
      RogueClient client(version, row.suite, ClientAuthentication::required, row.server);
      EXPECT_EQ(client.show(row.client), row.refusal == nullptr);
      if (row.refusal != nullptr) {
        client.expect(*row.refusal);
      }
    }
  });
}

// The key of such a certificate is proven by the key exchange and by nothing else (RFC 2246
// §7.4.8), so nobody may show one and agree on a secret with another key.
TEST(Rfc2246_7_4_7_2, WithAFixedKeyYcIsImplicitAndNothingElse) {
  at_both_versions([](ProtocolVersion version) {
    RogueClient good(version, kDhRsa, ClientAuthentication::required, "dh1024");
    EXPECT_TRUE(good.show("client-dh1024"));
    EXPECT_TRUE(good.tell(HandshakeType::client_key_exchange, {}));
    EXPECT_TRUE(good.say(Symbol::change_cipher_spec));
    good.expect_content();

    for (const Bytes& explicit_value :
         {opaque16(Bytes(127, 0x31)), opaque16({4}), opaque16({}), Bytes{0}}) {
      RogueClient thief(version, kDhRsa, ClientAuthentication::required, "dh1024");
      EXPECT_TRUE(thief.show("client-dh1024"));
      EXPECT_FALSE(thief.tell(HandshakeType::client_key_exchange, explicit_value));
      thief.expect(kMalformed);
    }
    // Nor does it sign.
    RogueClient signer(version, kDhRsa, ClientAuthentication::required, "dh1024");
    EXPECT_TRUE(signer.show("client-dh1024"));
    EXPECT_TRUE(signer.tell(HandshakeType::client_key_exchange, {}));
    EXPECT_FALSE(signer.prove(opaque16(Bytes(128, 1))));
    signer.expect(kUnexpected);
    // A certificate that signs leaves Yc to be sent.
    RogueClient empty(version, kDhRsa, ClientAuthentication::required, "dh1024");
    EXPECT_TRUE(empty.show("client"));
    EXPECT_FALSE(empty.tell(HandshakeType::client_key_exchange, {}));
    empty.expect(kMalformed);
  });
}

}  // namespace
}  // namespace heirloom::testing
