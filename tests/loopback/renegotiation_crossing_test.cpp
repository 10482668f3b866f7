// Everything that hellos can agree on, in one connection, through handshakes of every kind: data is
// on its way in both directions all the time, decisions are pending, and the wire is cut.
#include "support/pair.hpp"
#include "support/record_support.hpp"
#include "support/suite_setup.hpp"
#include "support/test_pki.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

/// Feature is one bit of what a connection may have.
enum Feature : unsigned {
  deflate = 1,
  short_records = 2,
  encrypt_then_mac = 4,
  extended_master_secret = 8,
  tickets = 16,
  sslv2_hello = 32,
  decisions = 64,  ///< certificates, sessions and private keys are asked about later
};

/// kEveryThree has any three features in each of their eight combinations.
constexpr std::array kEveryThree = {
    126U, 65U, 20U, 15U, 34U, 57U, 87U, 76U, 37U, 26U, 112U, 105U, 107U};

class JudgeLater final : public CertificateVerifier {
 public:
  Pending<CertificateVerdict> verify(const CertificateQuestion& /*question*/) override {
    return pending;
  }

  bool approves_resumption(const CertificateQuestion& /*question*/) override { return true; }
};

class LookUpLater final : public SessionStore {
 public:
  Pending<SessionPtr> find(std::span<const std::uint8_t> id) override {
    answer = near_->find(id).answer();
    return pending;
  }

  void insert(SessionPtr session) override { near_->insert(std::move(session)); }

  void forget(std::span<const std::uint8_t> id) override { near_->forget(id); }

  SessionPtr answer;

 private:
  std::shared_ptr<SessionStore> near_ = make_memory_session_store();
};

class UseLater final : public PrivateKey {
 public:
  explicit UseLater(std::shared_ptr<PrivateKey> real) : real_(std::move(real)) {}

  PublicKeyAlgorithm algorithm() const noexcept override { return real_->algorithm(); }

  std::size_t size() const noexcept override { return real_->size(); }

  Pending<PrivateKeyResult> decrypt_raw(std::span<const std::uint8_t> ciphertext) override {
    answer = real_->decrypt_raw(ciphertext).answer();
    return pending;
  }

  Pending<PrivateKeyResult> sign(std::span<const std::uint8_t> digest) override {
    answer = real_->sign(digest).answer();
    return pending;
  }

  PrivateKeyResult answer = Error(Cause::private_key_failed);

 private:
  std::shared_ptr<PrivateKey> real_;
};

/// End is one side of a conversation, with the wire towards it.
struct End {
  Connection connection;
  std::shared_ptr<UseLater> key;
  std::shared_ptr<LookUpLater> store = nullptr;
  Bytes wire = {};      ///< sent to it, and not taken yet
  Bytes expected = {};  ///< application data that the other side has written
  Bytes got = {};
};

/// Crossing is a client and a server with some features, and what keeps them going.
class Crossing {
 public:
  Crossing(Combination combination, unsigned features)
      : features_(features),
        client_options_(client_options(combination)),
        server_options_(server_options(combination)) {
    client_key_ = later("client", client_options_.credentials);
    Credentials own = server_options_.credentials.front();
    server_key_ = std::make_shared<UseLater>(own.key);
    for (Policy* policy : {&client_options_.policy, &server_options_.policy}) {
      adjust(*policy);
    }
    client_options_.application_protocols = {"a", "b"};
    server_options_.application_protocols = {"b"};
    const Credentials identity = pki_credentials("client");
    server_options_.certificate_authorities = {*certificate_subject_name(identity.chain.back())};
    server_options_.verifier = verify_with_pin({certificate_fingerprint(identity.chain.front())});
    server_options_.sessions = make_memory_session_store();
    if (has(tickets)) {
      server_options_.ticket_keys = make_ticket_keys({}, server_options_.clock);
    }
    if (has(decisions)) {
      store_ = std::make_shared<LookUpLater>();
      server_options_.sessions = store_;
      server_options_.verifier = std::make_shared<JudgeLater>();
      client_options_.verifier = std::make_shared<JudgeLater>();
      server_options_.credentials.front().key = server_key_;
    } else {
      client_options_.credentials = {identity};
    }
  }

  [[nodiscard]] bool has(Feature feature) const { return (features_ & feature) != 0; }

  void connect(SessionPtr resume, std::size_t chunk) {
    chunk_ = chunk;
    client_.emplace(End{.connection = Connection::client(
                            build(client_options_), {.host = "localhost"}, std::move(resume)),
                        .key = client_key_});
    server_.emplace(End{.connection = Connection::server(build(server_options_)),
                        .key = server_key_,
                        .store = store_});
    run();
  }

  /// talk lets both sides write that many times in all.
  void talk(std::size_t times) { budget_ = times; }

  /// run goes on until both sides are quiet. Both write whenever they can.
  void run() {
    for (int quiet = 0; quiet < 3;) {
      speak(*client_, *server_);
      speak(*server_, *client_);
      const bool has_moved = hear(*server_) | hear(*client_) | decide(*server_) | decide(*client_);
      quiet = has_moved ? 0 : quiet + 1;
    }
  }

  void expect_agreement(std::size_t handshakes, bool is_resumed) {
    for (End* end : {&*client_, &*server_}) {
      const Connection& side = end->connection;
      ASSERT_EQ(side.phase(), Phase::open) << (side.error() == nullptr ? "" : side.error()->text());
      EXPECT_EQ(side.info().handshakes, handshakes);
      EXPECT_EQ(side.info().is_resumed, is_resumed);
      EXPECT_EQ(end->got, end->expected);
      EXPECT_EQ(end->got.empty(), handshakes == 1) << "data was on its way";
    }
    const ConnectionInfo& client = client_->connection.info();
    const ConnectionInfo& server = server_->connection.info();
    EXPECT_EQ(client.compression_method, server.compression_method);
    EXPECT_EQ(client.has_encrypt_then_mac, server.has_encrypt_then_mac);
    EXPECT_EQ(client.max_fragment_length, server.max_fragment_length);
    EXPECT_EQ(client.has_extended_master_secret, server.has_extended_master_secret);
    EXPECT_EQ(client.application_protocol, server.application_protocol);
    EXPECT_EQ(client.session_id, server.session_id);
    EXPECT_TRUE(client.has_secure_renegotiation && server.has_secure_renegotiation);
    EXPECT_EQ(exported(client_->connection), exported(server_->connection));
  }

  [[nodiscard]] Connection& client() { return client_->connection; }

  [[nodiscard]] Connection& server() { return server_->connection; }

 private:
  static std::pair<Bytes, Bytes> exported(const Connection& connection) {
    const auto unique = connection.tls_unique(UnboundExport::accept);
    const auto keys =
        connection.export_keying_material("EXPORTER test", 20, std::nullopt, UnboundExport::accept);
    return {unique.has_value() ? *unique : Bytes(), keys.has_value() ? *keys : Bytes()};
  }

  static std::shared_ptr<UseLater> later(const std::string& name, std::vector<Credentials>& to) {
    Credentials own = pki_credentials(name);
    auto key = std::make_shared<UseLater>(own.key);
    own.key = key;
    to = {std::move(own)};
    return key;
  }

  void adjust(Policy& policy) const {
    if (has(deflate)) {
      policy.compression_methods = {CompressionMethod::deflate, CompressionMethod::null};
    }
    if (has(short_records)) {
      policy.wanted_fragment_length = MaxFragmentLength::bytes_512;
    }
    if (!has(encrypt_then_mac)) {
      policy.extensions.remove(Extension::encrypt_then_mac);
    }
    if (!has(extended_master_secret)) {
      policy.extensions.remove(Extension::extended_master_secret);
    }
    if (has(tickets)) {
      policy.extensions.add(Extension::session_ticket);
    }
    policy.send_sslv2_hello = has(sslv2_hello) ? Sslv2Hello::on : Sslv2Hello::off;
    policy.limits.max_renegotiations_a_minute = 100;
  }

  /// speak writes some data, if that is possible now, and puts what is outgoing on the wire.
  void speak(End& from, End& to) {
    if (spoken_++ % 3 == 0 && from.connection.info().handshakes != 0 && budget_ > 0) {
      --budget_;
      const Bytes data = to_bytes(pattern(1 + 577 * (spoken_ % 9), spoken_));
      const auto taken = from.connection.write(data);
      ASSERT_TRUE(taken.has_value()) << taken.error().text();
      append(to.expected, ByteView(data).first(*taken));
    }
    append(to.wire, take_outgoing(from.connection));
  }

  /// hear hands over what is on the wire. What can be read waits until nothing else goes on.
  bool hear(End& to) {
    bool has_moved = false;
    while (!to.wire.empty()) {
      const ByteView piece = ByteView(to.wire).first(std::min(chunk_, to.wire.size()));
      const auto taken = to.connection.receive(piece);
      const std::size_t n = taken.has_value() ? *taken : to.wire.size();
      to.wire.erase(to.wire.begin(), to.wire.begin() + static_cast<std::ptrdiff_t>(n));
      has_moved = has_moved || n != 0;
      if (n == 0 && !read(to)) {
        break;  // parked, with a full buffer
      }
    }
    return read(to) || has_moved;
  }

  static bool read(End& to) {
    bool has_read = false;
    while (!to.connection.plaintext().empty()) {
      const std::size_t n = std::min<std::size_t>(to.connection.plaintext().size(), 700);
      append(to.got, to.connection.plaintext().first(n));
      to.connection.consume_plaintext(n);
      has_read = true;
    }
    return has_read;
  }

  static bool decide(End& side) {
    std::optional<Decision> awaited;
    for (const Event& event : take_events(side.connection)) {
      awaited =
          event.kind == Event::Kind::decision_needed ? std::optional(event.decision) : awaited;
    }
    if (side.connection.phase() != Phase::parked || !awaited.has_value()) {
      return false;
    }
    switch (*awaited) {
      case Decision::certificate:
        (void)side.connection.resolve(CertificateVerdict(CertificateAccepted{}));
        break;
      case Decision::session:
        (void)side.connection.resolve(side.store->answer);
        break;
      case Decision::private_key:
        (void)side.connection.resolve(side.key->answer);
        break;
    }
    return true;
  }

  unsigned features_;
  ClientOptions client_options_;
  ServerOptions server_options_;
  std::shared_ptr<UseLater> client_key_;
  std::shared_ptr<UseLater> server_key_;
  std::shared_ptr<LookUpLater> store_;
  std::optional<End> client_;
  std::optional<End> server_;
  std::size_t chunk_ = SIZE_MAX;
  std::uint32_t spoken_ = 0;
  std::size_t budget_ = 0;
};

/// travel takes one connection through handshakes of every kind, and its session to another one.
void travel(Combination combination, unsigned features, std::size_t chunk) {
  SCOPED_TRACE(name_of(combination) + " features " + std::to_string(features) + " chunk " +
               std::to_string(chunk));
  Crossing crossing(combination, features);
  crossing.connect(nullptr, chunk);
  crossing.expect_agreement(1, false);
  EXPECT_EQ(crossing.client().info().has_sslv2_hello, crossing.has(sslv2_hello));
  const bool is_tls = combination.version == ProtocolVersion::tls10;

  crossing.talk(20);
  ASSERT_TRUE(crossing.client().renegotiate().has_value());
  crossing.run();
  crossing.expect_agreement(2, false);
  // Only now do the extensions and the compression come that the old hello has no room for.
  const ConnectionInfo& info = crossing.client().info();
  EXPECT_EQ(info.compression_method, crossing.has(deflate) ? 1 : 0);
  EXPECT_EQ(info.max_fragment_length, crossing.has(short_records) && is_tls ? 512U : 16384U);
  EXPECT_EQ(info.has_extended_master_secret, crossing.has(extended_master_secret) && is_tls);
  EXPECT_EQ(info.application_protocol, is_tls ? "b" : "");

  crossing.talk(20);
  ASSERT_TRUE(crossing.client().renegotiate({.session = OfferSession::yes}).has_value());
  crossing.run();
  crossing.expect_agreement(3, true);

  crossing.talk(20);
  ASSERT_TRUE(crossing.server()
                  .renegotiate({.client_authentication = ClientAuthentication::required})
                  .has_value());
  crossing.run();
  crossing.expect_agreement(4, false);
  EXPECT_FALSE(crossing.server().info().peer_chain.empty());

  crossing.talk(20);
  ASSERT_TRUE(crossing.client().renegotiate({.session = OfferSession::yes}).has_value());
  crossing.run();
  crossing.expect_agreement(5, true);
  EXPECT_FALSE(crossing.server().info().peer_chain.empty());
  EXPECT_EQ(crossing.client().info().max_fragment_length,
            crossing.has(short_records) && is_tls ? 512U : 16384U);
}

TEST(RenegotiationCrossing, WithEverythingThatHellosCanAgreeOn) {
  constexpr std::array kCombinations = {Combination{ProtocolVersion::tls10, 0x002f},
                                        Combination{ProtocolVersion::tls10, 0x0005},
                                        Combination{ProtocolVersion::ssl30, 0x000a}};
  for (const Combination& combination : kCombinations) {
    for (const unsigned features : kEveryThree) {
      travel(combination, features, features % 3 == 0 ? 11 : SIZE_MAX);
      if (HasFailure()) {
        return;
      }
    }
  }
}

}  // namespace
}  // namespace heirloom::testing
