// The change cipher spec protocol: RFC 6101 §5.3, RFC 2246 §7.1.
#include "support/puppet/scene.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr Combination kSsl{ProtocolVersion::ssl30, 0x000a};
constexpr Combination kTls{ProtocolVersion::tls10, 0x002f};

class Rfc2246_7_1 : public ::testing::TestWithParam<Combination> {};

INSTANTIATE_TEST_SUITE_P(Versions, Rfc2246_7_1, ::testing::Values(kSsl, kTls));

/// wire_records cuts plaintext records into (type, fragment) pairs.
std::vector<std::pair<std::uint8_t, Bytes>> wire_records(ByteView wire) {
  std::vector<std::pair<std::uint8_t, Bytes>> records;
  while (wire.size() >= 5) {
    const std::size_t length = static_cast<std::size_t>(wire[3]) << 8U | wire[4];
    records.emplace_back(wire[0], to_bytes(wire.subspan(5, length)));
    wire = wire.subspan(5 + length);
  }
  return records;
}

Pair handshake_between(Combination combination) {
  ClientOptions client = client_options();
  client.policy = policy_for(combination.version, combination.suite);
  ServerOptions server = server_options();
  server.policy = client.policy;
  Pair pair(build(std::move(client)), build(std::move(server)));
  pair.run();
  return pair;
}

// "The message consists of a single byte of value 1."
TEST_P(Rfc2246_7_1, IsOneByteOfValueOneInARecordOfItsOwn) {
  const Pair pair = handshake_between(GetParam());
  for (const Bytes& wire : {pair.wire_to_server, pair.wire_to_client}) {
    const auto records = wire_records(wire);
    const auto change =
        std::ranges::find(records, std::uint8_t{20}, &std::pair<std::uint8_t, Bytes>::first);
    ASSERT_NE(change, records.end());
    EXPECT_EQ(change->second, Bytes{1});
  }
}

// RFC 6101 §5.3: the client sends it after its key exchange; what follows is under the new keys.
TEST_P(Rfc2246_7_1, ClientSendsItBetweenKeyExchangeAndFinished) {
  const Pair pair = handshake_between(GetParam());
  const auto records = wire_records(pair.wire_to_server);
  ASSERT_EQ(records.size(), 4U);  // client_hello, client_key_exchange, change_cipher_spec, finished
  EXPECT_EQ(records[1].second[0], 16);
  EXPECT_EQ(records[2].first, 20);
  EXPECT_EQ(records[3].first, 22);
  EXPECT_NE(records[3].second[0], 20) << "the Finished is not encrypted";
}

// RFC 6101 §5.3: the server sends it after it has verified the client's Finished.
TEST_P(Rfc2246_7_1, ServerSendsItOnlyAfterTheClientsFinished) {
  Scene scene(Side::server, GetParam(), Shape::plain);
  ASSERT_TRUE(scene.say(Symbol::client_hello));
  ASSERT_TRUE(scene.say(Symbol::client_key_exchange));
  ASSERT_TRUE(scene.say(Symbol::change_cipher_spec));
  const auto sent = [&] {
    std::size_t count = 0;
    for (const Event& event : take_events(scene.engine())) {
      count +=
          event.kind == Event::Kind::change_cipher_spec && event.direction == Event::Direction::sent
              ? 1U
              : 0U;
    }
    return count;
  };
  EXPECT_EQ(sent(), 0U);
  ASSERT_TRUE(scene.say(Symbol::finished));
  EXPECT_EQ(sent(), 1U);
}

TEST_P(Rfc2246_7_1, InAResumptionItFollowsTheServerHello) {
  Scene scene(Side::server, GetParam(), Shape::resumed);
  ASSERT_TRUE(scene.say(Symbol::client_hello));
  std::vector<Event> sent;
  for (Event& event : take_events(scene.engine())) {
    if (event.direction == Event::Direction::sent) {
      sent.push_back(std::move(event));
    }
  }
  ASSERT_EQ(sent.size(), 3U);
  EXPECT_EQ(sent[0].handshake_type, HandshakeType::server_hello);
  EXPECT_EQ(sent[1].kind, Event::Kind::change_cipher_spec);
  EXPECT_EQ(sent[2].handshake_type, HandshakeType::finished);
}

TEST_P(Rfc2246_7_1, OutOfPlaceItIsUnexpectedMessage) {
  for (const std::size_t before : {0U, 1U}) {
    Scene scene(Side::server, GetParam(), Shape::plain);
    if (before == 1) {
      ASSERT_TRUE(scene.say(Symbol::client_hello));
    }
    EXPECT_FALSE(scene.say(Symbol::change_cipher_spec));
    EXPECT_EQ(scene.cause(), Cause::change_cipher_spec_unexpected);
    EXPECT_EQ(scene.last_alert(), (Alert{AlertLevel::fatal, AlertDescription::unexpected_message}));
  }
}

// RFC 2246 §6.1: "it is illegal to make a state which has not been initialized with security
// parameters a current state"; after the switch the pending state is empty again.
TEST_P(Rfc2246_7_1, TwiceInARowIsUnexpectedMessage) {
  Scene scene(Side::server, GetParam(), Shape::plain);
  ASSERT_TRUE(scene.say(Symbol::client_hello));
  ASSERT_TRUE(scene.say(Symbol::client_key_exchange));
  ASSERT_TRUE(scene.say(Symbol::change_cipher_spec));
  EXPECT_FALSE(scene.say(Symbol::change_cipher_spec));
  EXPECT_EQ(scene.cause(), Cause::change_cipher_spec_unexpected);
}

TEST_P(Rfc2246_7_1, InAnOpenConnectionItIsUnexpectedMessage) {
  for (const Side side : {Side::client, Side::server}) {
    Scene scene(side, GetParam(), Shape::plain);
    scene.establish();
    EXPECT_FALSE(scene.say(Symbol::change_cipher_spec));
    EXPECT_EQ(scene.cause(), Cause::change_cipher_spec_unexpected);
  }
}

// Deployed practice (drift D63): any other body is illegal_parameter.
TEST_P(Rfc2246_7_1, AnyOtherBodyIsIllegalParameter) {
  for (const Bytes& body : {Bytes{2}, Bytes{0}, Bytes{1, 1}, Bytes{255}}) {
    Scene scene(Side::server, GetParam(), Shape::plain);
    ASSERT_TRUE(scene.say(Symbol::client_hello));
    ASSERT_TRUE(scene.say(Symbol::client_key_exchange));
    EXPECT_FALSE(scene.send(scene.puppet().record(ContentType::change_cipher_spec, body)));
    EXPECT_EQ(scene.cause(), Cause::change_cipher_spec_malformed);
    EXPECT_EQ(scene.last_alert().description, AlertDescription::illegal_parameter);
  }
}

// RFC 6101 §5.6.9: "It is a fatal error if a finished message is not preceded by a change cipher
// spec message at the appropriate point in the handshake" (CVE-2014-0224, Wagner and Schneier
// 1996).
TEST_P(Rfc2246_7_1, FinishedWithoutItIsFatal) {
  Scene server(Side::server, GetParam(), Shape::plain);
  ASSERT_TRUE(server.say(Symbol::client_hello));
  ASSERT_TRUE(server.say(Symbol::client_key_exchange));
  EXPECT_FALSE(server.say(Symbol::finished));
  EXPECT_EQ(server.cause(), Cause::unexpected_message);
  Scene client(Side::client, GetParam(), Shape::plain);
  ASSERT_TRUE(client.say(Symbol::server_hello));
  ASSERT_TRUE(client.say(Symbol::certificate));
  ASSERT_TRUE(client.say(Symbol::server_hello_done));
  EXPECT_FALSE(client.say(Symbol::finished));
  EXPECT_EQ(client.cause(), Cause::unexpected_message);
}

TEST_P(Rfc2246_7_1, OnlyFinishedMayFollowIt) {
  for (const Symbol symbol : {Symbol::application_data,
                              Symbol::client_key_exchange,
                              Symbol::certificate_verify,
                              Symbol::client_hello}) {
    Scene scene(Side::server, GetParam(), Shape::plain);
    ASSERT_TRUE(scene.say(Symbol::client_hello));
    ASSERT_TRUE(scene.say(Symbol::client_key_exchange));
    ASSERT_TRUE(scene.say(Symbol::change_cipher_spec));
    EXPECT_FALSE(scene.say(symbol)) << to_string(symbol);
    EXPECT_EQ(scene.last_alert().description, AlertDescription::unexpected_message);
    EXPECT_TRUE(scene.plaintext().empty());
  }
}

// Every cut of a message around the change of keys: first part before it, rest after it.
TEST_P(Rfc2246_7_1, MayNotInterruptAHandshakeMessage) {
  const std::size_t length = [&] {
    Scene scene(Side::server, GetParam(), Shape::plain);
    EXPECT_TRUE(scene.say(Symbol::client_hello));
    return scene.puppet().encode(Symbol::client_key_exchange).size();
  }();
  for (std::size_t cut = 1; cut < length; cut += 7) {
    Scene scene(Side::server, GetParam(), Shape::plain);
    ASSERT_TRUE(scene.say(Symbol::client_hello));
    const Bytes message = scene.puppet().encode(Symbol::client_key_exchange);
    ASSERT_TRUE(
        scene.send(scene.puppet().record(ContentType::handshake, ByteView(message).first(cut))));
    EXPECT_FALSE(scene.say(Symbol::change_cipher_spec)) << cut;
    EXPECT_EQ(scene.cause(), Cause::change_cipher_spec_inside_message);
    EXPECT_EQ(scene.last_alert().description, AlertDescription::unexpected_message);
  }
}

// A Finished in the same record as the message before the change of keys is in the clear.
TEST_P(Rfc2246_7_1, FinishedMayNotShareARecordWithWhatCameBefore) {
  Scene scene(Side::server, GetParam(), Shape::plain);
  ASSERT_TRUE(scene.say(Symbol::client_hello));
  Bytes both = scene.puppet().encode(Symbol::client_key_exchange);
  append(both, scene.puppet().encode(Symbol::finished));
  EXPECT_FALSE(scene.send(scene.puppet().record(ContentType::handshake, both)));
  EXPECT_EQ(scene.cause(), Cause::unexpected_message);
}

// Half an alert before the change of keys may not be completed behind it.
TEST_P(Rfc2246_7_1, MayNotInterruptAnAlert) {
  Scene scene(Side::server, GetParam(), Shape::plain);
  ASSERT_TRUE(scene.say(Symbol::client_hello));
  ASSERT_TRUE(scene.say(Symbol::client_key_exchange));
  ASSERT_TRUE(scene.send(scene.puppet().record(ContentType::alert, Bytes{1})));
  EXPECT_FALSE(scene.say(Symbol::change_cipher_spec));
  EXPECT_EQ(scene.cause(), Cause::change_cipher_spec_inside_message);
}

}  // namespace
}  // namespace heirloom::testing
