// What a peer may send that is no TLS, or not ours to speak: the right cause, the right alert or
// none, at every cut. Nothing crashes and nothing leaks (the sanitizer builds run this too).
#include "support/pair.hpp"
#include "support/puppet/scene.hpp"
#include "support/test_pki.hpp"

#include <string>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

Bytes bytes_of(std::string_view text) {
  return {text.begin(), text.end()};
}

struct Row {
  const char* name;
  Bytes bytes;
  Side side;
  Cause cause;
};

const Row kRows[] = {
    {"http_request", bytes_of("GET / HTTP/1.0\r\n\r\n"), Side::server, Cause::not_tls_http_request},
    {"http_post", bytes_of("POST /cgi HTTP/1.1\r\n"), Side::server, Cause::not_tls_http_request},
    {"http_response",
     bytes_of("HTTP/1.0 400 Bad Request\r\n"),
     Side::client,
     Cause::not_tls_http_response},
    {"html_response", bytes_of("<html><body>"), Side::client, Cause::not_tls_http_response},
    {"ssh_to_server", bytes_of("SSH-2.0-OpenSSH_9.2\r\n"), Side::server, Cause::not_tls_ssh},
    {"ssh_to_client", bytes_of("SSH-2.0-OpenSSH_9.2\r\n"), Side::client, Cause::not_tls_ssh},
    {"smtp", bytes_of("220 mail.example ESMTP\r\n"), Side::client, Cause::not_tls},
    {"garbage", Bytes{0x99, 0x88, 0x77, 0x66, 0x55, 0x44}, Side::server, Cause::not_tls},
    {"zeros", Bytes(64), Side::client, Cause::not_tls},
    {"sslv2_server",
     Bytes{0x83, 0x30, 0x04, 0x00, 0x01, 0x00, 0x02},
     Side::client,
     Cause::sslv2_server},
    {"sslv2_error", Bytes{0x80, 0x03, 0x00, 0x00, 0x01}, Side::client, Cause::sslv2_server},
    {"tls_major_4", Bytes{22, 4, 0, 0, 5, 1, 2, 3, 4, 5}, Side::server, Cause::not_tls},
    {"overlong", Bytes{22, 3, 1, 0xff, 0xff}, Side::server, Cause::record_overflow},
    {"plaintext_too_long",
     [] {
       Bytes record{22, 3, 1, 0x40, 0x01};
       record.resize(5 + 16385);
       return record;
     }(),
     Side::server,
     Cause::record_overflow},
    {"empty_handshake", Bytes{22, 3, 1, 0, 0}, Side::server, Cause::record_empty},
    {"data_first",
     Bytes{23, 3, 1, 0, 2, 'h', 'i'},
     Side::server,
     Cause::unexpected_application_data},
    {"data_to_client",
     Bytes{23, 3, 1, 0, 2, 'h', 'i'},
     Side::client,
     Cause::unexpected_application_data},
};

class BadInput : public ::testing::TestWithParam<Row> {};

INSTANTIATE_TEST_SUITE_P(Rows, BadInput, ::testing::ValuesIn(kRows), [](const auto& parameter) {
  return std::string(parameter.param.name);
});

Connection make(Side side) {
  static const auto kServer = build(server_options());
  static const auto kClient = build(client_options());
  return side == Side::server ? Connection::server(kServer)
                              : Connection::client(kClient, {.host = "localhost"});
}

TEST_P(BadInput, IsNamedForWhatItIsAtEveryCut) {
  for (const std::size_t chunk : {SIZE_MAX, std::size_t{1}, std::size_t{3}}) {
    Connection connection = make(GetParam().side);
    (void)take_outgoing(connection);
    Bytes plaintext;
    deliver(connection, GetParam().bytes, plaintext, chunk);
    ASSERT_EQ(connection.phase(), Phase::failed) << chunk;
    EXPECT_EQ(connection.error()->cause, GetParam().cause)
        << connection.error()->text() << " at " << chunk;
    EXPECT_TRUE(plaintext.empty());
    const Bytes answer = take_outgoing(connection);
    if (!answer.empty()) {
      ASSERT_EQ(answer.size(), 7U) << "one fatal alert at most";
      EXPECT_EQ(answer[0], 21);
      EXPECT_EQ(answer[5], 2);
    }
    EXPECT_EQ(connection.receive_end().error().cause, GetParam().cause);
  }
}

// HTTP and SSH peers would print an alert as rubbish.
TEST(BadInputAlerts, PlainTextProtocolsGetNoAlert) {
  for (const char* text : {"GET / HTTP/1.0\r\n\r\n", "SSH-2.0-x\r\n"}) {
    Connection server = make(Side::server);
    Bytes plaintext;
    deliver(server, bytes_of(text), plaintext);
    EXPECT_TRUE(server.outgoing().empty()) << text;
  }
}

TEST(BadInputEnds, ShortFirstBytesAreNamedAtTheEnd) {
  Connection server = make(Side::server);
  Bytes plaintext;
  deliver(server, bytes_of("GET "), plaintext);
  EXPECT_EQ(server.receive_end().error().cause, Cause::not_tls_http_request);
  Connection silent = make(Side::server);
  EXPECT_EQ(silent.receive_end().error().cause, Cause::handshake_interrupted);
}

// The peer may vanish after any byte of a whole conversation.
TEST(BadInputEnds, ThePeerMayBeGoneAtEveryByte) {
  const auto run = [](ProtocolVersion version) {
    ClientOptions client = client_options();
    client.policy = policy_for(version, 0x000a);
    ServerOptions server = server_options();
    server.policy = client.policy;
    Pair whole(build(std::move(client)), build(std::move(server)));
    whole.run();
    const Bytes to_client = whole.wire_to_client;
    for (std::size_t cut = 0; cut < to_client.size(); cut += 3) {
      ClientOptions again = client_options();
      again.policy = policy_for(version, 0x000a);
      Connection connection = Connection::client(build(std::move(again)), {.host = "localhost"});
      Bytes plaintext;
      deliver(connection, ByteView(to_client).first(cut), plaintext);
      const auto end = connection.receive_end();
      ASSERT_FALSE(end.has_value()) << cut;
      EXPECT_EQ(end.error().cause, Cause::handshake_interrupted) << cut;
    }
  };
  run(ProtocolVersion::ssl30);
  run(ProtocolVersion::tls10);
}

// Random bytes behind a believable header, in every early state.
TEST(BadInputRandom, NeverEstablishesAndNeverCrashes) {
  SeededRandom random(4711);
  for (int round = 0; round < 3000; ++round) {
    std::array<std::uint8_t, 3> dice{};
    (void)random.fill(dice);
    Bytes body(dice[0]);
    (void)random.fill(body);
    Bytes record{static_cast<std::uint8_t>(20 + dice[1] % 5),
                 3,
                 static_cast<std::uint8_t>(dice[2] % 3),
                 0,
                 static_cast<std::uint8_t>(body.size())};
    append(record, body);
    Connection connection = make(dice[2] % 2 == 0 ? Side::server : Side::client);
    Bytes plaintext;
    deliver(connection, record, plaintext);
    ASSERT_NE(connection.phase(), Phase::open);
    ASSERT_TRUE(plaintext.empty());
  }
}

}  // namespace
}  // namespace heirloom::testing
