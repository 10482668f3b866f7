// Renegotiation, clause by clause: RFC 5746, RFC 6101 §5.6.1, RFC 2246 §7.4.1.
#include "message/extensions.hpp"
#include "support/puppet/scene.hpp"
#include "support/test_pki.hpp"

#include <functional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr Combination kSsl{ProtocolVersion::ssl30, 0x000a};
constexpr Combination kTls{ProtocolVersion::tls10, 0x002f};

using S = Symbol;
using Twist = std::function<void(Puppet&)>;

class Rfc5746 : public ::testing::TestWithParam<Combination> {};

INSTANTIATE_TEST_SUITE_P(Versions, Rfc5746, ::testing::Values(kSsl, kTls));

const Bytes* binding(const std::optional<wire::HelloExtensions>& extensions) {
  return message::find_extension(extensions, Extension::renegotiation_info);
}

void drop_binding(std::optional<wire::HelloExtensions>& extensions) {
  std::erase_if(*extensions, [](const wire::HelloExtension& extension) {
    return extension.type == static_cast<std::uint16_t>(Extension::renegotiation_info);
  });
}

void set_binding(std::optional<wire::HelloExtensions>& extensions, Bytes data) {
  if (!extensions.has_value()) {
    extensions.emplace();
  }
  drop_binding(extensions);
  extensions->push_back(message::make_extension(Extension::renegotiation_info,
                                                message::RenegotiationInfo{std::move(data)}));
}

Bytes with_prefix(const Bytes& value) {
  Bytes data{static_cast<std::uint8_t>(value.size())};
  append(data, value);
  return data;
}

// §3.2, §3.5, §3.7: 12 bytes of a side at TLS 1.0, 36 at SSL 3.0 (§4.5); the signalling suite is
// gone, and so is that of RFC 7507.
TEST_P(Rfc5746, ARenegotiationIsBoundToTheConnection) {
  const std::size_t one = GetParam().version == ProtocolVersion::ssl30 ? 36 : 12;
  Scene client(Side::client, GetParam(), Shape::renegotiated, [](ClientOptions& options, auto&) {
    options.policy.fallback = SignalFallback::on;
  });
  const message::ClientHello& hello = client.puppet().client_hello;
  ASSERT_NE(binding(hello.extensions), nullptr);
  EXPECT_EQ(*binding(hello.extensions), with_prefix(client.puppet().client_verify_data));
  EXPECT_EQ(client.puppet().client_verify_data.size(), one);
  EXPECT_EQ(hello.cipher_suites, std::vector<std::uint16_t>{GetParam().suite});
  client.establish();
  EXPECT_EQ(client.engine().info().handshakes, 2U);

  Scene server(Side::server, GetParam(), Shape::renegotiated);
  const Bytes first = server.puppet().client_verify_data;
  Bytes both = first;
  append(both, server.puppet().server_verify_data);
  EXPECT_EQ(both.size(), 2 * one);
  server.establish();
  ASSERT_NE(binding(server.puppet().server_hello.extensions), nullptr);
  EXPECT_EQ(*binding(server.puppet().server_hello.extensions), with_prefix(both));
  EXPECT_EQ(server.engine().info().handshakes, 2U);
  EXPECT_NE(server.puppet().client_verify_data, first);
}

// A third handshake is bound to the second, "the immediately previous handshake" (§3.1).
TEST_P(Rfc5746, TheImmediatelyPreviousHandshakeCounts) {
  for (const bool is_stale : {false, true}) {
    Scene scene(Side::server, GetParam(), Shape::renegotiated, [](auto&, ServerOptions& options) {
      options.policy.limits.max_renegotiations = 2;
    });
    const Bytes first = scene.puppet().client_verify_data;
    scene.establish();
    scene.puppet().begin_again();
    // begin_again has bound the hello to the second one.
    if (is_stale) {
      set_binding(scene.puppet().client_hello.extensions, first);
    }
    EXPECT_EQ(scene.say(S::client_hello), !is_stale);
  }
}

struct Row {
  const char* what;
  Side engine;
  Twist twist;
};

// §3.5, §3.7: every way of being wrong is a fatal handshake_failure.
TEST_P(Rfc5746, AWrongBindingIsFatal) {
  const auto server_says = [](auto change) {
    return [change](Puppet& puppet) { change(puppet.server_hello.extensions, puppet); };
  };
  const auto client_says = [](auto change) {
    return [change](Puppet& puppet) { change(puppet.client_hello.extensions, puppet); };
  };
  const auto drop = [](auto& extensions, Puppet&) { drop_binding(extensions); };
  const auto empty = [](auto& extensions, Puppet&) { set_binding(extensions, {}); };
  const auto half = [](auto& extensions, Puppet& puppet) {
    set_binding(extensions, puppet.server_verify_data);
  };
  const auto changed = [](auto& extensions, Puppet&) {
    Bytes data = *binding(extensions);
    data.back() ^= 1;
    set_binding(extensions, Bytes(data.begin() + 1, data.end()));
  };
  const auto longer = [](auto& extensions, Puppet&) {
    Bytes data = *binding(extensions);
    data.push_back(0);
    set_binding(extensions, Bytes(data.begin() + 1, data.end()));
  };
  const auto malformed = [](auto& extensions, Puppet&) { extensions->back().data.push_back(0); };
  const std::vector<Row> rows{
      {"no extension", Side::client, server_says(drop)},
      {"empty", Side::client, server_says(empty)},
      {"half of it", Side::client, server_says(half)},
      {"a bit", Side::client, server_says(changed)},
      {"a byte more", Side::client, server_says(longer)},
      {"malformed", Side::client, server_says(malformed)},
      {"no extension", Side::server, client_says(drop)},
      {"empty", Side::server, client_says(empty)},
      {"the other half", Side::server, client_says(half)},
      {"a bit", Side::server, client_says(changed)},
      {"a byte more", Side::server, client_says(longer)},
      {"malformed", Side::server, client_says(malformed)},
      {"the signal as well",
       Side::server,
       [](Puppet& puppet) {
         puppet.client_hello.cipher_suites.push_back(kEmptyRenegotiationInfoScsv);
       }},
      {"the signal instead", Side::server, [](Puppet& puppet) {
         drop_binding(puppet.client_hello.extensions);
         puppet.client_hello.cipher_suites.push_back(kEmptyRenegotiationInfoScsv);
       }}};
  for (const Row& row : rows) {
    SCOPED_TRACE(std::string(row.engine == Side::client ? "server says: " : "client says: ") +
                 row.what);
    Scene scene(row.engine, GetParam(), Shape::renegotiated);
    row.twist(scene.puppet());
    EXPECT_FALSE(scene.say(row.engine == Side::client ? S::server_hello : S::client_hello));
    EXPECT_EQ(scene.cause(), Cause::renegotiation_info_mismatch);
    EXPECT_EQ(scene.last_alert(), (Alert{AlertLevel::fatal, AlertDescription::handshake_failure}));
  }
}

/// legacy makes a connection with a peer that does not know RFC 5746.
Scene legacy(Side engine, Combination combination, Renegotiation rule) {
  return Scene(
      engine, combination, Shape::plain, [rule](ClientOptions& client, ServerOptions& server) {
        client.policy.renegotiation = rule;
        server.policy.renegotiation = rule;
      });
}

// §4.1 to §4.4: an old peer is refused by default, and served if the policy says `any`.
TEST_P(Rfc5746, AnOldPeerIsServedByPolicyOnly) {
  Scene refused = legacy(Side::client, GetParam(), Renegotiation::only_secure);
  refused.establish();
  EXPECT_EQ(refused.engine().renegotiate().error().cause, Cause::renegotiation_not_permitted);

  Scene client = legacy(Side::client, GetParam(), Renegotiation::any);
  client.establish();
  client.puppet().begin_again();
  ASSERT_TRUE(client.say(S::hello_request));
  // §4.2: the extension rather than the signal, so that an attacked server can tell.
  ASSERT_NE(binding(client.puppet().client_hello.extensions), nullptr);
  EXPECT_EQ(*binding(client.puppet().client_hello.extensions),
            with_prefix(client.puppet().client_verify_data));
  client.establish();
  EXPECT_EQ(client.engine().info().handshakes, 2U);
  EXPECT_TRUE(client.engine().info().was_renegotiated_insecurely);
  EXPECT_FALSE(client.engine().info().has_secure_renegotiation);

  Scene server = legacy(Side::server, GetParam(), Renegotiation::any);
  server.establish();
  server.puppet().begin_again();
  server.establish();
  EXPECT_TRUE(server.engine().info().was_renegotiated_insecurely);
  EXPECT_EQ(binding(server.puppet().server_hello.extensions), nullptr);
}

// §4.2, §4.4: an old peer that knows it all at once is another peer.
TEST_P(Rfc5746, AnOldPeerDoesNotBecomeNewInBetween) {
  Scene client = legacy(Side::client, GetParam(), Renegotiation::any);
  client.establish();
  client.puppet().begin_again();
  ASSERT_TRUE(client.say(S::hello_request));
  set_binding(client.puppet().server_hello.extensions, {});
  EXPECT_FALSE(client.say(S::server_hello));
  EXPECT_EQ(client.cause(), Cause::renegotiation_info_mismatch);

  for (const bool by_suite : {false, true}) {
    Scene server = legacy(Side::server, GetParam(), Renegotiation::any);
    server.establish();
    server.puppet().begin_again();
    if (by_suite) {
      server.puppet().client_hello.cipher_suites.push_back(kEmptyRenegotiationInfoScsv);
    } else {
      set_binding(server.puppet().client_hello.extensions, {});
    }
    EXPECT_FALSE(server.say(S::client_hello));
    EXPECT_EQ(server.cause(), Cause::renegotiation_info_mismatch);
    EXPECT_EQ(server.last_alert().description, AlertDescription::handshake_failure);
  }
}

class Rfc2246_7_4_1 : public ::testing::TestWithParam<Combination> {};

INSTANTIATE_TEST_SUITE_P(Versions, Rfc2246_7_4_1, ::testing::Values(kSsl, kTls));

// RFC 6101 §5.6.1.1, RFC 2246 §7.4.1.1: empty, at any time, and in no hash: the puppet does not
// hash it either, and the Finished agree.
TEST_P(Rfc2246_7_4_1, AServerAsksAtAnyTime) {
  Scene scene(Side::server, GetParam(), Shape::renegotiated);
  scene.say(S::application_data);
  ASSERT_TRUE(scene.engine().renegotiate().has_value());
  scene.puppet().fragments.clear();
  scene.puppet().hear(take_outgoing(scene.engine()));
  ASSERT_EQ(scene.puppet().fragments.size(), 1U);
  EXPECT_EQ(scene.puppet().fragments[0].type, ContentType::handshake);
  EXPECT_EQ(scene.puppet().fragments[0].bytes, (Bytes{0, 0, 0, 0}));
  EXPECT_TRUE(scene.say(S::application_data)) << "the client may send data first";
  scene.establish();
  EXPECT_EQ(scene.engine().info().handshakes, 2U);
}

// "the client should start a ClientHello soon": at once.
TEST_P(Rfc2246_7_4_1, AClientThatIsAskedAnswersAtOnce) {
  Scene scene(Side::client, GetParam(), Shape::plain, [](ClientOptions& options, auto&) {
    options.policy.renegotiation = Renegotiation::any;
  });
  scene.establish();
  scene.puppet().begin_again();
  scene.puppet().fragments.clear();
  ASSERT_TRUE(scene.say(S::hello_request));
  ASSERT_EQ(scene.puppet().fragments.size(), 1U);
  EXPECT_EQ(scene.puppet().fragments[0].bytes[0], 1) << "and under the current keys (§7.4.1)";
  EXPECT_TRUE(scene.say(S::hello_request)) << "ignored while negotiating";
  EXPECT_EQ(scene.puppet().fragments.size(), 1U);
  scene.establish();
}

// RFC 6101 §5.3, RFC 2246 §7.1: change_cipher_spec travels under the state that it ends: the puppet
// opens and seals it with the old keys.
TEST_P(Rfc2246_7_4_1, ChangeCipherSpecTravelsUnderTheOldKeys) {
  for (const Side side : {Side::client, Side::server}) {
    Scene scene(side, GetParam(), Shape::renegotiated);
    scene.puppet().fragments.clear();
    scene.establish();
    std::size_t changes = 0;
    for (const Puppet::Fragment& fragment : scene.puppet().fragments) {
      changes += fragment.type == ContentType::change_cipher_spec ? 1U : 0U;
    }
    EXPECT_EQ(changes, 1U);
  }
}

// Between the peer's change_cipher_spec and its Finished nothing has confirmed the keys.
TEST_P(Rfc2246_7_4_1, NoDataBeforeTheFinishedOfNewKeys) {
  for (const Side side : {Side::client, Side::server}) {
    Scene scene(side, GetParam(), Shape::renegotiated);
    const std::vector<Symbol> script =
        side == Side::server
            ? std::vector{S::client_hello, S::client_key_exchange, S::change_cipher_spec}
            : std::vector{
                  S::server_hello, S::certificate, S::server_hello_done, S::change_cipher_spec};
    for (const Symbol symbol : script) {
      ASSERT_TRUE(scene.say(symbol));
    }
    EXPECT_FALSE(scene.say(S::application_data));
    EXPECT_EQ(scene.cause(), Cause::unexpected_application_data);
    EXPECT_EQ(scene.last_alert().description, AlertDescription::unexpected_message);
  }
}

class Renegotiated : public ::testing::TestWithParam<Combination> {};

INSTANTIATE_TEST_SUITE_P(Versions, Renegotiated, ::testing::Values(kSsl, kTls));

// RFC is silent: a connection keeps its version.
TEST_P(Renegotiated, TheVersionStays) {
  const bool is_ssl = GetParam().version == ProtocolVersion::ssl30;
  const ProtocolVersion other = is_ssl ? ProtocolVersion::tls10 : ProtocolVersion::ssl30;
  const auto both_versions = [](ClientOptions& client, ServerOptions& server) {
    for (Policy* policy : {&client.policy, &server.policy}) {
      policy->min_version = ProtocolVersion::ssl30;
      policy->max_version = ProtocolVersion::tls10;
    }
  };
  Scene client(Side::client, GetParam(), Shape::renegotiated, both_versions);
  EXPECT_EQ(client.puppet().client_hello.client_version, ProtocolVersion::tls10)
      << "as in the first hello";
  client.puppet().server_hello.server_version = other;
  EXPECT_FALSE(client.say(S::server_hello));
  EXPECT_EQ(client.cause(), Cause::version_not_acceptable);

  Scene server(Side::server, GetParam(), Shape::renegotiated, both_versions);
  server.puppet().client_hello.client_version = other;
  EXPECT_EQ(server.say(S::client_hello), is_ssl) << "more than before is offered, or less";
  EXPECT_EQ(server.engine().info().version, GetParam().version);
}

/// script is a server's first flight.
bool say_flight(Scene& scene) {
  return scene.say(S::server_hello) && scene.say(S::certificate) && scene.say(S::server_hello_done);
}

// RFC 5746 §5, RFC 7627 §1: who has been judged may not become somebody else.
TEST_P(Rfc5746, AServerKeepsItsCertificate) {
  const auto accepts_both = [](ChangedCertificate rule) {
    return [rule](ClientOptions& options, auto&) {
      options.verifier = accept_any_certificate();
      options.policy.changed_certificate = rule;
    };
  };
  Scene refused(
      Side::client, GetParam(), Shape::renegotiated, accepts_both(ChangedCertificate::refuse));
  refused.puppet().show(pki_credentials("rsa2048"));
  EXPECT_FALSE(say_flight(refused));
  EXPECT_EQ(refused.cause(), Cause::peer_changed);
  EXPECT_EQ(refused.last_alert().description, AlertDescription::illegal_parameter);

  Scene judged(
      Side::client, GetParam(), Shape::renegotiated, accepts_both(ChangedCertificate::judge));
  judged.puppet().show(pki_credentials("rsa2048"));
  judged.establish();
  EXPECT_EQ(judged.engine().info().peer_chain, pki_credentials("rsa2048").chain);

  // The verifier has the last word: this one has the first certificate pinned.
  Scene pinned(Side::client, GetParam(), Shape::renegotiated, [](ClientOptions& options, auto&) {
    options.policy.changed_certificate = ChangedCertificate::judge;
  });
  pinned.puppet().show(pki_credentials("rsa2048"));
  EXPECT_FALSE(say_flight(pinned));
  EXPECT_EQ(pinned.cause(), Cause::certificate_pin_mismatch);
}

}  // namespace
}  // namespace heirloom::testing
