// Denial of service by what costs the attacker little: the SSL death alert (CVE-2016-8610), floods
// of empty records, of hellos and of requests for renegotiation (THC-SSL-DOS 2011, CVE-2011-1473),
// and bombs of certificates, of length and of compression.
//
// The defences are Limits: what a peer can make us hold or do is bounded, and each bound is a field
// of the policy. Here each is met and then exceeded by one.
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

using One = std::function<Bytes(Puppet&)>;

/// expect_bound sends one and the same until it is too much.
void expect_bound(Scene& scene, std::size_t bound, Cause cause, const One& one) {
  for (std::size_t i = 0; i < bound; ++i) {
    ASSERT_TRUE(scene.send(one(scene.puppet()))) << i << ": " << scene.engine().error()->text();
  }
  EXPECT_FALSE(scene.send(one(scene.puppet())));
  EXPECT_EQ(scene.cause(), cause);
}

One alert(std::uint8_t description) {
  return [description](Puppet& puppet) {
    return puppet.record(ContentType::alert, Bytes{1, description});
  };
}

One say(Symbol symbol) {
  return [symbol](Puppet& puppet) { return puppet.say(symbol); };
}

class Flood : public ::testing::TestWithParam<Combination> {};

INSTANTIATE_TEST_SUITE_P(Versions, Flood, ::testing::Values(kSsl, kTls));

// CVE-2016-8610: warnings in a handshake, which cost the sender no key.
TEST_P(Flood, OfAlertsInAHandshake) {
  const std::size_t bound = Limits{}.max_warnings_in_a_row;
  for (const Side side : {Side::client, Side::server}) {
    Scene before(side, GetParam(), Shape::plain);
    expect_bound(before, bound, Cause::too_many_warnings, alert(112));
    Scene behind(side, GetParam(), Shape::plain);
    ASSERT_TRUE(behind.say(side == Side::client ? Symbol::server_hello : Symbol::client_hello));
    expect_bound(behind, bound, Cause::too_many_warnings, alert(112));
    Scene together(side, GetParam(), Shape::plain);  // all in one record
    Bytes many;
    for (std::size_t i = 0; i <= bound; ++i) {
      append(many, Bytes{1, 112});
    }
    EXPECT_FALSE(together.send(together.puppet().record(ContentType::alert, many)));
    EXPECT_EQ(together.cause(), Cause::too_many_warnings);
  }
}

TEST_P(Flood, OfEmptyRecords) {
  for (const Side side : {Side::client, Side::server}) {
    Scene scene(side, GetParam(), Shape::plain);
    scene.establish();
    expect_bound(scene,
                 Limits{}.max_empty_records_in_a_row,
                 Cause::too_many_empty_records,
                 [](Puppet& puppet) { return puppet.empty_record(ContentType::application_data); });
  }
}

// What TLS 1.0 ignores (RFC 2246 §6) is counted like records without anything in them.
TEST(FloodTest, OfRecordsThatNobodyKnows) {
  Scene scene(Side::server, kTls, Shape::plain);
  scene.establish();
  expect_bound(
      scene,
      Limits{}.max_empty_records_in_a_row,
      Cause::too_many_empty_records,
      [](Puppet& puppet) { return puppet.record(static_cast<ContentType>(99), Bytes{1}); });
}

// A client ignores a HelloRequest while it negotiates (RFC 2246 §7.4.1.1), but not for ever.
TEST_P(Flood, OfHelloRequestsInAHandshake) {
  Scene scene(Side::client, GetParam(), Shape::plain);
  expect_bound(scene,
               Limits{}.max_handshake_messages,
               Cause::unexpected_message,
               say(Symbol::hello_request));
}

// SSL 3.0 has no polite refusal, so there one is enough.
TEST_P(Flood, OfRequestsForAnotherHandshake) {
  const bool is_polite = GetParam().version == ProtocolVersion::tls10;
  const std::size_t bound = is_polite ? Limits{}.max_warnings_in_a_row : 0;
  const Cause cause = is_polite ? Cause::too_many_warnings : Cause::renegotiation_refused;
  for (const Side side : {Side::client, Side::server}) {
    Scene scene(side, GetParam(), Shape::plain);
    scene.establish();
    expect_bound(scene,
                 bound,
                 cause,
                 say(side == Side::client ? Symbol::hello_request : Symbol::client_hello));
  }
}

/// long_chain is a certificate with its neighbours repeated.
Credentials long_chain(const std::string& name, std::size_t length) {
  Credentials shown = pki_credentials(name);
  shown.chain.resize(length, shown.chain.back());
  return shown;
}

TEST_P(Flood, OfCertificates) {
  const std::size_t bound = Limits{}.max_certificates;
  for (const std::size_t length : {bound, bound + 1}) {
    SCOPED_TRACE(length);
    Scene client(Side::client, GetParam(), Shape::plain);
    client.puppet().show(long_chain("rsa1024", length));
    ASSERT_TRUE(client.say(Symbol::server_hello));
    EXPECT_EQ(client.say(Symbol::certificate), length == bound);
    Scene server(Side::server, GetParam(), Shape::with_client_certificate);
    server.puppet().show(long_chain("client", length));
    ASSERT_TRUE(server.say(Symbol::client_hello));
    EXPECT_EQ(server.say(Symbol::certificate), length == bound);
    if (length > bound) {
      EXPECT_EQ(client.cause(), Cause::certificate_chain_too_long);
      EXPECT_EQ(server.cause(), Cause::certificate_chain_too_long);
    }
  }
}

// D(HE)at, 2021: what it costs to compute in a group is bounded by its size.
TEST_P(Flood, OfBitsInAGroup) {
  const Combination dhe{GetParam().version, 0x0016};
  constexpr std::size_t kServed = 1024;  // the puppet's
  for (const std::size_t bound : {kServed, kServed - 1}) {
    Scene scene(Side::client, dhe, Shape::plain, [bound](ClientOptions& client, ServerOptions&) {
      client.policy.max_dh_bits = bound;
    });
    ASSERT_TRUE(scene.say(Symbol::server_hello));
    ASSERT_TRUE(scene.say(Symbol::certificate));
    EXPECT_EQ(scene.say(Symbol::server_key_exchange), bound == kServed);
    if (bound < kServed) {
      EXPECT_EQ(scene.cause(), Cause::key_exchange_malformed);
    }
  }
}

// The header announces, and nothing of the body needs to come.
TEST_P(Flood, OfBytesInAMessage) {
  const std::size_t bound = Limits{}.max_handshake_message;
  for (const Side side : {Side::client, Side::server}) {
    for (const std::size_t length : {bound, bound + 1}) {
      Scene scene(side, GetParam(), Shape::plain);
      const Bytes header{static_cast<std::uint8_t>(side == Side::client ? 2 : 1),
                         static_cast<std::uint8_t>(length >> 16U),
                         static_cast<std::uint8_t>(length >> 8U),
                         static_cast<std::uint8_t>(length)};
      EXPECT_EQ(scene.send(scene.puppet().record(ContentType::handshake, header)), length == bound);
    }
  }
}

}  // namespace
}  // namespace heirloom::testing
