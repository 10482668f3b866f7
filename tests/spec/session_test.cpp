// When a session is resumed and when it is not: RFC 6101 §5.1, §5.6.1.2, F.1.4; RFC 2246 §7.2,
// §7.4.1.2, §7.4.1.3, F.1.4; RFC 6066 §3; drift D55, D57, D58, D62, D112.
#include "message/any_message.hpp"
#include "message/extensions.hpp"
#include "session/session_access.hpp"
#include "support/puppet/scene.hpp"
#include "support/test_pki.hpp"

#include <algorithm>
#include <chrono>
#include <deque>
#include <memory>
#include <string>
#include <tuple>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

using namespace std::chrono_literals;

constexpr Combination kSsl{ProtocolVersion::ssl30, 0x000a};
constexpr Combination kTls{ProtocolVersion::tls10, 0x002f};

/// Ends is both ends of connections that share a clock and the server's sessions.
struct Ends {
  explicit Ends(Combination combination) {
    client.policy = policy_for(combination.version, combination.suite);
    server.policy = client.policy;
    client.clock = clock;
    server.clock = clock;
    server.sessions = store;
  }

  /// ask_for_certificates lets the server ask, and the client have one to show.
  void ask_for_certificates(ClientAuthentication rule) {
    server.policy.client_authentication = rule;
    server.verifier = accept_any_certificate();
    server.certificate_authorities = {certificate_subject_name(pki_certificate("ca")).value()};
    client.credentials = {pki_credentials("client")};
  }

  [[nodiscard]] Pair start(SessionPtr session = nullptr) const {
    const auto config = build(client);
    Pair pair(config, build(server));
    pair.client = Connection::client(config, {.host = host}, std::move(session));
    return pair;
  }

  [[nodiscard]] Pair run(SessionPtr session = nullptr) const {
    Pair pair = start(std::move(session));
    pair.run();
    return pair;
  }

  /// make is a session, as the client has it.
  [[nodiscard]] SessionPtr make() const {
    const Pair pair = run();
    EXPECT_EQ(pair.client.phase(), Phase::open);
    EXPECT_NE(pair.client.session(), nullptr);
    return pair.client.session();
  }

  std::shared_ptr<FixedClock> clock = std::make_shared<FixedClock>();
  std::shared_ptr<SessionStore> store = make_memory_session_store();
  ClientOptions client = client_options();
  ServerOptions server = server_options();
  std::string host = "localhost";
};

/// hello_of is the ClientHello that a connection has sent; it fits one record.
message::ClientHello hello_of(const Pair& pair) {
  const ByteView wire(pair.wire_to_server);
  const std::size_t size = static_cast<std::size_t>(wire[3]) << 8U | wire[4];
  const auto decoded = message::decode_message(wire.subspan(5, size));
  return std::get<message::Received<message::ClientHello>>(decoded.value()).body;
}

bool contains(const auto& list, auto value) {
  return std::ranges::find(list, value) != list.end();
}

/// Outcome is what both ends say of a connection that had a session to offer.
enum class Outcome : std::uint8_t { not_offered, refused, resumed };

Outcome outcome_of(const Pair& pair) {
  EXPECT_EQ(pair.client.phase(), Phase::open)
      << (pair.client.error() == nullptr ? "" : pair.client.error()->text());
  EXPECT_EQ(pair.server.phase(), Phase::open);
  EXPECT_EQ(pair.client.info().is_resumed, pair.server.info().is_resumed);
  if (hello_of(pair).session_id.empty()) {
    EXPECT_FALSE(pair.client.info().is_resumed);
    return Outcome::not_offered;
  }
  return pair.client.info().is_resumed ? Outcome::resumed : Outcome::refused;
}

class Resumption : public ::testing::TestWithParam<Combination> {
 protected:
  [[nodiscard]] bool is_ssl() const { return GetParam().version == ProtocolVersion::ssl30; }
};

INSTANTIATE_TEST_SUITE_P(Versions, Resumption, ::testing::Values(kSsl, kTls));

// RFC 6101 §5.6.1.2, RFC 2246 §7.4.1.2: the lists "must include at least" what the session has.
TEST_P(Resumption, OffersSuiteAndCompressionOfTheSession) {
  Ends ends(GetParam());
  const SessionPtr session = ends.make();
  ends.client.policy.cipher_suites = {0x0005, 0x0004, GetParam().suite};
  const Pair pair = ends.run(session);
  EXPECT_EQ(outcome_of(pair), Outcome::resumed);
  const message::ClientHello hello = hello_of(pair);
  EXPECT_EQ(hello.session_id, session->facts().id);
  EXPECT_EQ(hello.client_version, session->facts().version);
  EXPECT_TRUE(contains(hello.cipher_suites, session->facts().cipher_suite));
  EXPECT_TRUE(contains(hello.compression_methods, session->facts().compression_method));
}

// A suite or version that the policy has given up does not come back by way of an old session.
TEST_P(Resumption, ThePolicyOfTodayDecides) {
  Ends ends(GetParam());
  const SessionPtr session = ends.make();
  Ends other_suite = ends;
  other_suite.client.policy.cipher_suites = {0x0005};
  other_suite.server.policy.cipher_suites = {0x0005, GetParam().suite};
  const Pair pair = other_suite.run(session);
  EXPECT_EQ(outcome_of(pair), Outcome::not_offered);
  EXPECT_FALSE(contains(hello_of(pair).cipher_suites, GetParam().suite));

  Ends server_gave_up = ends;
  server_gave_up.client.policy.cipher_suites = {GetParam().suite, 0x0005};
  server_gave_up.server.policy.cipher_suites = {0x0005};
  EXPECT_EQ(outcome_of(server_gave_up.run(session)), Outcome::refused);

  Ends other_version = ends;
  const auto version = is_ssl() ? ProtocolVersion::tls10 : ProtocolVersion::ssl30;
  for (Policy* policy : {&other_version.client.policy, &other_version.server.policy}) {
    policy->min_version = version;
    policy->max_version = version;
  }
  EXPECT_EQ(outcome_of(other_version.run(session)), Outcome::not_offered);
}

// Drift D58, §7.4.1.3: "resumed using the same protocol version": in another one it is as if the
// server did not know it.
TEST(Rfc2246_7_4_1_3, AServerResumesInTheSessionsVersionOnly) {
  for (const auto& [hello, stored] : {std::pair(ProtocolVersion::tls10, ProtocolVersion::ssl30),
                                      std::pair(ProtocolVersion::ssl30, ProtocolVersion::tls10)}) {
    const Combination spoken{hello, 0x000a};
    const Combination kept{stored, 0x000a};
    Scene scene(Side::server, spoken, Shape::resumed, [&](ClientOptions&, ServerOptions& server) {
      server.policy.min_version = ProtocolVersion::ssl30;
      server.sessions->insert(Scene::stored_session(kept, Side::server));
    });
    ASSERT_TRUE(scene.say(Symbol::client_hello));
    EXPECT_FALSE(scene.engine().info().is_resumed);
    EXPECT_EQ(scene.puppet().heard.back(), HandshakeType::server_hello_done);
  }
}

// RFC 2246 §7.4.1.2: an identifier "becomes valid when the handshake negotiating it completes with
// the exchange of Finished messages".
TEST_P(Resumption, ASessionIsValidWhenBothFinishedAreThrough) {
  const Ends ends(GetParam());
  Pair pair = ends.start();
  deliver(pair.server, take_outgoing(pair.client), pair.at_server);
  deliver(pair.client, take_outgoing(pair.server), pair.at_client);
  const Bytes flight = take_outgoing(pair.client);
  const Bytes id = pair.server.info().session_id;
  ASSERT_EQ(id.size(), 32U);
  deliver(pair.server, ByteView(flight).first(flight.size() - 1), pair.at_server);
  EXPECT_EQ(ends.store->find(id).answer(), nullptr) << "the client's Finished is not whole";
  deliver(pair.server, ByteView(flight).last(1), pair.at_server);
  ASSERT_EQ(pair.server.phase(), Phase::open);
  EXPECT_NE(ends.store->find(id).answer(), nullptr);
  EXPECT_EQ(pair.client.session(), nullptr) << "the server's Finished has not come";
  deliver(pair.client, take_outgoing(pair.server), pair.at_client);
  ASSERT_EQ(pair.client.phase(), Phase::open);
  EXPECT_EQ(pair.client.session()->facts().id, id);
}

// RFC 2246 §7.2: several connections, all at once, and the session is still there for the next.
TEST_P(Resumption, OneSessionServesConnectionsAtOnce) {
  const Ends ends(GetParam());
  const SessionPtr session = ends.make();
  std::deque<Pair> pairs;
  for (int i = 0; i < 5; ++i) {
    pairs.push_back(ends.start(session));
  }
  for (Pair& pair : pairs) {  // each has its hello out, and hears the answer after all have
    deliver(pair.server, take_outgoing(pair.client), pair.at_server);
  }
  for (Pair& pair : pairs) {
    pair.run();
    EXPECT_TRUE(pair.client.info().is_resumed);
    EXPECT_TRUE(pair.server.info().is_resumed);
  }
  for (Pair& pair : pairs) {
    pair.send_to_server(Bytes{1, 2, 3});
    EXPECT_EQ(pair.at_server, (Bytes{1, 2, 3}));
  }
  EXPECT_EQ(outcome_of(ends.run(session)), Outcome::resumed);
}

// RFC 2246 F.1.4, drift D62: an upper limit of 24 hours that can only be lowered, on either side.
TEST_P(Resumption, LivesADayAtMost) {
  for (const std::chrono::seconds wrong : {-1s, 86401s}) {
    Ends ends(GetParam());
    ends.client.policy.limits.max_session_age = wrong;
    ends.server.policy.limits.max_session_age = wrong;
    EXPECT_EQ(ClientConfig::build(ends.client).error().cause, Cause::config_invalid);
    EXPECT_EQ(ServerConfig::build(ends.server).error().cause, Cause::config_invalid);
  }
  Ends ends(GetParam());
  const SessionPtr session = ends.make();
  ends.clock->advance(60s);
  Ends short_lived = ends;
  short_lived.server.policy.limits.max_session_age = 60s;
  EXPECT_EQ(outcome_of(short_lived.run(session)), Outcome::resumed);
  ends.clock->advance(1s);
  EXPECT_EQ(outcome_of(short_lived.run(session)), Outcome::refused);
  short_lived.client.policy.limits.max_session_age = 60s;
  EXPECT_EQ(outcome_of(short_lived.run(session)), Outcome::not_offered);
  ends.clock->advance(86400s - 61s);
  EXPECT_EQ(outcome_of(ends.run(session)), Outcome::resumed) << "a resumption made it no younger";
  ends.clock->advance(1s);
  EXPECT_EQ(outcome_of(ends.run(session)), Outcome::not_offered);
  ends.clock->advance(-2 * 86400s);
  EXPECT_EQ(outcome_of(ends.run(session)), Outcome::not_offered) << "made tomorrow";
}

// RFC 6066 §3: "MUST NOT accept the request to resume the session if the server_name extension
// contains a different name."
TEST_P(Resumption, BelongsToItsServerName) {
  Ends ends(GetParam());
  const SessionPtr session = ends.make();
  EXPECT_EQ(session->facts().server_name, "localhost");
  ends.host = "LocalHost";
  EXPECT_EQ(outcome_of(ends.run(session)), Outcome::resumed);
  ends.host = "other.example";
  EXPECT_EQ(outcome_of(ends.run(session)), Outcome::not_offered);
  ends.host = "localhost";
  ends.client.policy.extensions.remove(Extension::server_name);
  const Pair silent = ends.run(session);
  // Who cannot name any, for SSL 3.0 has no extensions, gets the name of the session.
  EXPECT_EQ(outcome_of(silent), is_ssl() ? Outcome::resumed : Outcome::refused);
}

TEST(Rfc6066_3, AServerResumesForTheNameOfTheSessionOnly) {
  const auto resumes = [](const std::string& made_for, const std::string& asked) {
    Scene scene(Side::server, kTls, Shape::resumed, [&](ClientOptions&, ServerOptions& server) {
      const SessionPtr plain = Scene::stored_session(kTls, Side::server);
      Session::Facts facts = plain->facts();
      facts.server_name = made_for;
      server.sessions->insert(detail::SessionAccess::make(facts, Scene::stored_master()));
    });
    if (!asked.empty()) {
      scene.puppet().client_hello.extensions =
          wire::HelloExtensions{message::make_server_name(asked)};
    }
    EXPECT_TRUE(scene.say(Symbol::client_hello));
    EXPECT_EQ(scene.engine().info().server_name,
              scene.engine().info().is_resumed ? made_for : asked);
    return scene.engine().info().is_resumed;
  };
  EXPECT_TRUE(resumes("", ""));
  EXPECT_TRUE(resumes("a.example", "a.example"));
  EXPECT_TRUE(resumes("a.example", "A.EXAMPLE"));
  EXPECT_FALSE(resumes("a.example", "b.example"));
  EXPECT_FALSE(resumes("a.example", "a.example.b"));
  EXPECT_FALSE(resumes("a.example", ""));
  EXPECT_FALSE(resumes("", "a.example"));
}

// Who was asked for nothing, or for something else, is asked in a full handshake.
TEST_P(Resumption, BelongsToTheWayClientsAreAsked) {
  using enum ClientAuthentication;
  for (const ClientAuthentication made : {none, optional, required}) {
    Ends ends(GetParam());
    ends.ask_for_certificates(made);
    const SessionPtr session = ends.make();
    for (const ClientAuthentication now : {none, optional, required}) {
      SCOPED_TRACE(std::to_string(static_cast<int>(made)) + std::to_string(static_cast<int>(now)));
      ends.server.policy.client_authentication = now;
      const Pair pair = ends.run(session);
      EXPECT_EQ(outcome_of(pair), made == now ? Outcome::resumed : Outcome::refused);
      EXPECT_EQ(pair.server.info().peer_chain.empty(), now == none);
    }
  }
}

// The server takes a resuming client for the one that it knows: so it must still be that one.
TEST_P(Resumption, BelongsToTheClientsCertificates) {
  Ends ends(GetParam());
  ends.ask_for_certificates(ClientAuthentication::optional);
  const SessionPtr session = ends.make();
  EXPECT_EQ(outcome_of(ends.run(session)), Outcome::resumed);
  Ends anonymous = ends;
  anonymous.client.credentials.clear();
  EXPECT_EQ(outcome_of(anonymous.run(session)), Outcome::not_offered);
  Ends other = ends;
  other.client.credentials = {pki_credentials("client-ec")};
  EXPECT_EQ(outcome_of(other.run(session)), Outcome::not_offered);
  const SessionPtr without = anonymous.make();
  EXPECT_EQ(outcome_of(anonymous.run(without)), Outcome::resumed);
  EXPECT_EQ(outcome_of(ends.run(without)), Outcome::not_offered);
}

/// OwnJudge is an application's verifier that says nothing of resumptions.
class OwnJudge final : public CertificateVerifier {
 public:
  Pending<CertificateVerdict> verify(const CertificateQuestion& /*question*/) override {
    return CertificateVerdict(CertificateAccepted{});
  }
};

enum class Lists : std::uint8_t { none, given };

std::shared_ptr<CertificateVerifier> by_authority(Lists lists = Lists::none) {
  TrustOptions trust{.authorities = {pki_certificate("ca")}};
  if (lists == Lists::given) {
    trust.revocation_lists = load_revocation_lists(pki_file("ca.crl")).value();
  }
  return verify_with_authorities(std::move(trust));
}

TEST_P(Resumption, EndsWithTheServersCertificate) {
  const auto pinned = verify_with_pin({certificate_fingerprint(pki_certificate("expired"))});
  const std::vector<std::tuple<std::string, std::shared_ptr<CertificateVerifier>, Outcome>> rows = {
      {"authorities", by_authority(), Outcome::not_offered},
      {"own", std::make_shared<OwnJudge>(), Outcome::not_offered},
      {"pin", pinned, Outcome::resumed},
      {"any", accept_any_certificate(), Outcome::resumed},
  };
  for (const auto& [name, verifier, outcome] : rows) {
    SCOPED_TRACE(name);
    Ends ends(GetParam());
    ends.server.credentials = {pki_credentials("expired")};
    ends.client.verifier = verifier;
    const auto last_noon = std::chrono::sys_days(std::chrono::year(2009) / 12 / 31) + 12h;
    ends.clock->advance(
        std::chrono::duration_cast<std::chrono::seconds>(last_noon - ends.clock->now()));
    const SessionPtr session = ends.make();
    EXPECT_EQ(outcome_of(ends.run(session)), Outcome::resumed);
    ends.clock->advance(13h);
    const Pair pair = ends.run(session);
    EXPECT_EQ(hello_of(pair).session_id.empty(), outcome == Outcome::not_offered);
    EXPECT_EQ(pair.client.info().is_resumed, outcome == Outcome::resumed);
    if (name == "authorities") {
      EXPECT_EQ(pair.client.error()->cause, Cause::certificate_expired);
    }
  }
}

// Revoked since then, or no longer of an authority that is trusted: on either side.
TEST_P(Resumption, EndsWithTheTrustInACertificate) {
  Ends ends(GetParam());
  ends.ask_for_certificates(ClientAuthentication::required);
  ends.server.credentials = {pki_credentials("revoked")};
  ends.client.verifier = by_authority();
  ends.client.credentials = {pki_credentials("revoked")};
  ends.server.verifier = by_authority();
  const SessionPtr session = ends.make();
  EXPECT_EQ(outcome_of(ends.run(session)), Outcome::resumed);

  Ends client_knows = ends;
  client_knows.client.verifier = by_authority(Lists::given);
  const Pair at_client = client_knows.run(session);
  EXPECT_TRUE(hello_of(at_client).session_id.empty());
  EXPECT_EQ(at_client.client.error()->cause, Cause::certificate_revoked);

  Ends server_knows = ends;
  server_knows.server.verifier = by_authority(Lists::given);
  const Pair at_server = server_knows.run(session);
  EXPECT_FALSE(hello_of(at_server).session_id.empty());
  EXPECT_EQ(at_server.server.error()->cause, Cause::certificate_revoked);

  Ends pinned = ends;
  pinned.client.verifier = client_options().verifier;  // the pin of another certificate
  EXPECT_TRUE(hello_of(pinned.run(session)).session_id.empty());
}

// RFC 6101 §5.4.2, RFC 2246 §7.2.2: for every connection to come, whoever still has the session.
TEST_P(Resumption, AFatalAlertEndsTheSessionForAllToCome) {
  Ends ends(GetParam());
  const SessionPtr session = ends.make();
  Pair bystander = ends.run(session);
  ASSERT_TRUE(bystander.client.info().is_resumed);
  Pair victim = ends.start(session);
  deliver(victim.server, take_outgoing(victim.client), victim.at_server);
  ASSERT_TRUE(victim.server.info().is_resumed);
  Bytes broken = take_outgoing(victim.server);
  broken.back() ^= 1;  // of the Finished
  deliver(victim.client, broken, victim.at_client);
  victim.run();
  ASSERT_EQ(victim.client.phase(), Phase::failed);
  ASSERT_EQ(victim.server.phase(), Phase::failed);
  EXPECT_FALSE(session->is_resumable());
  EXPECT_EQ(bystander.client.session(), nullptr);
  EXPECT_EQ(ends.store->find(session->facts().id).answer(), nullptr);
  bystander.send_to_server(Bytes{1, 2, 3});
  EXPECT_EQ(bystander.at_server, (Bytes{1, 2, 3})) << "connections that are open go on";
  EXPECT_EQ(outcome_of(ends.run(session)), Outcome::not_offered);
}

// RFC 5077 §5.1 says why for tickets: an id is no secret, and who has only read it must not be able
// to end the session. A connection that fails before it has taken the session up leaves it alone.
TEST_P(Resumption, AnIdThatWasOnlyNamedIsNotForgotten) {
  const auto store = make_memory_session_store();
  store->insert(Scene::stored_session(GetParam(), Side::server));
  Scene scene(Side::server, GetParam(), Shape::resumed, [&](ClientOptions&, ServerOptions& server) {
    server.sessions = store;
  });
  scene.puppet().client_hello.cipher_suites = {0x0004};
  EXPECT_FALSE(scene.say(Symbol::client_hello));
  EXPECT_EQ(scene.cause(), Cause::session_suite_not_offered);
  EXPECT_NE(store->find(Bytes(32, 7)).answer(), nullptr);
}

// Drift D112, RFC 7507 §4: no signal where the session itself is of the lower version.
TEST_P(Resumption, IsNoFallback) {
  constexpr std::uint16_t kSignal = 0x5600;
  Ends ends(GetParam());
  const SessionPtr session = ends.make();
  ends.client.policy.fallback = SignalFallback::on;
  const Pair pair = ends.run(session);
  EXPECT_EQ(outcome_of(pair), Outcome::resumed);
  EXPECT_FALSE(contains(hello_of(pair).cipher_suites, kSignal));
  EXPECT_TRUE(contains(hello_of(ends.run()).cipher_suites, kSignal));
}

}  // namespace
}  // namespace heirloom::testing
