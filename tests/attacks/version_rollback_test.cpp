// Version rollback: the hello is changed so that both ends speak an older version than they could
// (Wagner and Schneier 1996, §4.4; in the format of SSL 2.0 the same, down to SSL 2.0 itself, which
// was CVE-2005-2969 in OpenSSL).
//
// The defences: Finished covers the hellos (RFC 2246 §7.4.9); the premaster secret of RSA has the
// version that the client has offered (RFC 2246 §7.4.7.1, F.1.2), which holds against whoever can
// forge a Finished but not an RSA ciphertext; and no SSL 2.0 handshake is ever completed here, so
// that E.2 has nothing to protect.
#include "attacks/between.hpp"
#include "support/pair.hpp"
#include "support/puppet/scene.hpp"

#include <string>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr std::uint16_t kSsl30 = 0x0300;

/// Greeting is the format of the client's hello.
enum class Greeting : std::uint8_t { native, sslv2 };

/// Row is a suite, and what a server finds wrong: where the premaster secret has another version it
/// goes on with one of its own (RFC 2246 §7.4.7.1), so that not even the MAC of Finished fits.
struct Row {
  std::uint16_t suite;
  Cause cause;
};

constexpr Row kRows[] = {{0x000a, Cause::bad_record_mac},      // RSA_WITH_3DES_EDE_CBC_SHA
                         {0x0016, Cause::finished_mismatch}};  // DHE_RSA_WITH_3DES_EDE_CBC_SHA

Pair pair_of(Greeting greeting, std::uint16_t suite = kRows[0].suite) {
  ClientOptions client = client_options();
  client.policy.cipher_suites = {suite};
  client.policy.extensions.remove(Extension::extended_master_secret);  // Finished alone
  client.policy.send_sslv2_hello = greeting == Greeting::sslv2 ? Sslv2Hello::on : Sslv2Hello::off;
  return {build(std::move(client)), build(server_options())};
}

TEST(VersionRollback, OfANativeHelloIsSeenInFinished) {
  Pair honest = pair_of(Greeting::native);
  carry(honest, as_it_is);
  EXPECT_EQ(honest.client.info().version, ProtocolVersion::tls10);
  EXPECT_EQ(honest.client.phase(), Phase::open);

  for (const Row& row : kRows) {
    Pair attack = pair_of(Greeting::native, row.suite);
    carry(attack, say_version(HandshakeType::client_hello, kSsl30));
    EXPECT_EQ(attack.client.info().version, ProtocolVersion::ssl30) << "it got as far as that";
    expect_failed(attack.server, row.cause);
    expect_failed(attack.client, Cause::alert_received);
  }
}

// The server's hello alone: each side speaks another version.
TEST(VersionRollback, OfTheServersHelloIsSeen) {
  Pair attack = pair_of(Greeting::native);
  carry(attack, as_it_is, say_version(HandshakeType::server_hello, kSsl30));
  EXPECT_EQ(attack.server.phase(), Phase::failed);
  EXPECT_EQ(attack.client.phase(), Phase::failed);
}

/// say_sslv2_version changes the two bytes behind the record header and the type.
Attack say_sslv2_version(std::uint16_t version) {
  return [version](Bytes flight) {
    if (flight.size() > 5 && (flight[0] & 0x80U) != 0) {
      put16(flight, 3, version);
    }
    return flight;
  };
}

TEST(VersionRollback, OfAHelloInTheOldFormatIsSeenInFinished) {
  Pair honest = pair_of(Greeting::sslv2);
  carry(honest, as_it_is);
  ASSERT_EQ(honest.client.phase(), Phase::open);
  ASSERT_TRUE(honest.server.info().has_sslv2_hello);
  EXPECT_EQ(honest.client.info().version, ProtocolVersion::tls10);

  for (const Row& row : kRows) {
    Pair attack = pair_of(Greeting::sslv2, row.suite);
    carry(attack, say_sslv2_version(kSsl30));
    EXPECT_EQ(attack.client.info().version, ProtocolVersion::ssl30);
    expect_failed(attack.server, row.cause);
    expect_failed(attack.client, Cause::alert_received);
  }
}

// All the way down: neither side has an SSL 2.0 to be talked into.
TEST(VersionRollback, ToSsl20FindsNobody) {
  Pair attack = pair_of(Greeting::sslv2);
  carry(attack, say_sslv2_version(0x0002));
  expect_failed(attack.server, Cause::sslv2_client);
  EXPECT_EQ(attack.client.phase(), Phase::failed);

  // The attacker answers himself, with a SERVER-HELLO of SSL 2.0.
  Pair answered = pair_of(Greeting::sslv2);
  const Bytes hello = take_outgoing(answered.client);
  ASSERT_EQ(hello[0] & 0x80U, 0x80U);
  const Bytes server_hello{0x80, 0x1e, 0x04, 0x00, 0x01, 0x00, 0x02, 0x00, 0x00, 0x00, 0x03,
                           0x00, 0x10, 0x01, 0x00, 0x80, 0x42, 0x42, 0x42, 0x42, 0x42, 0x42,
                           0x42, 0x42, 0x42, 0x42, 0x42, 0x42, 0x42, 0x42, 0x42, 0x42};
  deliver(answered.client, server_hello, answered.at_client);
  expect_failed(answered.client, Cause::sslv2_server);
}

// What remains to whoever can forge Finished: with the puppet every Finished fits, and the version
// in the premaster secret alone tells that more was offered.
TEST(VersionRollback, IsSeenInThePremasterSecretToo) {
  for (const ProtocolVersion offered : {ProtocolVersion::ssl30, ProtocolVersion::tls10}) {
    for (const PremasterVersion rule :
         {PremasterVersion::must_match_hello, PremasterVersion::may_match_negotiated}) {
      Scene scene(Side::server,
                  {ProtocolVersion::ssl30, 0x000a},
                  Shape::plain,
                  [rule](ClientOptions&, ServerOptions& server) {
                    server.policy.max_version = ProtocolVersion::tls10;
                    server.policy.premaster_version = rule;
                  });
      ASSERT_TRUE(scene.say(Symbol::client_hello));
      scene.puppet().client_hello.client_version = offered;  // what the client had said
      ASSERT_TRUE(scene.say(Symbol::client_key_exchange));
      ASSERT_TRUE(scene.say(Symbol::change_cipher_spec));
      const bool is_honest = offered == ProtocolVersion::ssl30;
      EXPECT_EQ(scene.say(Symbol::finished), is_honest);
      if (!is_honest) {
        EXPECT_EQ(scene.cause(), Cause::bad_record_mac);
      }
    }
  }
}

}  // namespace
}  // namespace heirloom::testing
