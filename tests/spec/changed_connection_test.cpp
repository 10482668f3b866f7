// What a connection may not lose or change in a renegotiation: its extended master secret, the
// proof that it is no other's, and the host that it is for (RFC 7627 §5.3, §5.4, §6.4; RFC 6066 §3,
// which is silent).
#include "message/extensions.hpp"
#include "session/session_access.hpp"
#include "support/puppet/scene.hpp"
#include "support/test_pki.hpp"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr Combination kSsl{ProtocolVersion::ssl30, 0x000a};
constexpr Combination kTls{ProtocolVersion::tls10, 0x002f};
constexpr auto kEms = Extension::extended_master_secret;

using S = Symbol;

wire::HelloExtension extended_master_secret() {
  return {.type = static_cast<std::uint16_t>(kEms), .data = {}};
}

wire::HelloExtension secure_renegotiation() {
  return message::make_extension(Extension::renegotiation_info, message::RenegotiationInfo{});
}

void drop_extended_master_secret(std::optional<wire::HelloExtensions>& extensions) {
  std::erase_if(*extensions, [](const wire::HelloExtension& each) {
    return each.type == static_cast<std::uint16_t>(kEms);
  });
}

/// session_with is the stored session of a side, made with an extended master secret. The puppet
/// cannot derive one; it need not, where it resumes.
SessionPtr session_with_extended_master_secret(Side side) {
  Session::Facts facts = Scene::stored_session(kTls, side)->facts();
  facts.has_extended_master_secret = true;
  return detail::SessionAccess::make(std::move(facts), Scene::stored_master());
}

enum class Keeps : std::uint8_t { no, yes };

// As in a resumption (§5.3): a client that gives it up between two handshakes is refused.
TEST(Rfc7627_5_4, AClientKeepsTheExtendedMasterSecret) {
  for (const Keeps keeps : {Keeps::no, Keeps::yes}) {
    Scene scene(Side::server, kTls, Shape::resumed, [](auto&, ServerOptions& options) {
      options.sessions = make_memory_session_store();
      options.sessions->insert(session_with_extended_master_secret(Side::server));
    });
    scene.puppet().client_hello.extensions = {extended_master_secret(), secure_renegotiation()};
    scene.establish();
    ASSERT_TRUE(scene.engine().info().has_extended_master_secret);
    scene.puppet().begin_again();
    if (keeps == Keeps::no) {
      drop_extended_master_secret(scene.puppet().client_hello.extensions);
    }
    EXPECT_EQ(scene.say(S::client_hello), keeps == Keeps::yes);
    if (keeps == Keeps::no) {
      EXPECT_EQ(scene.cause(), Cause::extended_master_secret_missing);
      EXPECT_EQ(scene.last_alert(),
                (Alert{AlertLevel::fatal, AlertDescription::handshake_failure}));
    }
  }
}

TEST(Rfc7627_5_4, AServerKeepsTheExtendedMasterSecret) {
  for (const Keeps keeps : {Keeps::no, Keeps::yes}) {
    ClientOptions options = client_options();
    options.policy = policy_for(kTls.version, kTls.suite);
    options.credentials = {pki_credentials("client")};
    Connection client = Connection::client(build(std::move(options)),
                                           {.host = "localhost"},
                                           session_with_extended_master_secret(Side::client));
    Puppet server(Side::server, kTls, pki_credentials("rsa1024"));
    server.offer_session(Bytes(32, 7), Scene::stored_master());
    server.server_hello.extensions = {extended_master_secret(), secure_renegotiation()};
    Bytes plaintext;
    const auto exchange = [&](Bytes bytes) {
      deliver(client, bytes, plaintext);
      server.hear(take_outgoing(client));
    };
    exchange({});
    for (const Symbol symbol : {S::resumed_server_hello, S::change_cipher_spec, S::finished}) {
      exchange(server.say(symbol));
    }
    ASSERT_EQ(client.phase(), Phase::open);
    server.begin_again();
    ASSERT_TRUE(client.renegotiate().has_value());
    exchange({});
    if (keeps == Keeps::no) {
      drop_extended_master_secret(server.server_hello.extensions);
    }
    exchange(server.say(S::server_hello));
    if (keeps == Keeps::yes) {
      EXPECT_EQ(client.phase(), Phase::renegotiating);
      continue;
    }
    ASSERT_NE(client.error(), nullptr);
    EXPECT_EQ(client.error()->cause, Cause::extended_master_secret_missing);
    EXPECT_EQ(server.alerts.back().description, AlertDescription::handshake_failure);
  }
}

/// Bare is a connection that has begun with a session without extended master secret. Both sides
/// know RFC 5746.
struct Bare : Scene {
  Bare(Side engine_side, Combination combination, Renegotiation rule)
      : Scene(engine_side,
              combination,
              Shape::resumed,
              [rule](ClientOptions& client, ServerOptions& server) {
                client.policy.renegotiation = rule;
                client.policy.changed_certificate = ChangedCertificate::judge;
                server.policy.renegotiation = rule;
              }) {
    puppet().server_hello.extensions = {secure_renegotiation()};
    puppet().client_hello.cipher_suites.push_back(kEmptyRenegotiationInfoScsv);
    establish();
    EXPECT_TRUE(engine().info().is_resumed);
    EXPECT_TRUE(engine().info().has_secure_renegotiation);
    EXPECT_FALSE(engine().info().has_extended_master_secret);
    puppet().begin_again();
  }
};

class Rfc7627_6_4 : public ::testing::TestWithParam<Combination> {};

INSTANTIATE_TEST_SUITE_P(Versions, Rfc7627_6_4, ::testing::Values(kSsl, kTls));

// §5.4: "the client MUST disable renegotiation", and so must the server whose policy wants secure
// ones. §6.4: at SSL 3.0, which has no extended master secret, the same.
TEST_P(Rfc7627_6_4, AfterABareResumptionNoClientRenegotiates) {
  Bare scene(Side::client, GetParam(), Renegotiation::only_secure);
  EXPECT_EQ(scene.engine().renegotiate().error().cause, Cause::renegotiation_not_permitted);
  scene.puppet().alerts.clear();
  EXPECT_EQ(scene.say(S::hello_request), GetParam().version == ProtocolVersion::tls10);
  EXPECT_EQ(scene.last_alert(),
            GetParam().version == ProtocolVersion::tls10
                ? (Alert{AlertLevel::warning, AlertDescription::no_renegotiation})
                : (Alert{AlertLevel::fatal, AlertDescription::handshake_failure}));

  Bare allowed(Side::client, GetParam(), Renegotiation::any);
  ASSERT_TRUE(allowed.say(S::hello_request));
  for (const Symbol symbol : {S::server_hello,
                              S::certificate,
                              S::server_hello_done,
                              S::change_cipher_spec,
                              S::finished}) {
    ASSERT_TRUE(allowed.say(symbol)) << allowed.engine().error()->text();
  }
  EXPECT_TRUE(allowed.engine().info().was_renegotiated_insecurely);
}

TEST_P(Rfc7627_6_4, AfterABareResumptionNoServerRenegotiates) {
  Bare scene(Side::server, GetParam(), Renegotiation::only_secure);
  EXPECT_EQ(scene.engine().renegotiate().error().cause, Cause::renegotiation_not_permitted);
  scene.puppet().alerts.clear();
  EXPECT_EQ(scene.say(S::client_hello), GetParam().version == ProtocolVersion::tls10);
  EXPECT_EQ(scene.last_alert().description,
            GetParam().version == ProtocolVersion::tls10 ? AlertDescription::no_renegotiation
                                                         : AlertDescription::handshake_failure);

  Bare allowed(Side::server, GetParam(), Renegotiation::any);
  for (const Symbol symbol :
       {S::client_hello, S::client_key_exchange, S::change_cipher_spec, S::finished}) {
    ASSERT_TRUE(allowed.say(symbol)) << allowed.engine().error()->text();
  }
  EXPECT_TRUE(allowed.engine().info().was_renegotiated_insecurely);
  // What follows is bound to a handshake that nobody can vouch for.
  allowed.puppet().begin_again();
  ASSERT_TRUE(allowed.say(S::client_hello));
  EXPECT_TRUE(allowed.engine().info().was_renegotiated_insecurely);
}

// RFC is silent; an application may have taken the connection for that of the first host.
TEST(Rfc6066_3, ARenegotiationIsForTheSameHost) {
  struct Row {
    const char* first;
    const char* second;
    bool is_refused;
  };

  for (const Row& row : {Row{"a.example", "a.example", false},
                         Row{"a.example", "A.Example", false},
                         Row{"a.example", "", false},
                         Row{"", "a.example", false},
                         Row{"", "", false},
                         Row{"a.example", "b.example", true},
                         Row{"a.example", "a.example.b", true}}) {
    SCOPED_TRACE(std::string(row.first) + " " + row.second);
    Scene scene(Side::server, kTls, Shape::plain);
    const auto ask_for = [&scene](const std::string& name) {
      auto& extensions = scene.puppet().client_hello.extensions.emplace();
      extensions.push_back(secure_renegotiation());
      if (!name.empty()) {
        extensions.push_back(message::make_server_name(name));
      }
    };
    ask_for(row.first);
    scene.establish();
    ask_for(row.second);
    scene.puppet().begin_again();
    EXPECT_EQ(scene.say(S::client_hello), !row.is_refused);
    if (row.is_refused) {
      EXPECT_EQ(scene.cause(), Cause::server_name_changed);
      EXPECT_EQ(scene.last_alert(),
                (Alert{AlertLevel::fatal, AlertDescription::illegal_parameter}));
    }
  }
}

// Nor after a renegotiation that names none.
TEST(Rfc6066_3, AHostIsNotForgottenInBetween) {
  Scene scene(Side::server, kTls, Shape::plain);
  auto& extensions = scene.puppet().client_hello.extensions.emplace();
  extensions = {secure_renegotiation(), message::make_server_name("a.example")};
  scene.establish();
  extensions = {secure_renegotiation()};
  scene.puppet().begin_again();
  scene.establish();
  scene.puppet().begin_again();
  scene.puppet().client_hello.extensions->push_back(message::make_server_name("b.example"));
  EXPECT_FALSE(scene.say(S::client_hello));
  EXPECT_EQ(scene.cause(), Cause::server_name_changed);
}

}  // namespace
}  // namespace heirloom::testing
