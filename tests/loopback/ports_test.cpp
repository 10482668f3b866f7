// The four ports of a connection: buffers, back-pressure, what is allowed when.
#include "support/pair.hpp"
#include "support/test_pki.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

Pair open_pair(std::uint16_t suite = 0x0005) {
  ClientOptions client = client_options();
  client.policy = policy_for(ProtocolVersion::ssl30, suite);
  ServerOptions server = server_options();
  server.policy = client.policy;
  Pair pair(build(std::move(client)), build(std::move(server)));
  pair.run();
  EXPECT_EQ(pair.client.phase(), Phase::open);
  return pair;
}

TEST(Ports, NothingCanBeWrittenBeforeTheHandshakeIsDone) {
  Connection client = Connection::client(build(client_options()), {.host = "localhost"});
  EXPECT_TRUE(client.write_buffer(10).empty());
  EXPECT_EQ(client.write(Bytes{1}).error().cause, Cause::connection_not_open);
  EXPECT_EQ(client.flush().error().cause, Cause::connection_not_open);
  EXPECT_EQ(client.phase(), Phase::handshaking) << "a misuse breaks nothing";
}

TEST(Ports, WritingStopsWhenTooMuchWaits) {
  Pair pair = open_pair();
  std::size_t written = 0;
  const Bytes block(50000, 'w');
  while (true) {
    const auto n = pair.client.write(block);
    ASSERT_TRUE(n.has_value());
    written += *n;
    if (*n < block.size()) {
      break;
    }
  }
  EXPECT_LT(written, 1000000U);
  EXPECT_TRUE(pair.client.write_buffer(1).empty());
  pair.run();
  EXPECT_EQ(pair.at_server.size(), written);
  EXPECT_FALSE(pair.client.write_buffer(1).empty());
}

TEST(Ports, OneHugeWriteIsTakenInPart) {
  Pair pair = open_pair();
  const Bytes huge(16U << 20U, 'h');
  const auto taken = pair.client.write(huge);
  ASSERT_TRUE(taken.has_value());
  EXPECT_GT(*taken, 0U);
  EXPECT_LT(*taken, 1000000U);
  EXPECT_TRUE(pair.client.write_buffer(1).empty());
  pair.run();
  EXPECT_EQ(pair.at_server.size(), *taken);
}

TEST(Ports, SeveralStagingsAreSealedByOneFlush) {
  Pair pair = open_pair();
  Bytes expected;
  for (std::uint8_t i = 0; i < 20; ++i) {
    const auto room = pair.client.write_buffer(1000);
    ASSERT_FALSE(room.empty());
    std::ranges::fill(room, i);
    expected.insert(expected.end(), room.size(), i);
    pair.client.written(room.size());
  }
  EXPECT_TRUE(pair.client.outgoing().empty());
  ASSERT_TRUE(pair.client.flush().has_value());
  pair.run();
  EXPECT_EQ(pair.at_server, expected);
}

TEST(Ports, ManyConnectionsAreFlushedTogether) {
  Pair one = open_pair(0x0004);
  Pair two = open_pair(0x000a);
  for (Connection* connection : {&one.client, &two.client}) {
    const auto room = connection->write_buffer(5);
    std::ranges::fill(room, std::uint8_t{9});
    connection->written(room.size());
  }
  std::array<Connection*, 2> both{&one.client, &two.client};
  Connection::flush(both);
  one.run();
  two.run();
  EXPECT_EQ(one.at_server, Bytes(5, 9));
  EXPECT_EQ(two.at_server, Bytes(5, 9));
}

// Plaintext that nobody takes pins the buffer; receiving stops, and goes on when it is taken.
TEST(Ports, UnreadPlaintextStopsReceiving) {
  Pair pair = open_pair();
  Bytes sent;
  for (int i = 0; i < 12; ++i) {
    ASSERT_TRUE(pair.server.write(Bytes(16384, static_cast<std::uint8_t>(i))).has_value());
    sent.insert(sent.end(), 16384, static_cast<std::uint8_t>(i));
  }
  Bytes wire = take_outgoing(pair.server);
  Bytes got;
  std::size_t stalls = 0;
  ByteView rest = wire;
  while (!rest.empty()) {
    const auto n = pair.client.receive(rest);
    ASSERT_TRUE(n.has_value());
    rest = rest.subspan(*n);
    if (*n == 0) {
      ++stalls;
      const ByteView window = pair.client.plaintext();
      ASSERT_FALSE(window.empty());
      append(got, window);
      pair.client.consume_plaintext(window.size());
    }
  }
  while (!pair.client.plaintext().empty()) {
    const ByteView window = pair.client.plaintext();
    append(got, window);
    pair.client.consume_plaintext(window.size());
  }
  EXPECT_GT(stalls, 0U);
  EXPECT_EQ(got, sent);
}

TEST(Ports, PlaintextMayBeTakenByteByByte) {
  Pair pair = open_pair(0x002f);
  ASSERT_TRUE(pair.server.write(Bytes{'a', 'b', 'c', 'd'}).has_value());
  const Bytes wire = take_outgoing(pair.server);
  ASSERT_TRUE(pair.client.receive(wire).has_value());
  Bytes got;
  while (!pair.client.plaintext().empty()) {
    got.push_back(pair.client.plaintext().front());
    pair.client.consume_plaintext(1);
  }
  EXPECT_EQ(got, (Bytes{'a', 'b', 'c', 'd'}));
}

TEST(Ports, OutgoingMayBeTakenByteByByte) {
  Pair pair = open_pair();
  ASSERT_TRUE(pair.client.write(Bytes(40000, 'z')).has_value());
  Bytes wire;
  while (!pair.client.outgoing().empty()) {
    wire.push_back(pair.client.outgoing().front().front());
    pair.client.consume_outgoing(1);
  }
  deliver(pair.server, wire, pair.at_server);
  EXPECT_EQ(pair.at_server, Bytes(40000, 'z'));
}

TEST(Ports, AfterTheEndNothingIsTaken) {
  Pair pair = open_pair();
  pair.client.close();
  pair.run();
  EXPECT_TRUE(pair.server.receive_end().has_value());
  EXPECT_TRUE(pair.server.receive_buffer().empty());
  EXPECT_EQ(pair.client.write(Bytes{1}).error().cause, Cause::connection_closed);
}

TEST(Ports, ErrorsAreSticky) {
  Pair pair = open_pair();
  (void)pair.client.receive_end();
  const Error* first = pair.client.error();
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(pair.client.write(Bytes{1}).error().cause, first->cause);
  EXPECT_EQ(pair.client.flush().error().cause, first->cause);
  EXPECT_EQ(pair.client.receive_end().error().cause, first->cause);
  pair.client.close();
  pair.client.cancel();
  EXPECT_EQ(pair.client.error()->cause, first->cause);
}

TEST(Ports, AConnectionMayBeMoved) {
  Pair pair = open_pair();
  Connection moved = std::move(pair.client);
  pair.client = std::move(moved);
  pair.send_to_server(Bytes{1, 2, 3});
  EXPECT_EQ(pair.at_server, (Bytes{1, 2, 3}));
}

// Events that nobody looks at cost a bounded amount of memory, and the newest are kept.
TEST(Ports, EventsAreBounded) {
  Pair pair = open_pair();
  for (int i = 0; i < 2000; ++i) {
    ASSERT_TRUE(pair.server.write(Bytes{1}).has_value());
    Bytes wire = take_outgoing(pair.server);
    deliver(pair.client, wire, pair.at_client);
  }
  pair.server.close();
  pair.run();
  const auto events = take_events(pair.client);
  EXPECT_LE(events.size(), 256U);
  EXPECT_TRUE(std::ranges::any_of(
      events, [](const Event& event) { return event.kind == Event::Kind::peer_closed; }));
}

TEST(Ports, TracedMessagesCarryTheirBytesAndCanBeDescribed) {
  ClientOptions options = client_options();
  options.trace = Trace::messages;
  Pair pair(build(std::move(options)), build(server_options()));
  pair.run();
  std::string text;
  for (const Event& event : take_events(pair.client)) {
    if (event.kind == Event::Kind::handshake_message) {
      ASSERT_EQ(event.message.size(), event.length + 4);
      text += describe_handshake_message(event.message, *pair.client.info().version);
    }
  }
  for (const char* expected : {"client_hello",
                               "client_version: 0x0301",
                               "cipher_suites: 0x",
                               "certificate_list: ",
                               "server_hello_done",
                               "finished (TLS 1.0), 12"}) {
    EXPECT_NE(text.find(expected), std::string::npos) << expected << " in\n" << text;
  }
  EXPECT_NE(
      describe_handshake_message(Bytes{1, 0, 0, 1, 9}, ProtocolVersion::tls10).find("0100000109"),
      std::string::npos);
}

}  // namespace
}  // namespace heirloom::testing
