// What both sides say about the keys of a connection, and which suites a server can serve.
#include "support/suite_setup.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr auto kTls = ProtocolVersion::tls10;
constexpr auto kSsl = ProtocolVersion::ssl30;

TEST(ConnectionFacts, TemporaryKeysAndOwnCertificatesAreNamedAtBothEnds) {
  struct Expected {
    std::uint16_t suite;
    std::size_t bits;
    std::optional<NamedCurve> curve = std::nullopt;
  };

  for (const Expected& expected : {Expected{0x002f, 0},
                                   Expected{0x0003, 512},
                                   Expected{0x0062, 1024},
                                   Expected{0x0010, 0},
                                   Expected{0x0016, 1024},
                                   Expected{0x0014, 512},
                                   Expected{0x0063, 1024},
                                   Expected{0x0018, 1024},
                                   Expected{0xc013, 256, NamedCurve::secp256r1},
                                   Expected{0xc018, 256, NamedCurve::secp256r1}}) {
    const Combination combination{kTls, expected.suite};
    SCOPED_TRACE(name_of(combination));
    Pair pair(build(client_options(combination)), build(server_options(combination)));
    pair.run();
    ASSERT_EQ(pair.client.phase(), Phase::open);
    for (const ConnectionInfo* info : {&pair.client.info(), &pair.server.info()}) {
      EXPECT_EQ(info->temporary_key_bits, expected.bits);
      EXPECT_EQ(info->curve, expected.curve);
    }
    EXPECT_EQ(pair.server.info().own_chain, pair.client.info().peer_chain);
    EXPECT_TRUE(pair.client.info().own_chain.empty()) << "nobody asked";
  }
}

TEST(ConnectionFacts, ASigningCertificateAtSsl30SignsATemporaryKey) {
  const Combination combination{kSsl, 0x000a};
  ClientOptions client = client_options(combination);
  client.verifier = accept_any_certificate();
  ServerOptions server = server_options(combination);
  server.credentials = {steady_credentials("no-key-encipherment")};
  server.temporary_rsa_keys = steady_temporary_keys();
  Pair pair(build(std::move(client)), build(std::move(server)));
  pair.run();
  ASSERT_EQ(pair.client.phase(), Phase::open);
  EXPECT_EQ(pair.client.info().temporary_key_bits, 1024U);
}

TEST(ServedSuites, AreThoseThatACertificateGoesWith) {
  ServerOptions options = server_options(Combination{kTls, 0x002f});
  options.policy = Policy::museum();
  const auto served = build(std::move(options))->served_suites();
  for (const std::uint16_t id : Policy::museum().cipher_suites) {
    const KeyExchangeInfo& exchange = info(find_cipher_suite(id)->key_exchange);
    const bool is_served =
        exchange.is_anonymous || exchange.certificate_key == PublicKeyAlgorithm::rsa;
    EXPECT_EQ(std::ranges::find(served, id) != served.end(), is_served) << exchange.name;
  }
}

TEST(ServedSuites, AServerThatWantsCertificatesDoesNotHideItsOwn) {
  constexpr std::uint16_t kAnonymous = 0x0034;
  constexpr std::uint16_t kWithCertificate = 0x002f;
  const auto run = [&](std::vector<std::uint16_t> suites) {
    const Combination combination{kTls, kWithCertificate};
    ClientOptions client = client_options(combination);
    client.policy.cipher_suites = std::move(suites);
    ServerOptions server = server_options(combination);
    server.policy.cipher_suites = {kAnonymous, kWithCertificate};
    server.policy.client_authentication = ClientAuthentication::required;
    server.verifier = accept_any_certificate();
    server.certificate_authorities = {{0x30, 0x00}};
    Pair pair(build(std::move(client)), build(std::move(server)));
    pair.run();
    return pair.server.error() == nullptr ? Cause::internal_error : pair.server.error()->cause;
  };
  EXPECT_EQ(run({kAnonymous}), Cause::no_common_cipher_suite);
  EXPECT_EQ(run({kAnonymous, kWithCertificate}), Cause::client_certificate_required);
}

}  // namespace
}  // namespace heirloom::testing
