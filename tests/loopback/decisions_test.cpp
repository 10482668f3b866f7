// Decisions that are pending: certificate, session, private key. Bytes that arrive meanwhile wait,
// and the conversation on the wire is the same as with answers at once.
#include "support/pair.hpp"
#include "support/test_pki.hpp"

#include <chrono>
#include <functional>
#include <future>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

class AskLater final : public CertificateVerifier {
 public:
  Pending<CertificateVerdict> verify(const CertificateQuestion& question) override {
    asked = question.chain;
    host = question.host;
    return pending;
  }

  CertificateChain asked;
  std::string host;
};

class LookUpLater final : public SessionStore {
 public:
  Pending<SessionPtr> find(std::span<const std::uint8_t> id) override {
    asked.assign(id.begin(), id.end());
    return pending;
  }

  void insert(SessionPtr session) override { kept = std::move(session); }

  void forget(std::span<const std::uint8_t> /*id*/) override { kept.reset(); }

  Bytes asked;
  SessionPtr kept;
};

/// SignElsewhere keeps what it was asked, as a key in a module would.
class SignElsewhere final : public PrivateKey {
 public:
  explicit SignElsewhere(std::shared_ptr<PrivateKey> real) : real_(std::move(real)) {}

  PublicKeyAlgorithm algorithm() const noexcept override { return real_->algorithm(); }

  std::size_t size() const noexcept override { return real_->size(); }

  Pending<PrivateKeyResult> decrypt_raw(std::span<const std::uint8_t> ciphertext) override {
    answer = std::move(real_->decrypt_raw(ciphertext)).answer();
    return pending;
  }

  Pending<PrivateKeyResult> sign(std::span<const std::uint8_t> digest) override {
    answer = std::move(real_->sign(digest)).answer();
    return pending;
  }

  std::optional<PrivateKeyResult> answer;

 private:
  std::shared_ptr<PrivateKey> real_;
};

class Decisions : public ::testing::TestWithParam<ProtocolVersion> {
 protected:
  [[nodiscard]] ClientOptions client() const {
    ClientOptions options = client_options();
    options.policy = policy_for(GetParam(), 0x000a);
    return options;
  }

  [[nodiscard]] ServerOptions server() const {
    ServerOptions options = server_options();
    options.policy = policy_for(GetParam(), 0x000a);
    return options;
  }

  [[nodiscard]] static std::optional<Decision> awaited(Connection& connection) {
    std::optional<Decision> decision;
    for (const Event& event : take_events(connection)) {
      if (event.kind == Event::Kind::decision_needed) {
        decision = event.decision;
      }
    }
    return decision;
  }

  static void expect_works(Pair& pair) {
    pair.run();
    ASSERT_EQ(pair.client.phase(), Phase::open);
    ASSERT_EQ(pair.server.phase(), Phase::open);
    pair.send_to_server(Bytes(3000, 1));
    pair.send_to_client(Bytes(70000, 2));
    EXPECT_EQ(pair.at_server, Bytes(3000, 1));
    EXPECT_EQ(pair.at_client, Bytes(70000, 2));
  }
};

INSTANTIATE_TEST_SUITE_P(Versions,
                         Decisions,
                         ::testing::Values(ProtocolVersion::ssl30, ProtocolVersion::tls10));

TEST_P(Decisions, CertificateIsJudgedLater) {
  const auto verifier = std::make_shared<AskLater>();
  ClientOptions options = client();
  options.verifier = verifier;
  Pair pair(build(std::move(options)), build(server()));
  pair.run();
  ASSERT_EQ(pair.client.phase(), Phase::parked);
  EXPECT_EQ(awaited(pair.client), Decision::certificate);
  EXPECT_EQ(verifier->asked, pki_chain("rsa1024"));
  EXPECT_EQ(verifier->host, "localhost");
  EXPECT_TRUE(pair.client.outgoing().empty());
  ASSERT_TRUE(
      pair.client
          .resolve(CertificateVerdict(CertificateAccepted{.verified_chain = pki_chain("rsa1024")}))
          .has_value());
  expect_works(pair);
  EXPECT_EQ(pair.client.info().verified_chain, pki_chain("rsa1024"));

  Pair immediate(build(client()), build(server()));
  immediate.run();
  EXPECT_EQ(ByteView(pair.wire_to_server).first(immediate.wire_to_server.size()).size(),
            immediate.wire_to_server.size());
  EXPECT_TRUE(std::equal(immediate.wire_to_server.begin(),
                         immediate.wire_to_server.end(),
                         pair.wire_to_server.begin()));
}

TEST_P(Decisions, CertificateIsRefusedLater) {
  ClientOptions options = client();
  options.verifier = std::make_shared<AskLater>();
  Pair pair(build(std::move(options)), build(server()));
  pair.run();
  const auto refused = pair.client.resolve(CertificateVerdict(Cause::certificate_expired));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().cause, Cause::certificate_expired);
  pair.run();
  EXPECT_EQ(pair.server.error()->alert->description, AlertDescription::certificate_expired);
}

TEST_P(Decisions, SessionIsLookedUpLater) {
  const auto store = std::make_shared<LookUpLater>();
  ServerOptions options = server();
  options.sessions = store;
  const auto server_config = build(std::move(options));
  Pair first(build(client()), server_config);
  first.run();
  ASSERT_NE(store->kept, nullptr);
  for (const bool found : {true, false}) {
    Pair second(build(client()), server_config, first.client.session());
    second.run();
    ASSERT_EQ(second.server.phase(), Phase::parked);
    EXPECT_EQ(awaited(second.server), Decision::session);
    EXPECT_EQ(store->asked, first.client.info().session_id);
    ASSERT_TRUE(second.server.resolve(found ? store->kept : nullptr).has_value());
    expect_works(second);
    EXPECT_EQ(second.client.info().is_resumed, found);
  }
}

// A store that mistakes one session for another must not make us name a session that the client
// does not have.
TEST_P(Decisions, ASessionOfAnotherIdIsNotTheOneThatWasAskedFor) {
  const auto store = std::make_shared<LookUpLater>();
  ServerOptions options = server();
  options.sessions = store;
  const auto server_config = build(std::move(options));
  Pair first(build(client()), server_config);
  first.run();
  Pair other(build(client()), server_config);
  other.run();
  ASSERT_NE(store->kept->facts().id, first.client.info().session_id);
  Pair second(build(client()), server_config, first.client.session());
  second.run();
  ASSERT_TRUE(second.server.resolve(store->kept).has_value());
  expect_works(second);
  EXPECT_FALSE(second.client.info().is_resumed);
  EXPECT_FALSE(second.server.info().is_resumed);
}

/// Afar is a store on another machine: its answer comes a second after the question, on a thread
/// of its own, to whoever waits for it.
class Afar final : public SessionStore {
 public:
  Pending<SessionPtr> find(std::span<const std::uint8_t> id) override {
    answer = std::async(std::launch::async, [this, asked = Bytes(id.begin(), id.end())] {
      std::this_thread::sleep_for(std::chrono::seconds(1));
      return near_->find(asked).answer();
    });
    return pending;
  }

  void insert(SessionPtr session) override { near_->insert(std::move(session)); }

  void forget(std::span<const std::uint8_t> id) override { near_->forget(id); }

  std::future<SessionPtr> answer;

 private:
  std::shared_ptr<SessionStore> near_ = make_memory_session_store();
};

TEST_P(Decisions, AStoreThatAnswersASecondLaterServesWholeHandshakes) {
  const auto store = std::make_shared<Afar>();
  ServerOptions options = server();
  options.sessions = store;
  const auto server_config = build(std::move(options));
  Pair first(build(client()), server_config);
  expect_works(first);
  Pair second(build(client()), server_config, first.client.session());
  second.run();
  ASSERT_EQ(second.server.phase(), Phase::parked);
  ASSERT_EQ(store->answer.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  Pair meanwhile(build(client()), server_config);  // nobody else has to wait
  expect_works(meanwhile);
  ASSERT_TRUE(second.server.resolve(store->answer.get()).has_value());
  expect_works(second);
  EXPECT_TRUE(second.server.info().is_resumed);
}

// However a connection ends while the store is being asked: the late answer finds nothing to do.
TEST_P(Decisions, AnAnswerAboutASessionMayComeAfterTheEnd) {
  const auto store = std::make_shared<LookUpLater>();
  ServerOptions options = server();
  options.sessions = store;
  const auto server_config = build(std::move(options));
  Pair first(build(client()), server_config);
  first.run();
  const SessionPtr session = first.client.session();
  ASSERT_NE(session, nullptr);
  const std::vector<std::pair<std::string, std::function<void(Pair&)>>> ends = {
      {"closed", [](Pair& pair) { pair.server.close(); }},
      {"canceled", [](Pair& pair) { pair.server.cancel(); }},
      {"transport", [](Pair& pair) { (void)pair.server.receive_end(); }},
  };
  for (const auto& [name, end] : ends) {
    SCOPED_TRACE(name);
    Pair pair(build(client()), server_config, session);
    pair.run();
    ASSERT_EQ(pair.server.phase(), Phase::parked);
    end(pair);
    ASSERT_EQ(pair.server.phase(), Phase::failed);
    const Cause cause = pair.server.error()->cause;
    const Bytes last_words = take_outgoing(pair.server);
    EXPECT_EQ(pair.server.resolve(session).error().cause, Cause::decision_not_expected);
    EXPECT_EQ(pair.server.error()->cause, cause);
    EXPECT_TRUE(take_outgoing(pair.server).empty()) << "nothing is said behind the end";
    EXPECT_NE(store->kept, nullptr) << "no fatal alert: the session stays";
  }
  // The connection itself may be gone as well; the session is not.
  {
    Pair pair(build(client()), server_config, session);
    pair.run();
    ASSERT_EQ(pair.server.phase(), Phase::parked);
  }
  Pair later(build(client()), server_config, session);
  later.run();
  ASSERT_TRUE(later.server.resolve(store->kept).has_value());
  expect_works(later);
  EXPECT_TRUE(later.client.info().is_resumed);
}

TEST_P(Decisions, PrivateKeyOpensThePremasterLater) {
  const auto key = std::make_shared<SignElsewhere>(pki_credentials("rsa1024").key);
  ServerOptions options = server();
  options.credentials.front().key = key;
  Pair pair(build(client()), build(std::move(options)));
  pair.run();
  ASSERT_EQ(pair.server.phase(), Phase::parked) << "the client's whole flight waits";
  EXPECT_EQ(awaited(pair.server), Decision::private_key);
  ASSERT_TRUE(key->answer.has_value());
  ASSERT_TRUE(pair.server.resolve(*key->answer).has_value());
  expect_works(pair);
}

TEST_P(Decisions, PrivateKeySignsTheCertificateVerifyLater) {
  const Credentials identity = pki_credentials("client");
  const auto key = std::make_shared<SignElsewhere>(identity.key);
  ClientOptions with = client();
  with.credentials = {{.chain = identity.chain, .key = key}};
  ServerOptions asks = server();
  asks.policy.client_authentication = ClientAuthentication::required;
  asks.verifier = verify_with_pin({certificate_fingerprint(identity.chain.front())});
  asks.certificate_authorities = {*certificate_subject_name(identity.chain.back())};
  Pair pair(build(std::move(with)), build(std::move(asks)));
  pair.run();
  ASSERT_EQ(pair.client.phase(), Phase::parked);
  EXPECT_EQ(awaited(pair.client), Decision::private_key);
  ASSERT_TRUE(pair.client.resolve(*key->answer).has_value());
  expect_works(pair);
  EXPECT_EQ(pair.server.info().peer_chain, identity.chain);
}

TEST_P(Decisions, AFailedPrivateKeyIsNoOracle) {
  const auto key = std::make_shared<SignElsewhere>(pki_credentials("rsa1024").key);
  ServerOptions options = server();
  options.credentials.front().key = key;
  Pair pair(build(client()), build(std::move(options)));
  pair.run();
  (void)pair.server.resolve(PrivateKeyResult(Cause::private_key_failed));
  pair.run();
  EXPECT_NE(pair.server.error()->cause, Cause::private_key_failed)
      << "it must look like a wrong premaster secret";
}

TEST_P(Decisions, OnlyTheAwaitedKindOfAnswerIsTaken) {
  ClientOptions options = client();
  options.verifier = std::make_shared<AskLater>();
  Pair pair(build(std::move(options)), build(server()));
  EXPECT_EQ(pair.client.resolve(SessionPtr()).error().cause, Cause::decision_not_expected);
  pair.run();
  EXPECT_EQ(pair.client.resolve(SessionPtr()).error().cause, Cause::decision_not_expected);
  EXPECT_EQ(pair.client.phase(), Phase::parked) << "a wrong answer changes nothing";
  ASSERT_TRUE(pair.client.resolve(CertificateVerdict(CertificateAccepted{})).has_value());
  EXPECT_EQ(pair.client.resolve(CertificateVerdict(CertificateAccepted{})).error().cause,
            Cause::decision_not_expected);
  expect_works(pair);
}

TEST_P(Decisions, APeerThatGoesOrCancelsWhileParked) {
  ClientOptions options = client();
  options.verifier = std::make_shared<AskLater>();
  const auto config = build(std::move(options));
  Pair gone(config, build(server()));
  gone.run();
  EXPECT_EQ(gone.client.receive_end().error().cause, Cause::handshake_interrupted);
  EXPECT_EQ(gone.client.resolve(CertificateVerdict(CertificateAccepted{})).error().cause,
            Cause::decision_not_expected);
  Pair canceled(config, build(server()));
  canceled.run();
  canceled.client.cancel();
  EXPECT_EQ(canceled.client.error()->cause, Cause::canceled);
}

// A peer that floods a parked connection is held at a bounded buffer.
TEST_P(Decisions, AParkedConnectionTakesABoundedAmount) {
  ClientOptions options = client();
  options.verifier = std::make_shared<AskLater>();
  Pair pair(build(std::move(options)), build(server()));
  pair.run();
  const Bytes record{
      21, 3, static_cast<std::uint8_t>(GetParam() == ProtocolVersion::tls10), 0, 2, 1, 112};
  std::size_t taken = 0;
  for (std::size_t i = 0; i < 100000; ++i) {
    const auto n = pair.client.receive(record);
    ASSERT_TRUE(n.has_value());
    taken += *n;
    if (*n < record.size()) {
      break;
    }
  }
  EXPECT_LT(taken, 200000U);
  EXPECT_TRUE(pair.client.receive_buffer().empty());
}

}  // namespace
}  // namespace heirloom::testing
