// Session tickets in whole handshakes (RFC 5077): who gives them to whom, what they resume, and
// what a hostile client can make of them.
#include "message/any_message.hpp"
#include "message/extensions.hpp"
#include "session/session_access.hpp"
#include "support/pair.hpp"
#include "support/puppet/scene.hpp"
#include "support/test_pki.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

using namespace std::chrono_literals;
using T = HandshakeType;
using Types = std::vector<HandshakeType>;

constexpr Combination kTls{ProtocolVersion::tls10, 0x002f};
constexpr Combination kSsl{ProtocolVersion::ssl30, 0x000a};

/// Ends is a client that takes tickets and a server that gives them, with one clock.
struct Ends {
  explicit Ends(Combination combination = kTls) {
    client.policy = policy_for(combination.version, combination.suite);
    client.policy.extensions.add(Extension::session_ticket);
    client.clock = clock;
    server.policy = policy_for(combination.version, combination.suite);
    server.clock = clock;
    server.ticket_keys = make_ticket_keys({}, clock);
  }

  [[nodiscard]] Pair start(SessionPtr session = nullptr) const {
    return {build(client), build(server), std::move(session)};
  }

  [[nodiscard]] Pair run(SessionPtr session = nullptr) const {
    Pair pair = start(std::move(session));
    pair.run();
    return pair;
  }

  [[nodiscard]] SessionPtr make() const { return run().client.session(); }

  std::shared_ptr<FixedClock> clock = std::make_shared<FixedClock>();
  ClientOptions client = client_options();
  ServerOptions server = server_options();
};

/// heard is what a connection has received, in order.
Types heard(Connection& connection) {
  Types types;
  for (const Event& event : take_events(connection)) {
    if (event.kind == Event::Kind::handshake_message &&
        event.direction == Event::Direction::received) {
      types.push_back(event.handshake_type);
    }
  }
  return types;
}

bool has_ticket_message(Pair& pair) {
  return std::ranges::count(heard(pair.client), T::new_session_ticket) != 0;
}

/// expect_works: open, both of one mind about the resumption, and data goes through.
void expect_works(Pair& pair, bool is_resumed) {
  ASSERT_EQ(pair.client.phase(), Phase::open)
      << (pair.client.error() == nullptr ? "" : pair.client.error()->text());
  ASSERT_EQ(pair.server.phase(), Phase::open)
      << (pair.server.error() == nullptr ? "" : pair.server.error()->text());
  EXPECT_EQ(pair.client.info().is_resumed, is_resumed);
  EXPECT_EQ(pair.server.info().is_resumed, is_resumed);
  EXPECT_EQ(pair.client.info().is_resumed_by_ticket, pair.server.info().is_resumed_by_ticket);
  pair.send_to_server(Bytes{1, 2, 3});
  pair.send_to_client(Bytes{4, 5, 6});
  EXPECT_EQ(pair.at_server, (Bytes{1, 2, 3}));
  EXPECT_EQ(pair.at_client, (Bytes{4, 5, 6}));
}

/// first_hello is the first handshake message of a wire, if it fits one record.
template <class M>
M first_hello(const Bytes& wire) {
  const std::size_t message = static_cast<std::size_t>(wire[7]) << 8U | wire[8];
  const auto decoded = message::decode_message(ByteView(wire).subspan(5, message + 4));
  return std::get<message::Received<M>>(decoded.value()).body;
}

const Bytes* ticket_in(const auto& hello) {
  return message::find_extension(hello.extensions, message::ExtensionType::session_ticket);
}

// Figure 1: "Message Flow for Full Handshake Issuing New Session Ticket".
TEST(Tickets, AreGivenBehindTheClientsFinished) {
  Ends ends;
  Pair pair = ends.run();
  EXPECT_EQ(heard(pair.client),
            (Types{T::server_hello,
                   T::certificate,
                   T::server_hello_done,
                   T::new_session_ticket,
                   T::finished}));
  expect_works(pair, false);
  const auto offer = first_hello<message::ClientHello>(pair.wire_to_server);
  const auto answer = first_hello<message::ServerHello>(pair.wire_to_client);
  ASSERT_NE(ticket_in(offer), nullptr);
  EXPECT_TRUE(ticket_in(offer)->empty());
  ASSERT_NE(ticket_in(answer), nullptr);
  EXPECT_TRUE(ticket_in(answer)->empty());
  EXPECT_TRUE(answer.session_id.empty());  // §3.4
  const SessionPtr session = pair.client.session();
  ASSERT_NE(session, nullptr);
  EXPECT_TRUE(session->facts().id.empty());
  EXPECT_FALSE(session->facts().ticket.empty());
  EXPECT_EQ(session->facts().ticket_end, ends.clock->now() + 24h);
  EXPECT_EQ(pair.server.session(), nullptr) << "the server keeps nothing";
}

TEST(Tickets, ResumeInPiecesAndAgainAndAgain) {
  Ends ends;
  const SessionPtr session = ends.make();
  for (const std::size_t chunk : {std::size_t{1}, std::size_t{100}, std::size_t{SIZE_MAX}}) {
    Pair pair = ends.start(session);
    pair.run_cut(chunk);
    EXPECT_EQ(heard(pair.client), (Types{T::server_hello, T::finished})) << "nothing is renewed";
    expect_works(pair, true);
    EXPECT_TRUE(pair.client.info().is_resumed_by_ticket);
    const auto offer = first_hello<message::ClientHello>(pair.wire_to_server);
    EXPECT_EQ(*ticket_in(offer), session->facts().ticket);
    EXPECT_EQ(offer.session_id.size(), 32U) << "made up, to know a resumption by (§3.4)";
    EXPECT_EQ(pair.client.session()->facts().ticket, session->facts().ticket);
  }
}

// Figure 2: with a key that no longer seals, a new ticket comes before change_cipher_spec. The
// session grows no younger by it.
TEST(Tickets, AreRenewedWhenTheirKeyIsOutdated) {
  Ends ends;
  const SessionPtr session = ends.make();
  ends.clock->advance(13h);
  Pair pair = ends.run(session);
  EXPECT_EQ(heard(pair.client), (Types{T::server_hello, T::new_session_ticket, T::finished}));
  expect_works(pair, true);
  const SessionPtr renewed = pair.client.session();
  ASSERT_NE(renewed, nullptr);
  EXPECT_NE(renewed->facts().ticket, session->facts().ticket);
  EXPECT_EQ(renewed->facts().created, session->facts().created);
  EXPECT_EQ(renewed->facts().ticket_end, session->facts().created + 24h);
  for (const SessionPtr& each : {session, renewed}) {
    Pair next = ends.run(each);
    expect_works(next, true);
  }
  ends.clock->advance(11h + 1s);
  Pair late = ends.run(renewed);
  expect_works(late, false);
}

TEST(Tickets, AreOfferedForAsLongAsTheServerHasSaid) {
  Ends ends;
  ends.server.policy.limits.max_session_age = 100s;
  const SessionPtr session = ends.make();
  EXPECT_EQ(session->facts().ticket_end, ends.clock->now() + 100s);
  ends.clock->advance(99s);
  Pair live = ends.run(session);
  expect_works(live, true);
  ends.clock->advance(1s);
  Pair late = ends.run(session);
  expect_works(late, false);
  EXPECT_TRUE(ticket_in(first_hello<message::ClientHello>(late.wire_to_server))->empty());
}

// A server with both kinds: tickets to who takes them, ids to the others, and each resumes.
TEST(Tickets, GoTogetherWithTheIdCache) {
  Ends with;
  with.server.sessions = make_memory_session_store();
  Ends without = with;
  without.client.policy.extensions.remove(Extension::session_ticket);
  const SessionPtr ticket = with.make();
  const SessionPtr id = without.make();
  EXPECT_TRUE(ticket->facts().id.empty());
  EXPECT_TRUE(id->facts().ticket.empty());
  EXPECT_EQ(id->facts().id.size(), 32U);
  Pair by_ticket = with.run(ticket);
  expect_works(by_ticket, true);
  Pair by_id = without.run(id);
  expect_works(by_id, true);
  Pair id_of_one_who_takes_tickets = with.run(id);
  EXPECT_FALSE(has_ticket_message(id_of_one_who_takes_tickets)) << "it has an id";
  expect_works(id_of_one_who_takes_tickets, true);
  Pair ticket_of_one_who_takes_none = without.run(ticket);
  expect_works(ticket_of_one_who_takes_none, false);
}

// RFC 5077 §3.1, figure 4: "Server Rejecting Ticket, Performing Full Handshake, and Issuing New
// Session Ticket", and figure 3 for one that has no keys at all.
TEST(Tickets, OfAnotherServerCostAFullHandshake) {
  Ends here;
  Ends elsewhere;
  const SessionPtr foreign = elsewhere.make();
  Pair rejected = here.run(foreign);
  EXPECT_TRUE(has_ticket_message(rejected));
  expect_works(rejected, false);
  Ends keyless;
  keyless.server.ticket_keys = nullptr;
  Pair ignored = keyless.run(foreign);
  EXPECT_FALSE(has_ticket_message(ignored));
  expect_works(ignored, false);
  EXPECT_EQ(ignored.client.session(), nullptr) << "neither id nor ticket";
}

// The rules of resumption are the same as for ids.
TEST(Tickets, ResumeOnlyWhatTheyWereMadeFor) {
  Ends ends;
  ends.client.credentials = {pki_credentials("client")};
  ends.server.verifier = accept_any_certificate();
  ends.server.certificate_authorities = {certificate_subject_name(pki_certificate("ca")).value()};
  ends.server.policy.client_authentication = ClientAuthentication::required;
  const SessionPtr session = ends.make();
  Pair same = ends.run(session);
  expect_works(same, true);
  EXPECT_EQ(same.server.info().peer_chain, pki_chain("client"));
  Ends asks_nobody = ends;
  asks_nobody.server.policy.client_authentication = ClientAuthentication::none;
  Pair unasked = asks_nobody.run(session);
  expect_works(unasked, false);
  Ends distrusts = ends;
  distrusts.server.verifier = verify_with_authorities({});
  Pair untrusted = distrusts.run(session);
  EXPECT_EQ(untrusted.server.error()->cause, Cause::certificate_untrusted);
  Ends other_suite = ends;
  other_suite.client.policy.cipher_suites = {0x0035, 0x002f};
  other_suite.server.policy.cipher_suites = {0x0035};
  Pair other = other_suite.run(session);
  expect_works(other, false);
}

// SSL 3.0 has no extensions to carry them.
TEST(Tickets, AreNothingForSsl30) {
  Ends ends(kSsl);
  Pair pair = ends.run();
  EXPECT_FALSE(has_ticket_message(pair));
  expect_works(pair, false);
  Ends both;
  both.client.policy.min_version = ProtocolVersion::ssl30;
  both.client.policy.cipher_suites = {0x000a};
  both.server.policy = policy_for(kSsl.version, kSsl.suite);
  Pair lower = both.run();
  EXPECT_FALSE(has_ticket_message(lower));
  expect_works(lower, false);
}

/// Maker makes what it is told to.
class Maker final : public TicketKeys {
 public:
  [[nodiscard]] Result<MadeTicket> make(const Session& /*session*/) override { return answer; }

  [[nodiscard]] OpenedTicket open(std::span<const std::uint8_t> ticket) override {
    opened.assign(ticket.begin(), ticket.end());
    return {};
  }

  Result<MadeTicket> answer = MadeTicket{};
  Bytes opened;
};

// §3.3: "If the server determines that it does not want to include a ticket after it has included
// the SessionTicket extension in the ServerHello, then it sends a zero-length ticket".
TEST(Tickets, AServerThatCanMakeNoneSendsAnEmptyOne) {
  const std::vector<Result<MadeTicket>> answers = {
      Cause::random_failed,
      MadeTicket{.ticket = Bytes(0x8001), .lifetime = 1h},
      MadeTicket{.ticket = Bytes(10), .lifetime = 0s},
  };
  for (const auto& answer : answers) {
    Ends ends;
    const auto maker = std::make_shared<Maker>();
    maker->answer = answer;
    ends.server.ticket_keys = maker;
    Pair pair = ends.run();
    EXPECT_TRUE(has_ticket_message(pair));
    expect_works(pair, false);
    EXPECT_EQ(pair.client.session(), nullptr);
  }
  Ends largest;
  const auto maker = std::make_shared<Maker>();
  maker->answer = MadeTicket{.ticket = Bytes(0x8000, 7), .lifetime = 1h};
  largest.server.ticket_keys = maker;
  const SessionPtr session = largest.make();
  ASSERT_NE(session, nullptr);
  Pair pair = largest.run(session);
  EXPECT_EQ(maker->opened, Bytes(0x8000, 7)) << "a hello in three records";
  expect_works(pair, false);
}

// "Ticketbleed" (CVE-2016-9244): a server that echoed 32 bytes of whatever lay behind a shorter id.
TEST(Tickets, AnAcceptedTicketEchoesTheIdAsLongAsItCame) {
  const auto keys = make_ticket_keys();
  const auto stored = Scene::stored_session(kTls, Side::server);
  Session::Facts facts = stored->facts();
  facts.id.clear();
  const auto made = keys->make(*detail::SessionAccess::make(facts, Scene::stored_master()));
  ASSERT_TRUE(made.has_value());
  for (std::size_t length = 0; length <= 32; ++length) {
    Scene scene(Side::server, kTls, Shape::plain, [&](ClientOptions&, ServerOptions& server) {
      server.ticket_keys = keys;
    });
    scene.puppet().offer_session(Bytes(length, 0x1b), Scene::stored_master());
    scene.puppet().client_hello.extensions = wire::HelloExtensions{
        {.type = static_cast<std::uint16_t>(message::ExtensionType::session_ticket),
         .data = made->ticket}};
    ASSERT_TRUE(scene.say(Symbol::client_hello));
    EXPECT_TRUE(scene.engine().info().is_resumed) << length;
    EXPECT_EQ(scene.puppet().server_hello.session_id, Bytes(length, 0x1b));
    ASSERT_TRUE(scene.say(Symbol::change_cipher_spec));
    ASSERT_TRUE(scene.say(Symbol::finished));
    EXPECT_EQ(scene.engine().phase(), Phase::open);
  }
}

// §3.4: "If a ticket is presented by the client, the server MUST NOT attempt to use the Session
// ID", and §5.1: "an attacker cannot invalidate a chosen session".
TEST(Tickets, TheIdBesideATicketIsNotLookedUpNorForgotten) {
  const auto store = make_memory_session_store();
  store->insert(Scene::stored_session(kTls, Side::server));
  const auto keys = make_ticket_keys();
  const auto made = keys->make(*Scene::stored_session(kTls, Side::server));
  for (const Bytes& ticket : {Bytes(100, 1), made.value().ticket}) {
    Scene scene(Side::server, kTls, Shape::plain, [&](ClientOptions&, ServerOptions& server) {
      server.ticket_keys = keys;
      server.sessions = store;
    });
    scene.puppet().client_hello.session_id = Bytes(32, 7);
    scene.puppet().client_hello.extensions = wire::HelloExtensions{
        {.type = static_cast<std::uint16_t>(message::ExtensionType::session_ticket),
         .data = ticket}};
    ASSERT_TRUE(scene.say(Symbol::client_hello));
    EXPECT_EQ(scene.engine().info().is_resumed, ticket == made.value().ticket);
  }
  Scene attacker(Side::server, kTls, Shape::plain, [&](ClientOptions&, ServerOptions& server) {
    server.ticket_keys = keys;
    server.sessions = store;
  });
  const auto other = keys->make(*detail::SessionAccess::make(
      {.cipher_suite = kTls.suite, .created = FixedClock().now()}, Scene::stored_master()));
  attacker.puppet().offer_session(Bytes(32, 7), Scene::stored_master());
  attacker.puppet().client_hello.extensions = wire::HelloExtensions{
      {.type = static_cast<std::uint16_t>(message::ExtensionType::session_ticket),
       .data = other.value().ticket}};
  ASSERT_TRUE(attacker.say(Symbol::client_hello));
  ASSERT_TRUE(attacker.engine().info().is_resumed);
  EXPECT_FALSE(attacker.send(attacker.puppet().record(ContentType::alert, Bytes{2, 40})));
  EXPECT_NE(store->find(Bytes(32, 7)).answer(), nullptr);
}

// What a server says of tickets without having been asked, or asked and answered wrongly.
TEST(Tickets, AServersAnswerMustFit) {
  const auto answer = [](const ExtensionSet& offered, Bytes data) {
    Scene scene(Side::client, kTls, Shape::plain, [&](ClientOptions& client, ServerOptions&) {
      client.policy.extensions = offered;
    });
    scene.puppet().server_hello.extensions = wire::HelloExtensions{
        {.type = static_cast<std::uint16_t>(message::ExtensionType::session_ticket),
         .data = std::move(data)}};
    EXPECT_FALSE(scene.say(Symbol::server_hello));
    return scene.cause();
  };
  EXPECT_EQ(answer({}, {}), Cause::extension_not_offered);
  EXPECT_EQ(answer({Extension::session_ticket}, {1}), Cause::extension_malformed);
}

/// session_of is what a client keeps after it was given that ticket.
SessionPtr session_of(message::NewSessionTicket ticket) {
  Scene scene(Side::client, kTls, Shape::ticketed);
  scene.puppet().new_session_ticket = std::move(ticket);
  for (const Symbol symbol : {Symbol::server_hello,
                              Symbol::certificate,
                              Symbol::server_hello_done,
                              Symbol::new_session_ticket,
                              Symbol::change_cipher_spec}) {
    EXPECT_TRUE(scene.say(symbol));
    EXPECT_EQ(scene.engine().session(), nullptr) << "§3.3: not valid before the Finished";
  }
  EXPECT_TRUE(scene.say(Symbol::finished));
  EXPECT_EQ(scene.engine().phase(), Phase::open);
  return scene.engine().session();
}

// §3.3: "in seconds as a 32-bit unsigned integer [...] relative to when the ticket is received. A
// value of zero is reserved to indicate that the lifetime of the ticket is unspecified."
TEST(Tickets, TheHintIsSecondsFromReceipt) {
  for (const auto& [hint, lives] : {std::pair(std::uint32_t{300}, 300s),
                                    std::pair(std::uint32_t{0}, 86400s),
                                    std::pair(std::uint32_t{0xffffffff}, 86400s)}) {
    const SessionPtr session = session_of({.ticket_lifetime_hint = hint, .ticket = Bytes(50, 1)});
    EXPECT_EQ(session->facts().ticket_end, FixedClock().now() + lives);
    EXPECT_EQ(session->facts().ticket, Bytes(50, 1));
    EXPECT_TRUE(session->facts().id.empty()) << "§3.4: the id of the hello is discarded";
  }
}

// One that is empty, or too large for a hello of ours, leaves the id that the server gave as well.
TEST(Tickets, WithoutAUsableTicketTheIdRemains) {
  for (const std::size_t size : {std::size_t{0}, std::size_t{0x8001}, std::size_t{0xffff}}) {
    const SessionPtr session = session_of({.ticket_lifetime_hint = 1, .ticket = Bytes(size)});
    EXPECT_EQ(session->facts().id, Bytes(32, 0x5e));
    EXPECT_TRUE(session->facts().ticket.empty());
  }
  EXPECT_EQ(session_of({.ticket_lifetime_hint = 1, .ticket = Bytes(0x8000)})->facts().ticket.size(),
            0x8000U);
}

}  // namespace
}  // namespace heirloom::testing
