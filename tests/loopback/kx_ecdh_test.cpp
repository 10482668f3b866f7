// Elliptic curves with a peer that keeps to nothing: curves, points, extensions (RFC 4492 §5.1 to
// §5.7; drift D117).
#include "crypto/ec.hpp"
#include "kx_rogue.hpp"
#include "message/extensions.hpp"
#include "message/server_key_exchange.hpp"
#include "support/test_pki.hpp"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr std::uint16_t kAnonymous = 0xc017;  // ECDH_anon_WITH_3DES_EDE_CBC_SHA
constexpr std::uint16_t kEcdheEcdsa = 0xc008;
constexpr std::uint16_t kEcdheRsa = 0xc012;

constexpr Refusal kBadExtension{Cause::extension_malformed,
                                AlertDescription::decode_error,
                                AlertDescription::illegal_parameter};

Bytes good_point(NamedCurve curve = NamedCurve::secp256r1) {
  return crypto::EcKeyPair::from_private(curve, Bytes(24, 0x31))->point();
}

/// bad_points are what no public key on secp256r1 can be.
std::vector<std::pair<std::string, Bytes>> bad_points() {
  const Bytes good = good_point();
  Bytes off_curve = good;
  off_curve.back() ^= 1U;
  Bytes above_the_prime(65, 0xff);
  above_the_prime.front() = 4;
  Bytes compressed = to_bytes(ByteView(good).first(33));
  compressed.front() = static_cast<std::uint8_t>(2U + (good.back() & 1U));
  Bytes hybrid = good;
  hybrid.front() = static_cast<std::uint8_t>(6U + (good.back() & 1U));
  Bytes zeros(65, 0);
  zeros.front() = 4;
  return {{"off the curve", off_curve},
          {"above the prime", above_the_prime},
          {"compressed", compressed},
          {"hybrid", hybrid},
          {"at infinity", {0}},
          {"all zeros", zeros},
          {"without y", to_bytes(ByteView(good).first(33))},
          {"one byte short", to_bytes(ByteView(good).first(64))},
          {"one byte long", join({good, {0}})},
          {"of another curve", good_point(NamedCurve::secp384r1)},
          {"without its first byte", to_bytes(ByteView(good).subspan(1))},
          {"255 bytes", Bytes(255, 4)}};
}

template <class Test>
void at_both_versions(Test test) {
  for (const ProtocolVersion version : {kSsl, kTls}) {
    SCOPED_TRACE(to_string(version));
    test(version);
  }
}

TEST(KeyExchangeEcdh, ClientsRefuseBadPoints) {
  at_both_versions([](ProtocolVersion version) {
    for (const auto& [name, point] : bad_points()) {
      SCOPED_TRACE(name);
      RogueServer server({version, kAnonymous}, "");
      EXPECT_FALSE(server.exchange(ecdh_params(NamedCurve::secp256r1, point)));
      server.expect(kBadValue);
    }
    RogueServer server({version, kAnonymous}, "");
    EXPECT_FALSE(server.exchange(ecdh_params(NamedCurve::secp256r1, {})));
    server.expect(kMalformed);
  });
}

TEST(KeyExchangeEcdh, ClientsRefuseCurvesThatTheyDidNotOffer) {
  at_both_versions([](ProtocolVersion version) {
    // secp192r1 is known but not offered; 9 (sect283k1) and 30 (x448) are not known.
    for (const auto& [curve, point] :
         {std::pair{NamedCurve::secp192r1, good_point(NamedCurve::secp192r1)},
          std::pair{static_cast<NamedCurve>(9), good_point()},
          std::pair{static_cast<NamedCurve>(30), Bytes(56, 9)},
          std::pair{static_cast<NamedCurve>(0xff01), good_point()}}) {
      SCOPED_TRACE(static_cast<int>(curve));
      RogueServer server({version, kEcdheRsa}, "rsa1024");
      EXPECT_FALSE(server.exchange(ecdh_params(curve, point)));
      server.expect(kBadValue);
    }
    for (const NamedCurve offered : {NamedCurve::secp256r1, NamedCurve::secp521r1}) {
      RogueServer server({version, kEcdheRsa}, "rsa1024");
      EXPECT_TRUE(server.exchange(ecdh_params(offered, good_point(offered))));
      EXPECT_TRUE(server.done());
      server.expect_content();
    }
  });
}

// RFC 4492 §5.4 explicit_prime(1) and explicit_char2(2): a whole curve in the message, made for the
// occasion (CVE-2020-0601 is what that can lead to).
TEST(KeyExchangeEcdh, ClientsRefuseCurvesWithoutAName) {
  at_both_versions([](ProtocolVersion version) {
    const Bytes prime(32, 0xfb);
    const Bytes rest = join({opaque8(prime),
                             opaque8(Bytes(32, 1)),
                             opaque8(Bytes(32, 2)),
                             opaque8(good_point()),
                             opaque8(prime),
                             opaque8({1}),
                             opaque8(good_point())});
    for (const std::uint8_t type :
         {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{2}, std::uint8_t{248}}) {
      SCOPED_TRACE(static_cast<int>(type));
      RogueServer server({version, kEcdheRsa}, "rsa1024");
      EXPECT_FALSE(server.exchange(join({{type}, rest})));
      server.expect(kBadValue);
    }
  });
}

/// RogueClient has said a hello with these extensions.
class RogueClient : public Rogue {
 public:
  RogueClient(ProtocolVersion version,
              std::uint16_t suite,
              std::optional<wire::HelloExtensions> extensions,
              const std::string& certificate = "rsa1024",
              std::vector<NamedCurve> curves = {NamedCurve::secp384r1, NamedCurve::secp256r1})
      : Rogue(Side::server, {version, suite}, [&](ClientOptions&, ServerOptions& server) {
          server.credentials = {pki_credentials(certificate)};
          server.policy.named_curves = curves;
        }) {
    puppet().client_hello.extensions = std::move(extensions);
    say(Symbol::client_hello);
  }

  /// chosen is the curve and the point of the server's parameters.
  [[nodiscard]] message::ServerECDHParams chosen() {
    const Bytes body = sent(HandshakeType::server_key_exchange);
    ByteView rest = body;
    auto params = wire::decode_front<message::ServerECDHParams>(rest);
    EXPECT_TRUE(params.has_value());
    return params.has_value() ? *params : message::ServerECDHParams{};
  }
};

wire::HelloExtension curves(const Bytes& numbers) {
  return {.type = 10, .data = opaque16(numbers)};
}

wire::HelloExtension formats(const Bytes& numbers) {
  return {.type = 11, .data = opaque8(numbers)};
}

TEST(KeyExchangeEcdh, ServersRefuseBadPoints) {
  at_both_versions([](ProtocolVersion version) {
    for (const auto& [name, point] : bad_points()) {
      SCOPED_TRACE(name);
      RogueClient client(version, kEcdheRsa, std::nullopt);
      EXPECT_FALSE(client.tell(HandshakeType::client_key_exchange, opaque8(point)));
      client.expect(kBadValue);
    }
    for (const Bytes& body :
         {Bytes{}, opaque8({}), good_point(), join({opaque8(good_point()), {0}})}) {
      RogueClient client(version, kEcdheRsa, std::nullopt);
      EXPECT_FALSE(client.tell(HandshakeType::client_key_exchange, body));
      client.expect(kMalformed);
    }
  });
}

// Old peers negotiate these suites without any extension, at SSL 3.0 always (drift D117).
TEST(KeyExchangeEcdh, WithoutExtensionsItIsP256Uncompressed) {
  at_both_versions([](ProtocolVersion version) {
    for (const std::uint16_t suite : {kEcdheRsa, kAnonymous}) {
      RogueClient client(version, suite, std::nullopt);
      client.expect_content();
      EXPECT_EQ(client.chosen().namedcurve, 23);
      EXPECT_EQ(client.chosen().point.size(), 65U);
      EXPECT_EQ(client.chosen().point.front(), 4);
      EXPECT_TRUE(client.tell(HandshakeType::client_key_exchange, opaque8(good_point())));
      client.expect_content();
    }
    // A server that does not have that curve has none in common with such a client.
    RogueClient none(version, kEcdheRsa, std::nullopt, "rsa1024", {NamedCurve::secp384r1});
    none.expect(kNothingInCommon);
  });
}

TEST(KeyExchangeEcdh, ServersKeepToTheClientsCurves) {
  at_both_versions([](ProtocolVersion version) {
    struct Listed {
      Bytes numbers;
      std::uint16_t chosen;  ///< 0: none in common
    };

    for (const Listed& listed : {Listed{{0, 23}, 23},
                                 Listed{{0, 23, 0, 24}, 24},  // ours come first
                                 Listed{{0, 9, 0xff, 1, 0, 24}, 24},
                                 Listed{{0, 25}, 0},
                                 Listed{{0, 9, 0xff, 1}, 0}}) {
      RogueClient client(
          version, kEcdheRsa, wire::HelloExtensions{curves(listed.numbers), formats({0})});
      if (listed.chosen == 0) {
        client.expect(kNothingInCommon);
      } else {
        EXPECT_EQ(client.chosen().namedcurve, listed.chosen);
      }
    }
  });
}

// RFC 4492 §5.1: "The server must consider the extensions in both cases", for the key of the
// certificate too.
TEST(KeyExchangeEcdh, ServersShowNoCertificateOnACurveThatTheClientLacks) {
  at_both_versions([](ProtocolVersion version) {
    RogueClient lacks(
        version, kEcdheEcdsa, wire::HelloExtensions{curves({0, 23}), formats({0})}, "ec384");
    lacks.expect(kNothingInCommon);
    RogueClient has(
        version, kEcdheEcdsa, wire::HelloExtensions{curves({0, 23, 0, 24}), formats({0})}, "ec384");
    has.expect_content();
    EXPECT_TRUE(has.has_sent(HandshakeType::server_hello_done));
    // Without a list anything goes.
    RogueClient silent(version, kEcdheEcdsa, std::nullopt, "ec384");
    silent.expect_content();
  });
}

// RFC 4492 §5.1: "it MUST contain the value 0 (uncompressed)". A client that leaves it out gets no
// such suite.
TEST(KeyExchangeEcdh, PointFormatsWithoutUncompressedAreNoPointFormats) {
  at_both_versions([](ProtocolVersion version) {
    RogueClient without(version, kEcdheRsa, wire::HelloExtensions{formats({1, 2})});
    without.expect(kNothingInCommon);
    RogueClient with(version, kEcdheRsa, wire::HelloExtensions{formats({1, 0})});
    with.expect_content();
    // The answer names the only format that we use (§5.2), and nothing if nothing was asked, or in
    // SSL 3.0: its deployed clients understand one extension in a ServerHello (drift D60).
    const auto* const answered = message::find_extension(with.puppet().server_hello.extensions,
                                                         message::ExtensionType::ec_point_formats);
    ASSERT_EQ(answered != nullptr, version == ProtocolVersion::tls10);
    EXPECT_TRUE(answered == nullptr || *answered == (Bytes{1, 0}));
    RogueClient silent(version, kEcdheRsa, wire::HelloExtensions{curves({0, 23})});
    EXPECT_EQ(message::find_extension(silent.puppet().server_hello.extensions,
                                      message::ExtensionType::ec_point_formats),
              nullptr);
  });
}

TEST(KeyExchangeEcdh, ExtensionsThatCannotBeRead) {
  at_both_versions([](ProtocolVersion version) {
    for (const wire::HelloExtension& bad : {wire::HelloExtension{.type = 10, .data = {}},
                                            curves({}),
                                            curves({0}),
                                            curves({0, 23, 0}),
                                            wire::HelloExtension{.type = 10, .data = {0, 4, 0, 23}},
                                            wire::HelloExtension{.type = 11, .data = {}},
                                            formats({}),
                                            wire::HelloExtension{.type = 11, .data = {2, 0}},
                                            wire::HelloExtension{.type = 11, .data = {1, 0, 0}}}) {
      RogueClient client(version, kEcdheRsa, wire::HelloExtensions{bad});
      client.expect(kBadExtension);
    }
  });
}

// The client's own rules for the answer: RFC 4492 §5.2.
TEST(KeyExchangeEcdh, ServersMustNameTheUncompressedFormat) {
  for (const auto& [data, is_good] : {std::pair{Bytes{1, 0}, true},
                                      std::pair{Bytes{3, 1, 2, 0}, true},
                                      std::pair{Bytes{2, 1, 2}, false},
                                      std::pair{Bytes{0}, false},
                                      std::pair{Bytes{}, false}}) {
    Rogue server(Side::client, {kTls, kEcdheRsa});
    server.puppet().server_hello.extensions =
        wire::HelloExtensions{wire::HelloExtension{.type = 11, .data = data}};
    EXPECT_EQ(server.say(Symbol::server_hello), is_good) << data.size();
    if (!is_good) {
      server.expect(kBadExtension);
    }
  }
}

// What the client offers: curves and formats at TLS 1.0, nothing at SSL 3.0 (drift D117).
TEST(KeyExchangeEcdh, ClientsNameTheirCurvesWhereThereIsAPlaceForThem) {
  for (const auto& [suite, version, is_named] : {std::tuple{kEcdheRsa, kTls, true},
                                                 std::tuple{kEcdheRsa, kSsl, false},
                                                 std::tuple{std::uint16_t{0x000a}, kTls, false}}) {
    Rogue server(Side::client, {version, suite});
    const auto& extensions = server.puppet().client_hello.extensions;
    const auto* const listed =
        message::find_extension(extensions, message::ExtensionType::elliptic_curves);
    ASSERT_EQ(listed != nullptr, is_named);
    if (listed != nullptr) {
      EXPECT_EQ(*listed, (Bytes{0, 6, 0, 23, 0, 24, 0, 25}));
      EXPECT_EQ(*message::find_extension(extensions, message::ExtensionType::ec_point_formats),
                (Bytes{1, 0}));
    }
  }
}

}  // namespace
}  // namespace heirloom::testing
