// Another handshake on an open connection, between two of ours (RFC 2246 §7.1, §7.4.1.1).
#include "protocol/constants.hpp"
#include "support/pair.hpp"
#include "support/test_pki.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr Combination kSsl{ProtocolVersion::ssl30, 0x000a};
constexpr Combination kTls{ProtocolVersion::tls10, 0x002f};

Bytes bytes(std::string_view text) {
  return {text.begin(), text.end()};
}

/// Sides is two sides of one version, with a store, the client's certificate and a key log.
struct Sides {
  explicit Sides(Combination combination) {
    client = client_options();
    client.policy = policy_for(combination.version, combination.suite);
    client.credentials = {pki_credentials("client")};
    client.key_log = log;
    client.clock = clock;
    server = server_options();
    server.policy = client.policy;
    server.sessions = make_memory_session_store();
    const Credentials identity = pki_credentials("client");
    server.verifier = verify_with_pin({certificate_fingerprint(identity.chain.front())});
    server.certificate_authorities = {*certificate_subject_name(identity.chain.back())};
    server.clock = clock;
  }

  [[nodiscard]] Pair open() const {
    Pair pair(build(client), build(server));
    pair.run();
    EXPECT_EQ(pair.client.phase(), Phase::open);
    EXPECT_EQ(pair.server.phase(), Phase::open);
    EXPECT_EQ(pair.server.info().handshakes, 1U);
    (void)take_events(pair.client);
    (void)take_events(pair.server);
    return pair;
  }

  ClientOptions client;
  ServerOptions server;
  std::shared_ptr<KeyLines> log = std::make_shared<KeyLines>();
  std::shared_ptr<FixedClock> clock = std::make_shared<FixedClock>();
};

class Renegotiations : public ::testing::TestWithParam<Combination> {
 protected:
  [[nodiscard]] static bool is_ssl() { return GetParam().version == ProtocolVersion::ssl30; }
};

std::string name(const ::testing::TestParamInfo<Combination>& test) {
  return test.param.version == ProtocolVersion::ssl30 ? "Ssl30" : "Tls10";
}

INSTANTIATE_TEST_SUITE_P(Versions, Renegotiations, ::testing::Values(kSsl, kTls), name);

void expect_open(const Pair& pair, std::size_t handshakes) {
  for (const Connection* side : {&pair.client, &pair.server}) {
    ASSERT_EQ(side->phase(), Phase::open) << (side->error() ? side->error()->text() : "");
    EXPECT_EQ(side->info().handshakes, handshakes);
    EXPECT_TRUE(side->info().has_secure_renegotiation);
    EXPECT_FALSE(side->info().was_renegotiated_insecurely);
  }
}

void expect_data_both_ways(Pair& pair) {
  const Bytes ping = bytes("ping");
  pair.at_server.clear();
  pair.at_client.clear();
  pair.send_to_server(ping);
  pair.send_to_client(ping);
  EXPECT_EQ(pair.at_server, ping);
  EXPECT_EQ(pair.at_client, ping);
}

bool has_event(const std::vector<Event>& events, Event::Kind kind, Event::Direction direction) {
  return std::ranges::any_of(events, [&](const Event& event) {
    return event.kind == kind && event.direction == direction;
  });
}

TEST_P(Renegotiations, EitherSideStartsOverAndOver) {
  const Sides setup(GetParam());
  Pair pair = setup.open();
  std::size_t handshakes = 1;
  for (const OfferSession session : {OfferSession::no, OfferSession::yes}) {
    SCOPED_TRACE(session == OfferSession::yes ? "resumed" : "full");
    const std::size_t secrets = setup.log->lines.size();
    ASSERT_TRUE(pair.client.renegotiate({.session = session}).has_value());
    EXPECT_EQ(pair.client.phase(), Phase::renegotiating);
    pair.run();
    expect_open(pair, ++handshakes);
    EXPECT_EQ(pair.client.info().is_resumed, session == OfferSession::yes);
    EXPECT_EQ(pair.server.info().is_resumed, session == OfferSession::yes);
    EXPECT_EQ(pair.client.info().session_id, pair.server.info().session_id);
    EXPECT_EQ(setup.log->lines.size(), secrets + 1);
    expect_data_both_ways(pair);

    ASSERT_TRUE(pair.server.renegotiate().has_value());
    EXPECT_EQ(pair.server.phase(), Phase::renegotiating);
    pair.run();
    expect_open(pair, ++handshakes);
    EXPECT_FALSE(pair.client.info().is_resumed) << "a server that asks gets a full handshake";
    expect_data_both_ways(pair);
  }
  EXPECT_EQ(pair.client.info().server_name, pair.server.info().server_name);
  EXPECT_FALSE(pair.client.info().peer_chain.empty());
  pair.client.close();
  pair.run();
  EXPECT_EQ(pair.server.phase(), Phase::closed);
}

// Every cut of the wire gives the same.
TEST_P(Renegotiations, CutAtAnyByte) {
  const Sides setup(GetParam());
  for (const std::size_t chunk : {std::size_t{1}, std::size_t{7}, std::size_t{100}}) {
    Pair pair = setup.open();
    ASSERT_TRUE(pair.client.renegotiate().has_value());
    ASSERT_TRUE(pair.client.write(bytes("before")).has_value());
    pair.run_cut(chunk);
    expect_open(pair, 2);
    EXPECT_EQ(pair.at_server, bytes("before"));
  }
}

// RFC 2246 §7.1, §6.1: the new state is pending until change_cipher_spec, in each direction. SSL
// 3.0 the same (RFC 6101 §5.6.1.2: a client with a non-null cipher may send data in between).
TEST_P(Renegotiations, DataFlowsUnderTheOldKeysUntilTheChange) {
  const Sides setup(GetParam());
  Pair pair = setup.open();
  ASSERT_TRUE(pair.client.renegotiate().has_value());
  ASSERT_EQ(*pair.client.write(bytes("c1")), 2U);
  ASSERT_EQ(*pair.server.write(bytes("s1")), 2U);
  deliver(pair.server, take_outgoing(pair.client), pair.at_server);
  EXPECT_EQ(pair.at_server, bytes("c1"));
  EXPECT_EQ(pair.server.phase(), Phase::renegotiating);
  ASSERT_EQ(*pair.server.write(bytes("s2")), 2U) << "its own flight is out, its change is not";
  deliver(pair.client, take_outgoing(pair.server), pair.at_client);
  EXPECT_EQ(pair.at_client, bytes("s1s2"));
  // The client's flight ends with its change_cipher_spec and Finished: now it has to wait.
  EXPECT_EQ(pair.client.phase(), Phase::renegotiating);
  EXPECT_TRUE(pair.client.write_buffer(10).empty());
  EXPECT_EQ(*pair.client.write(bytes("never")), 0U);
  ASSERT_EQ(*pair.server.write(bytes("s3")), 2U);
  deliver(pair.client, take_outgoing(pair.server), pair.at_client);
  EXPECT_EQ(pair.at_client, bytes("s1s2s3")) << "the server has not changed yet";
  pair.run();
  expect_open(pair, 2);
  EXPECT_EQ(pair.at_server, bytes("c1"));
  expect_data_both_ways(pair);
}

// What was staged before our change_cipher_spec is sealed when the handshake is over.
TEST_P(Renegotiations, AFlushInBetweenIsDoneInTheEnd) {
  const Sides setup(GetParam());
  Pair pair = setup.open();
  ASSERT_TRUE(pair.client.renegotiate().has_value());
  const Bytes late = bytes("late");
  std::ranges::copy(late, pair.client.write_buffer(late.size()).begin());
  pair.client.written(late.size());
  deliver(pair.server, take_outgoing(pair.client), pair.at_server);
  deliver(pair.client, take_outgoing(pair.server), pair.at_client);
  ASSERT_TRUE(pair.client.write_buffer(1).empty());
  ASSERT_TRUE(pair.client.flush().has_value());
  deliver(pair.server, take_outgoing(pair.client), pair.at_server);
  EXPECT_TRUE(pair.at_server.empty());
  pair.run();
  expect_open(pair, 2);
  EXPECT_EQ(pair.at_server, late);
}

TEST_P(Renegotiations, AServerAsksForACertificateLater) {
  const Sides setup(GetParam());
  Pair pair = setup.open();
  EXPECT_TRUE(pair.server.info().peer_chain.empty());
  ASSERT_TRUE(pair.server.renegotiate({.client_authentication = ClientAuthentication::required})
                  .has_value());
  deliver(pair.client, take_outgoing(pair.server), pair.at_client);
  deliver(pair.server, take_outgoing(pair.client), pair.at_server);
  deliver(pair.client, take_outgoing(pair.server), pair.at_client);
  // One after the other, so that what is known in between can be seen. RFC 5746 §5: what came
  // before is to be judged by what was known then.
  const Bytes flight = take_outgoing(pair.client);
  for (const std::uint8_t byte : flight) {
    if (pair.server.info().handshakes == 1) {
      EXPECT_TRUE(pair.server.info().peer_chain.empty()) << "not proved yet";
    }
    deliver(pair.server, {&byte, 1}, pair.at_server);
  }
  pair.run();
  expect_open(pair, 2);
  EXPECT_EQ(pair.server.info().peer_chain, pki_credentials("client").chain);
  // The demand stays: a handshake that the client starts does not get rid of it.
  ASSERT_TRUE(pair.client.renegotiate().has_value());
  pair.run();
  expect_open(pair, 3);
  EXPECT_EQ(pair.server.info().peer_chain, pki_credentials("client").chain);
  // Nor does a session of a time when there was none.
  ASSERT_TRUE(pair.client.renegotiate({.session = OfferSession::yes}).has_value());
  pair.run();
  expect_open(pair, 4);
  EXPECT_TRUE(pair.server.info().is_resumed);
  EXPECT_EQ(pair.server.info().peer_chain, pki_credentials("client").chain);
}

TEST_P(Renegotiations, ADemandThatIsNotMetIsFatal) {
  Sides setup(GetParam());
  setup.client.credentials.clear();
  Pair pair = setup.open();
  ASSERT_TRUE(pair.server.renegotiate({.client_authentication = ClientAuthentication::required})
                  .has_value());
  pair.run();
  ASSERT_NE(pair.server.error(), nullptr);
  EXPECT_EQ(pair.server.error()->cause, Cause::client_certificate_required);
}

// RFC 5746 §5: "it may come as a surprise", so an application can tell what came when.
TEST_P(Renegotiations, PlaintextKnowsItsHandshake) {
  const Sides setup(GetParam());
  Pair pair = setup.open();
  EXPECT_EQ(pair.server.plaintext_handshake(), 0U) << "there is none";
  ASSERT_TRUE(pair.client.write(bytes("old")).has_value());
  Bytes wire = take_outgoing(pair.client);
  ASSERT_TRUE(pair.client.renegotiate().has_value());
  append(wire, take_outgoing(pair.client));
  ASSERT_TRUE(pair.server.receive(wire).has_value());
  deliver(pair.client, take_outgoing(pair.server), pair.at_client);
  ASSERT_TRUE(pair.server.receive(take_outgoing(pair.client)).has_value());
  deliver(pair.client, take_outgoing(pair.server), pair.at_client);
  ASSERT_TRUE(pair.client.write(bytes("new")).has_value());
  ASSERT_TRUE(pair.server.receive(take_outgoing(pair.client)).has_value());
  expect_open(pair, 2);
  EXPECT_EQ(to_bytes(pair.server.plaintext().first(1)), bytes("o"));
  std::size_t old = 0;
  while (pair.server.plaintext_handshake() == 1) {
    old += pair.server.plaintext().size();
    pair.server.consume_plaintext(pair.server.plaintext().size());
  }
  EXPECT_EQ(old, 3U);
  EXPECT_EQ(pair.server.plaintext_handshake(), 2U);
}

// RFC 2246 §7.4.1.1: "servers should not repeat the request until the subsequent handshake
// negotiation is complete"; the client ignores one that crosses its own hello.
TEST_P(Renegotiations, OneAtATime) {
  const Sides setup(GetParam());
  Pair pair = setup.open();
  ASSERT_TRUE(pair.server.renegotiate().has_value());
  EXPECT_EQ(pair.server.renegotiate().error().cause, Cause::handshake_in_progress);
  ASSERT_TRUE(pair.client.renegotiate().has_value()) << "they cross";
  EXPECT_EQ(pair.client.renegotiate().error().cause, Cause::handshake_in_progress);
  pair.run();
  expect_open(pair, 2);
  const auto events = take_events(pair.client);
  EXPECT_EQ(std::ranges::count_if(events,
                                  [](const Event& event) {
                                    return event.kind == Event::Kind::handshake_message &&
                                           event.handshake_type == HandshakeType::hello_request;
                                  }),
            1);
  Pair early(build(setup.client), build(setup.server));
  EXPECT_EQ(early.client.renegotiate().error().cause, Cause::handshake_in_progress);
  early.run();
  expect_open(early, 1);
  early.client.close();
  EXPECT_EQ(early.client.renegotiate().error().cause, Cause::connection_closed);
}

TEST_P(Renegotiations, APeerThatDoesNotWantTo) {
  for (const Side starter : {Side::client, Side::server}) {
    for (const RefusedRenegotiation rule :
         {RefusedRenegotiation::go_on, RefusedRenegotiation::close}) {
      SCOPED_TRACE(static_cast<int>(starter) * 2 + static_cast<int>(rule));
      Sides setup(GetParam());
      Policy& ours = starter == Side::client ? setup.client.policy : setup.server.policy;
      Policy& theirs = starter == Side::client ? setup.server.policy : setup.client.policy;
      ours.refused_renegotiation = rule;
      theirs.renegotiation = Renegotiation::never;
      Pair pair = setup.open();
      Connection& we = starter == Side::client ? pair.client : pair.server;
      Connection& they = starter == Side::client ? pair.server : pair.client;
      ASSERT_TRUE(we.renegotiate().has_value());
      pair.run();
      if (is_ssl()) {  // it has no way to say so and go on (drift D59)
        ASSERT_NE(they.error(), nullptr);
        EXPECT_EQ(they.error()->cause, Cause::renegotiation_refused);
        EXPECT_EQ(we.error()->alert->description, AlertDescription::handshake_failure);
        continue;
      }
      if (rule == RefusedRenegotiation::close) {
        ASSERT_NE(we.error(), nullptr);
        EXPECT_EQ(we.error()->cause, Cause::renegotiation_declined);
        EXPECT_EQ(they.error()->alert->description, AlertDescription::handshake_failure);
        continue;
      }
      expect_open(pair, 1);
      using enum Event::Direction;
      EXPECT_TRUE(has_event(take_events(we), Event::Kind::renegotiation_refused, received));
      EXPECT_TRUE(has_event(take_events(they), Event::Kind::renegotiation_refused, sent));
      expect_data_both_ways(pair);
      EXPECT_EQ(they.renegotiate().error().cause, Cause::renegotiation_not_permitted);
      EXPECT_EQ(they.error(), nullptr) << "a misuse breaks nothing";
    }
  }
}

// RFC 2246 §7.4.1.1: "it may close the connection with a fatal alert."
TEST_P(Renegotiations, AClientThatSendsDataAndNoHello) {
  Sides setup(GetParam());
  setup.server.policy.refused_renegotiation = RefusedRenegotiation::close;
  setup.server.policy.limits.max_data_before_hello = 1000;
  Pair pair = setup.open();
  ASSERT_TRUE(pair.server.renegotiate().has_value());
  (void)take_outgoing(pair.server);  // the client never sees it
  pair.send_to_server(Bytes(1000, 'x'));
  EXPECT_EQ(pair.server.error(), nullptr);
  ASSERT_TRUE(pair.client.write(bytes("y")).has_value());
  pair.run();
  ASSERT_NE(pair.server.error(), nullptr);
  EXPECT_EQ(pair.server.error()->cause, Cause::renegotiation_declined);
  EXPECT_EQ(pair.server.error()->alert->description, AlertDescription::handshake_failure);

  setup.server.policy.refused_renegotiation = RefusedRenegotiation::go_on;
  Pair patient = setup.open();
  ASSERT_TRUE(patient.server.renegotiate().has_value());
  (void)take_outgoing(patient.server);
  patient.send_to_server(Bytes(5000, 'x'));
  EXPECT_EQ(patient.at_server.size(), 5000U);
  EXPECT_EQ(patient.server.phase(), Phase::renegotiating);
}

// What the peer starts costs us: per connection and per minute.
TEST(Renegotiation, IsLimited) {
  Sides setup(kTls);
  setup.server.policy.limits.max_renegotiations = 5;
  setup.server.policy.limits.max_renegotiations_a_minute = 2;
  Pair pair = setup.open();
  const auto again = [&] {
    const std::size_t before = pair.client.info().handshakes;
    EXPECT_TRUE(pair.client.renegotiate().has_value());
    pair.run();
    EXPECT_EQ(pair.client.phase(), Phase::open);
    return pair.client.info().handshakes == before + 1;
  };
  EXPECT_TRUE(again());
  EXPECT_TRUE(again());
  EXPECT_FALSE(again()) << "the third in a minute";
  setup.clock->advance(std::chrono::seconds(59));
  EXPECT_FALSE(again());
  setup.clock->advance(std::chrono::seconds(1));
  EXPECT_TRUE(again());
  ASSERT_TRUE(pair.server.renegotiate().has_value()) << "our own are not counted";
  pair.run();
  EXPECT_TRUE(again());
  setup.clock->advance(std::chrono::seconds(60));
  EXPECT_TRUE(again());
  setup.clock->advance(std::chrono::hours(1));
  EXPECT_FALSE(again()) << "the sixth of the connection";
}

TEST_P(Renegotiations, CloseInTheMiddle) {
  const Sides setup(GetParam());
  for (const int steps : {0, 1, 2, 3}) {
    SCOPED_TRACE(steps);
    Pair pair = setup.open();
    ASSERT_TRUE(pair.client.renegotiate().has_value());
    for (int i = 0; i < steps; ++i) {
      Connection& from = i % 2 == 0 ? pair.client : pair.server;
      Connection& to = i % 2 == 0 ? pair.server : pair.client;
      deliver(to, take_outgoing(from), pair.at_client);
    }
    pair.client.close();
    EXPECT_EQ(pair.client.phase(), Phase::closed);
    pair.run();
    EXPECT_EQ(pair.client.error(), nullptr);
    EXPECT_TRUE(pair.client.receive_end().has_value());
  }
}

TEST_P(Renegotiations, AnEndInTheMiddleIsATruncation) {
  const Sides setup(GetParam());
  Pair pair = setup.open();
  ASSERT_TRUE(pair.client.renegotiate().has_value());
  EXPECT_EQ(pair.client.receive_end().error().cause, Cause::truncated);
}

TEST(Renegotiation, AsksForNothingThatCannotBeJudged) {
  Sides setup(kTls);
  setup.server.verifier = nullptr;
  Pair pair = setup.open();
  EXPECT_EQ(pair.server.renegotiate({.client_authentication = ClientAuthentication::optional})
                .error()
                .cause,
            Cause::config_invalid);
  EXPECT_EQ(pair.client.renegotiate({.client_authentication = ClientAuthentication::optional})
                .error()
                .cause,
            Cause::config_invalid);
  expect_data_both_ways(pair);
}

}  // namespace
}  // namespace heirloom::testing
