// Handshake framing, order and both hellos: RFC 6101 §5.5 and §5.6, RFC 2246 §7.3 and §7.4.
#include "message/extensions.hpp"
#include "support/puppet/scene.hpp"
#include "support/test_pki.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr Combination kSsl{ProtocolVersion::ssl30, 0x000a};
constexpr Combination kTls{ProtocolVersion::tls10, 0x002f};

class Rfc2246_7_4 : public ::testing::TestWithParam<Combination> {
 protected:
  [[nodiscard]] bool is_ssl() const { return GetParam().version == ProtocolVersion::ssl30; }

  [[nodiscard]] AlertDescription malformed() const {
    return is_ssl() ? AlertDescription::illegal_parameter : AlertDescription::decode_error;
  }

  /// handshake puts a raw handshake message into a record.
  static Bytes handshake(Scene& scene, std::uint8_t type, const Bytes& body) {
    Bytes message{type,
                  static_cast<std::uint8_t>(body.size() >> 16U),
                  static_cast<std::uint8_t>(body.size() >> 8U),
                  static_cast<std::uint8_t>(body.size())};
    append(message, body);
    return scene.puppet().record(ContentType::handshake, message);
  }

  /// names is the order of messages that one side sent and received.
  static std::vector<std::string> names(Connection& connection) {
    std::vector<std::string> all;
    for (const Event& event : take_events(connection)) {
      const std::string arrow = event.direction == Event::Direction::sent ? ">" : "<";
      if (event.kind == Event::Kind::handshake_message) {
        all.push_back(arrow + std::string(heirloom::to_string(event.handshake_type)));
      } else if (event.kind == Event::Kind::change_cipher_spec) {
        all.push_back(arrow + "change_cipher_spec");
      }
    }
    return all;
  }

  [[nodiscard]] Pair pair(SessionPtr resume = nullptr) const {
    ClientOptions client = client_options();
    client.policy = policy_for(GetParam().version, GetParam().suite);
    ServerOptions server = server_options();
    server.policy = client.policy;
    server.sessions = store;
    Pair made(build(std::move(client)), build(std::move(server)), std::move(resume));
    made.run();
    return made;
  }

  std::shared_ptr<SessionStore> store = make_memory_session_store();
};

INSTANTIATE_TEST_SUITE_P(Versions, Rfc2246_7_4, ::testing::Values(kSsl, kTls));

// Figure 1.
TEST_P(Rfc2246_7_4, OrderOfAFullHandshake) {
  Pair full = pair();
  EXPECT_EQ(names(full.client),
            (std::vector<std::string>{">client_hello",
                                      "<server_hello",
                                      "<certificate",
                                      "<server_hello_done",
                                      ">client_key_exchange",
                                      ">change_cipher_spec",
                                      ">finished",
                                      "<change_cipher_spec",
                                      "<finished"}));
}

// Figure 2: the server finishes first.
TEST_P(Rfc2246_7_4, OrderOfAResumption) {
  Pair first = pair();
  Pair resumed = pair(first.client.session());
  EXPECT_EQ(names(resumed.client),
            (std::vector<std::string>{">client_hello",
                                      "<server_hello",
                                      "<change_cipher_spec",
                                      "<finished",
                                      ">change_cipher_spec",
                                      ">finished"}));
}

TEST_P(Rfc2246_7_4, HeaderIsTypeAndThreeBytesOfLength) {
  Pair full = pair();
  const ByteView hello = ByteView(full.wire_to_server).subspan(5);
  EXPECT_EQ(hello[0], 1);
  const std::size_t record =
      static_cast<std::size_t>(full.wire_to_server[3]) << 8U | full.wire_to_server[4];
  const std::size_t body = static_cast<std::size_t>(hello[1]) << 16U |
                           static_cast<std::size_t>(hello[2]) << 8U | hello[3];
  EXPECT_EQ(body + 4, record);
}

TEST_P(Rfc2246_7_4, UnknownTypesAreUnexpectedMessage) {
  for (const std::uint8_t type : {std::uint8_t{3}, std::uint8_t{99}, std::uint8_t{255}}) {
    Scene scene(Side::server, GetParam(), Shape::plain);
    EXPECT_FALSE(scene.send(handshake(scene, type, {})));
    EXPECT_EQ(scene.cause(), Cause::handshake_type_unknown);
    EXPECT_EQ(scene.last_alert(), (Alert{AlertLevel::fatal, AlertDescription::unexpected_message}));
  }
}

// Every truncation of every message that carries something, as a shorter message: malformed, never
// a crash; the same with one stray byte where the documents allow none.
TEST_P(Rfc2246_7_4, MessagesFillTheirLengthExactly) {
  Puppet source(Side::server, GetParam(), pki_credentials("rsa1024"));
  const Bytes hello = source.encode(Symbol::server_hello);
  for (std::size_t size = 0; size + 4 < hello.size(); ++size) {
    Scene scene(Side::client, GetParam(), Shape::plain);
    EXPECT_FALSE(scene.send(handshake(scene, 2, to_bytes(ByteView(hello).subspan(4, size)))));
    EXPECT_EQ(scene.cause(), Cause::message_malformed) << size;
    EXPECT_EQ(scene.last_alert().description, malformed());
  }
  for (const Symbol symbol :
       {Symbol::server_hello, Symbol::certificate, Symbol::server_hello_done}) {
    Scene scene(Side::client, GetParam(), Shape::plain);
    for (const Symbol before : {Symbol::server_hello, Symbol::certificate}) {
      if (before >= symbol) {
        break;
      }
      ASSERT_TRUE(scene.say(before));
    }
    Bytes message = scene.puppet().encode(symbol);
    message.push_back(0);
    EXPECT_FALSE(scene.send(handshake(scene, message[0], to_bytes(ByteView(message).subspan(4)))));
    EXPECT_EQ(scene.cause(), Cause::message_malformed) << to_string(symbol);
  }
}

// §7.4.1.2: extra data at the end of a ClientHello is hashed and otherwise ignored.
TEST_P(Rfc2246_7_4, ExtraDataBehindAClientHelloIsIgnored) {
  Scene scene(Side::server, GetParam(), Shape::plain);
  scene.puppet().trailing_hello_bytes = Bytes{1, 2, 3, 4, 5, 6, 7, 8, 9, 10};
  scene.establish();
}

TEST_P(Rfc2246_7_4, VectorsKeepTheirFloorsCeilingsAndElementSizes) {
  const auto refused = [&](const message::ClientHello& hello) {
    Scene scene(Side::server, GetParam(), Shape::plain);
    scene.puppet().client_hello = hello;
    EXPECT_FALSE(scene.say(Symbol::client_hello));
    EXPECT_EQ(scene.cause(), Cause::message_malformed);
    EXPECT_EQ(scene.last_alert().description, malformed());
  };
  Scene source(Side::server, GetParam(), Shape::plain);
  message::ClientHello hello = source.puppet().client_hello;
  hello.session_id = Bytes(33, 1);
  refused(hello);
  hello = source.puppet().client_hello;
  hello.cipher_suites = {};
  refused(hello);
  hello = source.puppet().client_hello;
  hello.compression_methods = {};
  refused(hello);
  // An odd number of bytes of cipher_suites cannot be written with the struct.
  Bytes odd = source.puppet().encode(Symbol::client_hello);
  odd[4 + 2 + 32 + 1 + 1] = 3;
  Scene scene(Side::server, GetParam(), Shape::plain);
  EXPECT_FALSE(scene.send(scene.puppet().record(ContentType::handshake, odd)));
  EXPECT_EQ(scene.cause(), Cause::message_malformed);
}

TEST_P(Rfc2246_7_4, AnnouncedMonstersAreRefusedByTheirHeader) {
  Scene scene(Side::client, GetParam(), Shape::plain);
  ASSERT_TRUE(scene.say(Symbol::server_hello));
  EXPECT_FALSE(
      scene.send(scene.puppet().record(ContentType::handshake, Bytes{11, 0xff, 0xff, 0xff})));
  EXPECT_EQ(scene.cause(), Cause::message_too_long);
}

// §7.4.1.1: ignored while negotiating, never hashed; a body makes it malformed; no business of
// servers.
TEST_P(Rfc2246_7_4, HelloRequest) {
  Scene negotiating(Side::client, GetParam(), Shape::plain);
  for (const Symbol symbol : {Symbol::hello_request,
                              Symbol::server_hello,
                              Symbol::hello_request,
                              Symbol::certificate,
                              Symbol::server_hello_done,
                              Symbol::hello_request,
                              Symbol::change_cipher_spec}) {
    ASSERT_TRUE(negotiating.say(symbol));
  }
  ASSERT_TRUE(negotiating.say(Symbol::finished)) << "it was hashed";
  Scene body(Side::client, GetParam(), Shape::plain);
  EXPECT_FALSE(body.send(handshake(body, 0, {1})));
  EXPECT_EQ(body.cause(), Cause::message_malformed);
  Scene server(Side::server, GetParam(), Shape::plain);
  EXPECT_FALSE(server.say(Symbol::hello_request));
  EXPECT_EQ(server.last_alert().description, AlertDescription::unexpected_message);
}

// §7.4.1.3: the lower of client_version and the server's highest.
TEST_P(Rfc2246_7_4, ServerVersionIsTheLowerOfBoth) {
  struct Row {
    std::uint16_t offered;
    ProtocolVersion chosen;
  };

  for (const Row& row : {Row{0x0300, ProtocolVersion::ssl30},
                         Row{0x0301, ProtocolVersion::tls10},
                         Row{0x0302, ProtocolVersion::tls10},
                         Row{0x0305, ProtocolVersion::tls10},
                         Row{0x0400, ProtocolVersion::tls10}}) {
    Scene scene(Side::server, GetParam(), Shape::plain, [](ClientOptions&, ServerOptions& server) {
      server.policy = Policy::museum();
    });
    scene.puppet().client_hello.client_version = static_cast<ProtocolVersion>(row.offered);
    ASSERT_TRUE(scene.say(Symbol::client_hello)) << row.offered;
    EXPECT_EQ(scene.engine().info().version, row.chosen) << row.offered;
    EXPECT_EQ(scene.engine().info().client_version, static_cast<ProtocolVersion>(row.offered));
  }
}

TEST_P(Rfc2246_7_4, AVersionBelowOurMinimumIsRefused) {
  Scene scene(Side::server, GetParam(), Shape::plain);
  scene.puppet().client_hello.client_version =
      static_cast<ProtocolVersion>(static_cast<std::uint16_t>(GetParam().version) - 1);
  EXPECT_FALSE(scene.say(Symbol::client_hello));
  EXPECT_EQ(scene.cause(), Cause::version_too_low);
  EXPECT_EQ(scene.last_alert().description,
            is_ssl() ? AlertDescription::handshake_failure : AlertDescription::protocol_version);
}

TEST_P(Rfc2246_7_4, AServerVersionAboveOursIsRefused) {
  for (const int step : {1, 2, 0x100}) {
    Scene scene(Side::client, GetParam(), Shape::plain);
    scene.puppet().server_hello.server_version =
        static_cast<ProtocolVersion>(static_cast<int>(GetParam().version) + step);
    EXPECT_FALSE(scene.say(Symbol::server_hello));
    EXPECT_EQ(scene.cause(), Cause::version_too_high);
    EXPECT_EQ(scene.last_alert().description,
              is_ssl() ? AlertDescription::handshake_failure : AlertDescription::protocol_version);
  }
}

TEST_P(Rfc2246_7_4, AServerMayOnlyChooseWhatWasOffered) {
  for (const int suite : {0x0000, 0x0001, 0x00ff, 0x5600, 0x1301}) {
    Scene scene(Side::client, GetParam(), Shape::plain);
    scene.puppet().server_hello.cipher_suite = static_cast<std::uint16_t>(suite);
    EXPECT_FALSE(scene.say(Symbol::server_hello)) << suite;
    EXPECT_EQ(scene.cause(), Cause::cipher_suite_not_offered);
    EXPECT_EQ(scene.last_alert(), (Alert{AlertLevel::fatal, AlertDescription::illegal_parameter}));
  }
  Scene scene(Side::client, GetParam(), Shape::plain);
  scene.puppet().server_hello.compression_method = 1;
  EXPECT_FALSE(scene.say(Symbol::server_hello));
  EXPECT_EQ(scene.cause(), Cause::compression_not_offered);
  EXPECT_EQ(scene.last_alert().description, AlertDescription::illegal_parameter);
}

TEST_P(Rfc2246_7_4, UnknownSuitesAndCompressionMethodsAreSkipped) {
  Scene scene(Side::server, GetParam(), Shape::plain);
  scene.puppet().client_hello.cipher_suites = {0xffff, 0xc02f, 0x1301, GetParam().suite};
  scene.puppet().client_hello.compression_methods = {64, 1, 0};
  scene.establish();
  EXPECT_EQ(scene.engine().info().cipher_suite, GetParam().suite);
}

TEST_P(Rfc2246_7_4, WithoutACommonSuiteTheAnswerIsHandshakeFailure) {
  for (const std::vector<std::uint16_t>& offer :
       {std::vector<std::uint16_t>{0x0000}, {0xc02f, 0x1301}, {0x00ff}}) {
    Scene scene(Side::server, GetParam(), Shape::plain);
    scene.puppet().client_hello.cipher_suites = offer;
    EXPECT_FALSE(scene.say(Symbol::client_hello));
    EXPECT_EQ(scene.cause(), Cause::no_common_cipher_suite);
    EXPECT_EQ(scene.last_alert(), (Alert{AlertLevel::fatal, AlertDescription::handshake_failure}));
    EXPECT_TRUE(scene.puppet().heard.empty()) << "no ServerHello";
  }
}

TEST_P(Rfc2246_7_4, AListWithoutNullCompressionFails) {
  Scene scene(Side::server, GetParam(), Shape::plain);
  scene.puppet().client_hello.compression_methods = {1};
  EXPECT_FALSE(scene.say(Symbol::client_hello));
  EXPECT_EQ(scene.cause(), Cause::no_common_compression);
}

// RFC 7507 §3 (drift D112): in SSL 3.0 too.
TEST_P(Rfc2246_7_4, FallbackSignalBelowOurHighestIsRefused) {
  const auto adjust = [](ClientOptions&, ServerOptions& server) {
    server.policy.max_version = ProtocolVersion::tls10;
    server.policy.min_version = ProtocolVersion::ssl30;
  };
  Scene scene(Side::server, GetParam(), Shape::plain, adjust);
  scene.puppet().client_hello.cipher_suites.push_back(kFallbackScsv);
  const bool is_content = scene.say(Symbol::client_hello);
  EXPECT_EQ(is_content, !is_ssl());
  if (is_ssl()) {
    EXPECT_EQ(scene.cause(), Cause::inappropriate_fallback);
    EXPECT_EQ(scene.last_alert(),
              (Alert{AlertLevel::fatal, AlertDescription::inappropriate_fallback}));
  }
}

TEST_P(Rfc2246_7_4, RandomsCarryTheTimeAndDiffer) {
  Pair one = pair();
  const ByteView client = ByteView(one.wire_to_server).subspan(5 + 4 + 2, 32);
  const ByteView server = ByteView(one.wire_to_client).subspan(5 + 4 + 2, 32);
  EXPECT_FALSE(std::ranges::equal(client.subspan(4), server.subspan(4)));
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(FixedClock().now().time_since_epoch())
          .count();
  std::int64_t time = 0;
  for (const std::uint8_t byte : client.first(4)) {
    time = time << 8 | byte;
  }
  EXPECT_EQ(time, now);
}

// RFC 5746 §3.4, §3.6: signal or extension from the client, extension from the server, empty in an
// initial handshake, in both versions (drift D60); none where the client did not ask.
TEST_P(Rfc2246_7_4, SecureRenegotiationIsSignalledInBothVersions) {
  Scene signal(Side::server, GetParam(), Shape::plain);
  signal.puppet().client_hello.cipher_suites.push_back(kEmptyRenegotiationInfoScsv);
  signal.establish();
  EXPECT_TRUE(signal.engine().info().has_secure_renegotiation);
  EXPECT_NE(message::find_extension(signal.puppet().server_hello.extensions,
                                    message::ExtensionType::renegotiation_info),
            nullptr);

  Scene silent(Side::server, GetParam(), Shape::plain);
  silent.establish();
  EXPECT_FALSE(silent.engine().info().has_secure_renegotiation);
  EXPECT_FALSE(silent.puppet().server_hello.extensions.has_value());

  Scene forged(Side::server, GetParam(), Shape::plain);
  forged.puppet().client_hello.extensions = wire::HelloExtensions{message::make_extension(
      message::ExtensionType::renegotiation_info, message::RenegotiationInfo{Bytes(12, 1)})};
  EXPECT_FALSE(forged.say(Symbol::client_hello));
  EXPECT_EQ(forged.cause(), Cause::renegotiation_info_mismatch);
  EXPECT_EQ(forged.last_alert().description, AlertDescription::handshake_failure);
}

TEST_P(Rfc2246_7_4, AnExtensionThatWasNotOfferedIsRefused) {
  Scene scene(Side::client, GetParam(), Shape::plain);
  scene.puppet().server_hello.extensions =
      wire::HelloExtensions{wire::HelloExtension{.type = 35, .data = {}}};
  EXPECT_FALSE(scene.say(Symbol::server_hello));
  EXPECT_EQ(scene.cause(), Cause::extension_not_offered);
}

TEST_P(Rfc2246_7_4, ExtensionsCanAllBeSwitchedOff) {
  Scene scene(Side::client, GetParam(), Shape::plain, [](ClientOptions& client, ServerOptions&) {
    client.policy.extensions = {};
  });
  EXPECT_FALSE(scene.puppet().client_hello.extensions.has_value());
  EXPECT_EQ(scene.puppet().client_hello.cipher_suites,
            std::vector<std::uint16_t>{GetParam().suite});
}

TEST_P(Rfc2246_7_4, ServerNameIsSentAtTlsForHostNamesOnly) {
  Scene scene(Side::client, GetParam(), Shape::plain);
  const Bytes* name = message::find_extension(scene.puppet().client_hello.extensions,
                                              message::ExtensionType::server_name);
  EXPECT_EQ(name != nullptr, !is_ssl());
  if (name != nullptr) {
    EXPECT_EQ(*message::parse_server_name(*name), "localhost");
  }
  for (const char* host : {"10.0.0.5", "::1", ""}) {
    ClientOptions options = client_options();
    Connection connection = Connection::client(build(std::move(options)), {.host = host});
    EXPECT_TRUE(connection.info().server_name.empty()) << host;
  }
}

// §7.4.1.3 and drift D57, D58.
TEST_P(Rfc2246_7_4, AResumedSessionKeepsVersionSuiteAndCompression) {
  Scene other_suite(
      Side::client, GetParam(), Shape::resumed, [&](ClientOptions& client, ServerOptions&) {
        client.policy.cipher_suites.push_back(0x0004);
      });
  other_suite.puppet().server_hello.cipher_suite = 0x0004;
  EXPECT_FALSE(other_suite.say(Symbol::resumed_server_hello));
  EXPECT_EQ(other_suite.cause(), Cause::session_parameters_changed);
  EXPECT_EQ(other_suite.last_alert().description, AlertDescription::illegal_parameter);

  Scene missing(Side::server, GetParam(), Shape::resumed);
  missing.puppet().client_hello.cipher_suites = {0x0004};
  EXPECT_FALSE(missing.say(Symbol::client_hello));
  EXPECT_EQ(missing.cause(), Cause::session_suite_not_offered);
  EXPECT_EQ(missing.last_alert().description, AlertDescription::illegal_parameter);
}

TEST_P(Rfc2246_7_4, SessionsLiveADayAndUnknownIdsAreHarmless) {
  const auto clock = std::make_shared<FixedClock>();
  const auto adjust = [&](ClientOptions&, ServerOptions& server) { server.clock = clock; };
  clock->advance(std::chrono::hours(24));
  Scene young(Side::server, GetParam(), Shape::resumed, adjust);
  ASSERT_TRUE(young.say(Symbol::client_hello));
  EXPECT_TRUE(young.engine().info().is_resumed);
  clock->advance(std::chrono::seconds(1));
  Scene old(Side::server, GetParam(), Shape::resumed, adjust);
  ASSERT_TRUE(old.say(Symbol::client_hello));
  EXPECT_FALSE(old.engine().info().is_resumed);
  EXPECT_EQ(old.puppet().heard.back(), HandshakeType::server_hello_done);

  Scene invented(Side::server, GetParam(), Shape::resumed);
  invented.puppet().client_hello.session_id = Bytes(20, 0xee);
  ASSERT_TRUE(invented.say(Symbol::client_hello));
  EXPECT_FALSE(invented.engine().info().is_resumed);
  EXPECT_NE(invented.puppet().server_hello.session_id, Bytes(20, 0xee));
}

// §7.4.7.1: the premaster secret carries the version of the ClientHello.
TEST_P(Rfc2246_7_4, PremasterCarriesTheOfferedVersion) {
  class Recorder final : public PrivateKey {
   public:
    explicit Recorder(std::shared_ptr<PrivateKey> key) : key_(std::move(key)) {}

    PublicKeyAlgorithm algorithm() const noexcept override { return key_->algorithm(); }

    std::size_t size() const noexcept override { return key_->size(); }

    Pending<PrivateKeyResult> decrypt_raw(std::span<const std::uint8_t> ciphertext) override {
      auto result = key_->decrypt_raw(ciphertext);
      block = *result.answer();
      return result;
    }

    Pending<PrivateKeyResult> sign(std::span<const std::uint8_t> digest) override {
      return key_->sign(digest);
    }

    Bytes block;

   private:
    std::shared_ptr<PrivateKey> key_;
  };

  const auto recorder = std::make_shared<Recorder>(pki_credentials("rsa1024").key);
  ClientOptions client = client_options();  // offers up to TLS 1.0
  ServerOptions server = server_options();
  server.policy = policy_for(GetParam().version, GetParam().suite);
  server.credentials.front().key = recorder;
  Pair made(build(std::move(client)), build(std::move(server)));
  made.run();
  ASSERT_EQ(made.server.phase(), Phase::open) << made.server.error()->text();
  ASSERT_EQ(recorder->block.size(), 128U);
  EXPECT_EQ(recorder->block[0], 0);
  EXPECT_EQ(recorder->block[1], 2);
  EXPECT_EQ(recorder->block[128 - 49], 0);
  EXPECT_EQ(recorder->block[128 - 48], 3);
  EXPECT_EQ(recorder->block[128 - 47], 1) << "client_version, not the negotiated one";
}

// §4.7 and drift D20: a two-byte length in TLS, none in SSL 3.0; a server takes both in SSL 3.0.
TEST_P(Rfc2246_7_4, EncryptedPremasterHasALengthInTlsOnly) {
  Pair full = pair();
  ByteView wire = full.wire_to_server;
  wire = wire.subspan(5 + (static_cast<std::size_t>(wire[3]) << 8U | wire[4]));
  const std::size_t body =
      static_cast<std::size_t>(wire[6]) << 16U | static_cast<std::size_t>(wire[7]) << 8U | wire[8];
  EXPECT_EQ(body, is_ssl() ? 128U : 130U);
  if (!is_ssl()) {
    EXPECT_EQ(wire[9], 0);
    EXPECT_EQ(wire[10], 128);
  }
  Scene jdk(Side::server, GetParam(), Shape::plain);
  jdk.puppet().frames_premaster = true;
  jdk.establish();
}

}  // namespace
}  // namespace heirloom::testing
