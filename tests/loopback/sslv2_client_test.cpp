// A client that greets in the format of SSL 2.0 on request (RFC 6101 E, RFC 2246 E), the answers
// that it gets, when it does not, and what somebody in between can make of its hello.
#include "protocol/constants.hpp"
#include "support/pair.hpp"
#include "support/sslv2_hello.hpp"
#include "support/suite_setup.hpp"

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <string>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

/// old_pair is a client that greets so and a server of the default policy.
Pair old_pair(const std::function<void(ClientOptions&, ServerOptions&)>& adjust = {},
              SessionPtr resume = nullptr) {
  ClientOptions client = client_options();
  client.policy.send_sslv2_hello = Sslv2Hello::on;
  client.trace = Trace::messages;
  ServerOptions server = server_options();
  server.trace = Trace::messages;
  if (adjust) {
    adjust(client, server);
  }
  return {build(std::move(client)), build(std::move(server)), std::move(resume)};
}

TEST(Sslv2Hello, IsSentOnRequest) {
  const auto client_lines = std::make_shared<KeyLines>();
  const auto server_lines = std::make_shared<KeyLines>();
  Pair pair = old_pair([&](ClientOptions& client, ServerOptions& server) {
    client.key_log = client_lines;
    server.key_log = server_lines;
  });
  pair.run();
  ASSERT_EQ(pair.client.phase(), Phase::open) << pair.client.error()->text();
  ASSERT_EQ(pair.server.phase(), Phase::open);
  for (const Connection* side : {&pair.client, &pair.server}) {
    EXPECT_TRUE(side->info().has_sslv2_hello);
    EXPECT_TRUE(side->info().has_secure_renegotiation);
    EXPECT_TRUE(side->info().server_name.empty()) << "there are no extensions";
  }
  // E.1: two bytes of header, type, the highest version, three lengths, suites of three bytes.
  const ByteView wire = pair.wire_to_server;
  const std::size_t length = (wire[0] & 0x7fU) << 8U | wire[1];
  const std::size_t specs = static_cast<std::size_t>(wire[5]) << 8U | wire[6];
  EXPECT_EQ(wire[0] & 0x80U, 0x80U);
  EXPECT_EQ(to_hex(wire.subspan(2, 3)), "010301");
  EXPECT_EQ(specs, (Policy::device().cipher_suites.size() + 1) * 3);
  EXPECT_EQ(to_hex(wire.subspan(7, 4)), "00000020");
  EXPECT_EQ(length, 9 + specs + 32);
  for (std::size_t i = 0; i < specs; i += 3) {
    EXPECT_EQ(wire[11 + i], 0);
  }
  EXPECT_EQ(to_hex(wire.subspan(11 + specs - 3, 3)), "0000ff");
  EXPECT_EQ(to_hex(wire.subspan(2 + length, 3)), "160301") << "what follows is in records";
  EXPECT_EQ(client_lines->lines, server_lines->lines);
  ASSERT_EQ(client_lines->lines.size(), 1U);
  EXPECT_EQ(client_lines->lines[0].substr(0, 14 + 64),
            "CLIENT_RANDOM " + to_hex(wire.subspan(11 + specs, 32)));
  for (Connection* side : {&pair.client, &pair.server}) {
    const Event first = take_events(*side).front();
    EXPECT_EQ(first.handshake_type, HandshakeType::client_hello);
    EXPECT_TRUE(first.is_sslv2);
    EXPECT_EQ(first.length, length);
    EXPECT_TRUE(std::ranges::equal(first.message, wire.subspan(2, length)));
  }
  pair.send_to_server(Bytes(20000, 1));
  pair.send_to_client(Bytes(20000, 2));
  EXPECT_EQ(pair.at_server, Bytes(20000, 1));
  EXPECT_EQ(pair.at_client, Bytes(20000, 2));
}

// Every key exchange and cipher at both versions: elliptic curves too, for which the hello has no
// extension (RFC 4492 §4: any curve may then be used).
TEST(Sslv2Hello, LeadsToEverySuite) {
  for (const ProtocolVersion version : {ProtocolVersion::ssl30, ProtocolVersion::tls10}) {
    for (const Combination& combination : representatives(version)) {
      SCOPED_TRACE(name_of(combination));
      ClientOptions client = client_options(combination);
      client.policy.send_sslv2_hello = Sslv2Hello::on;
      Pair pair(build(std::move(client)), build(server_options(combination)));
      pair.run();
      ASSERT_EQ(pair.client.phase(), Phase::open) << pair.client.error()->text();
      EXPECT_EQ(pair.server.info().cipher_suite, combination.suite);
      EXPECT_TRUE(pair.server.info().has_sslv2_hello);
    }
  }
}

// E.1: "Requests to resume a TLS session should use a TLS client hello."
TEST(Sslv2Hello, IsNotWhatASessionIsResumedWith) {
  const auto store = make_memory_session_store();
  // A server of the time of such hellos. One that knows these two extensions does not resume what
  // was made without them (RFC 6066 §3, RFC 7627 §5.3).
  const auto adjust = [&](ClientOptions&, ServerOptions& server) {
    server.sessions = store;
    server.policy.extensions.remove(Extension::server_name);
    server.policy.extensions.remove(Extension::extended_master_secret);
  };
  Pair first = old_pair(adjust);
  first.run();
  ASSERT_NE(first.client.session(), nullptr);
  Pair second = old_pair(adjust, first.client.session());
  second.run();
  ASSERT_EQ(second.client.phase(), Phase::open);
  EXPECT_TRUE(second.client.info().is_resumed);
  EXPECT_FALSE(second.client.info().has_sslv2_hello);
  EXPECT_EQ(second.wire_to_server[0], 22);
}

TEST(Sslv2Hello, HasTheAnswersThatANativeOneHas) {
  Pair older = old_pair([](ClientOptions&, ServerOptions& server) {
    server.policy.max_version = ProtocolVersion::ssl30;
  });
  older.run();
  ASSERT_EQ(older.client.phase(), Phase::open);
  EXPECT_EQ(older.client.info().version, ProtocolVersion::ssl30);
  EXPECT_EQ(older.server.info().client_version, ProtocolVersion::tls10);

  Pair strict = old_pair([](ClientOptions&, ServerOptions& server) {
    server.policy.accept_sslv2_hello = Sslv2Hello::off;
  });
  strict.run();
  ASSERT_EQ(strict.client.phase(), Phase::failed);
  EXPECT_EQ(strict.client.error()->cause, Cause::alert_received);
  EXPECT_EQ(strict.server.error()->cause, Cause::sslv2_hello);
}

// E: "should send client hello messages using the SSL 3.0 record format [...], sending {3, 1}".
TEST(NativeHello, HasTheHighestVersionInTheOldestRecordFormat) {
  Connection client = Connection::client(build(client_options()), {.host = "localhost"});
  const Bytes hello = take_outgoing(client);
  EXPECT_EQ(to_hex(ByteView(hello).first(3)), "160300");
  EXPECT_EQ(to_hex(ByteView(hello).subspan(9, 2)), "0301");
}

// E: "Whenever a client already knows the highest protocol known to a server (for example, when
// resuming a session), it should initiate the connection in that native protocol."
TEST(NativeHello, OfASessionHasItsVersion) {
  const auto store = make_memory_session_store();
  ServerOptions options = server_options();
  options.policy.max_version = ProtocolVersion::ssl30;
  options.sessions = store;
  Pair first(build(client_options()), build(std::move(options)));
  first.run();
  ASSERT_NE(first.client.session(), nullptr);
  Connection second =
      Connection::client(build(client_options()), {.host = "localhost"}, first.client.session());
  EXPECT_EQ(to_hex(ByteView(take_outgoing(second)).subspan(9, 2)), "0300");
}

// Whatever an attacker changes in it, the Finished messages tell (Wagner and Schneier 1996 §4.1,
// §4.3: cipher suite and version rollback).
TEST(Sslv2Hello, NoBitOfItCanBeChangedUnnoticed) {
  Pair source = old_pair();
  const Bytes hello = take_outgoing(source.client);
  for (std::size_t at = 0; at < hello.size(); at = at < 14 ? at + 1 : at + 17) {
    for (const std::uint8_t bit : std::initializer_list<std::uint8_t>{0x01, 0x80}) {
      Pair pair = old_pair();
      Bytes changed = take_outgoing(pair.client);
      ASSERT_EQ(changed, hello) << "a conversation is a function of its seeds";
      changed[at] ^= bit;
      deliver(pair.server, changed, pair.at_server);
      pair.run();
      EXPECT_NE(pair.client.phase(), Phase::open) << at;
      EXPECT_NE(pair.server.phase(), Phase::open) << at;
    }
  }
}

// The other rollback: a native hello is rewritten in the old format, which has no extensions and
// hides that there were any.
TEST(Sslv2Hello, ANativeHelloCannotBeTurnedIntoOne) {
  Pair pair = old_pair([](ClientOptions& client, ServerOptions&) {
    client.policy.send_sslv2_hello = Sslv2Hello::off;
  });
  const Bytes native = take_outgoing(pair.client);
  Sslv2Parts rewritten;
  rewritten.challenge = to_bytes(ByteView(native).subspan(5 + 4 + 2, 32));
  for (const std::uint16_t suite : Policy::device().cipher_suites) {
    rewritten.specs.push_back(suite);
  }
  rewritten.specs.push_back(kEmptyRenegotiationInfoScsv);
  deliver(pair.server, with_sslv2_header(write_sslv2(rewritten)), pair.at_server);
  pair.run();
  EXPECT_EQ(pair.server.info().version, ProtocolVersion::tls10) << "it got as far as that";
  EXPECT_EQ(pair.server.phase(), Phase::failed);
  EXPECT_EQ(pair.client.phase(), Phase::failed);
}

}  // namespace
}  // namespace heirloom::testing
