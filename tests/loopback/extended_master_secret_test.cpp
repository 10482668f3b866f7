// The extended master secret in whole handshakes (RFC 7627): who has it when, what a resumption may
// do with it, and the attack that it is for.
#include "kx_rogue.hpp"
#include "message/extensions.hpp"
#include "session/session_access.hpp"
#include "support/suite_setup.hpp"
#include "support/test_pki.hpp"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr Combination kRsa{kTls, 0x002f};
constexpr auto kEms = Extension::extended_master_secret;

enum class Knows : std::uint8_t { no, yes };

template <class Options>
Options knowing(Options options, Knows knows) {
  if (knows == Knows::no) {
    options.policy.extensions.remove(kEms);
  }
  return options;
}

/// block has the extension with that data and nothing else.
wire::HelloExtensions block(Bytes data) {
  wire::HelloExtension one{.type = static_cast<std::uint16_t>(kEms), .data = std::move(data)};
  return {std::move(one)};
}

SessionPtr session_with(Combination combination,
                        bool has_extended_master_secret,
                        std::string server_name = "localhost") {
  return detail::SessionAccess::make(
      Session::Facts{.id = Bytes(32, 7),
                     .version = combination.version,
                     .cipher_suite = combination.suite,
                     .has_extended_master_secret = has_extended_master_secret,
                     .server_name = std::move(server_name),
                     .peer_chain = {},
                     .created = FixedClock().now()},
      Scene::stored_master());
}

TEST(ExtendedMasterSecret, IsMadeByBothWithEveryKeyExchange) {
  for (const ProtocolVersion version : {kSsl, kTls}) {
    for (const Combination combination : representatives(version)) {
      SCOPED_TRACE(name_of(combination));
      Pair pair(build(client_options(combination)), build(server_options(combination)));
      pair.run();
      ASSERT_EQ(pair.client.phase(), Phase::open);
      ASSERT_EQ(pair.server.phase(), Phase::open);
      // RFC 7627 §6: SSL 3.0 has no extension to say so.
      EXPECT_EQ(pair.client.info().has_extended_master_secret, version == kTls);
      EXPECT_EQ(pair.server.info().has_extended_master_secret, version == kTls);
    }
  }
}

TEST(ExtendedMasterSecret, TakesBoth) {
  for (const Knows client : {Knows::no, Knows::yes}) {
    for (const Knows server : {Knows::no, Knows::yes}) {
      Pair pair(build(knowing(client_options(kRsa), client)),
                build(knowing(server_options(kRsa), server)));
      pair.run();
      ASSERT_EQ(pair.client.phase(), Phase::open);
      const bool is_on = client == Knows::yes && server == Knows::yes;
      EXPECT_EQ(pair.client.info().has_extended_master_secret, is_on);
      EXPECT_EQ(pair.server.info().has_extended_master_secret, is_on);
      EXPECT_EQ(pair.client.session(), nullptr) << "no store";
    }
  }
}

TEST(ExtendedMasterSecret, HasNoData) {
  const Refusal malformed{Cause::extension_malformed,
                          AlertDescription::decode_error,
                          AlertDescription::illegal_parameter};
  Rogue server(Side::server, kRsa);
  server.puppet().client_hello.extensions = block({0});
  server.say(Symbol::client_hello);
  server.expect(malformed);
  Rogue client(Side::client, kRsa);
  client.puppet().server_hello.extensions = block({0});
  client.say(Symbol::server_hello);
  client.expect(malformed);
}

// RFC 7627 §5.3, as the server: what session and hello have, and what becomes of them.
TEST(ExtendedMasterSecret, DecidesWhatAServerResumes) {
  enum class End : std::uint8_t { resumed, full, refused };

  struct Row {
    bool session_has_it;
    bool hello_has_it;
    Knows server;
    End end;
  };

  for (const Row& row : {Row{true, true, Knows::yes, End::resumed},
                         Row{false, true, Knows::yes, End::full},
                         Row{true, false, Knows::yes, End::refused},
                         Row{false, false, Knows::yes, End::resumed},
                         Row{true, true, Knows::no, End::full},
                         Row{false, true, Knows::no, End::resumed}}) {
    SCOPED_TRACE(::testing::Message() << row.session_has_it << row.hello_has_it);
    Rogue rogue(Side::server, kRsa, [&](ClientOptions&, ServerOptions& server) {
      server = knowing(std::move(server), row.server);
      server.sessions = make_memory_session_store();
      server.sessions->insert(session_with(kRsa, row.session_has_it, ""));
    });
    rogue.puppet().client_hello.session_id = Bytes(32, 7);
    if (row.hello_has_it) {
      rogue.puppet().client_hello.extensions = block({});
    }
    rogue.say(Symbol::client_hello);
    if (row.end == End::refused) {
      rogue.expect({Cause::extended_master_secret_missing,
                    AlertDescription::handshake_failure,
                    AlertDescription::handshake_failure});
      continue;
    }
    rogue.expect_content();
    EXPECT_EQ(rogue.engine().info().is_resumed, row.end == End::resumed);
    // "If the new ClientHello contains the extension and the server chooses to continue the
    // handshake, then the server MUST include" it.
    EXPECT_EQ(message::find_extension(rogue.puppet().server_hello.extensions, kEms) != nullptr,
              row.hello_has_it && row.server == Knows::yes);
  }
}

// RFC 7627 §5.3, as the client: it must abort if one has it and the other has not.
TEST(ExtendedMasterSecret, DecidesWhatAClientLetsBeResumed) {
  for (const bool session_has_it : {false, true}) {
    for (const bool answer_has_it : {false, true}) {
      ClientOptions options = client_options(kRsa);
      Connection client = Connection::client(
          build(std::move(options)), {.host = "localhost"}, session_with(kRsa, session_has_it));
      Puppet server(Side::server, kRsa, pki_credentials("rsa1024"));
      server.hear(take_outgoing(client));
      EXPECT_EQ(server.client_hello.session_id.size(), 32U);
      EXPECT_NE(message::find_extension(server.client_hello.extensions, kEms), nullptr);
      if (answer_has_it) {
        server.server_hello.extensions = block({});
      }
      Bytes plaintext;
      deliver(client, server.say(Symbol::resumed_server_hello), plaintext);
      if (session_has_it == answer_has_it) {
        EXPECT_EQ(client.error(), nullptr);
        EXPECT_EQ(client.info().has_extended_master_secret, session_has_it);
      } else {
        ASSERT_NE(client.error(), nullptr);
        EXPECT_EQ(client.error()->cause, Cause::session_parameters_changed);
        EXPECT_EQ(client.error()->alert,
                  (Alert{AlertLevel::fatal, AlertDescription::illegal_parameter}));
      }
    }
  }
}

// "When offering an abbreviated handshake, the client MUST send the "extended_master_secret"
// extension" (§5.3): one that may not send it any more has a new session made.
TEST(ExtendedMasterSecret, ASessionIsNotOfferedWithoutTheExtension) {
  Connection client = Connection::client(build(knowing(client_options(kRsa), Knows::no)),
                                         {.host = "localhost"},
                                         session_with(kRsa, true));
  Puppet server(Side::server, kRsa, pki_credentials("rsa1024"));
  server.hear(take_outgoing(client));
  EXPECT_TRUE(server.client_hello.session_id.empty());
}

TEST(ExtendedMasterSecret, IsKeptByASessionThatIsResumedTwice) {
  ServerOptions server = server_options(kRsa);
  server.sessions = make_memory_session_store();
  const auto server_config = build(std::move(server));
  const auto client_config = build(client_options(kRsa));
  SessionPtr session;
  for (const bool is_resumed : {false, true, true}) {
    Pair pair(client_config, server_config, session);
    pair.run();
    ASSERT_EQ(pair.client.phase(), Phase::open);
    EXPECT_EQ(pair.server.info().is_resumed, is_resumed);
    EXPECT_TRUE(pair.server.info().has_extended_master_secret);
    session = pair.client.session();
    EXPECT_TRUE(session->facts().has_extended_master_secret);
    pair.send_to_server(Bytes{'x'});
    EXPECT_EQ(pair.at_server, Bytes{'x'});
  }
}

/// Mallory sits between a client that accepts her certificate and the server that the client does
/// not mean, and passes the client's hello, the server's hello and the premaster secret on, so that
/// both halves of the "triple handshake" begin with the same secrets (RFC 7627 §1).
class Mallory {
 public:
  explicit Mallory(Knows lets_extension_through)
      : to_client_(Side::client,
                   kRsa,
                   [this](ClientOptions& client, ServerOptions&) {
                     client.verifier = accept_any_certificate();
                     client.key_log = client_log_;
                   }),
        to_server_(Side::server, kRsa, [this](ClientOptions&, ServerOptions& server) {
          server.key_log = server_log_;
        }) {
    pass_on_hellos(lets_extension_through);
    to_client_.say(Symbol::certificate);
    to_client_.say(Symbol::server_hello_done);
    to_server_.puppet().premaster_override = premaster();
    to_server_.say(Symbol::client_key_exchange);
  }

  /// finish completes both handshakes, which takes the master secret of the documents.
  void finish() {
    for (Rogue* const half : {&to_server_, &to_client_}) {
      half->say(Symbol::change_cipher_spec);
      half->say(Symbol::finished);
      ASSERT_EQ(half->engine().phase(), Phase::open);
    }
  }

  [[nodiscard]] Connection& client() { return to_client_.engine(); }

  [[nodiscard]] Connection& server() { return to_server_.engine(); }

  /// secret is what follows the client's random in a line of the key log.
  [[nodiscard]] static std::string secret(const KeyLines& log) {
    return log.lines.empty() ? "" : log.lines.back().substr(log.lines.back().rfind(' '));
  }

  [[nodiscard]] std::string client_secret() const { return secret(*client_log_); }

  [[nodiscard]] std::string server_secret() const { return secret(*server_log_); }

 private:
  void pass_on_hellos(Knows lets_extension_through) {
    const auto strip = [&](auto& hello) {
      if (hello.extensions.has_value()) {
        std::erase_if(*hello.extensions, [&](const wire::HelloExtension& each) {
          // She has no encrypt-then-MAC: it is not what this is about.
          return each.type == static_cast<std::uint16_t>(Extension::encrypt_then_mac) ||
                 (lets_extension_through == Knows::no &&
                  each.type == static_cast<std::uint16_t>(kEms));
        });
      }
    };
    to_server_.puppet().client_hello = to_client_.puppet().client_hello;
    strip(to_server_.puppet().client_hello);
    to_server_.say(Symbol::client_hello);
    to_client_.puppet().server_hello = to_server_.puppet().server_hello;
    to_client_.say(Symbol::server_hello);
  }

  /// premaster opens what the client has encrypted for Mallory's certificate.
  Bytes premaster() {
    const Bytes exchange = to_client_.sent(HandshakeType::client_key_exchange);
    auto block = pki_credentials("rsa1024").key->decrypt_raw(ByteView(exchange).subspan(2));
    return to_bytes(ByteView(*block.answer()).last(48));
  }

  std::shared_ptr<KeyLines> client_log_ = std::make_shared<KeyLines>();
  std::shared_ptr<KeyLines> server_log_ = std::make_shared<KeyLines>();
  Rogue to_client_;
  Rogue to_server_;
};

TEST(TripleHandshake, TwoConnectionsHaveTheSameSecretOnlyWithoutTheExtension) {
  const Mallory passive(Knows::yes);
  ASSERT_FALSE(passive.client_secret().empty());
  ASSERT_FALSE(passive.server_secret().empty());
  EXPECT_NE(passive.client_secret(), passive.server_secret());

  // She can leave the extension out of both hellos, as an old peer would have it. Then the secrets
  // are one, and neither side exports anything from them (§5.4).
  Mallory stripping(Knows::no);
  EXPECT_EQ(stripping.client_secret(), stripping.server_secret());
  stripping.finish();
  for (Connection* const side : {&stripping.client(), &stripping.server()}) {
    const auto refused = side->export_keying_material("EXPORTER-test", 16);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().cause, Cause::export_refused);
  }
  constexpr auto kAccept = UnboundExport::accept;
  EXPECT_EQ(*stripping.client().export_keying_material("EXPORTER-test", 16, {}, kAccept),
            *stripping.server().export_keying_material("EXPORTER-test", 16, {}, kAccept));
}

TEST(Exporters, AgreeAtBothEnds) {
  const Bytes context{1, 2, 3};
  for (const bool is_resumed : {false, true}) {
    ServerOptions server = server_options(kRsa);
    server.sessions = make_memory_session_store();
    server.sessions->insert(session_with(kRsa, true));
    Pair pair(build(client_options(kRsa)),
              build(std::move(server)),
              is_resumed ? session_with(kRsa, true) : nullptr);
    EXPECT_EQ(pair.client.tls_unique().error().cause, Cause::connection_not_open);
    EXPECT_EQ(pair.client.export_keying_material("EXPORTER-test", 8).error().cause,
              Cause::connection_not_open);
    pair.run();
    ASSERT_EQ(pair.client.info().is_resumed, is_resumed);
    EXPECT_EQ(pair.client.tls_unique()->size(), 12U);
    EXPECT_EQ(*pair.client.tls_unique(), *pair.server.tls_unique());
    const auto at_client = [&](auto... arguments) {
      return *pair.client.export_keying_material("EXPORTER-test", 40, arguments...);
    };
    EXPECT_EQ(at_client(context),
              *pair.server.export_keying_material("EXPORTER-test", 40, context));
    EXPECT_EQ(at_client(), *pair.server.export_keying_material("EXPORTER-test", 40));
    EXPECT_NE(at_client(), at_client(context));
    EXPECT_NE(at_client(), at_client(Bytes{})) << "an empty context is not none";
    EXPECT_NE(at_client(), *pair.client.export_keying_material("EXPORTER-other", 40));
    EXPECT_TRUE(pair.client.export_keying_material("EXPORTER-test", 0)->empty());
    for (const char* const label : {"client finished",
                                    "server finished",
                                    "master secret",
                                    "extended master secret",
                                    "key expansion"}) {
      EXPECT_EQ(pair.client.export_keying_material(label, 12).error().cause, Cause::export_refused);
    }
    EXPECT_TRUE(pair.client.export_keying_material("EXPORTER-test", 1, Bytes(65535)).has_value());
    EXPECT_FALSE(pair.client.export_keying_material("EXPORTER-test", 1, Bytes(65536)).has_value());
  }
}

TEST(Exporters, AreRefusedWhereTheyProveNothing) {
  constexpr auto kAccept = UnboundExport::accept;
  for (const bool is_resumed : {false, true}) {
    ServerOptions server = knowing(server_options(kRsa), Knows::no);
    server.sessions = make_memory_session_store();
    server.sessions->insert(session_with(kRsa, false));
    Pair pair(build(client_options(kRsa)),
              build(std::move(server)),
              is_resumed ? session_with(kRsa, false) : nullptr);
    pair.run();
    ASSERT_EQ(pair.server.info().is_resumed, is_resumed);
    for (const Connection* const side : {&pair.client, &pair.server}) {
      EXPECT_EQ(side->export_keying_material("EXPORTER-test", 8).error().cause,
                Cause::export_refused);
      EXPECT_TRUE(side->export_keying_material("EXPORTER-test", 8, {}, kAccept).has_value());
      EXPECT_NE(side->tls_unique().has_value(), is_resumed);
      EXPECT_TRUE(side->tls_unique(kAccept).has_value());
    }
  }
  const Combination ssl{kSsl, 0x000a};
  Pair pair(build(client_options(ssl)), build(server_options(ssl)));
  pair.run();
  ASSERT_EQ(pair.client.phase(), Phase::open);
  EXPECT_EQ(pair.client.tls_unique(kAccept).error().cause, Cause::export_refused);
  EXPECT_EQ(pair.client.export_keying_material("EXPORTER-test", 8, {}, kAccept).error().cause,
            Cause::export_refused);
}

}  // namespace
}  // namespace heirloom::testing
