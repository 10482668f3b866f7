// The inspector of a connection: what it sees is what was sent, received and derived, and it
// changes nothing. tests/app/e2e/demo_test.py computes the derived values with code of its own.
#include "heirloom/inspector.hpp"

#include "support/pair.hpp"
#include "support/suite_setup.hpp"
#include "support/test_pki.hpp"

#include <map>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

struct SeenRecord {
  std::uint8_t type;
  Bytes plaintext;
  Bytes unencrypted;
  Bytes wire;

  friend bool operator==(const SeenRecord&, const SeenRecord&) = default;
};

class Notes final : public Inspector {
 public:
  void message(Event::Direction direction, std::span<const std::uint8_t> message) override {
    messages[direction].push_back(to_bytes(message));
  }

  void record(const InspectedRecord& record) override {
    records[record.direction].push_back({record.type,
                                         to_bytes(record.plaintext),
                                         to_bytes(record.unencrypted),
                                         to_bytes(record.wire)});
  }

  void derived(DerivedValue what, std::span<const std::uint8_t> value) override {
    EXPECT_FALSE(values.contains(what)) << to_string(what);
    values[what] = to_bytes(value);
  }

  [[nodiscard]] Bytes wire(Event::Direction direction) {
    Bytes all;
    for (const SeenRecord& record : records[direction]) {
      append(all, record.wire);
    }
    return all;
  }

  std::map<Event::Direction, std::vector<Bytes>> messages;
  std::map<Event::Direction, std::vector<SeenRecord>> records;
  std::map<DerivedValue, Bytes> values;
};

constexpr auto kSent = Event::Direction::sent;
constexpr auto kReceived = Event::Direction::received;

/// talk carries data both ways over a new connection and ends it.
void talk(Pair& two) {
  two.run();
  ASSERT_EQ(two.client.phase(), Phase::open);
  two.send_to_server(Bytes(40000, 'u'));
  two.send_to_client(Bytes(300, 'd'));
  two.client.close();
  two.run();
  EXPECT_EQ(two.at_server.size(), 40000U);
  EXPECT_EQ(two.at_client.size(), 300U);
}

/// Watched is a conversation with an inspector at both ends, which can be resumed.
struct Watched {
  Watched(Combination of, RevealSecrets reveal) : combination(of) { converse(reveal); }

  void converse(RevealSecrets reveal, SessionPtr resume = nullptr) {
    client = std::make_shared<Notes>();
    server = std::make_shared<Notes>();
    ClientOptions client_side = client_options(combination);
    client_side.inspector = client;
    client_side.reveal_secrets = reveal;
    client_side.key_log = key_lines;
    ServerOptions server_side = server_options(combination);
    server_side.sessions = sessions;
    server_side.inspector = server;
    server_side.reveal_secrets = reveal;
    pair.emplace(build(std::move(client_side)), build(std::move(server_side)), std::move(resume));
    talk(*pair);
  }

  Combination combination;
  std::shared_ptr<Notes> client;
  std::shared_ptr<Notes> server;
  std::shared_ptr<KeyLines> key_lines = std::make_shared<KeyLines>();
  std::shared_ptr<SessionStore> sessions = make_memory_session_store();
  std::optional<Pair> pair;
};

/// check_key_block: it is cut into MAC secrets, keys and IVs, but an exportable suite makes its
/// keys of what stands there and takes its IVs from elsewhere (RFC 2246 §6.3, §6.3.1).
void check_key_block(const CipherSuite& suite, std::map<DerivedValue, Bytes>& values) {
  using enum DerivedValue;
  Bytes parts;
  for (const DerivedValue what : {client_write_mac_secret, server_write_mac_secret}) {
    append(parts, values[what]);
  }
  if (suite.is_exportable()) {
    const Bytes& block = values[key_block];
    ASSERT_EQ(block.size(), parts.size() + 2 * info(suite.bulk).key_material);
    EXPECT_TRUE(std::equal(parts.begin(), parts.end(), block.begin()));
    return;
  }
  if (info(suite.bulk).has_carried_keys()) {  // RFC 6101 §6.2.2
    EXPECT_EQ(values[key_block], parts);
    return;
  }
  for (const DerivedValue what :
       {client_write_key, server_write_key, client_write_iv, server_write_iv}) {
    append(parts, values[what]);
  }
  EXPECT_EQ(values[key_block], parts);
}

/// InspectorOfEveryKind goes through suites that have every key exchange and every cipher and MAC.
class InspectorOfEveryKind : public ::testing::TestWithParam<ProtocolVersion> {
 protected:
  /// each runs a check on a conversation with each of them.
  template <class Check>
  static void each(RevealSecrets reveal, Check check) {
    for (const Combination& combination : representatives(GetParam())) {
      SCOPED_TRACE(name_of(combination));
      Watched watched(combination, reveal);
      check(watched);
    }
  }
};

TEST_P(InspectorOfEveryKind, SeesAtBothEndsWhatWasOnTheWire) {
  each(RevealSecrets::no, [](Watched& watched) {
    EXPECT_EQ(watched.client->wire(kSent), watched.pair->wire_to_server);
    EXPECT_EQ(watched.server->wire(kSent), watched.pair->wire_to_client);
    EXPECT_EQ(watched.client->records[kSent], watched.server->records[kReceived]);
    EXPECT_EQ(watched.server->records[kSent], watched.client->records[kReceived]);
    EXPECT_EQ(watched.client->messages[kSent], watched.server->messages[kReceived]);
    EXPECT_EQ(watched.server->messages[kSent], watched.client->messages[kReceived]);
    EXPECT_EQ(watched.client->messages[kSent].size(), 3U);  // hello, key exchange, finished
  });
}

TEST_P(InspectorOfEveryKind, SplitsARecordIntoPlaintextMacAndPadding) {
  each(RevealSecrets::no, [](Watched& watched) {
    const CipherSuite& suite = *find_cipher_suite(watched.combination.suite);
    const std::size_t block = info(suite.bulk).block_size;
    bool is_protected = false;
    Bytes data;
    for (const SeenRecord& record : watched.client->records[kSent]) {
      ASSERT_EQ(record.wire.size(), record.unencrypted.size() + 5);
      ASSERT_LE(record.plaintext.size(), record.unencrypted.size());
      EXPECT_TRUE(
          std::equal(record.plaintext.begin(), record.plaintext.end(), record.unencrypted.begin()));
      std::size_t behind = 0;
      if (is_protected) {
        // The last byte of the padding is the last of all, or is followed by the MAC (RFC 7366).
        const std::size_t mac = info(suite.mac).hash_size;
        const bool is_mac_last = watched.pair->client.info().has_encrypt_then_mac;
        const std::size_t padding_end = record.unencrypted.size() - (is_mac_last ? mac : 0);
        behind = mac;
        behind += block == 1 ? 0 : std::size_t{record.unencrypted[padding_end - 1]} + 1;
      }
      EXPECT_EQ(record.plaintext.size() + behind, record.unencrypted.size());
      is_protected = is_protected || record.type == 20;
      if (record.type == 23) {
        append(data, record.plaintext);
      }
    }
    EXPECT_EQ(data, Bytes(40000, 'u'));
  });
}

TEST_P(InspectorOfEveryKind, LearnsSecretsOnlyIfTheConfigurationRevealsThem) {
  each(RevealSecrets::no, [](Watched& watched) {
    EXPECT_TRUE(watched.client->values.empty());
    EXPECT_TRUE(watched.server->values.empty());
  });
}

TEST_P(InspectorOfEveryKind, LearnsTheSameSecretsAtBothEnds) {
  each(RevealSecrets::yes, [](Watched& watched) {
    using enum DerivedValue;
    const CipherSuite& suite = *find_cipher_suite(watched.combination.suite);
    for (const DerivedValue what : {pre_master_secret,
                                    master_secret,
                                    key_block,
                                    client_write_mac_secret,
                                    server_write_mac_secret,
                                    client_write_key,
                                    server_write_key,
                                    client_write_iv,
                                    server_write_iv}) {
      EXPECT_EQ(watched.client->values[what], watched.server->values[what]) << to_string(what);
    }
    check_key_block(suite, watched.client->values);
    const Bytes& premaster = watched.client->values[pre_master_secret];
    if (suite.key_exchange == KeyExchangeKind::rsa) {
      EXPECT_EQ(premaster.size(), 48U);
    } else {
      EXPECT_FALSE(premaster.empty());
    }
    EXPECT_TRUE(watched.key_lines->lines.at(0).ends_with(
        " " + to_hex(watched.client->values[master_secret])));
    for (const auto& side : {watched.client, watched.server}) {
      const Bytes& finished = side->messages[kSent].back();
      EXPECT_EQ(Bytes(finished.begin() + 4, finished.end()), side->values[verify_data]);
      EXPECT_EQ(side->values[handshake_md5].size(), 16U);
      EXPECT_EQ(side->values[handshake_sha].size(), 20U);
    }
    EXPECT_NE(watched.client->values[handshake_md5], watched.server->values[handshake_md5]);
  });
}

TEST_P(InspectorOfEveryKind, SeesAResumedConnectionWithoutPremaster) {
  each(RevealSecrets::yes, [](Watched& watched) {
    const Bytes master = watched.client->values[DerivedValue::master_secret];
    if (watched.pair->client.session() == nullptr) {
      const CipherSuite& suite = *find_cipher_suite(watched.combination.suite);
      EXPECT_TRUE(info(suite.bulk).has_carried_keys());  // RFC 6101 D.5.3
      return;
    }
    watched.converse(RevealSecrets::yes, watched.pair->client.session());
    ASSERT_TRUE(watched.pair->client.info().is_resumed);
    for (const auto& side : {watched.client, watched.server}) {
      EXPECT_FALSE(side->values.contains(DerivedValue::pre_master_secret));
      EXPECT_EQ(side->values[DerivedValue::master_secret], master);
      EXPECT_TRUE(side->values.contains(DerivedValue::verify_data));
    }
  });
}

TEST_P(InspectorOfEveryKind, ChangesNothing) {
  each(RevealSecrets::yes, [](Watched& watched) {
    ServerOptions server_side = server_options(watched.combination);
    server_side.sessions = make_memory_session_store();
    Pair unwatched(build(client_options(watched.combination)), build(std::move(server_side)));
    talk(unwatched);
    EXPECT_EQ(unwatched.wire_to_server, watched.pair->wire_to_server);
    EXPECT_EQ(unwatched.wire_to_client, watched.pair->wire_to_client);
  });
}

TEST_P(InspectorOfEveryKind, FieldsAreAllOfTheMessage) {
  each(RevealSecrets::no, [](Watched& watched) {
    for (const auto& side : {watched.client, watched.server}) {
      for (const Bytes& message : side->messages[kSent]) {
        Bytes joined;
        for (const MessageField& field : handshake_message_fields(message)) {
          EXPECT_EQ(field.offset, joined.size()) << field.name;
          EXPECT_FALSE(field.bytes.empty()) << field.name;
          append(joined, field.bytes);
        }
        EXPECT_EQ(joined, message);
      }
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Versions,
                         InspectorOfEveryKind,
                         ::testing::Values(ProtocolVersion::ssl30, ProtocolVersion::tls10),
                         [](const auto& test) {
                           return test.param == ProtocolVersion::ssl30 ? "SSL30" : "TLS10";
                         });

// RFC 2246 §7.4.1.2, with the offsets counted by hand.
TEST(MessageFields, OfAClientHello) {
  Bytes hello{1, 0, 0, 50, 3, 1};
  append(hello, Bytes(32, 0xaa));
  append(hello, Bytes{0, 0, 4, 0, 5, 0, 10, 1, 0, 0, 5, 0xff, 1, 0, 1, 0});
  const auto fields = handshake_message_fields(hello);
  std::vector<std::pair<std::string, std::size_t>> found;
  found.reserve(fields.size());
  for (const MessageField& field : fields) {
    found.emplace_back(field.name, field.offset);
  }
  const std::vector<std::pair<std::string, std::size_t>> expected{
      {"msg_type", 0},
      {"length", 1},
      {"client_version", 4},
      {"random", 6},
      {"session_id length", 38},
      {"cipher_suites length", 39},
      {"cipher_suites[0]", 41},
      {"cipher_suites[1]", 43},
      {"compression_methods length", 45},
      {"compression_methods[0]", 46},
      {"extensions length", 47},
      {"extensions[0] type", 49},
      {"extensions[0] data length", 51},
      {"extensions[0] data", 53}};
  EXPECT_EQ(found, expected);
}

// RFC 2246 §7.4.1.2: extra data behind the compression methods is ignored, but it is there.
TEST(MessageFields, WhatALayoutIgnoresIsAFieldToo) {
  Bytes hello{1, 0, 0, 42, 3, 0};
  append(hello, Bytes(32, 0xaa));
  append(hello, Bytes{0, 0, 2, 0, 5, 1, 0, 0x77});
  const auto fields = handshake_message_fields(hello);
  ASSERT_FALSE(fields.empty());
  EXPECT_EQ(fields.back().name, "extra data");
  EXPECT_EQ(fields.back().bytes, Bytes{0x77});
}

TEST(MessageFields, OfNoMessageAreNone) {
  EXPECT_TRUE(handshake_message_fields({}).empty());
  EXPECT_TRUE(handshake_message_fields(Bytes{2, 0, 0, 1, 3}).empty());
  EXPECT_TRUE(handshake_message_fields(Bytes{99, 0, 0, 0}).empty());
}

}  // namespace
}  // namespace heirloom::testing
