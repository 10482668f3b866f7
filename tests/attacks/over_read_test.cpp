// Lengths that lie: Heartbleed (2014; CVE-2014-0160), which answered a short heartbeat with as much
// memory as it asked for, and session ids longer than 32 bytes (GnuTLS, CVE-2014-3466). Ticketbleed
// (2016; CVE-2016-9244) is in tests/loopback/ticket_test.cpp.
//
// The defences: there is no heartbeat here; every length is read by one reader that ends with its
// bytes (src/wire/reader.hpp), and the fuzzers of fuzz/ run under the address sanitizer.
#include "support/puppet/scene.hpp"

#include <string>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr std::uint16_t kHeartbeat = 15;                // RFC 6520 §2
constexpr auto kRecord = static_cast<ContentType>(24);  // RFC 6520 §3

class OverRead : public ::testing::TestWithParam<Combination> {};

INSTANTIATE_TEST_SUITE_P(Versions,
                         OverRead,
                         ::testing::Values(Combination{ProtocolVersion::ssl30, 0x000a},
                                           Combination{ProtocolVersion::tls10, 0x002f}));

/// Moment is when the heartbeat comes.
enum class Moment : std::uint8_t { in_the_handshake, later };

/// expect_silence: TLS 1.0 ignores what it does not know, SSL 3.0 ends there; neither answers.
void expect_silence(Side side, Combination combination, Moment moment, const Bytes& request) {
  Scene scene(side, combination, Shape::plain);
  if (moment == Moment::later) {
    scene.establish();
  } else {
    ASSERT_TRUE(scene.say(side == Side::client ? Symbol::server_hello : Symbol::client_hello));
  }
  const std::size_t before = scene.puppet().fragments.size();
  const std::size_t alerts = combination.version == ProtocolVersion::ssl30 ? 1 : 0;
  EXPECT_EQ(scene.send(scene.puppet().record(kRecord, request)), alerts == 0);
  EXPECT_EQ(scene.puppet().fragments.size(), before + alerts);
  EXPECT_EQ(scene.puppet().alerts.size(), alerts);
}

// The request says 16384 bytes and has none, or three.
TEST_P(OverRead, AHeartbeatIsNotAnswered) {
  for (const Bytes& request : {Bytes{1, 0x40, 0}, Bytes{1, 0x40, 0, 'a', 'b', 'c'}}) {
    for (const Side side : {Side::client, Side::server}) {
      expect_silence(side, GetParam(), Moment::in_the_handshake, request);
      expect_silence(side, GetParam(), Moment::later, request);
    }
  }
}

TEST_P(OverRead, AHeartbeatIsNotAgreedOn) {
  Scene server(Side::server, GetParam(), Shape::plain);
  server.puppet().client_hello.extensions =
      wire::HelloExtensions{{.type = kHeartbeat, .data = {1}}};
  ASSERT_TRUE(server.say(Symbol::client_hello));
  for (const auto& extension :
       server.puppet().server_hello.extensions.value_or(wire::HelloExtensions{})) {
    EXPECT_NE(extension.type, kHeartbeat);
  }
  Scene client(Side::client, GetParam(), Shape::plain);
  client.puppet().server_hello.extensions =
      wire::HelloExtensions{{.type = kHeartbeat, .data = {1}}};
  EXPECT_FALSE(client.say(Symbol::server_hello));
  EXPECT_EQ(client.cause(), Cause::extension_not_offered);
}

// The length of a session id is one byte: all of its values, with as many bytes behind it.
TEST_P(OverRead, ASessionIdHasThirtyTwoBytesAtMost) {
  for (const Side side : {Side::client, Side::server}) {
    for (std::size_t size = 0; size <= 255; ++size) {
      Scene scene(side, GetParam(), Shape::plain);
      Puppet& puppet = scene.puppet();
      const Symbol hello = side == Side::client ? Symbol::server_hello : Symbol::client_hello;
      puppet.client_hello.session_id.clear();
      puppet.server_hello.session_id.clear();
      Bytes message = puppet.encode(hello);
      constexpr std::size_t kLength = 4 + 2 + 32;
      message[kLength] = static_cast<std::uint8_t>(size);
      message.insert(message.begin() + kLength + 1, size, 0x1d);
      message[2] = static_cast<std::uint8_t>((message.size() - 4) >> 8U);
      message[3] = static_cast<std::uint8_t>(message.size() - 4);
      EXPECT_EQ(scene.send(puppet.record(ContentType::handshake, message)), size <= 32) << size;
      if (size > 32) {
        EXPECT_EQ(scene.cause(), Cause::message_malformed) << size;
      }
    }
  }
}

}  // namespace
}  // namespace heirloom::testing
