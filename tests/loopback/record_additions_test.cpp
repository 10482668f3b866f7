// What hellos can change about records: encrypt-then-MAC (RFC 7366), DEFLATE (RFC 3749) and
// max_fragment_length (RFC 6066 §4), with a client and a server of ours, and what a peer may not
// say about them.
#include "message/extensions.hpp"
#include "support/pair.hpp"
#include "support/puppet/scene.hpp"
#include "support/record_support.hpp"
#include "support/suite_setup.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr Combination kAes{ProtocolVersion::tls10, 0x002f};
constexpr Combination kAesSsl{ProtocolVersion::ssl30, 0x002f};
constexpr Combination kRc4{ProtocolVersion::tls10, 0x0005};

bool is_block(Combination combination) {
  return info(find_cipher_suite(combination.suite)->bulk).type == CipherType::block;
}

std::vector<Combination> all_representatives() {
  std::vector<Combination> all = representatives(ProtocolVersion::ssl30);
  const std::vector<Combination> tls = representatives(ProtocolVersion::tls10);
  all.insert(all.end(), tls.begin(), tls.end());
  return all;
}

/// Bent is a pair whose policies were bent.
struct Bent {
  /// A server with another seed makes other session ids.
  explicit Bent(Combination which, std::uint64_t server_seed = 2)
      : combination(which), server(server_options(which, server_seed)) {}

  [[nodiscard]] Pair pair(SessionPtr resume = nullptr) {
    return Pair(build(client), build(server), std::move(resume));
  }

  Combination combination;
  ClientOptions client = client_options(combination);
  ServerOptions server;
};

Bytes text(std::size_t size) {
  Bytes bytes;
  while (bytes.size() < size) {
    append(bytes, to_bytes(pattern(16, static_cast<std::uint32_t>(bytes.size() / 16 % 5))));
  }
  bytes.resize(size);
  return bytes;
}

void expect_to_talk(Pair& pair) {
  const Bytes up = text(40000);
  const Bytes down = pattern(30000, 2);
  pair.send_to_server(up);
  pair.send_to_client(down);
  EXPECT_EQ(pair.at_server, up);
  EXPECT_EQ(pair.at_client, down);
}

void expect_open(Pair& pair) {
  pair.run();
  ASSERT_EQ(pair.client.phase(), Phase::open)
      << (pair.client.error() != nullptr ? pair.client.error()->text() : "");
  ASSERT_EQ(pair.server.phase(), Phase::open);
}

/// fragment_sizes are the lengths of the records in what went over the wire.
std::vector<std::size_t> fragment_sizes(ByteView wire) {
  std::vector<std::size_t> sizes;
  while (!wire.empty()) {
    sizes.push_back(static_cast<std::size_t>(wire[3]) << 8U | wire[4]);
    wire = wire.subspan(kRecordHeaderSize + sizes.back());
  }
  return sizes;
}

TEST(Rfc7366, BlockCiphersAtTls10AndNothingElse) {
  for (const Combination& combination : all_representatives()) {
    SCOPED_TRACE(name_of(combination));
    const bool is_expected = combination.version == ProtocolVersion::tls10 && is_block(combination);
    Bent bent(combination);
    Pair pair = bent.pair();
    expect_open(pair);
    EXPECT_EQ(pair.client.info().has_encrypt_then_mac, is_expected);
    EXPECT_EQ(pair.server.info().has_encrypt_then_mac, is_expected);
    expect_to_talk(pair);
    pair.client.close();
    pair.run();
    EXPECT_EQ(pair.server.phase(), Phase::closed);
  }
}

TEST(Rfc7366, EitherSideCanSwitchItOffAndAResumptionMayDiffer) {
  SessionPtr session;
  Bent on(kAes);
  on.server.sessions = make_memory_session_store();
  {
    Pair pair = on.pair();
    expect_open(pair);
    session = pair.client.session();
  }
  for (const bool is_client : {true, false}) {
    Bent off(kAes, is_client ? 3 : 4);
    off.server.sessions = on.server.sessions;
    (is_client ? off.client.policy : off.server.policy)
        .extensions.remove(Extension::encrypt_then_mac);
    for (const SessionPtr& resume : {SessionPtr(), session}) {
      Pair pair = off.pair(resume);
      expect_open(pair);
      EXPECT_EQ(pair.client.info().is_resumed, resume != nullptr);
      EXPECT_FALSE(pair.client.info().has_encrypt_then_mac);
      EXPECT_FALSE(pair.server.info().has_encrypt_then_mac);
      expect_to_talk(pair);
    }
  }
  Pair again = on.pair(session);
  expect_open(again);
  EXPECT_TRUE(again.client.info().is_resumed);
  EXPECT_TRUE(again.client.info().has_encrypt_then_mac);
  expect_to_talk(again);
}

TEST(Rfc7366, TheExtensionIsEmpty) {
  Scene server(Side::server, kAes, Shape::plain);
  server.puppet().client_hello.extensions = wire::HelloExtensions{{22, {1}}};
  EXPECT_FALSE(server.say(Symbol::client_hello));
  EXPECT_EQ(server.cause(), Cause::extension_malformed);

  Scene client(Side::client, kAes, Shape::plain);
  client.puppet().server_hello.extensions = wire::HelloExtensions{{22, {1}}};
  EXPECT_FALSE(client.say(Symbol::server_hello));
  EXPECT_EQ(client.cause(), Cause::extension_malformed);
}

TEST(Rfc7366, AnAnswerWithAStreamCipherChangesNothing) {
  Scene scene(Side::client, kRc4, Shape::plain, [](ClientOptions& client, ServerOptions&) {
    client.policy.cipher_suites = {kAes.suite, kRc4.suite};
  });
  scene.puppet().server_hello.extensions = wire::HelloExtensions{{22, {}}};
  scene.establish();
  EXPECT_FALSE(scene.engine().info().has_encrypt_then_mac);
}

void allow_deflate(Policy& policy) {
  policy.compression_methods = {CompressionMethod::deflate, CompressionMethod::null};
}

TEST(Rfc3749, CompressesWithEverySuiteAtBothVersions) {
  for (const Combination& combination : all_representatives()) {
    SCOPED_TRACE(name_of(combination));
    Bent bent(combination);
    allow_deflate(bent.client.policy);
    allow_deflate(bent.server.policy);
    Pair pair = bent.pair();
    expect_open(pair);
    EXPECT_EQ(pair.client.info().compression_method, 1);
    EXPECT_EQ(pair.server.info().compression_method, 1);
    const std::size_t before = pair.wire_to_server.size();
    expect_to_talk(pair);
    EXPECT_LT(pair.wire_to_server.size() - before, 4000U);  // of 40000
    pair.at_client.clear();
    pair.at_server.clear();
    const Bytes more = text(100000);
    ASSERT_EQ(*pair.server.write(more), more.size());
    pair.server.close();
    pair.run_cut(7);
    EXPECT_EQ(pair.at_client, more);
    EXPECT_EQ(pair.client.phase(), Phase::closed);
  }
}

TEST(Rfc3749, IsUsedOnlyIfBothSidesHaveItByName) {
  for (const Policy& preset : {Policy::strict(), Policy::device(), Policy::museum()}) {
    EXPECT_EQ(preset.compression_methods, std::vector{CompressionMethod::null});
  }
  for (const bool is_client : {true, false}) {
    Bent bent(kAes);
    allow_deflate(is_client ? bent.client.policy : bent.server.policy);
    Pair pair = bent.pair();
    expect_open(pair);
    EXPECT_EQ(pair.client.info().compression_method, 0);
    EXPECT_EQ(pair.server.info().compression_method, 0);
    expect_to_talk(pair);
  }
  // Both have both: whose order counts is the server's policy to say.
  for (const Preference preference : {Preference::server, Preference::client}) {
    Bent bent(kAes);
    allow_deflate(bent.client.policy);
    allow_deflate(bent.server.policy);
    std::ranges::reverse(bent.client.policy.compression_methods);
    bent.server.policy.preference = preference;
    Pair pair = bent.pair();
    expect_open(pair);
    EXPECT_EQ(pair.server.info().compression_method, preference == Preference::server ? 1 : 0);
  }
}

TEST(Rfc3749, AConfigurationAlwaysHasNull) {
  for (const auto& methods : {std::vector<CompressionMethod>{},
                              {CompressionMethod::deflate},
                              {CompressionMethod::null, CompressionMethod::null}}) {
    Bent bent(kAes);
    bent.client.policy.compression_methods = methods;
    const auto config = ClientConfig::build(bent.client);
    ASSERT_FALSE(config.has_value());
    EXPECT_EQ(config.error().cause, Cause::config_invalid);
  }
}

// RFC 6101 §5.6.1.2 and §5.6.1.3, RFC 3749 §3: "The compression algorithm MUST be retained when
// resuming a session" and "The compression state/history MUST be cleared".
TEST(Rfc3749, ASessionKeepsItsCompression) {
  for (const Combination& combination : {kAes, kAesSsl}) {
    SCOPED_TRACE(name_of(combination));
    Bent bent(combination);
    bent.server.sessions = make_memory_session_store();
    bent.client.policy.extensions = {};  // nothing but the compression is at stake below
    allow_deflate(bent.client.policy);
    allow_deflate(bent.server.policy);
    Pair first = bent.pair();
    expect_open(first);
    expect_to_talk(first);
    const SessionPtr session = first.client.session();
    ASSERT_EQ(session->facts().compression_method, 1);

    Pair resumed = bent.pair(session);
    expect_open(resumed);
    EXPECT_TRUE(resumed.client.info().is_resumed);
    EXPECT_EQ(resumed.client.info().compression_method, 1);
    expect_to_talk(resumed);

    // A client that has given it up does not offer the session, and a server does not resume it.
    Bent client_without(combination, 3);
    client_without.server.sessions = bent.server.sessions;
    allow_deflate(client_without.server.policy);
    Bent server_without(combination, 3);
    server_without.client = bent.client;
    server_without.server.sessions = bent.server.sessions;
    for (Bent* const without : {&client_without, &server_without}) {
      Pair pair = without->pair(session);
      expect_open(pair);
      EXPECT_FALSE(pair.client.info().is_resumed);
      EXPECT_EQ(pair.client.info().compression_method, 0);
    }

    // A client that offers the session and not its compression breaks the rule.
    Scene scene(
        Side::server, combination, Shape::plain, [&](ClientOptions&, ServerOptions& server) {
          server.sessions = bent.server.sessions;
          allow_deflate(server.policy);
        });
    scene.puppet().client_hello.session_id = session->facts().id;
    EXPECT_FALSE(scene.say(Symbol::client_hello));
    EXPECT_EQ(scene.cause(), Cause::session_suite_not_offered);
    EXPECT_EQ(scene.last_alert().description, AlertDescription::illegal_parameter);
  }
}

// A few kilobytes on the wire stand for megabytes: the engine holds one record's worth until it is
// taken, and what comes behind it waits.
TEST(Rfc3749, MemoryIsBoundedWhateverComes) {
  Bent bent(kAes);
  allow_deflate(bent.client.policy);
  allow_deflate(bent.server.policy);
  Pair pair = bent.pair();
  expect_open(pair);
  const Bytes zeros(8'000'000, 0);
  Bytes wire;
  for (ByteView rest = zeros; !rest.empty();) {
    rest = rest.subspan(*pair.server.write(rest));
    append(wire, take_outgoing(pair.server));
  }
  pair.server.close();
  append(wire, take_outgoing(pair.server));
  EXPECT_LT(wire.size(), 100'000U);

  std::size_t received = 0;
  std::size_t longest_wait = 0;
  for (ByteView rest = wire; !rest.empty();) {
    const std::size_t taken = *pair.client.receive(rest);
    rest = rest.subspan(taken);
    if (taken == 0 || rest.empty()) {
      const ByteView plaintext = pair.client.plaintext();
      ASSERT_FALSE(plaintext.empty());
      longest_wait = std::max(longest_wait, plaintext.size());
      received += plaintext.size();
      pair.client.consume_plaintext(plaintext.size());
    }
  }
  // All of the wire is here, and not all of it was looked at: the end of the transport is no
  // truncation while close_notify is among what waits.
  EXPECT_EQ(pair.client.phase(), Phase::open);
  EXPECT_TRUE(pair.client.receive_end().has_value());
  while (!pair.client.plaintext().empty()) {
    const std::size_t size = pair.client.plaintext().size();
    longest_wait = std::max(longest_wait, size);
    received += size;
    pair.client.consume_plaintext(size);
  }
  EXPECT_EQ(received, zeros.size());
  EXPECT_LE(longest_wait, kMaxPlaintext);
  EXPECT_EQ(pair.client.phase(), Phase::closed);
  EXPECT_EQ(pair.client.error(), nullptr);
}

TEST(Rfc3749, TruncationIsFoundBehindWhatWaits) {
  Bent bent(kAes);
  allow_deflate(bent.client.policy);
  allow_deflate(bent.server.policy);
  Pair pair = bent.pair();
  expect_open(pair);
  const Bytes zeros(100'000, 0);
  ASSERT_EQ(*pair.server.write(zeros), zeros.size());
  const Bytes wire = take_outgoing(pair.server);
  ASSERT_EQ(*pair.client.receive(wire), wire.size());
  EXPECT_TRUE(pair.client.receive_end().has_value());
  std::size_t received = 0;
  while (!pair.client.plaintext().empty()) {
    received += pair.client.plaintext().size();
    pair.client.consume_plaintext(pair.client.plaintext().size());
  }
  EXPECT_EQ(received, zeros.size());
  ASSERT_NE(pair.client.error(), nullptr);
  EXPECT_EQ(pair.client.error()->cause, Cause::truncated);
}

TEST(Rfc6066_4, AllRecordsKeepToTheLimitThatWasAgreedOn) {
  for (const Combination& combination : representatives(ProtocolVersion::tls10)) {
    for (const auto length : {MaxFragmentLength::bytes_512, MaxFragmentLength::bytes_4096}) {
      SCOPED_TRACE(name_of(combination));
      Bent bent(combination);
      bent.client.policy.wanted_fragment_length = length;
      Pair pair = bent.pair();
      expect_open(pair);
      EXPECT_EQ(pair.client.info().max_fragment_length, bytes_of(length));
      EXPECT_EQ(pair.server.info().max_fragment_length, bytes_of(length));
      expect_to_talk(pair);
      // The handshake messages of the server too, and the record of its hello.
      for (const std::size_t size : fragment_sizes(pair.wire_to_client)) {
        EXPECT_LE(size, bytes_of(length) + kMaxHashSize + kMaxBlockSize);
      }
      // Our hello is sent before anything is agreed on, and what follows it keeps to the limit.
      std::vector<std::size_t> up = fragment_sizes(pair.wire_to_server);
      EXPECT_LE(*std::max_element(up.begin() + 1, up.end()),
                bytes_of(length) + kMaxHashSize + kMaxBlockSize);
      EXPECT_GE(up.size(), 40000 / bytes_of(length));
    }
  }
}

TEST(Rfc6066_4, OneSideAloneHasNoLimitAndSsl30HasNone) {
  Bent off(kAes);
  off.client.policy.wanted_fragment_length = MaxFragmentLength::bytes_512;
  off.server.policy.extensions.remove(Extension::max_fragment_length);
  Bent not_asked(kAes);
  not_asked.client.policy.wanted_fragment_length = MaxFragmentLength::bytes_512;
  not_asked.client.policy.extensions.remove(Extension::max_fragment_length);
  Bent ssl(kAesSsl);
  ssl.client.policy.wanted_fragment_length = MaxFragmentLength::bytes_512;
  ssl.client.policy.max_version = ProtocolVersion::tls10;  // asks, and gets SSL 3.0
  for (Bent* const bent : {&off, &not_asked, &ssl}) {
    Pair pair = bent->pair();
    expect_open(pair);
    EXPECT_EQ(pair.client.info().max_fragment_length, kMaxPlaintext);
    EXPECT_EQ(pair.server.info().max_fragment_length, kMaxPlaintext);
    expect_to_talk(pair);
  }
}

// "The negotiated length applies for the duration of the session including session resumptions."
TEST(Rfc6066_4, ASessionKeepsItsLimit) {
  Bent bent(kAes);
  bent.server.sessions = make_memory_session_store();
  bent.client.policy.wanted_fragment_length = MaxFragmentLength::bytes_1024;
  SessionPtr session;
  {
    Pair pair = bent.pair();
    expect_open(pair);
    session = pair.client.session();
    EXPECT_EQ(session->facts().max_fragment_length, MaxFragmentLength::bytes_1024);
  }
  // Whatever the policy wants by now: the session's is asked for, and answered.
  for (const auto wanted : {std::optional(MaxFragmentLength::bytes_1024),
                            std::optional(MaxFragmentLength::bytes_512),
                            std::optional<MaxFragmentLength>()}) {
    bent.client.policy.wanted_fragment_length = wanted;
    Pair pair = bent.pair(session);
    expect_open(pair);
    EXPECT_TRUE(pair.client.info().is_resumed);
    EXPECT_EQ(pair.client.info().max_fragment_length, 1024U);
    EXPECT_EQ(pair.server.info().max_fragment_length, 1024U);
    expect_to_talk(pair);
  }
  // A client that does not ask again still has it; one that asks for another gets another session.
  bent.client.policy.extensions.remove(Extension::max_fragment_length);
  Pair silent = bent.pair(session);
  expect_open(silent);
  EXPECT_TRUE(silent.client.info().is_resumed);
  EXPECT_EQ(silent.client.info().max_fragment_length, 1024U);
  expect_to_talk(silent);

  Scene scene(Side::server, kAes, Shape::plain, [&](ClientOptions&, ServerOptions& server) {
    server.sessions = bent.server.sessions;
  });
  scene.puppet().client_hello.session_id = session->facts().id;
  scene.puppet().client_hello.extensions = wire::HelloExtensions{{1, {1}}};
  EXPECT_TRUE(scene.say(Symbol::client_hello));
  EXPECT_FALSE(scene.engine().info().is_resumed);
  EXPECT_EQ(scene.engine().info().max_fragment_length, 512U);
}

TEST(Rfc6066_4, OtherValuesAreIllegal) {
  for (const Bytes& data : {Bytes{0}, Bytes{5}, Bytes{255}, Bytes{}, Bytes{1, 1}}) {
    Scene server(Side::server, kAes, Shape::plain);
    server.puppet().client_hello.extensions = wire::HelloExtensions{{1, data}};
    EXPECT_FALSE(server.say(Symbol::client_hello));
    EXPECT_EQ(server.cause(),
              data.size() == 1 ? Cause::fragment_length_unacceptable : Cause::extension_malformed);
    if (data.size() == 1) {
      EXPECT_EQ(server.last_alert(),
                (Alert{AlertLevel::fatal, AlertDescription::illegal_parameter}));
    }
  }
  // An answer that differs from the request; and one without any.
  for (const std::uint8_t number : Bytes{0, 1, 3, 4, 5}) {
    Scene client(Side::client, kAes, Shape::plain, [](ClientOptions& options, ServerOptions&) {
      options.policy.wanted_fragment_length = MaxFragmentLength::bytes_1024;
    });
    client.puppet().server_hello.extensions = wire::HelloExtensions{{1, {number}}};
    EXPECT_FALSE(client.say(Symbol::server_hello));
    EXPECT_EQ(client.cause(), Cause::fragment_length_unacceptable);
    EXPECT_EQ(client.last_alert(), (Alert{AlertLevel::fatal, AlertDescription::illegal_parameter}));
  }
  Scene unasked(Side::client, kAes, Shape::plain);
  unasked.puppet().server_hello.extensions = wire::HelloExtensions{{1, {1}}};
  EXPECT_FALSE(unasked.say(Symbol::server_hello));
  EXPECT_EQ(unasked.cause(), Cause::extension_not_offered);
}

// Agreed on with the hellos, and at once: the next record of the client is measured.
TEST(Rfc6066_4, ALongerRecordIsRecordOverflow) {
  for (const std::size_t size : {std::size_t{512}, std::size_t{513}}) {
    Scene scene(Side::server, kAes, Shape::plain);
    scene.puppet().client_hello.extensions = wire::HelloExtensions{{1, {1}}};
    ASSERT_TRUE(scene.say(Symbol::client_hello));
    Bytes record{
        22, 3, 1, static_cast<std::uint8_t>(size >> 8U), static_cast<std::uint8_t>(size & 0xffU)};
    // The beginning of a ClientKeyExchange that is longer than the record.
    append(record, Bytes{16, 0, 4, 0});
    record.resize(kRecordHeaderSize + size);
    EXPECT_EQ(scene.send(record), size == 512);
    if (size > 512) {
      EXPECT_EQ(scene.cause(), Cause::record_overflow);
      EXPECT_EQ(scene.last_alert(), (Alert{AlertLevel::fatal, AlertDescription::record_overflow}));
    }
  }
}

}  // namespace
}  // namespace heirloom::testing
