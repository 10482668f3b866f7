// What Finished covers, and what the keys of a resumed session are made from: RFC 6101 §5.6.9,
// §5.6.1.3; RFC 2246 §7.4.9, §7.3. Computed here from the bytes on the wire, without the handshake
// code.
#include "keys/traffic_keys.hpp"
#include "keys/transcript.hpp"
#include "session/session_access.hpp"
#include "support/puppet/scene.hpp"
#include "support/test_pki.hpp"
#include "version/profile.hpp"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr Combination kSsl{ProtocolVersion::ssl30, 0x000a};
constexpr Combination kTls{ProtocolVersion::tls10, 0x002f};

/// Conversation is a server and the puppet, with every handshake message of both in order.
class Conversation {
 public:
  explicit Conversation(Combination combination)
      : profile_(profile_for(combination.version)),
        scene_(Side::server, combination, Shape::plain, [](auto&, ServerOptions& server) {
          server.sessions = make_memory_session_store();
        }) {}

  void tell(Symbol symbol) {
    Puppet& puppet = scene_.puppet();
    puppet.fragments.clear();
    const Bytes message = puppet.encode(symbol);
    messages_.push_back(message);
    ASSERT_TRUE(scene_.send(puppet.record(ContentType::handshake, message)));
    for (const Puppet::Fragment& fragment : puppet.fragments) {
      if (fragment.type == ContentType::handshake) {
        messages_.push_back(fragment.bytes);
      }
    }
  }

  /// finished is the server's verify_data over the first n messages.
  [[nodiscard]] Bytes finished(std::size_t n) {
    Transcript transcript;
    for (std::size_t i = 0; i < n; ++i) {
      transcript.append(messages_[i]);
    }
    const MasterSecret master = detail::SessionAccess::master_secret(*scene_.engine().session());
    return to_bytes(profile_.finished(transcript.snapshot(), master, Side::server).view());
  }

  [[nodiscard]] Scene& scene() { return scene_; }

  [[nodiscard]] std::size_t size() const { return messages_.size(); }

 private:
  const VersionProfile& profile_;
  Scene scene_;
  std::vector<Bytes> messages_;
};

class Rfc2246_7_4_9 : public ::testing::TestWithParam<Combination> {};

INSTANTIATE_TEST_SUITE_P(Versions, Rfc2246_7_4_9, ::testing::Values(kSsl, kTls));

// The server's, which is the second one, covers the client's. Alerts and change_cipher_spec, of
// which there are some here, are no handshake messages.
TEST_P(Rfc2246_7_4_9, TheSecondFinishedCoversTheFirst) {
  Conversation talk(GetParam());
  talk.tell(Symbol::client_hello);
  ASSERT_TRUE(talk.scene().send(talk.scene().puppet().record(ContentType::alert, Bytes{1, 90})));
  talk.tell(Symbol::client_key_exchange);
  ASSERT_TRUE(talk.scene().say(Symbol::change_cipher_spec));
  talk.tell(Symbol::finished);
  ASSERT_EQ(talk.scene().engine().phase(), Phase::open);
  const Bytes& said = talk.scene().puppet().server_verify_data;
  const std::size_t before_it = talk.size() - 1;
  EXPECT_EQ(said, talk.finished(before_it));
  EXPECT_NE(said, talk.finished(before_it - 1)) << "without the client's";
  EXPECT_NE(said, talk.finished(before_it + 1)) << "with itself";
}

// HelloRequest in a handshake is ignored, and in no Finished: the puppet does not hash it.
TEST_P(Rfc2246_7_4_9, HelloRequestAndAlertsAreInNeither) {
  Scene scene(Side::client, GetParam(), Shape::plain);
  for (const Symbol symbol :
       {Symbol::hello_request, Symbol::server_hello, Symbol::hello_request, Symbol::certificate}) {
    ASSERT_TRUE(scene.say(symbol));
  }
  ASSERT_TRUE(scene.send(scene.puppet().record(ContentType::alert, Bytes{1, 90})));
  for (const Symbol symbol :
       {Symbol::server_hello_done, Symbol::change_cipher_spec, Symbol::finished}) {
    ASSERT_TRUE(scene.say(symbol)) << scene.engine().error()->text();
  }
  EXPECT_EQ(scene.engine().phase(), Phase::open);
}

/// Resumable is two ends with a store, and the key log of the client.
struct Resumable {
  explicit Resumable(Combination combination) {
    client.policy = policy_for(combination.version, combination.suite);
    client.key_log = log;
    server.policy = client.policy;
    server.sessions = make_memory_session_store();
  }

  [[nodiscard]] Pair run(SessionPtr session = nullptr) const {
    Pair pair(build(client), build(server), std::move(session));
    pair.run();
    EXPECT_EQ(pair.client.phase(), Phase::open);
    EXPECT_EQ(pair.server.phase(), Phase::open);
    return pair;
  }

  std::shared_ptr<KeyLines> log = std::make_shared<KeyLines>();
  ClientOptions client = client_options();
  ServerOptions server = server_options();
};

Bytes random_of(const Bytes& flight) {
  return to_bytes(ByteView(flight).subspan(5 + 4 + 2, 32));
}

class Rfc6101_5_6_1_3 : public ::testing::TestWithParam<Combination> {};

INSTANTIATE_TEST_SUITE_P(Versions, Rfc6101_5_6_1_3, ::testing::Values(kSsl, kTls));

TEST_P(Rfc6101_5_6_1_3, AResumedSessionHasTheOldSecretAndNewRandoms) {
  const Resumable ends(GetParam());
  const Pair first = ends.run();
  Pair second = ends.run(first.client.session());
  ASSERT_TRUE(second.client.info().is_resumed);
  const Bytes client_random = random_of(second.wire_to_server);
  const Bytes server_random = random_of(second.wire_to_client);
  EXPECT_NE(client_random, random_of(first.wire_to_server));
  EXPECT_NE(server_random, random_of(first.wire_to_client));
  ASSERT_EQ(ends.log->lines.size(), 2U);
  const auto secret = [&](std::size_t i) {
    return ends.log->lines[i].substr(ends.log->lines[i].rfind(' '));
  };
  EXPECT_EQ(secret(0), secret(1));

  // The puppet makes its keys from that secret and those randoms, and can read and be read.
  Scene scene(Side::server, GetParam(), Shape::resumed);
  scene.establish();
  ASSERT_TRUE(scene.say(Symbol::application_data));
  EXPECT_EQ(scene.plaintext(), (Bytes{'h', 'e', 'l', 'l', 'o'}));
}

class Rfc2246_7_4_1_2 : public ::testing::TestWithParam<Combination> {};

INSTANTIATE_TEST_SUITE_P(Versions, Rfc2246_7_4_1_2, ::testing::Values(kSsl, kTls));

// "from an earlier connection, this connection, or another currently active connection."
TEST_P(Rfc2246_7_4_1_2, TheSessionMayBeOfAnEarlierThisOrAnotherConnection) {
  const Resumable ends(GetParam());
  Pair earlier = ends.run();
  const SessionPtr session = earlier.client.session();
  earlier.client.close();
  earlier.run();
  ASSERT_EQ(earlier.server.phase(), Phase::closed);
  Pair another = ends.run(session);
  EXPECT_TRUE(another.server.info().is_resumed);
  Pair beside = ends.run(another.client.session());
  EXPECT_TRUE(beside.server.info().is_resumed);
  another.send_to_server(Bytes{'x'});
  EXPECT_EQ(another.at_server, Bytes{'x'}) << "which is still there";

  Pair itself = ends.run();
  ASSERT_TRUE(itself.client.renegotiate({.session = OfferSession::yes}).has_value());
  itself.run();
  EXPECT_EQ(itself.server.info().handshakes, 2U);
  EXPECT_TRUE(itself.server.info().is_resumed);
}

// RFC 6101 F.1.4, RFC 2246 F.1.4: "If either party suspects that the session may have been
// compromised, [...] it should force a full handshake."
TEST_P(Rfc2246_7_4_1_2, EitherSideMayInsistOnAFullHandshake) {
  Resumable ends(GetParam());
  const SessionPtr session = ends.run().client.session();
  EXPECT_TRUE(ends.run(session).server.info().is_resumed);
  EXPECT_FALSE(ends.run().server.info().is_resumed) << "the client offers none";
  ends.server.sessions->forget(session->facts().id);
  const Pair refused = ends.run(session);
  EXPECT_FALSE(refused.client.info().is_resumed) << "the server takes none";
  EXPECT_NE(refused.client.info().session_id, session->facts().id);
}

// RFC 6101 D.3, RFC 2246 D.3: "Users should be able to view information about the certificate and
// root CA."
TEST(Rfc2246_D_3, AnApplicationSeesCertificateAndRoot) {
  ClientOptions client = client_options();
  client.verifier = verify_with_authorities({.authorities = {pki_certificate("ca")}});
  ServerOptions server = server_options();
  server.credentials = {pki_credentials("chained")};
  Pair pair(build(std::move(client)), build(std::move(server)));
  pair.run();
  ASSERT_EQ(pair.client.phase(), Phase::open) << pair.client.error()->text();
  EXPECT_EQ(pair.client.info().peer_chain, pki_chain("chained"));
  ASSERT_EQ(pair.client.info().verified_chain.size(), 3U);
  EXPECT_EQ(pair.client.info().verified_chain.front(), pki_certificate("chained"));
  EXPECT_EQ(pair.client.info().verified_chain.back(), pki_certificate("ca"));
}

}  // namespace
}  // namespace heirloom::testing
