// Temporary RSA keys in their three shapes: none beside a short certificate, one of 512 or 1024
// bits for export, one for a certificate that only signs (RFC 6101 §5.6.3, C and D.1; RFC 2246
// §7.4.3, C and D.1; drift D118).
#include "crypto/private_key.hpp"
#include "kx_rogue.hpp"
#include "message/server_key_exchange.hpp"
#include "support/test_pki.hpp"

#include <array>
#include <string>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr std::uint16_t kRsa = 0x000a;
constexpr std::uint16_t kExport = 0x0003;
constexpr std::uint16_t kExport1024 = 0x0062;
const Bytes kF4 = {1, 0, 1};  // NOLINT(cert-err58-cpp): a vector of three bytes

/// odd_number has exactly that many bits. Nobody tells it from the modulus of a key.
Bytes odd_number(std::size_t bits) {
  Bytes number((bits + 7) / 8, 0x5b);
  number.front() = static_cast<std::uint8_t>(1U << ((bits - 1) % 8));
  return number;
}

Scene::Adjust with_minimum(std::size_t bits) {
  return [bits](ClientOptions& client, ServerOptions&) {
    client.policy.min_temporary_rsa_bits = bits;
  };
}

struct Shown {
  std::uint16_t suite;
  const char* certificate;
  std::size_t bits;
  std::size_t minimum;     ///< of the client's policy
  const Refusal* refusal;  ///< null: accepted
};

void expect_temporary(ProtocolVersion version, const Shown& shown) {
  SCOPED_TRACE(name_of(version, *find_cipher_suite(shown.suite)) + " with " +
               std::to_string(shown.bits) + " bits, minimum " + std::to_string(shown.minimum));
  RogueServer server({version, shown.suite}, shown.certificate, with_minimum(shown.minimum));
  EXPECT_EQ(server.exchange(rsa_params(odd_number(shown.bits), kF4)), shown.refusal == nullptr);
  if (shown.refusal != nullptr) {
    server.expect(*shown.refusal);
    return;
  }
  EXPECT_TRUE(server.done());
  server.expect_content();
  // The premaster is encrypted to the temporary key: the block has its length.
  const std::size_t framing = version == kTls ? 2 : 0;
  EXPECT_EQ(server.sent(HandshakeType::client_key_exchange).size(), shown.bits / 8 + framing);
}

TEST(Rfc2246_C, ATemporaryKeyHasAtMostTheLimitOfItsSuite) {
  for (const Shown& shown : {Shown{kExport, "rsa1024", 512, 1024, nullptr},
                             Shown{kExport, "rsa1024", 513, 512, &kAboveExport},
                             Shown{kExport, "rsa1024", 1024, 512, &kAboveExport},
                             Shown{kExport, "rsa1024", 2048, 512, &kAboveExport},
                             Shown{kExport, "rsa1024", 511, 512, &kTooWeak},
                             Shown{kExport, "rsa1024", 384, 512, &kTooWeak},
                             Shown{kExport1024, "rsa2048-sha256", 1024, 1024, nullptr},
                             Shown{kExport1024, "rsa2048-sha256", 1025, 512, &kAboveExport},
                             Shown{kExport1024, "rsa2048-sha256", 512, 1024, &kTooWeak}}) {
    for (const ProtocolVersion version : {kSsl, kTls}) {
      expect_temporary(version, shown);
    }
  }
}

// RFC 2246 C speaks of the key that encrypts: the one that signs may have any length.
TEST(Rfc2246_C, TheKeyThatSignsHasNoLimit) {
  for (const char* const certificate : {"rsa1024", "rsa2048-sha256", "rsa4096"}) {
    for (const ProtocolVersion version : {kSsl, kTls}) {
      expect_temporary(version, {kExport, certificate, 512, 512, nullptr});
    }
  }
}

// The first shape: a certificate's key within the limit encrypts itself.
TEST(Rfc2246_7_4_3, AShortCertificateKeyIsUsedDirectly) {
  for (const auto& [suite, certificate, size] :
       {std::tuple{kExport, "rsa512", 64}, std::tuple{kExport1024, "rsa1024", 128}}) {
    for (const ProtocolVersion version : {kSsl, kTls}) {
      SCOPED_TRACE(name_of(version, *find_cipher_suite(suite)));
      RogueServer server({version, suite}, certificate);
      EXPECT_TRUE(server.done());
      server.expect_content();
      EXPECT_EQ(server.sent(HandshakeType::client_key_exchange).size(),
                static_cast<std::size_t>(size) + (version == kTls ? 2U : 0U));
    }
  }
}

TEST(KeyExchangeRsa, TemporaryKeysThatAreNone) {
  const Bytes modulus = odd_number(512);
  Bytes even = modulus;
  even.back() = 0x5a;
  for (const auto& [name, params] :
       {std::pair{"even modulus", rsa_params(even, kF4)},
        std::pair{"zero modulus", rsa_params(Bytes(64, 0), kF4)},
        std::pair{"small modulus", rsa_params({0x0f}, {3})},
        std::pair{"huge modulus", rsa_params(Bytes(2049, 0xff), kF4)},
        std::pair{"longest modulus", rsa_params(Bytes(65535, 0xff), kF4)},
        std::pair{"exponent 0", rsa_params(modulus, {0})},
        std::pair{"exponent 1", rsa_params(modulus, {1})},
        std::pair{"even exponent", rsa_params(modulus, {2})},
        std::pair{"exponent n", rsa_params(modulus, modulus)},
        std::pair{"longest exponent", rsa_params(modulus, Bytes(65535, 0xff))}}) {
    for (const ProtocolVersion version : {kSsl, kTls}) {
      SCOPED_TRACE(name);
      RogueServer server({version, kExport}, "rsa1024");
      EXPECT_FALSE(server.exchange(params));
      server.expect(kBadValue);
    }
  }
  for (const Bytes& params : {rsa_params({}, kF4), rsa_params(modulus, {})}) {
    for (const ProtocolVersion version : {kSsl, kTls}) {
      RogueServer server({version, kExport}, "rsa1024");
      EXPECT_FALSE(server.exchange(params));
      server.expect(kMalformed);
    }
  }
}

// The third shape. RFC 6101 §5.6.3: "the certificate is a signing-only RSA certificate"; TLS has
// only the one for export.
TEST(Rfc6101_5_6_3, ASigningCertificateSignsATemporaryKeyAtSsl30) {
  constexpr const char* kSignsOnly = "no-key-encipherment";
  for (const Shown& shown : {Shown{kRsa, kSignsOnly, 1024, 1024, nullptr},
                             Shown{kRsa, kSignsOnly, 2048, 1024, nullptr},
                             Shown{kRsa, kSignsOnly, 512, 1024, &kTooWeak},
                             Shown{kRsa, kSignsOnly, 1023, 1024, &kTooWeak},
                             Shown{kRsa, kSignsOnly, 512, 512, nullptr}}) {
    expect_temporary(kSsl, shown);
  }
  RogueServer longer({kSsl, kRsa}, kSignsOnly, [](ClientOptions& client, ServerOptions&) {
    client.policy.max_rsa_bits = 2048;
  });
  EXPECT_FALSE(longer.exchange(rsa_params(odd_number(2049), kF4)));
  longer.expect(kBadValue);
  // It is no choice of the server's: without, its key would encrypt what it may not.
  RogueServer without({kSsl, kRsa}, kSignsOnly);
  EXPECT_FALSE(without.done());
  without.expect(kUnexpected);
  RogueServer tls({kTls, kRsa}, kSignsOnly);
  tls.expect(kForbiddenUse);
  // A certificate that may encrypt has none at SSL 3.0 either, whether or not it may sign.
  for (const char* const certificate : {"rsa1024", "no-digital-signature", "rsa2048-sha256"}) {
    RogueServer unasked({kSsl, kRsa}, certificate, with_minimum(512));
    EXPECT_FALSE(unasked.exchange(rsa_params(odd_number(1024), kF4)));
    unasked.expect(kUnexpected);
  }
}

/// RecordedServer is our own server, and a client that only listens.
class RecordedServer : public Rogue {
 public:
  RecordedServer(ProtocolVersion version,
                 std::uint16_t suite,
                 const std::string& certificate,
                 const std::shared_ptr<TemporaryRsaKeys>& keys = nullptr,
                 std::uint64_t seed = 2)
      : Rogue(Side::server, {version, suite}, [&](ClientOptions&, ServerOptions& server) {
          server.credentials = {pki_credentials(certificate)};
          server.temporary_rsa_keys = keys;
          server.random = std::make_shared<SeededRandom>(seed);
        }) {
    say(Symbol::client_hello);
  }

  /// modulus is the temporary key's; empty if there is none.
  [[nodiscard]] Bytes modulus() {
    const Bytes body = sent(HandshakeType::server_key_exchange);
    ByteView rest = body;
    const auto params = wire::decode_front<message::ServerRSAParams>(rest);
    return params.has_value() ? params->rsa_modulus : Bytes{};
  }

  /// signature is what stands behind the parameters.
  [[nodiscard]] Bytes signature() {
    const Bytes body = sent(HandshakeType::server_key_exchange);
    ByteView rest = body;
    (void)wire::decode_front<message::ServerRSAParams>(rest);
    return to_bytes(rest);
  }
};

TEST(Rfc2246_D_1, TemporaryExportKeysHaveFiveHundredAndTwelveBits) {
  struct Served {
    ProtocolVersion version;
    std::uint16_t suite;
    const char* certificate;
    std::size_t bits;  ///< of the temporary key; 0: there is none
  };

  for (const Served& served : {Served{kSsl, kExport, "rsa1024", 512},
                               Served{kTls, kExport, "rsa2048-sha256", 512},
                               Served{kTls, kExport, "no-key-encipherment", 512},
                               Served{kSsl, kExport1024, "rsa2048-sha256", 1024},
                               Served{kTls, kExport1024, "rsa2048-sha256", 1024},
                               Served{kSsl, kRsa, "no-key-encipherment", 1024},
                               Served{kSsl, kExport, "rsa512", 0},
                               Served{kTls, kExport1024, "rsa1024", 0},
                               Served{kSsl, kRsa, "no-digital-signature", 0},
                               Served{kTls, kRsa, "rsa1024", 0}}) {
    SCOPED_TRACE(name_of(served.version, *find_cipher_suite(served.suite)) + " with " +
                 served.certificate);
    RecordedServer server(served.version, served.suite, served.certificate);
    server.expect_content();
    EXPECT_EQ(server.has_sent(HandshakeType::server_key_exchange), served.bits != 0);
    const Bytes modulus = server.modulus();
    EXPECT_EQ(modulus.size() * 8, served.bits);
    EXPECT_TRUE(modulus.empty() || (modulus.front() & 0x80U) != 0);
  }
}

TEST(Rfc2246_D_1, ATemporaryKeyUsedAgainIsSignedAgain) {
  for (const ProtocolVersion version : {kSsl, kTls}) {
    const auto keys = make_temporary_rsa_keys();
    RecordedServer first(version, kExport, "rsa1024", keys, 2);
    RecordedServer second(version, kExport, "rsa1024", keys, 3);
    EXPECT_FALSE(first.modulus().empty());
    EXPECT_EQ(first.modulus(), second.modulus());
    EXPECT_NE(first.signature(), second.signature());
    for (RecordedServer* server : {&first, &second}) {
      const Bytes params = rsa_params(server->modulus(), kF4);
      EXPECT_EQ(server->signature(),
                opaque16(sign_hashes(pki_credentials("rsa1024"),
                                     hashes_over(join({server->randoms(), params})))));
    }
  }
}

// RFC 2246 §7.4.7.1: whatever is wrong with the block, the failure shows at Finished. Here the
// block is for the certificate's key where the temporary one was to be used, and the other way
// round; the lengths tell TLS's server nothing that it may answer.
TEST(Rfc2246_7_4_7_1, ABlockForTheWrongKeyShowsAtFinished) {
  for (const ProtocolVersion version : {kSsl, kTls}) {
    for (const std::size_t size : {std::size_t{128}, std::size_t{64}, std::size_t{63}}) {
      SCOPED_TRACE(size);
      RecordedServer server(version, kExport, "rsa1024");
      const Bytes block(size, 0x33);
      EXPECT_TRUE(server.tell(HandshakeType::client_key_exchange,
                              version == kTls ? opaque16(block) : block));
      server.expect_content();
      EXPECT_TRUE(server.say(Symbol::change_cipher_spec));
    }
  }
}

/// NoKeys fails as a module that is out of order would.
class NoKeys final : public TemporaryRsaKeys {
 public:
  Result<TemporaryRsaKey> take(std::size_t /*bits*/) override { return Cause::private_key_failed; }
};

TEST(KeyExchangeRsa, AServerWithoutATemporaryKeyGivesUp) {
  for (const ProtocolVersion version : {kSsl, kTls}) {
    RecordedServer server(version, kExport, "rsa1024", std::make_shared<NoKeys>());
    server.expect({Cause::private_key_failed,
                   AlertDescription::internal_error,
                   AlertDescription::handshake_failure});
  }
}

}  // namespace
}  // namespace heirloom::testing
