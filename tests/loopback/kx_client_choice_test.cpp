// What a client does when it is asked for a certificate: which one it shows, how it proves it, how
// it says that it has none, and whom it refuses (RFC 6101 §5.6.4 to §5.6.8; RFC 2246 §7.4.4 to
// §7.4.8).
#include "crypto/dh.hpp"
#include "crypto/dsa.hpp"
#include "crypto/signature.hpp"
#include "crypto/x509.hpp"
#include "kx_rogue.hpp"
#include "support/test_pki.hpp"
#include "support/vector_file.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr std::uint16_t kRsa = 0x000a;
constexpr std::uint16_t kDhRsa = 0x0010;
constexpr std::uint16_t kDhAnon = 0x0018;

// ClientCertificateType, RFC 2246 §7.4.4; 64 from RFC 4492 §5.5.
constexpr std::uint8_t kRsaSign = 1;
constexpr std::uint8_t kDssSign = 2;
constexpr std::uint8_t kRsaFixedDh = 3;
constexpr std::uint8_t kDssFixedDh = 4;
constexpr std::uint8_t kEcdsaSign = 64;

Bytes subject(const std::string& certificate) {
  return *certificate_subject_name(pki_certificate(certificate));
}

Bytes request(const Bytes& types, const std::vector<Bytes>& authorities) {
  Bytes names;
  for (const Bytes& name : authorities) {
    append(names, opaque16(name));
  }
  return join({opaque8(types), opaque16(names)});
}

/// AskedClient is a client with these certificates, asked by its server. It has answered.
class AskedClient : public RogueServer {
 public:
  AskedClient(ProtocolVersion version,
              std::uint16_t suite,
              const std::string& server,
              const std::vector<std::string>& own,
              const Bytes& asked,
              DsaEncoding encoding = DsaEncoding::der)
      : AskedClient(version, suite, server, own, asked, encoding, std::make_shared<KeyLines>()) {}

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

  /// master is the master secret, from the key log.
  [[nodiscard]] Bytes master() const {
    return from_hex(std::string_view(log_->lines.at(0)).substr(14 + 64 + 1));
  }

 private:
  AskedClient(ProtocolVersion version,
              std::uint16_t suite,
              const std::string& server,
              const std::vector<std::string>& own,
              const Bytes& asked,
              DsaEncoding encoding,
              const std::shared_ptr<KeyLines>& log)
      : RogueServer({version, suite},
                    server,
                    [&](ClientOptions& client, ServerOptions&) {
                      client.key_log = log;
                      client.policy.ssl30_dsa = encoding;
                      client.credentials.clear();
                      for (const std::string& name : own) {
                        client.credentials.push_back(pki_credentials(name));
                      }
                    }),
        own_(own),
        log_(log) {
    tell(HandshakeType::certificate_request, asked);
    done();
  }

  std::vector<std::string> own_;
  std::shared_ptr<KeyLines> log_;
};

template <class Test>
void at_both_versions(Test test) {
  for (const ProtocolVersion version : {kSsl, kTls}) {
    SCOPED_TRACE(to_string(version));
    test(version);
  }
}

const std::vector<std::string> kAll = {"client", "client-dsa", "client-dsa-dsa", "client-ec"};

TEST(Rfc2246_7_4_4, TheTypesOfARequestChooseTheCertificate) {
  struct Asked {
    Bytes types;
    std::string shown;
  };

  at_both_versions([](ProtocolVersion version) {
    for (const auto& [types, shown] : std::vector<Asked>{
             {{kRsaSign}, "client"},
             {{kDssSign}, "client-dsa"},
             {{kEcdsaSign}, "client-ec"},
             {{kEcdsaSign, kDssSign, kRsaSign}, "client-ec"},  // the server's preference
             {{kDssSign, kRsaSign}, "client-dsa"},
             {{5, 6, 20, 99, 255, kRsaSign}, "client"},  // unknown ones are passed over
             {{5, 6, 20, 99, 255}, ""},
             {{kRsaFixedDh, kDssFixedDh}, ""}}) {
      AskedClient client(version, kRsa, "rsa1024", kAll, request(types, {subject("other-ca")}));
      client.expect_content();
      EXPECT_EQ(client.shown(), shown);
    }
  });
}

// RFC 2246 §7.4.4: "These distinguished names may specify a desired distinguished name for a root
// CA or for a subordinate CA".
TEST(Rfc2246_7_4_4, TheAuthoritiesOfARequestMayBeRootsOrIntermediates) {
  at_both_versions([](ProtocolVersion version) {
    const Bytes any_type = {kRsaSign, kDssSign, kEcdsaSign};
    const std::vector<std::string> own = {"client", "client-dsa", "client-dsa-dsa", "chained"};
    struct Asked {
      std::vector<Bytes> authorities;
      std::string shown;
    };

    for (const auto& [authorities, shown] :
         std::vector<Asked>{{{subject("ca")}, "client"},
                            {{subject("dsa-ca")}, "client-dsa-dsa"},
                            {{subject("intermediate")}, "chained"},
                            {{subject("other-ca"), subject("dsa-ca")}, "client-dsa-dsa"},
                            {{subject("other-ca")}, "client"},  // a wish, and no condition
                            {{}, "client"}}) {                  // drift D43
      AskedClient client(version, kRsa, "rsa1024", own, request(any_type, authorities));
      client.expect_content();
      EXPECT_EQ(client.shown(), shown);
    }
  });
}

TEST(KeyExchangeClientCertificate, WhatMayNotSignIsNotShown) {
  at_both_versions([](ProtocolVersion version) {
    const Bytes any = request({kRsaSign, kDssSign, kEcdsaSign, kRsaFixedDh}, {});
    const std::vector<std::string> useless = {
        "no-digital-signature", "dsa-no-signature", "ec-no-signature", "client-dh1024"};
    AskedClient none(version, kRsa, "rsa1024", useless, any);
    none.expect_content();
    EXPECT_EQ(none.shown(), "");
    std::vector<std::string> more = useless;
    more.emplace_back("client-ec");
    AskedClient one(version, kRsa, "rsa1024", more, any);
    EXPECT_EQ(one.shown(), "client-ec");
  });
}

// SSL 3.0 answers with the warning no_certificate, TLS with an empty list.
TEST(Rfc2246_7_4_6, WithoutACertificateTheListIsEmptyOrAWarningStandsInItsPlace) {
  at_both_versions([](ProtocolVersion version) {
    AskedClient client(version, kRsa, "rsa1024", {}, request({kRsaSign}, {subject("ca")}));
    client.expect_content();
    EXPECT_EQ(client.has_sent(HandshakeType::certificate), version == kTls);
    EXPECT_FALSE(client.has_sent(HandshakeType::certificate_verify));
    EXPECT_TRUE(client.has_sent(HandshakeType::client_key_exchange));
    if (version == kTls) {
      EXPECT_EQ(client.sent(HandshakeType::certificate), (Bytes{0, 0, 0}));
      EXPECT_TRUE(client.puppet().alerts.empty());
    } else {
      EXPECT_EQ(client.puppet().alerts,
                (std::vector<Alert>{{AlertLevel::warning, AlertDescription::no_certificate}}));
    }
  });
}

TEST(Rfc2246_7_4_6, TheAnswerComesAfterServerHelloDoneAndFirst) {
  at_both_versions([](ProtocolVersion version) {
    RogueServer server({version, kRsa}, "rsa1024");
    EXPECT_TRUE(server.tell(HandshakeType::certificate_request, request({kRsaSign}, {})));
    EXPECT_FALSE(server.has_sent(HandshakeType::certificate));
    EXPECT_TRUE(server.done());
    const std::vector<HandshakeType> expected = {HandshakeType::client_hello,
                                                 HandshakeType::certificate,
                                                 HandshakeType::client_key_exchange,
                                                 HandshakeType::certificate_verify};
    std::vector<HandshakeType> heard = server.puppet().heard;
    heard.resize(std::min(heard.size(), expected.size()));
    EXPECT_EQ(heard, expected);
  });
}

/// verify_hashes as the documents have it: RFC 2246 §7.4.8, RFC 6101 §5.6.8.
crypto::SignatureHashes verify_hashes(ProtocolVersion version,
                                      const Bytes& messages,
                                      const Bytes& master) {
  Bytes both = hashes_over(messages);
  if (version == kSsl) {
    const Bytes inner_md5 = hashes_over(join({messages, master, Bytes(48, 0x36)}));
    const Bytes inner_sha = hashes_over(join({messages, master, Bytes(40, 0x36)}));
    const Bytes md5 =
        hashes_over(join({master, Bytes(48, 0x5c), to_bytes(ByteView(inner_md5).first(16))}));
    const Bytes sha =
        hashes_over(join({master, Bytes(40, 0x5c), to_bytes(ByteView(inner_sha).last(20))}));
    both = join({to_bytes(ByteView(md5).first(16)), to_bytes(ByteView(sha).last(20))});
  }
  crypto::SignatureHashes hashes;
  std::copy_n(both.begin(), 16, hashes.md5.begin());
  std::copy_n(both.begin() + 16, 20, hashes.sha.begin());
  return hashes;
}

/// expect_proof looks at a client's CertificateVerify.
void expect_proof(ProtocolVersion version, const std::string& name, DsaEncoding encoding) {
  SCOPED_TRACE(name);
  AskedClient client(version,
                     kRsa,
                     "rsa1024",
                     {name},
                     request({kRsaSign, kDssSign, kEcdsaSign}, {subject("ca")}),
                     encoding);
  ASSERT_EQ(client.shown(), name);
  // The messages end with CertificateVerify and Finished, which it does not cover.
  const Bytes verify = client.sent(HandshakeType::certificate_verify);
  ASSERT_GT(verify.size(), 2U);
  const std::size_t finished = 4 + (version == kTls ? 12U : 36U);
  const Bytes all = client.transcript();
  const Bytes messages = to_bytes(ByteView(all).first(all.size() - finished - 4 - verify.size()));
  Bytes signature = to_bytes(ByteView(verify).subspan(2));
  EXPECT_EQ(verify, opaque16(signature));
  const auto key = crypto::certificate_key(pki_certificate(name));
  const bool is_raw = version == kSsl && encoding == DsaEncoding::raw && key->dsa.has_value();
  ASSERT_EQ(signature.size() == 40, is_raw);
  if (is_raw) {
    signature = *crypto::der_dsa_signature(signature);
  }
  EXPECT_TRUE(crypto::verify_signature(
      *key, verify_hashes(version, messages, client.master()), signature, crypto::DsaForm::der));
}

TEST(Rfc2246_7_4_8, TheClientSignsAllMessagesSinceItsHello) {
  at_both_versions([](ProtocolVersion version) {
    for (const std::string name : {"client", "client-dsa", "client-ec"}) {
      expect_proof(version, name, DsaEncoding::der);
      expect_proof(version, name, DsaEncoding::raw);  // SSL 3.0's DSA alone (drift D22)
    }
  });
}

// RFC 2246 §7.4.6, §7.4.7.2: a fixed Diffie-Hellman certificate of the server's group takes the
// place of Yc; one of another group is not shown.
TEST(Rfc2246_7_4_7_2, AFixedCertificateOfTheServersGroupIsShownAndYcLeftOut) {
  struct Asked {
    std::uint16_t suite;
    std::string server;
    std::vector<std::string> own;
    std::uint8_t type;
    std::string shown;
  };

  constexpr std::uint16_t kDhDss = 0x000d;
  constexpr std::uint16_t kDhRsaExport = 0x000e;
  at_both_versions([](ProtocolVersion version) {
    for (const Asked& asked : std::vector<Asked>{
             {kDhRsa, "dh1024", {"client-dh512", "client-dh1024"}, kRsaFixedDh, "client-dh1024"},
             {kDhRsa, "dh1024", {"client-dh1024-x942"}, kRsaFixedDh, ""},
             {kDhRsa, "dh1024", {"client-dh1024-g5"}, kRsaFixedDh, ""},  // of p, with another g
             {kDhRsa,
              "dh1024-x942",
              {"client-dh1024", "client-dh1024-x942"},
              kRsaFixedDh,
              "client-dh1024-x942"},
             {kDhRsa, "dh1024", {"client-dh1024"}, kDssFixedDh, ""},
             {kDhRsa, "dh1024", {"client-dh1024-dsa"}, kDssFixedDh, "client-dh1024-dsa"},
             {kDhDss, "dh1024-dsa", {"client-dh1024"}, kRsaFixedDh, "client-dh1024"},
             {kDhRsaExport,
              "dh512",
              {"client-dh1024", "client-dh512"},
              kRsaFixedDh,
              "client-dh512"},
             {kDhRsa, "dh1024", {"dh-no-agreement"}, kRsaFixedDh, ""},
             {kRsa, "rsa1024", {"client-dh1024"}, kRsaFixedDh, ""}}) {
      SCOPED_TRACE(asked.server + " asks " + asked.own.front());
      AskedClient client(version, asked.suite, asked.server, asked.own, request({asked.type}, {}));
      client.expect_content();
      EXPECT_EQ(client.shown(), asked.shown);
      EXPECT_EQ(client.sent(HandshakeType::client_key_exchange).empty(), !asked.shown.empty());
      EXPECT_FALSE(client.has_sent(HandshakeType::certificate_verify));
    }
  });
}

// Explicit: a Yc of the group, with its length.
TEST(Rfc2246_7_4_7_2, YcIsSentWhereThereIsNoSuchCertificate) {
  at_both_versions([](ProtocolVersion version) {
    for (const auto& [suite, server, is_fixed] :
         {std::tuple{kDhRsa, "dh1024", true},
          std::tuple{std::uint16_t{0x0016}, "rsa1024", false}}) {
      RogueServer rogue({version, suite}, server);
      const crypto::DhGroup& group = *crypto::known_group_of_size(1024);
      if (!is_fixed) {
        const auto pair = crypto::DhKeyPair::from_private(group, Bytes(20, 0x31));
        EXPECT_TRUE(rogue.exchange(dh_params(group.p, group.g, pair->public_value())));
      }
      EXPECT_TRUE(rogue.done());
      const Bytes body = rogue.sent(HandshakeType::client_key_exchange);
      ASSERT_GT(body.size(), 2U);
      const Bytes value = to_bytes(ByteView(body).subspan(2));
      EXPECT_EQ(body, opaque16(value));
      EXPECT_TRUE(crypto::check_public_value(group, value).has_value());
    }
  });
}

TEST(Rfc2246_7_4_4, AnAnonymousServerThatAsksIsRefused) {
  at_both_versions([](ProtocolVersion version) {
    const crypto::DhGroup& group = *crypto::known_group_of_size(1024);
    const auto pair = crypto::DhKeyPair::from_private(group, Bytes(20, 0x31));
    RogueServer after({version, kDhAnon}, "");
    EXPECT_TRUE(after.exchange(dh_params(group.p, group.g, pair->public_value())));
    EXPECT_FALSE(after.tell(HandshakeType::certificate_request, request({kRsaSign}, {})));
    after.expect({Cause::anonymous_server_requests_certificate,
                  AlertDescription::handshake_failure,
                  AlertDescription::handshake_failure});
    RogueServer before({version, kDhAnon}, "");
    EXPECT_FALSE(before.tell(HandshakeType::certificate_request, request({kRsaSign}, {})));
    before.expect(kUnexpected);
  });
}

TEST(Rfc2246_7_4_4, ARequestComesOnceInItsPlaceAndWellFormed) {
  at_both_versions([](ProtocolVersion version) {
    RogueServer twice({version, kRsa}, "rsa1024");
    EXPECT_TRUE(twice.tell(HandshakeType::certificate_request, request({kRsaSign}, {})));
    EXPECT_FALSE(twice.tell(HandshakeType::certificate_request, request({kRsaSign}, {})));
    twice.expect(kUnexpected);
    Rogue early(Side::client, {version, kRsa});
    EXPECT_TRUE(early.say(Symbol::server_hello));
    EXPECT_FALSE(early.tell(HandshakeType::certificate_request, request({kRsaSign}, {})));
    early.expect(kUnexpected);
    for (const Bytes& body : {Bytes{},
                              request({}, {subject("ca")}),
                              request({kRsaSign}, {{}}),
                              join({request({kRsaSign}, {subject("ca")}), {0}}),
                              join({opaque8({kRsaSign}), {0, 3, 0, 2, 0x30}}),
                              join({opaque8({kRsaSign}), {0, 1, 0}}),
                              opaque8({kRsaSign})}) {
      RogueServer server({version, kRsa}, "rsa1024");
      EXPECT_FALSE(server.tell(HandshakeType::certificate_request, body));
      server.expect(kMalformed);
    }
  });
}

}  // namespace
}  // namespace heirloom::testing
