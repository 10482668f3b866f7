// The extensions of the hellos in whole handshakes, seen from both sides: switches, server_name,
// application protocols and padding (RFC 3546 §2.3, RFC 6066 §3, RFC 7301, RFC 7685).
#include "message/extensions.hpp"

#include "handshake/extension_table.hpp"
#include "kx_rogue.hpp"
#include "support/suite_setup.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

using Names = std::vector<std::string>;

constexpr Combination kRsa{kTls, 0x002f};
constexpr Combination kRsaAtSsl30{kSsl, 0x000a};
constexpr Refusal kMalformedExtension{Cause::extension_malformed,
                                      AlertDescription::decode_error,
                                      AlertDescription::illegal_parameter};
constexpr Refusal kNotOffered{Cause::extension_not_offered,
                              AlertDescription::unsupported_extension,
                              AlertDescription::handshake_failure};

wire::HelloExtension extension(Extension type, Bytes data = {}) {
  return {.type = static_cast<std::uint16_t>(type), .data = std::move(data)};
}

/// protocol_list is a ProtocolNameList made by hand.
Bytes protocol_list(const Names& names) {
  Bytes list;
  for (const std::string& name : names) {
    append(list, opaque8(Bytes(name.begin(), name.end())));
  }
  return opaque16(list);
}

std::vector<Extension> types_of(const std::optional<wire::HelloExtensions>& extensions) {
  std::vector<Extension> types;
  for (const auto& each : extensions.value_or(wire::HelloExtensions{})) {
    types.push_back(static_cast<Extension>(each.type));
  }
  return types;
}

bool has(const std::vector<Extension>& types, Extension type) {
  return std::ranges::find(types, type) != types.end();
}

/// ask_for_everything gives a client something to ask for with every extension, and a hello that is
/// padded whichever of them is missing.
void ask_for_everything(ClientOptions& client) {
  for (const Extension each : extensions()) {
    client.policy.extensions.add(each);
  }
  client.policy.cipher_suites = Policy::museum().cipher_suites;
  client.policy.named_curves = {named_curves().begin(), named_curves().end()};
  client.application_protocols = {"http/1.1", std::string(40, 'x')};
  client.policy.wanted_fragment_length = MaxFragmentLength::bytes_4096;
}

TEST(ExtensionTable, HasEachExtensionOnce) {
  for (const Extension each : extensions()) {
    SCOPED_TRACE(to_string(each));
    EXPECT_EQ(std::ranges::count(extension_table(), each, &ExtensionRow::type), 1);
    EXPECT_EQ(parse_extension(to_string(each)), each);
    EXPECT_EQ(parse_extension(std::to_string(static_cast<unsigned>(each))), each);
  }
  EXPECT_EQ(extension_table().size(), extensions().size());
  EXPECT_EQ(parse_extension("heartbeat"), std::nullopt);
  EXPECT_EQ(to_string(Extension{15}), "unknown");
}

TEST(Extensions, AreSwitchedOffOneByOne) {
  const auto offered = [](std::optional<Extension> off) {
    Rogue rogue(Side::client, kRsa, [&](ClientOptions& client, ServerOptions&) {
      ask_for_everything(client);
      if (off.has_value()) {
        client.policy.extensions.remove(*off);
      }
    });
    auto types = types_of(rogue.puppet().client_hello.extensions);
    // RFC 5746 §3.4: in an initial handshake the signalling suite stands for it.
    if (std::ranges::find(rogue.puppet().client_hello.cipher_suites, 0x00ff) !=
        rogue.puppet().client_hello.cipher_suites.end()) {
      types.push_back(Extension::renegotiation_info);
    }
    std::ranges::sort(types);
    return types;
  };
  const std::vector<Extension> all = offered(std::nullopt);
  EXPECT_TRUE(std::ranges::equal(all, extensions()));
  for (const Extension off : extensions()) {
    SCOPED_TRACE(to_string(off));
    std::vector<Extension> rest = all;
    std::erase(rest, off);
    EXPECT_EQ(offered(off), rest);
  }
}

TEST(Extensions, OfAClientAtSsl30AreTheSignalAlone) {
  Rogue rogue(Side::client, kRsaAtSsl30, [](ClientOptions& client, ServerOptions&) {
    const Policy policy = client.policy;
    ask_for_everything(client);
    client.policy.cipher_suites = policy.cipher_suites;
  });
  EXPECT_FALSE(rogue.puppet().client_hello.extensions.has_value());
}

// What a server of SSL 3.0 repeats of a hello that offered TLS 1.0 means nothing there.
TEST(Extensions, AnsweredAtSsl30AreIgnored) {
  Rogue rogue(Side::client, kRsaAtSsl30, [](ClientOptions& client, ServerOptions&) {
    client.policy.max_version = kTls;
    client.application_protocols = {"http/1.1"};
  });
  rogue.puppet().server_hello.extensions = {
      extension(Extension::server_name),
      extension(Extension::application_layer_protocol_negotiation, protocol_list({"http/1.1"}))};
  rogue.say(Symbol::server_hello);
  rogue.expect_content();
  EXPECT_EQ(rogue.engine().info().application_protocol, "");
}

// But Pike and Bouncy Castle go by this one, which they have been offered.
TEST(Extensions, EncryptThenMacAnsweredAtSsl30Counts) {
  for (const bool is_answered : {true, false}) {
    SCOPED_TRACE(is_answered);
    Rogue rogue(Side::client, kRsaAtSsl30, [](ClientOptions& client, ServerOptions&) {
      client.policy.max_version = kTls;
    });
    if (is_answered) {
      rogue.puppet().server_hello.extensions = {extension(Extension::encrypt_then_mac)};
    }
    rogue.say(Symbol::server_hello);
    rogue.expect_content();
    EXPECT_EQ(rogue.engine().info().has_encrypt_then_mac, is_answered);
  }
}

TEST(Extensions, ThatAreSwitchedOffAreNotReadEither) {
  for (const Extension off : {Extension::server_name,
                              Extension::application_layer_protocol_negotiation,
                              Extension::elliptic_curves,
                              Extension::ec_point_formats,
                              Extension::renegotiation_info}) {
    SCOPED_TRACE(to_string(off));
    for (const bool is_on : {true, false}) {
      Rogue rogue(Side::server, kRsa, [&](ClientOptions&, ServerOptions& server) {
        server.application_protocols = {"http/1.1"};
        if (!is_on) {
          server.policy.extensions.remove(off);
        }
      });
      rogue.puppet().client_hello.extensions = {extension(off, {0xff, 0xff})};
      rogue.say(Symbol::client_hello);
      if (is_on) {
        EXPECT_NE(rogue.engine().error(), nullptr);
      } else {
        rogue.expect_content();
        EXPECT_FALSE(rogue.puppet().server_hello.extensions.has_value());
      }
    }
  }
}

// RFC 3546 §2.3: a server must ignore what it does not know.
TEST(Extensions, ThatNobodyKnowsAreSkipped) {
  for (const ProtocolVersion version : {kSsl, kTls}) {
    Rogue rogue(Side::server, {version, 0x000a});
    rogue.puppet().client_hello.extensions = {extension(Extension{1234}, Bytes(3000)),
                                              extension(Extension{0xfafa}),
                                              extension(Extension{15}, {1})};
    rogue.say(Symbol::client_hello);
    rogue.expect_content();
    EXPECT_FALSE(rogue.puppet().server_hello.extensions.has_value());
  }
}

TEST(Extensions, StandOnceInAHello) {
  for (const ProtocolVersion version : {kSsl, kTls}) {
    const Combination combination{version, 0x000a};
    Rogue server(Side::server, combination);
    // Any type: also one that we do not know.
    server.puppet().client_hello.extensions = {
        extension(Extension{1234}), extension(Extension::server_name), extension(Extension{1234})};
    server.say(Symbol::client_hello);
    server.expect(kMalformedExtension);

    Rogue client(Side::client, combination);
    client.puppet().server_hello.extensions = {extension(Extension::renegotiation_info, {0}),
                                               extension(Extension::renegotiation_info, {0})};
    client.say(Symbol::server_hello);
    client.expect(kMalformedExtension);
  }
}

TEST(ServerName, IsAcknowledgedWhereItMatters) {
  struct Row {
    Names served;
    UnrecognizedName rule;
    bool is_acknowledged;
    std::vector<Alert> alerts;
    std::optional<Cause> cause;
  };

  const Alert warning{AlertLevel::warning, AlertDescription::unrecognized_name};
  const Alert fatal{AlertLevel::fatal, AlertDescription::unrecognized_name};
  for (const Row& row :
       {Row{{}, UnrecognizedName::refuse, false, {}, std::nullopt},
        Row{{"other.example", "OLD-box.example"}, UnrecognizedName::refuse, true, {}, std::nullopt},
        Row{{"*.example"}, UnrecognizedName::ignore, false, {}, std::nullopt},
        Row{{"other.example"}, UnrecognizedName::ignore, false, {}, std::nullopt},
        Row{{"other.example"}, UnrecognizedName::warn, false, {warning}, std::nullopt},
        Row{{"other.example"},
            UnrecognizedName::refuse,
            false,
            {fatal},
            Cause::server_name_unrecognized}}) {
    Rogue rogue(Side::server, kRsa, [&](ClientOptions&, ServerOptions& server) {
      server.server_names = row.served;
      server.policy.unrecognized_name = row.rule;
    });
    rogue.puppet().client_hello.extensions = {message::make_server_name("old-box.example")};
    rogue.say(Symbol::client_hello);
    const Error* const error = rogue.engine().error();
    EXPECT_EQ(error == nullptr ? std::nullopt : std::optional(error->cause), row.cause);
    EXPECT_EQ(rogue.puppet().alerts, row.alerts);
    EXPECT_EQ(has(types_of(rogue.puppet().server_hello.extensions), Extension::server_name),
              row.is_acknowledged);
    EXPECT_EQ(rogue.engine().info().server_name, "old-box.example");
  }
}

// RFC 1035 §2.3.4: names have 255 octets or less. What is longer is nobody's, and fits no hello.
TEST(ServerName, ThatIsLongerThanAnyNameIsRefused) {
  const auto config = build(client_options(kRsa));
  for (const std::size_t size : {std::size_t{255}, std::size_t{256}, std::size_t{70000}}) {
    const Connection client = Connection::client(config, {.host = std::string(size, 'a')});
    EXPECT_EQ(client.error() == nullptr, size == 255) << size;
    if (client.error() != nullptr) {
      EXPECT_EQ(client.error()->cause, Cause::config_invalid);
      EXPECT_TRUE(client.outgoing().empty());
    }
  }
}

TEST(ServerName, AskedForByNobodyIsNotMissed) {
  Rogue rogue(Side::server, kRsa, [](ClientOptions&, ServerOptions& server) {
    server.server_names = {"old-box.example"};
    server.policy.unrecognized_name = UnrecognizedName::refuse;
  });
  rogue.say(Symbol::client_hello);
  rogue.expect_content();
}

// RFC 6066 §3: a server that resumes "MUST NOT include a server_name extension in the server
// hello".
TEST(ServerName, IsNotAcknowledgedInAResumption) {
  ServerOptions server = server_options(kRsa);
  server.sessions = make_memory_session_store();
  server.server_names = {"old-box.example"};
  server.policy.unrecognized_name = UnrecognizedName::refuse;
  const auto server_config = build(std::move(server));
  ClientOptions client = client_options(kRsa);
  client.trace = Trace::messages;
  const auto client_config = build(std::move(client));
  SessionPtr session;
  for (const bool is_resumed : {false, true}) {
    Pair pair(client_config, server_config, session);
    pair.client = Connection::client(client_config, {.host = "old-box.example"}, session);
    pair.run();
    ASSERT_EQ(pair.client.phase(), Phase::open);
    ASSERT_EQ(pair.client.info().is_resumed, is_resumed);
    session = pair.client.session();
    for (const Event& event : take_events(pair.client)) {
      if (event.handshake_type == HandshakeType::server_hello) {
        const auto hello = message::decode_message(event.message);
        ASSERT_TRUE(hello.has_value());
        const auto& body = std::get<message::Received<message::ServerHello>>(*hello).body;
        EXPECT_NE(has(types_of(body.extensions), Extension::server_name), is_resumed);
      }
    }
  }
}

// Deployed servers send the warning and go on.
TEST(ServerName, TheWarningOfAServerIsIgnored) {
  for (const ProtocolVersion version : {kSsl, kTls}) {
    Rogue rogue(Side::client, {version, 0x000a});
    Bytes plaintext;
    const Bytes warning{1, static_cast<std::uint8_t>(AlertDescription::unrecognized_name)};
    deliver(rogue.engine(), rogue.puppet().record(ContentType::alert, warning), plaintext);
    rogue.say(Symbol::server_hello);
    rogue.expect_content();
  }
  Rogue refused(Side::client, kRsa);
  refused.puppet().server_hello.extensions = {extension(Extension::server_name, {0})};
  refused.say(Symbol::server_hello);
  refused.expect(kMalformedExtension);
}

TEST(Alpn, TheServerChoosesByItsOwnOrder) {
  struct Row {
    Names client;
    Names server;
    std::string chosen;
  };

  for (const Row& row : {Row{{"http/1.1", "xmpp"}, {"xmpp", "http/1.1"}, "xmpp"},
                         Row{{"http/1.1", "xmpp"}, {"imap", "http/1.1"}, "http/1.1"},
                         Row{{"http/1.1"}, {}, ""},
                         Row{{}, {"http/1.1"}, ""}}) {
    ClientOptions client = client_options(kRsa);
    client.application_protocols = row.client;
    ServerOptions server = server_options(kRsa);
    server.application_protocols = row.server;
    Pair pair(build(std::move(client)), build(std::move(server)));
    pair.run();
    ASSERT_EQ(pair.client.phase(), Phase::open);
    EXPECT_EQ(pair.client.info().application_protocol, row.chosen);
    EXPECT_EQ(pair.server.info().application_protocol, row.chosen);
  }
}

TEST(Alpn, AServerRefusesAClientThatSpeaksNothingOfIt) {
  Rogue rogue(Side::server, kRsa, [](ClientOptions&, ServerOptions& server) {
    server.application_protocols = {"http/1.1"};
  });
  rogue.puppet().client_hello.extensions = {extension(
      Extension::application_layer_protocol_negotiation, protocol_list({"xmpp", "imap"}))};
  rogue.say(Symbol::client_hello);
  rogue.expect({Cause::no_common_application_protocol,
                AlertDescription::no_application_protocol,
                AlertDescription::handshake_failure});
}

// RFC 7301 §3.1: "Empty strings MUST NOT be included and byte strings MUST NOT be truncated."
TEST(Alpn, MalformedListsAreRefusedByBothSides) {
  for (const Bytes& data : {Bytes{},
                            Bytes{0, 0},
                            Bytes{0, 1, 0},
                            Bytes{0, 3, 0, 1, 'a'},
                            Bytes{0, 2, 2, 'a'},
                            Bytes{0, 4, 2, 'a'},
                            Bytes{0, 2, 1, 'a', 0}}) {
    SCOPED_TRACE(to_hex(data));
    Rogue server(Side::server, kRsa);  // also if it has no list itself
    server.puppet().client_hello.extensions = {
        extension(Extension::application_layer_protocol_negotiation, data)};
    server.say(Symbol::client_hello);
    server.expect(kMalformedExtension);

    Rogue client(Side::client, kRsa, [](ClientOptions& options, ServerOptions&) {
      options.application_protocols = {"a"};
    });
    client.puppet().server_hello.extensions = {
        extension(Extension::application_layer_protocol_negotiation, data)};
    client.say(Symbol::server_hello);
    client.expect(kMalformedExtension);
  }
}

/// Choosing is a server that has answered a client's list with these names.
class Choosing : public Rogue {
 public:
  Choosing(const Names& chosen, const Names& offered)
      : Rogue(Side::client, kRsa, [&](ClientOptions& options, ServerOptions&) {
          options.application_protocols = offered;
        }) {
    puppet().server_hello.extensions = {
        extension(Extension::application_layer_protocol_negotiation, protocol_list(chosen))};
    say(Symbol::server_hello);
  }
};

TEST(Alpn, AClientTakesOneNameOfItsOwn) {
  Choosing good({"a"}, {"b", "a"});
  good.expect_content();
  EXPECT_EQ(good.engine().info().application_protocol, "a");
  Choosing({"a", "b"}, {"b", "a"}).expect(kMalformedExtension);
  Choosing({"c"}, {"b", "a"})
      .expect({Cause::application_protocol_not_offered,
               AlertDescription::illegal_parameter,
               AlertDescription::illegal_parameter});
  Choosing({"a"}, {}).expect(kNotOffered);
}

TEST(Alpn, NamesMustFitTheField) {
  const auto build_with = [](Names names) {
    ClientOptions client = client_options(kRsa);
    client.application_protocols = names;
    ServerOptions server = server_options(kRsa);
    server.application_protocols = std::move(names);
    const bool is_good = ClientConfig::build(std::move(client)).has_value();
    EXPECT_EQ(ServerConfig::build(std::move(server)).has_value(), is_good);
    return is_good;
  };
  EXPECT_TRUE(build_with({"a", std::string(255, 'x')}));
  EXPECT_FALSE(build_with({""}));
  EXPECT_FALSE(build_with({std::string(256, 'x')}));
  EXPECT_FALSE(build_with({"a", "b", "a"}));
  Names many;
  for (int i = 0; i < 63; ++i) {
    many.push_back(std::to_string(i) + std::string(250 - std::to_string(i).size(), 'x') + "yyyyy");
  }
  many.emplace_back(255, 'z');
  ASSERT_TRUE(build_with(many)) << "16384 bytes with their lengths";
  Choosing longest({many.back()}, many);  // a hello has room for it
  longest.expect_content();
  EXPECT_EQ(longest.engine().info().application_protocol, many.back());
  many.emplace_back("z");
  EXPECT_FALSE(build_with(many));
}

/// padded_hello gives the size of a ClientHello whose application protocol makes it `size` bytes
/// long without padding, and checks that the padding is all zeros.
std::size_t padded_size(std::size_t size) {
  const auto make = [](std::size_t name, bool pads) {
    return Rogue(Side::client, kRsa, [&](ClientOptions& client, ServerOptions&) {
      client.policy.extensions = {Extension::application_layer_protocol_negotiation};
      client.application_protocols = {"a", std::string(200, 'b')};
      if (name > 255) {
        client.application_protocols.emplace_back(200, 'c');
        name -= 201;
      }
      client.application_protocols.emplace_back(name, 'd');
      if (pads) {
        client.policy.extensions.add(Extension::padding);
      }
    });
  };
  // 4 bytes of header, 2, 32, 1, 4, 2, 2 of a bare hello, and the extension with its fixed names.
  const std::size_t fixed = 4 + 2 + 32 + 1 + 4 + 2 + 2 + 4 + 2 + 2 + 201;
  Rogue plain = make(size - fixed - 1, false);
  EXPECT_EQ(4 + plain.sent(HandshakeType::client_hello).size(), size);
  Rogue padded = make(size - fixed - 1, true);
  if (const Bytes* padding =
          message::find_extension(padded.puppet().client_hello.extensions, Extension::padding)) {
    EXPECT_EQ(*padding, Bytes(padding->size(), 0));
    EXPECT_EQ(padded.puppet().client_hello.extensions->back().type, 21);
  }
  return 4 + padded.sent(HandshakeType::client_hello).size();
}

TEST(Padding, LeavesNoHelloBetween256And511Bytes) {
  struct Row {
    std::size_t before;
    std::size_t after;
  };

  // The last four have no room for header and data: they are longer than need be.
  for (const Row& row : {Row{258, 512},
                         Row{300, 512},
                         Row{507, 512},
                         Row{508, 513},
                         Row{511, 516},
                         Row{512, 512},
                         Row{600, 600}}) {
    SCOPED_TRACE(row.before);
    EXPECT_EQ(padded_size(row.before), row.after);
  }
}

TEST(Padding, IsNotForSmallOrBareHellosAndNotAnswered) {
  Rogue small(Side::client, kRsa);
  EXPECT_FALSE(has(types_of(small.puppet().client_hello.extensions), Extension::padding));

  // A hello that long, but without an extension block.
  const Environment environment{};
  ConnectionInfo info;
  Effects effects(environment, info);
  message::ClientHello hello;
  hello.cipher_suites.assign(150, 0x002f);
  EXPECT_EQ(kPadding.offer(hello, effects), std::nullopt);
  hello.extensions.emplace();
  EXPECT_NE(kPadding.offer(hello, effects), std::nullopt);

  Rogue echoed(Side::client, kRsa, [](ClientOptions& client, ServerOptions&) {
    client.application_protocols = {std::string(200, 'x')};
  });
  ASSERT_TRUE(has(types_of(echoed.puppet().client_hello.extensions), Extension::padding));
  echoed.puppet().server_hello.extensions = {extension(Extension::padding, Bytes(3))};
  echoed.say(Symbol::server_hello);
  echoed.expect(kNotOffered);
}

}  // namespace
}  // namespace heirloom::testing
