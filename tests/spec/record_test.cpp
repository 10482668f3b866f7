// The record layer as a peer sees it: RFC 6101 §5.2, RFC 2246 §6.2. What is inside a record is held
// by tests/unit/record against another implementation.
#include "support/puppet/scene.hpp"

#include <set>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr Combination kSsl{ProtocolVersion::ssl30, 0x0005};
constexpr Combination kTls{ProtocolVersion::tls10, 0x002f};

class Rfc2246_6_2 : public ::testing::TestWithParam<Combination> {
 protected:
  [[nodiscard]] bool is_ssl() const { return GetParam().version == ProtocolVersion::ssl30; }

  /// header makes a record header and body without protection.
  [[nodiscard]] Bytes raw(std::uint8_t type, const Bytes& body) const {
    Bytes record{type,
                 3,
                 static_cast<std::uint8_t>(is_ssl() ? 0 : 1),
                 static_cast<std::uint8_t>(body.size() >> 8U),
                 static_cast<std::uint8_t>(body.size() & 0xffU)};
    append(record, body);
    return record;
  }
};

INSTANTIATE_TEST_SUITE_P(Versions, Rfc2246_6_2, ::testing::Values(kSsl, kTls));

TEST_P(Rfc2246_6_2, HeaderIsTypeVersionLength) {
  ClientOptions client = client_options();
  client.policy = policy_for(GetParam().version, GetParam().suite);
  ServerOptions server = server_options();
  server.policy = client.policy;
  Pair pair(build(std::move(client)), build(std::move(server)));
  pair.run();
  pair.send_to_server(Bytes(100, 1));
  std::set<std::uint8_t> types;
  for (ByteView wire : {ByteView(pair.wire_to_server), ByteView(pair.wire_to_client)}) {
    while (!wire.empty()) {
      ASSERT_GE(wire.size(), 5U);
      types.insert(wire[0]);
      EXPECT_EQ(wire[1], 3);
      EXPECT_EQ(wire[2], is_ssl() ? 0 : 1);
      const std::size_t length = static_cast<std::size_t>(wire[3]) << 8U | wire[4];
      ASSERT_GE(wire.size(), 5 + length);
      wire = wire.subspan(5 + length);
    }
  }
  EXPECT_EQ(types, (std::set<std::uint8_t>{20, 22, 23}));
}

// §6.2.1: "Fragment boundaries are not preserved": one message over many records, many in one.
TEST_P(Rfc2246_6_2, AMessageMayRunOverRecordsOfOneByte) {
  Scene scene(Side::server, GetParam(), Shape::plain);
  const Bytes hello = scene.puppet().encode(Symbol::client_hello);
  for (const std::uint8_t byte : hello) {
    ASSERT_TRUE(scene.send(scene.puppet().record(ContentType::handshake, Bytes{byte})));
  }
  EXPECT_EQ(scene.puppet().heard.back(), HandshakeType::server_hello_done);
}

TEST_P(Rfc2246_6_2, MessagesMayShareARecord) {
  Scene scene(Side::client, GetParam(), Shape::plain);
  Bytes flight = scene.puppet().encode(Symbol::server_hello);
  append(flight, scene.puppet().encode(Symbol::certificate));
  append(flight, scene.puppet().encode(Symbol::server_hello_done));
  ASSERT_TRUE(scene.send(scene.puppet().record(ContentType::handshake, flight)));
  ASSERT_TRUE(scene.say(Symbol::change_cipher_spec));
  ASSERT_TRUE(scene.say(Symbol::finished));
  EXPECT_EQ(scene.engine().phase(), Phase::open);
}

TEST_P(Rfc2246_6_2, RecordsOfDifferentTypesMayTakeTurns) {
  Scene scene(Side::server, GetParam(), Shape::plain);
  const Bytes hello = scene.puppet().encode(Symbol::client_hello);
  ASSERT_TRUE(scene.send(scene.puppet().record(ContentType::handshake, ByteView(hello).first(10))));
  ASSERT_TRUE(scene.send(scene.puppet().record(ContentType::alert, Bytes{1, 112})));
  ASSERT_TRUE(
      scene.send(scene.puppet().record(ContentType::handshake, ByteView(hello).subspan(10))));
  EXPECT_EQ(scene.puppet().heard.back(), HandshakeType::server_hello_done);
}

// §6: "If a TLS implementation receives a record type it does not understand, it should just ignore
// it." SSL 3.0 as deployed: unexpected_message (drift D34).
TEST_P(Rfc2246_6_2, UnknownTypesAreIgnoredByTlsAndRefusedBySsl) {
  Scene scene(Side::client, GetParam(), Shape::plain);
  scene.establish();
  const bool stays = scene.send(scene.puppet().record(static_cast<ContentType>(24), Bytes{1, 2}));
  EXPECT_EQ(stays, !is_ssl());
  if (is_ssl()) {
    EXPECT_EQ(scene.cause(), Cause::record_type_unknown);
    EXPECT_EQ(scene.last_alert().description, AlertDescription::unexpected_message);
    return;
  }
  EXPECT_TRUE(scene.say(Symbol::application_data));
  EXPECT_EQ(scene.plaintext().size(), 5U);
  for (std::size_t i = 0; i < Limits{}.max_empty_records_in_a_row; ++i) {
    ASSERT_TRUE(scene.send(scene.puppet().record(static_cast<ContentType>(24), Bytes{1})));
  }
  EXPECT_FALSE(scene.send(scene.puppet().record(static_cast<ContentType>(24), Bytes{1})));
  EXPECT_EQ(scene.cause(), Cause::too_many_empty_records);
}

// §6.2.3: length must not exceed 2^14 + 2048; SSL 3.0 has no record_overflow (drift D28).
TEST_P(Rfc2246_6_2, AnOverlongRecordIsRefusedByItsHeader) {
  Scene scene(Side::client, GetParam(), Shape::plain);
  scene.establish();
  Bytes header = raw(23, {});
  header[3] = 0x48;
  header[4] = 0x01;  // 18433
  EXPECT_FALSE(scene.send(header)) << "without waiting for the body";
  EXPECT_EQ(scene.cause(), Cause::record_overflow);
  EXPECT_EQ(
      scene.last_alert(),
      (Alert{AlertLevel::fatal,
             is_ssl() ? AlertDescription::bad_record_mac : AlertDescription::record_overflow}));
}

// drift D36: any 3.x passes in the first record only.
TEST_P(Rfc2246_6_2, TheVersionIsFixedByTheServerHello) {
  Scene first(Side::server, GetParam(), Shape::plain);
  Bytes hello = first.puppet().say(Symbol::client_hello);
  hello[2] = 9;
  EXPECT_TRUE(first.send(hello));
  Bytes exchange = first.puppet().say(Symbol::client_key_exchange);
  exchange[2] ^= 1U;
  EXPECT_FALSE(first.send(exchange));
  EXPECT_EQ(first.cause(), Cause::record_version_wrong);
}

// Old OpenSSL sends an empty record before each CBC write (drift D35). RFC 2246 §6.2.1 forbids
// empty fragments of the other types.
TEST_P(Rfc2246_6_2, EmptyApplicationDataIsAcceptedAndBounded) {
  Scene scene(Side::client, GetParam(), Shape::plain);
  scene.establish();
  std::size_t accepted = 0;
  while (scene.send(scene.puppet().empty_record(ContentType::application_data))) {
    ++accepted;
    ASSERT_LE(accepted, Limits{}.max_empty_records_in_a_row);
  }
  EXPECT_EQ(accepted, Limits{}.max_empty_records_in_a_row);
  EXPECT_EQ(scene.cause(), Cause::too_many_empty_records);
}

TEST_P(Rfc2246_6_2, EmptyRecordsOfOtherTypesAreRefused) {
  for (const ContentType type :
       {ContentType::handshake, ContentType::alert, ContentType::change_cipher_spec}) {
    Scene scene(Side::client, GetParam(), Shape::plain);
    scene.establish();
    EXPECT_FALSE(scene.send(scene.puppet().empty_record(type)));
    EXPECT_EQ(scene.cause(), Cause::record_empty);
    EXPECT_EQ(scene.last_alert().description, AlertDescription::unexpected_message);
  }
}

TEST_P(Rfc2246_6_2, WritingNothingMakesNoRecord) {
  Scene scene(Side::client, GetParam(), Shape::plain);
  scene.establish();
  ASSERT_TRUE(scene.engine().write({}).has_value());
  EXPECT_TRUE(scene.engine().outgoing().empty());
}

// §6.2.1: at most 2^14 bytes. §6.2.3.2 and BEAST: a block cipher's first record carries one byte.
TEST_P(Rfc2246_6_2, LongWritesAreFragmented) {
  for (const CbcSplitting splitting : {CbcSplitting::off, CbcSplitting::one_n_minus_one}) {
    Scene scene(Side::client, GetParam(), Shape::plain, [&](ClientOptions& client, ServerOptions&) {
      client.policy.cbc_splitting = splitting;
    });
    scene.establish();
    ASSERT_TRUE(scene.engine().write(Bytes(16385, 'x')).has_value());
    const bool splits = splitting == CbcSplitting::one_n_minus_one &&
                        info(find_cipher_suite(GetParam().suite)->bulk).type == CipherType::block;
    EXPECT_EQ(scene.engine().outgoing().size(), splits ? 3U : 2U);
    scene.puppet().hear(take_outgoing(scene.engine()));
    EXPECT_EQ(scene.puppet().application_data, Bytes(16385, 'x'));
  }
}

TEST_P(Rfc2246_6_2, AWrongMacIsFatalBadRecordMac) {
  Scene scene(Side::client, GetParam(), Shape::plain);
  scene.establish();
  Bytes record = scene.puppet().say(Symbol::application_data);
  record[7] ^= 0x40U;
  EXPECT_FALSE(scene.send(record));
  EXPECT_EQ(scene.cause(), Cause::bad_record_mac);
  EXPECT_EQ(scene.last_alert(), (Alert{AlertLevel::fatal, AlertDescription::bad_record_mac}));
  EXPECT_TRUE(scene.plaintext().empty());
}

// The good records before a bad one are delivered before the connection fails.
TEST_P(Rfc2246_6_2, GoodRecordsBeforeABadOneAreDelivered) {
  Scene scene(Side::client, GetParam(), Shape::plain);
  scene.establish();
  Bytes wire = scene.puppet().say(Symbol::application_data);
  append(wire, scene.puppet().say(Symbol::application_data));
  wire.back() ^= 1U;
  EXPECT_FALSE(scene.send(wire));
  EXPECT_EQ(scene.plaintext(), (Bytes{'h', 'e', 'l', 'l', 'o'}));
}

}  // namespace
}  // namespace heirloom::testing
