// The alert protocol: RFC 6101 §5.4, RFC 2246 §7.2.
#include "support/puppet/scene.hpp"
#include "support/test_pki.hpp"

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr Combination kSsl{ProtocolVersion::ssl30, 0x000a};
constexpr Combination kTls{ProtocolVersion::tls10, 0x002f};

class Rfc2246_7_2 : public ::testing::TestWithParam<Combination> {};

INSTANTIATE_TEST_SUITE_P(Versions, Rfc2246_7_2, ::testing::Values(kSsl, kTls));

Bytes alert_record(Scene& scene, const Bytes& body) {
  return scene.puppet().record(ContentType::alert, body);
}

/// open_pair is a connection between two of ours, with a session store on the server.
struct Open {
  explicit Open(Combination combination,
                OnMissingCloseNotify rule = OnMissingCloseNotify::keep_session)
      : store(make_memory_session_store()), pair(make(combination, rule)) {
    pair.run();
    EXPECT_EQ(pair.client.phase(), Phase::open);
  }

  Pair make(Combination combination, OnMissingCloseNotify rule) {
    ClientOptions client = client_options();
    client.policy = policy_for(combination.version, combination.suite);
    client.policy.missing_close_notify = rule;
    ServerOptions server = server_options();
    server.policy = client.policy;
    server.sessions = store;
    return {build(std::move(client)), build(std::move(server))};
  }

  [[nodiscard]] bool is_stored() {
    return store->find(pair.server.info().session_id).answer() != nullptr;
  }

  std::shared_ptr<SessionStore> store;
  Pair pair;
};

TEST_P(Rfc2246_7_2, AlertIsLevelAndDescription) {
  Scene scene(Side::server, GetParam(), Shape::plain);
  EXPECT_FALSE(scene.say(Symbol::server_hello));
  EXPECT_EQ(scene.last_alert(), (Alert{AlertLevel::fatal, AlertDescription::unexpected_message}));
}

TEST_P(Rfc2246_7_2, LevelsOtherThanOneAndTwoAreIllegal) {
  for (const std::uint8_t level : {std::uint8_t{0}, std::uint8_t{3}, std::uint8_t{255}}) {
    Scene scene(Side::server, GetParam(), Shape::plain);
    scene.establish();
    EXPECT_FALSE(scene.send(alert_record(scene, {level, 0})));
    EXPECT_EQ(scene.cause(), Cause::alert_malformed);
    EXPECT_EQ(scene.last_alert().description, AlertDescription::illegal_parameter);
  }
}

// "If an alert with a level of fatal is sent or received, the connection should be closed
// immediately."
TEST_P(Rfc2246_7_2, AfterAFatalAlertNothingIsSentOrAccepted) {
  for (const std::uint8_t description :
       {std::uint8_t{20}, std::uint8_t{21}, std::uint8_t{40}, std::uint8_t{80}, std::uint8_t{99}}) {
    Scene scene(Side::client, GetParam(), Shape::plain);
    scene.establish();
    EXPECT_FALSE(scene.send(alert_record(scene, {2, description})));
    EXPECT_EQ(scene.cause(), Cause::alert_received);
    EXPECT_EQ(static_cast<std::uint8_t>(scene.engine().error()->alert->description), description);
    EXPECT_TRUE(scene.engine().outgoing().empty());
    EXPECT_TRUE(scene.puppet().alerts.empty()) << "a fatal alert is not answered";
    scene.say(Symbol::application_data);
    EXPECT_TRUE(scene.plaintext().empty());
    EXPECT_FALSE(scene.engine().write(Bytes{1}).has_value());
    EXPECT_EQ(scene.engine().session(), nullptr);
  }
}

TEST_P(Rfc2246_7_2, AFatalAlertForgetsTheSessionButNotOtherConnections) {
  Open first(GetParam());
  ASSERT_TRUE(first.is_stored());
  ClientOptions client = client_options(5);
  client.policy = policy_for(GetParam().version, GetParam().suite);
  ServerOptions server = server_options(6);
  server.policy = client.policy;
  server.sessions = first.store;
  Pair parallel(build(std::move(client)), build(std::move(server)), first.pair.client.session());
  parallel.run();
  ASSERT_TRUE(parallel.client.info().is_resumed);

  // Damage a record of the first connection: the server answers bad_record_mac and forgets.
  ASSERT_TRUE(first.pair.client.write(Bytes(20, 1)).has_value());
  Bytes damaged = take_outgoing(first.pair.client);
  damaged.back() ^= 1U;
  Bytes plaintext;
  deliver(first.pair.server, damaged, plaintext);
  EXPECT_EQ(first.pair.server.error()->cause, Cause::bad_record_mac);
  EXPECT_FALSE(first.is_stored());
  first.pair.run();
  EXPECT_EQ(first.pair.client.error()->alert->description, AlertDescription::bad_record_mac);
  EXPECT_EQ(first.pair.client.session(), nullptr);

  parallel.send_to_server(Bytes{1, 2, 3});
  EXPECT_EQ(parallel.at_server, (Bytes{1, 2, 3}));
}

// §7.2: "alert messages are encrypted and compressed, as specified by the current connection
// state".
TEST_P(Rfc2246_7_2, AlertsAreProtectedLikeEverythingElse) {
  Open open(GetParam());
  open.pair.client.close();
  const Bytes wire = take_outgoing(open.pair.client);
  EXPECT_GT(wire.size(), 5 + 2 + 16U) << "a MAC must be there";
  EXPECT_EQ(wire[0], 21);
}

TEST_P(Rfc2246_7_2, SeveralAlertsInOneRecordAndOneInTwo) {
  Scene scene(Side::client, GetParam(), Shape::plain);
  scene.establish();
  ASSERT_TRUE(scene.send(alert_record(scene, {1, 90, 1})));
  EXPECT_FALSE(scene.send(alert_record(scene, {112, 2, 80})));
  EXPECT_EQ(scene.engine().error()->alert->description, AlertDescription::internal_error);
  std::size_t received = 0;
  for (const Event& event : take_events(scene.engine())) {
    received += event.kind == Event::Kind::alert ? 1U : 0U;
  }
  EXPECT_EQ(received, 3U);
}

// §7.2.1: closure in both directions.
TEST_P(Rfc2246_7_2, EitherSideMayCloseAndTheOtherAnswers) {
  for (const bool client_first : {true, false}) {
    Open open(GetParam());
    Connection& one = client_first ? open.pair.client : open.pair.server;
    Connection& other = client_first ? open.pair.server : open.pair.client;
    one.close();
    open.pair.run();
    EXPECT_TRUE(other.info().close_notify_received);
    EXPECT_TRUE(other.info().close_notify_sent);
    EXPECT_TRUE(one.info().close_notify_received);
    EXPECT_TRUE(one.receive_end().has_value());
    EXPECT_TRUE(other.receive_end().has_value());
    EXPECT_FALSE(other.write(Bytes{1}).has_value());
  }
}

// §7.2.1: "Any data received after a closure alert is ignored."
TEST_P(Rfc2246_7_2, DataAfterCloseNotifyIsIgnored) {
  Scene scene(Side::client, GetParam(), Shape::plain);
  scene.establish();
  ASSERT_TRUE(scene.send(alert_record(scene, {1, 0})));
  const std::size_t answers = scene.puppet().alerts.size();
  EXPECT_TRUE(scene.say(Symbol::application_data));
  EXPECT_TRUE(scene.plaintext().empty());
  EXPECT_EQ(scene.puppet().alerts.size(), answers);
}

// §7.2.1: the other party responds "with a close_notify alert of its own and close down the
// connection immediately, discarding any pending writes".
TEST_P(Rfc2246_7_2, AnswerToCloseNotifyDropsPendingWrites) {
  Scene scene(Side::client, GetParam(), Shape::plain);
  scene.establish();
  const auto room = scene.engine().write_buffer(4);
  ASSERT_EQ(room.size(), 4U);
  scene.engine().written(4);
  ASSERT_TRUE(scene.send(alert_record(scene, {1, 0})));
  EXPECT_EQ(scene.last_alert(), (Alert{AlertLevel::warning, AlertDescription::close_notify}));
  EXPECT_TRUE(scene.puppet().application_data.empty());
  EXPECT_TRUE(scene.engine().write_buffer(4).empty());
}

// §7.2.1: "It is not required for the initiator of the close to wait for the responding
// close_notify".
TEST_P(Rfc2246_7_2, WhoClosesFirstCanStillReadAndNeedNotWait) {
  Open open(GetParam());
  open.pair.client.close();
  ASSERT_TRUE(open.pair.server.write(Bytes{7, 8, 9}).has_value());
  const Bytes late = take_outgoing(open.pair.server);
  deliver(open.pair.client, late, open.pair.at_client);
  EXPECT_EQ(open.pair.at_client, (Bytes{7, 8, 9})) << "sent before the server saw our close";
  EXPECT_EQ(open.pair.client.phase(), Phase::closed);
}

TEST_P(Rfc2246_7_2, TruncationIsToldApartFromACleanEnd) {
  Open open(GetParam());
  const auto ended = open.pair.client.receive_end();
  ASSERT_FALSE(ended.has_value());
  EXPECT_EQ(ended.error().cause, Cause::truncated);
  EXPECT_TRUE(open.pair.client.outgoing().empty());
}

// §7.2.1 says that a connection without close_notify leaves no session; deployed servers keep it
// (drift D55), so the rule is a policy.
TEST_P(Rfc2246_7_2, SessionAfterAMissingCloseNotifyFollowsThePolicy) {
  Open keeps(GetParam(), OnMissingCloseNotify::keep_session);
  (void)keeps.pair.server.receive_end();
  EXPECT_TRUE(keeps.is_stored());
  Open forgets(GetParam(), OnMissingCloseNotify::forget_session);
  (void)forgets.pair.server.receive_end();
  EXPECT_FALSE(forgets.is_stored());
  (void)forgets.pair.client.receive_end();
  EXPECT_EQ(forgets.pair.client.session(), nullptr);
}

TEST_P(Rfc2246_7_2, ATransportThatEndsInTheHandshakeIsNotAClose) {
  Scene scene(Side::client, GetParam(), Shape::plain);
  ASSERT_TRUE(scene.say(Symbol::server_hello));
  EXPECT_EQ(scene.engine().receive_end().error().cause, Cause::handshake_interrupted);
  Scene polite(Side::client, GetParam(), Shape::plain);
  EXPECT_FALSE(polite.send(polite.puppet().record(ContentType::alert, Bytes{1, 0})));
  EXPECT_EQ(polite.cause(), Cause::handshake_interrupted);
}

// §7.2.2: user_canceled "is generally a warning" and "should be followed by a close_notify";
// SSL 3.0 does not have it.
TEST_P(Rfc2246_7_2, CancelingAHandshake) {
  Scene scene(Side::client, GetParam(), Shape::plain);
  scene.engine().cancel();
  scene.puppet().hear(take_outgoing(scene.engine()));
  std::vector<Alert> expected{{AlertLevel::warning, AlertDescription::user_canceled},
                              {AlertLevel::warning, AlertDescription::close_notify}};
  if (GetParam().version == ProtocolVersion::ssl30) {
    expected.erase(expected.begin());
  }
  EXPECT_EQ(scene.puppet().alerts, expected);
  EXPECT_EQ(scene.cause(), Cause::canceled);
}

TEST_P(Rfc2246_7_2, CancelingAnOpenConnectionIsCloseNotifyAlone) {
  Scene scene(Side::client, GetParam(), Shape::plain);
  scene.establish();
  scene.engine().cancel();
  scene.puppet().hear(take_outgoing(scene.engine()));
  EXPECT_EQ(scene.puppet().alerts,
            (std::vector<Alert>{{AlertLevel::warning, AlertDescription::close_notify}}));
}

TEST_P(Rfc2246_7_2, WarningsAreBounded) {
  Scene scene(Side::client, GetParam(), Shape::plain);
  scene.establish();
  const std::size_t limit = Limits{}.max_warnings_in_a_row;
  for (std::size_t i = 0; i < limit; ++i) {
    ASSERT_TRUE(scene.send(alert_record(scene, {1, 112})));
  }
  ASSERT_TRUE(scene.say(Symbol::application_data));  // data in between: not a flood
  for (std::size_t i = 0; i < limit; ++i) {
    ASSERT_TRUE(scene.send(alert_record(scene, {1, 112})));
  }
  EXPECT_FALSE(scene.send(alert_record(scene, {1, 112})));
  EXPECT_EQ(scene.cause(), Cause::too_many_warnings);
}

// §7.2.2: no_renegotiation is a warning; SSL 3.0 has none, and silence would hang (drift D59).
TEST_P(Rfc2246_7_2, RenegotiationIsRefusedInTheVersionsWay) {
  for (const Side side : {Side::client, Side::server}) {
    Scene scene(side, GetParam(), Shape::plain);
    scene.establish();
    const bool stays =
        scene.say(side == Side::client ? Symbol::hello_request : Symbol::client_hello);
    if (GetParam().version == ProtocolVersion::ssl30) {
      EXPECT_FALSE(stays);
      EXPECT_EQ(scene.cause(), Cause::renegotiation_refused);
      EXPECT_EQ(scene.last_alert(),
                (Alert{AlertLevel::fatal, AlertDescription::handshake_failure}));
    } else {
      EXPECT_TRUE(stays);
      EXPECT_EQ(scene.last_alert(),
                (Alert{AlertLevel::warning, AlertDescription::no_renegotiation}));
      EXPECT_TRUE(scene.say(Symbol::application_data));
      EXPECT_EQ(scene.plaintext(), (Bytes{'h', 'e', 'l', 'l', 'o'}));
    }
  }
}

/// Refusal is a verifier that always answers one cause.
class Refusal final : public CertificateVerifier {
 public:
  explicit Refusal(Cause cause) : cause_(cause) {}

  Pending<CertificateVerdict> verify(const CertificateQuestion& /*question*/) override {
    return CertificateVerdict(cause_);
  }

 private:
  Cause cause_;
};

// §7.2.2 for each thing that can be wrong with a certificate, and SSL 3.0's smaller vocabulary.
TEST_P(Rfc2246_7_2, EachCertificateProblemHasItsAlert) {
  struct Row {
    Cause cause;
    AlertDescription tls;
    AlertDescription ssl;
  };

  using A = AlertDescription;
  for (const Row& row :
       {Row{Cause::certificate_signature_invalid, A::bad_certificate, A::bad_certificate},
        Row{Cause::certificate_revoked, A::certificate_revoked, A::certificate_revoked},
        Row{Cause::certificate_expired, A::certificate_expired, A::certificate_expired},
        Row{Cause::certificate_not_yet_valid, A::certificate_expired, A::certificate_expired},
        Row{Cause::certificate_name_mismatch, A::certificate_unknown, A::certificate_unknown},
        Row{Cause::certificate_untrusted, A::unknown_ca, A::bad_certificate},
        Row{Cause::certificate_rejected, A::access_denied, A::handshake_failure}}) {
    Scene scene(Side::client, GetParam(), Shape::plain, [&](ClientOptions& client, ServerOptions&) {
      client.verifier = std::make_shared<Refusal>(row.cause);
    });
    ASSERT_TRUE(scene.say(Symbol::server_hello));
    ASSERT_TRUE(scene.say(Symbol::certificate));
    EXPECT_FALSE(scene.say(Symbol::server_hello_done));
    EXPECT_EQ(scene.cause(), row.cause);
    const bool is_ssl = GetParam().version == ProtocolVersion::ssl30;
    EXPECT_EQ(scene.last_alert(), (Alert{AlertLevel::fatal, is_ssl ? row.ssl : row.tls}))
        << cause_info(row.cause).name;
    EXPECT_EQ(scene.puppet().heard.size(), 1U) << "the alert comes before any ClientKeyExchange";
  }
}

TEST_P(Rfc2246_7_2, ACertificateOfTheWrongKindIsUnsupported) {
  // At SSL 3.0 a certificate that only signs goes with a temporary key (drift D118).
  const bool only_tls = GetParam().version == ProtocolVersion::tls10;
  for (const char* name : {"dsa1024", "ec256", only_tls ? "no-key-encipherment" : "dh1024"}) {
    Puppet wrong(Side::server,
                 GetParam(),
                 Credentials{.chain = pki_chain(name), .key = pki_credentials("rsa1024").key});
    Scene scene(Side::client, GetParam(), Shape::plain);
    ASSERT_TRUE(scene.say(Symbol::server_hello));
    EXPECT_FALSE(scene.send(wrong.say(Symbol::certificate))) << name;
    EXPECT_EQ(scene.last_alert().description, AlertDescription::unsupported_certificate) << name;
  }
}

TEST_P(Rfc2246_7_2, AWrongFinishedIsDecryptErrorInTlsAndHandshakeFailureInSsl) {
  Scene scene(Side::server, GetParam(), Shape::plain);
  ASSERT_TRUE(scene.say(Symbol::client_hello));
  ASSERT_TRUE(scene.say(Symbol::client_key_exchange));
  ASSERT_TRUE(scene.say(Symbol::change_cipher_spec));
  Bytes finished = scene.puppet().encode(Symbol::finished);
  finished.back() ^= 1U;
  EXPECT_FALSE(scene.send(scene.puppet().record(ContentType::handshake, finished)));
  EXPECT_EQ(scene.cause(), Cause::finished_mismatch);
  EXPECT_EQ(scene.engine().error()->alert->description,
            GetParam().version == ProtocolVersion::ssl30 ? AlertDescription::handshake_failure
                                                         : AlertDescription::decrypt_error);
}

TEST_P(Rfc2246_7_2, AFinishedOfTheWrongLengthCannotBeRead) {
  Scene scene(Side::server, GetParam(), Shape::plain);
  ASSERT_TRUE(scene.say(Symbol::client_hello));
  ASSERT_TRUE(scene.say(Symbol::client_key_exchange));
  ASSERT_TRUE(scene.say(Symbol::change_cipher_spec));
  EXPECT_FALSE(scene.send(scene.puppet().record(
      ContentType::handshake, message::encode_message(message::Finished{Bytes(13)}))));
  EXPECT_EQ(scene.cause(), Cause::message_malformed);
  EXPECT_EQ(scene.engine().error()->alert->description,
            GetParam().version == ProtocolVersion::ssl30 ? AlertDescription::illegal_parameter
                                                         : AlertDescription::decode_error);
}

TEST_P(Rfc2246_7_2, OurOwnFailureIsInternalErrorInTls) {
  Scene scene(Side::server, GetParam(), Shape::plain, [](ClientOptions&, ServerOptions& server) {
    server.random = std::make_shared<FailingRandom>(0);
  });
  EXPECT_FALSE(scene.say(Symbol::client_hello));
  EXPECT_EQ(scene.cause(), Cause::random_failed);
  EXPECT_EQ(scene.last_alert().description,
            GetParam().version == ProtocolVersion::ssl30 ? AlertDescription::handshake_failure
                                                         : AlertDescription::internal_error);
}

}  // namespace
}  // namespace heirloom::testing
