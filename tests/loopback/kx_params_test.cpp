// ServerKeyExchange as a hostile server would have it: the signature, its encodings, its absence,
// and its presence where none may come (RFC 6101 §5.6.3, RFC 2246 §7.4.3, RFC 4492 §5.4).
#include "crypto/dh.hpp"
#include "crypto/dsa.hpp"
#include "crypto/ec.hpp"
#include "crypto/private_key.hpp"
#include "crypto/x509.hpp"
#include "kx_rogue.hpp"
#include "message/server_key_exchange.hpp"
#include "support/test_pki.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

/// temporary_params is a fresh key of 512 bits.
Bytes temporary_params() {
  static const auto key = crypto::generate_rsa_key(512);
  return rsa_params(key->modulus, key->exponent);
}

/// group_params is a group of 1024 bits with a value in it.
Bytes group_params() {
  const crypto::DhGroup& group = *crypto::known_group_of_size(1024);
  const auto pair = crypto::DhKeyPair::from_private(group, Bytes(20, 0x11));
  return dh_params(group.p, group.g, pair->public_value());
}

Bytes curve_params() {
  const auto pair = crypto::EcKeyPair::from_private(NamedCurve::secp256r1, Bytes(32, 0x11));
  return ecdh_params(NamedCurve::secp256r1, pair->point());
}

/// SignedExchange is a suite whose server signs parameters.
struct SignedExchange {
  std::uint16_t suite;
  const char* certificate;
  const char* same_kind;   ///< a certificate with another key of the same kind
  const char* other_kind;  ///< one with a key of another kind
  Bytes (*params)();
};

constexpr SignedExchange kDheDss{0x0013, "dsa1024", "dsa1024-dsa", "rsa1024", &group_params};
constexpr SignedExchange kDheRsa{0x0016, "rsa1024", "chained", "dsa1024", &group_params};

constexpr std::array kSignedExchanges{
    SignedExchange{0x0003, "rsa1024", "chained", "dsa1024", &temporary_params},
    kDheDss,
    kDheRsa,
    SignedExchange{0xc008, "ec256", "ec256-ec", "rsa1024", &curve_params},
    SignedExchange{0xc012, "rsa1024", "chained", "ec256", &curve_params},
};

/// for_each_exchange runs a test on a fresh server of each suite at each version.
template <class Test>
void for_each_exchange(Test test) {
  for (const SignedExchange& exchange : kSignedExchanges) {
    for (const ProtocolVersion version : {kSsl, kTls}) {
      SCOPED_TRACE(name_of(version, *find_cipher_suite(exchange.suite)));
      test(exchange, version);
    }
  }
}

/// expect_signature tells the parameters with these bytes behind them.
void expect_signature(const SignedExchange& exchange,
                      ProtocolVersion version,
                      const Bytes& signature,
                      const Refusal& refusal) {
  RogueServer server({version, exchange.suite}, exchange.certificate);
  EXPECT_FALSE(
      server.tell(HandshakeType::server_key_exchange, join({exchange.params(), signature})));
  server.expect(refusal);
}

TEST(Rfc2246_7_4_3, TheSignatureCoversBothRandomsAndTheParameters) {
  for_each_exchange([](const SignedExchange& exchange, ProtocolVersion version) {
    const Credentials signer = pki_credentials(exchange.certificate);
    const Bytes params = exchange.params();
    RogueServer good({version, exchange.suite}, exchange.certificate);
    EXPECT_TRUE(good.exchange(params));
    EXPECT_TRUE(good.done());
    good.expect_content();
    EXPECT_TRUE(good.has_sent(HandshakeType::client_key_exchange));

    // The seeds are fixed, so the randoms of the refused connections are those of the good one.
    const Bytes randoms = good.randoms();
    const Bytes client = to_bytes(ByteView(randoms).first(32));
    const Bytes server = to_bytes(ByteView(randoms).last(32));
    Bytes other_client = client;
    other_client.front() ^= 1U;
    Bytes other_server = server;
    other_server.back() ^= 1U;
    Bytes other_params = params;
    other_params.back() ^= 1U;
    for (const Bytes& covered : {join({other_client, server, params}),
                                 join({client, other_server, params}),
                                 join({server, client, params}),
                                 join({client, server, other_params}),
                                 join({client, server}),
                                 join({params, client, server}),
                                 params}) {
      expect_signature(
          exchange, version, opaque16(sign_hashes(signer, hashes_over(covered))), kBadSignature);
    }
  });
}

// Two suites of the same certificate cannot be told apart by the signature; two kinds of parameters
// can, because their bytes differ.
TEST(Rfc2246_7_4_3, ParametersOfAnotherExchangeAreRefused) {
  for (const ProtocolVersion version : {kSsl, kTls}) {
    RogueServer curve_for_group({version, kDheRsa.suite}, "rsa1024");
    EXPECT_FALSE(curve_for_group.exchange(curve_params()));
    curve_for_group.expect(kMalformed);
    RogueServer group_for_curve({version, 0xc012}, "rsa1024");
    EXPECT_FALSE(group_for_curve.exchange(group_params()));
    group_for_curve.expect(kBadValue);
    // A temporary key is two vectors, a group three: the third is taken for the signature.
    RogueServer group_for_key({version, 0x0003}, "rsa1024");
    EXPECT_FALSE(group_for_key.exchange(group_params()));
    group_for_key.expect(kMalformed);
  }
}

TEST(Rfc2246_7_4_3, OnlyTheKeyOfTheCertificateCanSign) {
  for_each_exchange([](const SignedExchange& exchange, ProtocolVersion version) {
    RogueServer server({version, exchange.suite}, exchange.certificate);
    const Bytes hashes = hashes_over(join({server.randoms(), exchange.params()}));
    for (const char* const other : {exchange.same_kind, exchange.other_kind}) {
      expect_signature(
          exchange, version, opaque16(sign_hashes(pki_credentials(other), hashes)), kBadSignature);
    }
  });
}

TEST(Rfc2246_7_4_3, RsaSignsBothHashesAndDsaTheSecond) {
  for (const ProtocolVersion version : {kSsl, kTls}) {
    for (const SignedExchange& exchange : {kDheRsa, kDheDss}) {
      SCOPED_TRACE(name_of(version, *find_cipher_suite(exchange.suite)));
      RogueServer server({version, exchange.suite}, exchange.certificate);
      const Bytes hashes = hashes_over(join({server.randoms(), exchange.params()}));
      const Bytes md5 = to_bytes(ByteView(hashes).first(16));
      const Bytes sha = to_bytes(ByteView(hashes).last(20));
      const Credentials signer = pki_credentials(exchange.certificate);
      // libcrypto cuts what DSA signs to 20 bytes, so a SHA with something behind it would be
      // right.
      const std::vector<Bytes> wrong = exchange.suite == kDheRsa.suite
                                           ? std::vector{md5, sha, join({sha, md5})}
                                           : std::vector{md5, hashes};
      for (const Bytes& digest : wrong) {
        auto signature = signer.key->sign(digest);
        ASSERT_TRUE(signature.answer().has_value());
        expect_signature(exchange, version, opaque16(*signature.answer()), kBadSignature);
      }
    }
  }
}

TEST(KeyExchangeParams, SignaturesThatAreNone) {
  for_each_exchange([](const SignedExchange& exchange, ProtocolVersion version) {
    RogueServer server({version, exchange.suite}, exchange.certificate);
    const Bytes good = server.signature(exchange.params());
    const Bytes bare = to_bytes(ByteView(good).subspan(2));
    Bytes flipped = bare;
    flipped[flipped.size() / 2] ^= 0x10U;
    Bytes longer = bare;
    longer.push_back(0);
    Bytes zero_first = bare;
    zero_first.insert(zero_first.begin(), 0);
    const Bytes shorter = to_bytes(ByteView(bare).first(bare.size() - 1));
    for (const Bytes& signature : {Bytes{},
                                   Bytes{0},
                                   flipped,
                                   longer,
                                   zero_first,
                                   shorter,
                                   Bytes(bare.size(), 0),
                                   Bytes(bare.size(), 0xff),
                                   Bytes(65535, 0x30)}) {
      SCOPED_TRACE(signature.size());
      expect_signature(exchange, version, opaque16(signature), kBadSignature);
    }
    // Lengths that do not fit: none at all, half of one, beyond the end, and bytes left over.
    Bytes beyond = good;
    beyond[1] = static_cast<std::uint8_t>(beyond[1] + 1);
    for (const Bytes& behind :
         {Bytes{}, Bytes{0}, beyond, join({good, Bytes{0}}), join({good, good}), bare}) {
      SCOPED_TRACE(behind.size());
      expect_signature(exchange, version, behind, kMalformed);
    }
  });
}

TEST(KeyExchangeParams, TruncatedParametersAreMalformed) {
  for_each_exchange([](const SignedExchange& exchange, ProtocolVersion version) {
    const Bytes params = exchange.params();
    for (const std::size_t size :
         {std::size_t{0}, std::size_t{1}, std::size_t{3}, params.size() / 2, params.size() - 1}) {
      SCOPED_TRACE(size);
      RogueServer server({version, exchange.suite}, exchange.certificate);
      EXPECT_FALSE(server.tell(HandshakeType::server_key_exchange, ByteView(params).first(size)));
      server.expect(kMalformed);
    }
  });
}

TEST(KeyExchangeParams, AnonymousServersSignNothing) {
  for (const auto& [suite, params] : {std::pair<std::uint16_t, Bytes>{0x0018, group_params()},
                                      std::pair<std::uint16_t, Bytes>{0xc017, curve_params()}}) {
    for (const ProtocolVersion version : {kSsl, kTls}) {
      SCOPED_TRACE(name_of(version, *find_cipher_suite(suite)));
      RogueServer good({version, suite}, "");
      EXPECT_TRUE(good.exchange(params));
      good.expect_content();
      for (const Bytes& behind :
           {Bytes{0},
            opaque16({}),
            opaque16(sign_hashes(pki_credentials("rsa1024"), hashes_over(params)))}) {
        RogueServer bad({version, suite}, "");
        EXPECT_FALSE(bad.tell(HandshakeType::server_key_exchange, join({params, behind})));
        bad.expect(kMalformed);
      }
    }
  }
}

// NSS signs with r and s side by side at SSL 3.0, OpenSSL in DER at both versions (drift D22).
TEST(Rfc6101_4_7, DsaSignaturesComeInBothEncodingsAtSsl30AndInDerAtTls) {
  for (const ProtocolVersion version : {kSsl, kTls}) {
    SCOPED_TRACE(to_string(version));
    const Bytes params = kDheDss.params();
    RogueServer der({version, kDheDss.suite}, kDheDss.certificate);
    EXPECT_TRUE(der.exchange(params));
    der.expect_content();

    RogueServer raw({version, kDheDss.suite}, kDheDss.certificate);
    const Bytes signature = to_bytes(ByteView(raw.signature(params)).subspan(2));
    const Bytes both = *crypto::raw_dsa_signature(signature);
    ASSERT_EQ(both.size(), 40U);
    EXPECT_EQ(raw.tell(HandshakeType::server_key_exchange, join({params, opaque16(both)})),
              version == kSsl);
    if (version == kTls) {
      raw.expect(kBadSignature);
    }
    Bytes flipped = both;
    flipped[39] ^= 1U;
    for (const Bytes& bad : {flipped, Bytes(40, 0), Bytes(40, 0xff), Bytes(39, 1), Bytes(41, 1)}) {
      expect_signature(kDheDss, version, opaque16(bad), kBadSignature);
    }
  }
}

// And ours: NSS before 2009 takes the raw form alone at SSL 3.0 (drift D22).
TEST(Rfc6101_4_7, OurDsaSignaturesAreRawAtSsl30IfPolicyWantsThat) {
  const auto key = crypto::certificate_key(pki_certificate(kDheDss.certificate));
  for (const ProtocolVersion version : {kSsl, kTls}) {
    for (const DsaEncoding encoding : {DsaEncoding::der, DsaEncoding::raw}) {
      SCOPED_TRACE(to_string(version));
      Rogue client(
          Side::server, {version, kDheDss.suite}, [&](ClientOptions&, ServerOptions& server) {
            server.credentials = {pki_credentials(kDheDss.certificate)};
            server.policy.ssl30_dsa = encoding;
          });
      client.say(Symbol::client_hello);
      const Bytes body = client.sent(HandshakeType::server_key_exchange);
      ByteView rest = body;
      ASSERT_TRUE(wire::decode_front<message::ServerDHParams>(rest).has_value());
      const Bytes params = to_bytes(ByteView(body).first(body.size() - rest.size()));
      Bytes signature = to_bytes(rest.subspan(2));
      EXPECT_EQ(to_bytes(rest), opaque16(signature));
      const bool is_raw = version == kSsl && encoding == DsaEncoding::raw;
      ASSERT_EQ(signature.size() == 40, is_raw);
      if (is_raw) {
        signature = *crypto::der_dsa_signature(signature);
      }
      const Bytes hashes = hashes_over(join({client.randoms(), params}));
      EXPECT_TRUE(key->dsa->verify(ByteView(hashes).last(20), signature));
    }
  }
}

TEST(Rfc2246_7_4_3, LeftOutWhereItMustComeItIsUnexpectedMessage) {
  for_each_exchange([](const SignedExchange& exchange, ProtocolVersion version) {
    for (const bool asks_first : {false, true}) {
      RogueServer server({version, exchange.suite}, exchange.certificate);
      EXPECT_FALSE(asks_first ? server.say(Symbol::certificate_request) : server.done());
      server.expect(kUnexpected);
    }
  });
  for (const std::uint16_t anonymous : {std::uint16_t{0x0018}, std::uint16_t{0xc017}}) {
    for (const ProtocolVersion version : {kSsl, kTls}) {
      RogueServer server({version, anonymous}, "");
      EXPECT_FALSE(server.done());
      server.expect(kUnexpected);
    }
  }
}

// FREAK (2015): a temporary key that was not asked for, well signed and all.
TEST(Rfc2246_7_4_3, SentWhereNoneMayComeItIsUnexpectedMessage) {
  struct Unasked {
    std::uint16_t suite;
    const char* certificate;
    Bytes params;
  };

  for (const Unasked& unasked : {Unasked{0x000a, "rsa1024", temporary_params()},
                                 Unasked{0x0004, "rsa2048-sha256", temporary_params()},
                                 Unasked{0x0003, "rsa512", temporary_params()},
                                 Unasked{0x0062, "rsa1024", temporary_params()},
                                 Unasked{0x0010, "dh1024", group_params()},
                                 Unasked{0x000d, "dh1024-dsa", group_params()}}) {
    for (const ProtocolVersion version : {kSsl, kTls}) {
      SCOPED_TRACE(name_of(version, *find_cipher_suite(unasked.suite)));
      RogueServer good({version, unasked.suite}, unasked.certificate);
      EXPECT_TRUE(good.done());
      good.expect_content();
      RogueServer bad({version, unasked.suite}, unasked.certificate);
      const bool can_sign = std::string(unasked.certificate).starts_with("rsa");
      const Bytes signature =
          can_sign ? bad.signature(unasked.params)
                   : opaque16(sign_hashes(pki_credentials("rsa1024"), hashes_over({})));
      EXPECT_FALSE(bad.tell(HandshakeType::server_key_exchange, join({unasked.params, signature})));
      bad.expect(kUnexpected);
    }
  }
}

TEST(Rfc2246_7_4_3, ComesOnce) {
  for_each_exchange([](const SignedExchange& exchange, ProtocolVersion version) {
    RogueServer server({version, exchange.suite}, exchange.certificate);
    EXPECT_TRUE(server.exchange(exchange.params()));
    EXPECT_FALSE(server.exchange(exchange.params()));
    server.expect(kUnexpected);
  });
}

}  // namespace
}  // namespace heirloom::testing
