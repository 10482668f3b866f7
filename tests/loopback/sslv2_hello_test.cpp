// A server whose client greets in the format of SSL 2.0 (RFC 6101 E, RFC 2246 E): the puppet does,
// in every shape, goes on with the rest of a handshake, and is refused where it must be.
#include "support/sslv2_hello.hpp"

#include "protocol/constants.hpp"
#include "support/puppet/scene.hpp"
#include "support/test_pki.hpp"

#include <algorithm>
#include <initializer_list>
#include <string>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr Combination kSsl{ProtocolVersion::ssl30, 0x000a};
constexpr Combination kTls{ProtocolVersion::tls10, 0x002f};

std::uint16_t number(ProtocolVersion version) {
  return static_cast<std::uint16_t>(version);
}

/// greet says a hello to a server that then may go on with the rest of a handshake.
bool greet(Scene& scene, const Sslv2Parts& parts) {
  scene.puppet().client_hello.client_version = static_cast<ProtocolVersion>(parts.version);
  return scene.send(scene.puppet().say_sslv2(write_sslv2(parts), right_justified(parts.challenge)));
}

/// finish plays the rest; true if both Finished messages were right.
bool finish(Scene& scene) {
  return scene.say(Symbol::client_key_exchange) && scene.say(Symbol::change_cipher_spec) &&
         scene.say(Symbol::finished) && scene.engine().phase() == Phase::open;
}

class Rfc2246_E : public ::testing::TestWithParam<Combination> {
 protected:
  [[nodiscard]] static Sslv2Parts parts() {
    return {.version = number(GetParam().version), .specs = {GetParam().suite}};
  }

  [[nodiscard]] static bool is_ssl() { return GetParam().version == ProtocolVersion::ssl30; }

  [[nodiscard]] static AlertDescription malformed() {
    return is_ssl() ? AlertDescription::illegal_parameter : AlertDescription::decode_error;
  }

  [[nodiscard]] static Scene scene(const Scene::Adjust& adjust = {}) {
    return {Side::server, GetParam(), Shape::plain, adjust};
  }
};

INSTANTIATE_TEST_SUITE_P(Versions, Rfc2246_E, ::testing::Values(kSsl, kTls));

// The Finished messages show what was hashed (drift D48) and what the random is (E.1). Neither the
// session nor SSL 2.0's own kinds change anything (drift D50, D51), nor does a longer challenge.
TEST_P(Rfc2246_E, AServerTakesTheOldHello) {
  Bytes counted;
  for (int i = 1; i <= 300; ++i) {
    counted.push_back(static_cast<std::uint8_t>(i));
  }
  std::vector<Sslv2Parts> all;
  for (const std::size_t size : std::initializer_list<std::size_t>{16, 20, 31, 32, 33, 40, 300}) {
    all.push_back(parts());
    all.back().challenge = to_bytes(ByteView(counted).first(size));
  }
  all.push_back(parts());
  all.back().session_id = Bytes(16, 7);
  all.push_back(parts());
  all.back().specs = {0x010080, 0x0700c0, 0x020080, GetParam().suite, 0xff0004, 0x00ff, 0x1301};
  all.push_back(parts());  // the longest that fifteen bits of length leave room for
  all.back().specs.assign((0x7fff - 9 - 32) / 3 - 1, 0x00ffee);
  all.back().specs.push_back(GetParam().suite);
  for (const Sslv2Parts& each : all) {
    SCOPED_TRACE(std::to_string(each.challenge.size()) + " " + std::to_string(each.specs.size()));
    auto store = make_memory_session_store();
    Scene scene =
        Rfc2246_E::scene([&](ClientOptions&, ServerOptions& server) { server.sessions = store; });
    ASSERT_TRUE(greet(scene, each)) << scene.engine().error()->text();
    EXPECT_EQ(scene.engine().info().version, GetParam().version);
    EXPECT_TRUE(scene.engine().info().has_sslv2_hello);
    ASSERT_TRUE(finish(scene)) << scene.engine().error()->text();
    EXPECT_FALSE(scene.engine().info().is_resumed);
    EXPECT_EQ(scene.engine().info().session_id.size(), 32U);
    EXPECT_EQ(scene.engine().info().cipher_suite, GetParam().suite);
    EXPECT_EQ(scene.engine().info().client_version, GetParam().version);
  }
}

// What a signalling suite says does not depend on the format (RFC 5746 §3.3, RFC 7507 §2).
TEST_P(Rfc2246_E, SignalsAreReadInTheOldHelloToo) {
  const auto both_versions = [](ClientOptions&, ServerOptions& server) {
    server.policy.min_version = ProtocolVersion::ssl30;
    server.policy.max_version = ProtocolVersion::tls10;
  };
  Scene renegotiation = scene(both_versions);
  Sslv2Parts signalled = parts();
  signalled.specs.push_back(kEmptyRenegotiationInfoScsv);
  ASSERT_TRUE(greet(renegotiation, signalled));
  EXPECT_TRUE(renegotiation.engine().info().has_secure_renegotiation);
  ASSERT_TRUE(finish(renegotiation));

  Scene fallback = scene(both_versions);
  signalled.specs.push_back(kFallbackScsv);
  EXPECT_EQ(greet(fallback, signalled), !is_ssl());
  if (is_ssl()) {
    EXPECT_EQ(fallback.cause(), Cause::inappropriate_fallback);
    EXPECT_EQ(fallback.last_alert(),
              (Alert{AlertLevel::fatal, AlertDescription::inappropriate_fallback}));
  }
}

TEST_P(Rfc2246_E, TheAnswerHasTheVersionOfBoth) {
  for (const std::uint16_t offered :
       std::initializer_list<std::uint16_t>{0x0300, 0x0301, 0x0302, 0x0303, 0x0309, 0x0400}) {
    SCOPED_TRACE(offered);
    Scene scene = Rfc2246_E::scene([](ClientOptions&, ServerOptions& server) {
      server.policy.min_version = ProtocolVersion::ssl30;
      server.policy.max_version = ProtocolVersion::tls10;
      server.policy.cipher_suites = {0x000a};
    });
    ASSERT_TRUE(greet(scene, {.version = offered, .specs = {0x000a}}));
    EXPECT_EQ(number(*scene.engine().info().version), std::min<std::uint16_t>(offered, 0x0301));
    EXPECT_EQ(number(*scene.engine().info().client_version), offered);
  }
}

// E.1: lengths that do not add up and lengths that are none, in whole records; and a record that is
// too short for the fixed part, which is not waited for.
TEST_P(Rfc2246_E, MalformedHellosGetTheirAlert) {
  const Bytes good = write_sslv2(parts());
  std::vector<Bytes> forms;
  for (std::size_t size = 1; size < good.size(); ++size) {
    forms.push_back(to_bytes(ByteView(good).first(size)));
  }
  forms.push_back(good);
  forms.back().push_back(0);
  for (const std::size_t at :
       std::initializer_list<std::size_t>{3, 4, 5, 6, 7, 8}) {  // the bytes of the three lengths
    for (const std::uint8_t value : std::initializer_list<std::uint8_t>{0x01, 0x05, 0xff}) {
      forms.push_back(good);
      forms.back()[at] = value;
    }
  }
  Sslv2Parts none = parts();
  none.specs = {};
  forms.push_back(write_sslv2(none));
  for (const std::size_t size : std::initializer_list<std::size_t>{0, 1, 15}) {
    Sslv2Parts few = parts();
    few.challenge = Bytes(size);
    forms.push_back(write_sslv2(few));
  }
  for (const std::size_t size : std::initializer_list<std::size_t>{1, 15, 17, 32}) {
    Sslv2Parts session = parts();
    session.session_id = Bytes(size);
    forms.push_back(write_sslv2(session));
  }
  for (const Bytes& form : forms) {
    SCOPED_TRACE(to_hex(form));
    Scene scene = Rfc2246_E::scene();
    ASSERT_FALSE(scene.send(with_sslv2_header(form)));
    EXPECT_EQ(scene.cause(), Cause::message_malformed);
    EXPECT_EQ(scene.last_alert(), (Alert{AlertLevel::fatal, malformed()}));
    EXPECT_TRUE(scene.puppet().heard.empty());
  }
}

TEST_P(Rfc2246_E, WithoutASuiteOfItsOwnAServerRefuses) {
  for (const std::vector<std::uint32_t>& specs :
       {std::vector<std::uint32_t>{0x010080, 0x0700c0}, {0x00ff}, {0x0000}, {0x1301, 0x01002f}}) {
    Scene scene = Rfc2246_E::scene();
    Sslv2Parts offer = parts();
    offer.specs = specs;
    EXPECT_FALSE(greet(scene, offer));
    EXPECT_EQ(scene.cause(), Cause::no_common_cipher_suite);
    EXPECT_EQ(scene.last_alert(), (Alert{AlertLevel::fatal, AlertDescription::handshake_failure}));
  }
}

// The wire may be cut at every byte, and may end there.
TEST_P(Rfc2246_E, NothingIsAnsweredBeforeTheHelloIsWhole) {
  const Bytes wire = with_sslv2_header(write_sslv2(parts()));
  for (std::size_t cut = 0; cut < wire.size(); ++cut) {
    Scene scene = Rfc2246_E::scene();
    for (std::size_t at = 0; at < cut; ++at) {
      ASSERT_TRUE(scene.send(ByteView(wire).subspan(at, 1))) << at;
    }
    EXPECT_TRUE(scene.puppet().heard.empty());
    EXPECT_EQ(scene.engine().receive_end().error().cause, Cause::handshake_interrupted) << cut;
  }
  Scene scene = Rfc2246_E::scene();
  scene.puppet().client_hello.client_version = GetParam().version;
  (void)scene.puppet().say_sslv2(write_sslv2(parts()), right_justified(parts().challenge));
  for (const std::uint8_t byte : wire) {
    ASSERT_TRUE(scene.send(ByteView(&byte, 1)));
  }
  EXPECT_TRUE(finish(scene)) << scene.engine().error()->text();
}

// Only what a client says first may have this format: not a second hello, nothing inside a
// handshake, and nothing that is sent to a client.
TEST_P(Rfc2246_E, OnlyTheFirstMessageMayHaveIt) {
  const Bytes wire = with_sslv2_header(write_sslv2(parts()));
  Scene twice = scene();
  ASSERT_TRUE(greet(twice, parts()));
  EXPECT_FALSE(twice.send(wire));
  EXPECT_EQ(twice.cause(), Cause::record_version_wrong);
  Scene native = scene();
  ASSERT_TRUE(native.say(Symbol::client_hello));
  EXPECT_FALSE(native.send(wire));
  EXPECT_EQ(native.cause(), Cause::record_version_wrong);
  Scene open = scene();
  open.establish();
  EXPECT_FALSE(open.send(wire));
  Scene client(Side::client, GetParam(), Shape::plain);
  EXPECT_FALSE(client.send(wire));
  EXPECT_EQ(client.cause(), Cause::not_tls);
  // In a record of SSL 3.0 its version is read as a length: a long message is waited for.
  Scene wrapped = scene();
  EXPECT_TRUE(wrapped.send(wrapped.puppet().record(ContentType::handshake, write_sslv2(parts()))));
  EXPECT_FALSE(wrapped.engine().info().has_sslv2_hello);
  EXPECT_TRUE(wrapped.puppet().heard.empty());
}

TEST_P(Rfc2246_E, TheLimitOfHandshakeMessagesHoldsHereToo) {
  Scene scene = Rfc2246_E::scene([](ClientOptions&, ServerOptions& server) {
    server.policy.limits.max_handshake_message = 43;
  });
  Sslv2Parts longer = parts();
  longer.specs.push_back(0x1301);
  EXPECT_FALSE(greet(scene, longer));
  EXPECT_EQ(scene.cause(), Cause::message_too_long);
}

// Version rollback, F.1.2: an attacker makes the hello offer SSL 3.0 only. The premaster secret
// keeps what was offered.
TEST_P(Rfc2246_E, VersionRollbackIsFound) {
  Scene scene = Rfc2246_E::scene([](ClientOptions&, ServerOptions& server) {
    server.policy.min_version = ProtocolVersion::ssl30;
    server.policy.max_version = ProtocolVersion::tls10;
    server.policy.cipher_suites = {GetParam().suite};
  });
  ASSERT_TRUE(greet(scene, {.version = number(GetParam().version), .specs = {GetParam().suite}}));
  scene.puppet().client_hello.client_version = ProtocolVersion::tls10;  // in the premaster secret
  EXPECT_EQ(finish(scene), !is_ssl());
}

// An SSL 2.0 client reads an alert as the beginning of a long record and waits: OpenSSL 1.0.1l did
// so in a trial, and ended at once with "peer error no cipher" when it got this.
TEST(Sslv2Client, IsToldInItsOwnWords) {
  // OpenSSL 1.0.1l (Node 0.12.0 with --enable-ssl2, SSLv2_method), taken from the socket.
  const Bytes genuine{0x80, 0x2e, 0x01, 0x00, 0x02, 0x00, 0x15, 0x00, 0x00, 0x00, 0x10, 0x01,
                      0x00, 0x80, 0x05, 0x00, 0x80, 0x03, 0x00, 0x80, 0x01, 0x00, 0x80, 0x07,
                      0x00, 0xc0, 0x06, 0x00, 0x40, 0x04, 0x00, 0x80, 0x02, 0x00, 0x80, 0xd9,
                      0xd3, 0x0d, 0x52, 0xf8, 0xed, 0xa4, 0xdb, 0x5b, 0xee, 0x5f, 0x88, 0x23};
  for (const Policy& policy : {Policy::strict(), Policy::device(), Policy::museum()}) {
    for (const std::size_t size : {std::size_t{5}, std::size_t{20}, genuine.size()}) {
      for (const std::size_t chunk : {std::size_t{1}, SIZE_MAX}) {
        ServerOptions options = server_options();
        options.policy = policy;
        Connection server = Connection::server(build(std::move(options)));
        Bytes plaintext;
        deliver(server, ByteView(genuine).first(size), plaintext, chunk);
        ASSERT_EQ(server.phase(), Phase::failed);
        EXPECT_EQ(server.error()->cause, Cause::sslv2_client);
        EXPECT_EQ(server.error()->detail, "it offers version 0x0002");
        EXPECT_FALSE(server.error()->alert.has_value());
        EXPECT_EQ(to_hex(take_outgoing(server)), "8003000001");
      }
    }
  }
}

TEST(Sslv2Hello, IsRefusedByPolicyBeforeItIsWhole) {
  for (const std::size_t size : std::initializer_list<std::size_t>{5, 20, 46}) {
    ServerOptions options = server_options();
    options.policy = Policy::strict();
    Connection server = Connection::server(build(std::move(options)));
    Bytes plaintext;
    const Bytes wire = with_sslv2_header(write_sslv2({.specs = {0x002f}}));
    deliver(server, ByteView(wire).first(size), plaintext);
    ASSERT_EQ(server.phase(), Phase::failed);
    EXPECT_EQ(server.error()->cause, Cause::sslv2_hello);
    EXPECT_EQ(to_hex(take_outgoing(server)), "15030100020246") << "protocol_version";
  }
}

// Drift D54.
TEST(Sslv2Hello, WithAHeaderOfThreeBytesIsRefused) {
  Connection server = Connection::server(build(server_options()));
  const Bytes message = write_sslv2({.specs = {0x002f}});
  Bytes wire{static_cast<std::uint8_t>(message.size() >> 8U),
             static_cast<std::uint8_t>(message.size()),
             0};
  append(wire, message);
  Bytes plaintext;
  deliver(server, wire, plaintext);
  ASSERT_EQ(server.phase(), Phase::failed);
  EXPECT_EQ(server.error()->cause, Cause::sslv2_hello);
}

}  // namespace
}  // namespace heirloom::testing
