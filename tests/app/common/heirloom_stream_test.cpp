#include "common/heirloom_stream.hpp"

#include "heirloom/config.hpp"

#include "common/relay.hpp"
#include "common/wait.hpp"

#include <array>
#include <thread>

#include <gtest/gtest.h>
#include <sys/socket.h>

namespace heirloom::app {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 60s;

std::string certificate_file(const std::string& name) {
  return std::string(HEIRLOOM_SOURCE_DIR) + "/tests/vectors/certificates/" + name;
}

std::shared_ptr<const ClientConfig> client_config() {
  ClientOptions options;
  options.verifier = accept_any_certificate();
  return ClientConfig::build(std::move(options)).value();
}

std::shared_ptr<const ServerConfig> server_config() {
  ServerOptions options;
  options.credentials = {
      load_credentials(certificate_file("rsa1024.crt"), certificate_file("rsa1024.key")).value()};
  options.sessions = make_memory_session_store();
  options.verifier = accept_any_certificate();  // of clients, if they are asked for one
  options.certificate_authorities = {
      certificate_subject_name(options.credentials.front().chain.front()).value()};
  return ServerConfig::build(std::move(options)).value();
}

struct Wire {
  TcpStreamPtr client;
  TcpStreamPtr server;
};

Wire make_wire() {
  std::array<int, 2> handles{};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, handles.data()),
            0);
  return {std::make_unique<TcpStream>(handles[0]), std::make_unique<TcpStream>(handles[1])};
}

/// Session is both ends after the handshake.
struct Session {
  std::unique_ptr<HeirloomStream> client;
  std::unique_ptr<HeirloomStream> server;
};

Session make_session() {
  Wire wire = make_wire();
  Session session;
  session.client = std::make_unique<HeirloomStream>(std::move(wire.client),
                                                    Connection::client(client_config(), {"box"}));
  session.server =
      std::make_unique<HeirloomStream>(std::move(wire.server), Connection::server(server_config()));
  std::thread serving([&] {
    EXPECT_EQ(session.server->handshake(in(kPatience)).end, HandshakeReport::End::complete);
  });
  EXPECT_EQ(session.client->handshake(in(kPatience)).end, HandshakeReport::End::complete);
  serving.join();
  return session;
}

std::span<const std::uint8_t> bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string read_text(Stream& stream, std::size_t size) {
  std::string text;
  std::array<std::uint8_t, 64> buffer{};
  while (text.size() < size) {
    const auto outcome = stream.read(buffer, in(kPatience));
    if (outcome.status != StreamStatus::ok) {
      ADD_FAILURE() << outcome.reason;
      break;
    }
    text.append(buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(outcome.count));
  }
  return text;
}

TEST(HeirloomStream, CarriesDataBothWaysAndEndsCleanly) {
  Session session = make_session();
  EXPECT_EQ(session.client->write(bytes("ping"), in(kPatience)).status, StreamStatus::ok);
  EXPECT_EQ(read_text(*session.server, 4), "ping");
  EXPECT_EQ(session.server->write(bytes("pong"), in(kPatience)).status, StreamStatus::ok);
  EXPECT_EQ(read_text(*session.client, 4), "pong");
  EXPECT_EQ(session.client->finish_writing(in(kPatience)).status, StreamStatus::ok);
  std::array<std::uint8_t, 4> buffer{};
  EXPECT_EQ(session.server->read(buffer, in(kPatience)).status, StreamStatus::end);
  EXPECT_EQ(session.server->write(bytes("late"), in(kPatience)).status, StreamStatus::end);
}

TEST(HeirloomStream, TransportEndWithoutCloseNotifyIsTruncation) {
  Session session = make_session();
  ASSERT_EQ(session.server->write(bytes("half"), in(kPatience)).status, StreamStatus::ok);
  session.server.reset();
  EXPECT_EQ(read_text(*session.client, 4), "half");
  std::array<std::uint8_t, 4> buffer{};
  EXPECT_EQ(session.client->read(buffer, in(kPatience)).status, StreamStatus::truncated);
}

TEST(HeirloomStream, ReadGivesUpAtTheDeadlineAndCanGoOn) {
  Session session = make_session();
  std::array<std::uint8_t, 4> buffer{};
  EXPECT_EQ(session.client->read(buffer, in(20ms)).status, StreamStatus::timeout);
  ASSERT_EQ(session.server->write(bytes("late"), in(kPatience)).status, StreamStatus::ok);
  EXPECT_EQ(read_text(*session.client, 4), "late");
}

TEST(HeirloomStream, WriteWithoutPatienceBuffersAndReports) {
  Session session = make_session();
  const std::vector<std::uint8_t> much(16U << 20U, 'x');
  std::size_t taken = 0;
  StreamOutcome outcome;
  do {
    outcome = session.client->write(std::span(much).subspan(taken), Deadline{});
    taken += outcome.count;
  } while (outcome.count != 0 && taken < much.size());
  EXPECT_EQ(outcome.status, StreamStatus::timeout);
  EXPECT_TRUE(session.client->has_buffered_output());
  EXPECT_LT(taken, much.size()) << "back-pressure bounds what is buffered";
  std::thread reading([&] { EXPECT_EQ(read_text(*session.server, taken).size(), taken); });
  EXPECT_EQ(session.client->write({}, in(kPatience)).status, StreamStatus::ok);
  EXPECT_FALSE(session.client->has_buffered_output());
  reading.join();
}

TEST(HeirloomStream, RelaysThroughTwoSessions) {
  Session one = make_session();
  Session two = make_session();
  std::thread relaying([&] { static_cast<void>(relay(*one.server, *two.client)); });
  const std::string text(300'000, 'r');
  std::thread writing(
      [&] { EXPECT_EQ(one.client->write(bytes(text), in(kPatience)).status, StreamStatus::ok); });
  EXPECT_EQ(read_text(*two.server, text.size()), text);
  writing.join();
  EXPECT_EQ(two.server->finish_writing(in(kPatience)).status, StreamStatus::ok);
  std::array<std::uint8_t, 4> buffer{};
  EXPECT_EQ(one.client->read(buffer, in(kPatience)).status, StreamStatus::end);
  close_politely(*one.client, 1s);
  relaying.join();
}

enum class Afterwards : std::uint8_t { wait, hang_up };

TEST(HandshakeReport, SilenceStallEndAndGarbageAreToldApart) {
  const auto shake = [](std::string_view answer, Afterwards afterwards) {
    const bool hangs_up = afterwards == Afterwards::hang_up;
    Wire wire = make_wire();
    EXPECT_EQ(wire.server->write(bytes(answer), in(kPatience)).status, StreamStatus::ok);
    if (hangs_up) {
      EXPECT_EQ(wire.server->finish_writing(in(kPatience)).status, StreamStatus::ok);
    }
    HeirloomStream stream(std::move(wire.client), Connection::client(client_config(), {"box"}));
    return stream.handshake(in(hangs_up ? kPatience : 100ms));
  };
  using End = HandshakeReport::End;
  EXPECT_EQ(shake("", Afterwards::wait).end, End::silent);
  EXPECT_EQ(shake("\x16\x03\x01", Afterwards::wait).end, End::stalled);
  EXPECT_EQ(shake("\x16\x03\x01", Afterwards::wait).bytes_received, 3U);
  EXPECT_EQ(shake("", Afterwards::hang_up).end, End::closed);
  const auto http = shake("HTTP/1.0 400 Bad Request\r\n\r\n", Afterwards::hang_up);
  EXPECT_EQ(http.end, End::refused);
  EXPECT_EQ(http.error->cause, Cause::not_tls_http_response);
}

TEST(HandshakeReport, AnAlertBeforeTheHangUpIsSeen) {
  Wire wire = make_wire();
  const std::array<std::uint8_t, 7> alert{0x15, 3, 1, 0, 2, 2, 40};
  ASSERT_EQ(wire.server->write(alert, in(kPatience)).status, StreamStatus::ok);
  wire.server.reset();  // our hello cannot be sent any more, but the alert can be read
  HeirloomStream stream(std::move(wire.client), Connection::client(client_config(), {"box"}));
  const auto report = stream.handshake(in(kPatience));
  ASSERT_EQ(report.end, HandshakeReport::End::refused);
  EXPECT_EQ(report.error->cause, Cause::alert_received);
  EXPECT_EQ(report.error->alert->description, AlertDescription::handshake_failure);
}

TEST(HandshakeReport, StopEndsTheWait) {
  Wire wire = make_wire();
  StopSignal stop;
  HeirloomStream stream(std::move(wire.client), Connection::client(client_config(), {"box"}));
  std::thread stopper([&] { stop.stop(); });
  EXPECT_EQ(stream.handshake(in(kPatience), &stop).end, HandshakeReport::End::stopped);
  stopper.join();
}

TEST(HeirloomStream, AWriteWaitsForTheEndOfARenegotiation) {
  // A server that resumes sends its Finished first: from then on it must wait for the client's.
  Session session = make_session();
  const std::vector<std::uint8_t> much(300000, 'x');
  ASSERT_TRUE(session.client->connection().renegotiate({.session = OfferSession::yes}).has_value());
  EXPECT_EQ(session.client->write(bytes("go"), in(kPatience)).count, 2U);
  EXPECT_EQ(read_text(*session.server, 2), "go");
  const auto blocked = session.server->write(much, Deadline{});
  EXPECT_EQ(blocked.status, StreamStatus::timeout);
  EXPECT_EQ(blocked.count, 0U);
  EXPECT_TRUE(session.server->write_needs_input());
  std::thread serving(
      [&] { EXPECT_EQ(session.server->write(much, in(kPatience)).count, much.size()); });
  EXPECT_EQ(read_text(*session.client, much.size()).size(), much.size());
  serving.join();
  EXPECT_FALSE(session.server->write_needs_input());
  EXPECT_EQ(session.client->connection().info().handshakes, 2U);
  EXPECT_TRUE(session.client->connection().info().is_resumed);
  EXPECT_EQ(session.server->connection().info().handshakes, 2U);
}

// What explains an end is said instead of "no answer"; as long as data comes, nothing is wrong.
TEST(HeirloomStream, KnowsThatACertificateWasWantedInTheMiddle) {
  Session session = make_session();
  EXPECT_EQ(session.client->obstacle(), Obstacle::none);
  std::thread serving([&] {
    const RenegotiationOptions wanted{.client_authentication = ClientAuthentication::required};
    EXPECT_EQ(session.server->renegotiate(wanted, in(kPatience)).end,
              HandshakeReport::End::refused);
  });
  std::array<std::uint8_t, 4> buffer{};
  EXPECT_EQ(session.client->read(buffer, in(kPatience)).status, StreamStatus::failed);
  serving.join();
  EXPECT_EQ(session.client->obstacle(), Obstacle::certificate_wanted);
  const auto why = explain_obstacle(session.client->obstacle(), "box:443", "heirloom reach box");
  ASSERT_TRUE(why.has_value());
  EXPECT_EQ(why->next, "heirloom reach box --cert CERT.pem --key KEY.pem");
}

TEST(HeirloomStream, KeepsWhatCameBeforeARenegotiationWasComplete) {
  for (const bool client_begins : {true, false}) {
    SCOPED_TRACE(client_begins);
    Session session = make_session();
    HeirloomStream& first = client_begins ? *session.client : *session.server;
    HeirloomStream& second = client_begins ? *session.server : *session.client;
    EXPECT_EQ(second.write(bytes("before"), in(kPatience)).count, 6U);
    std::thread answering([&] { EXPECT_EQ(read_text(second, 5), "after"); });
    EXPECT_EQ(first.renegotiate({}, in(kPatience)).end, HandshakeReport::End::complete);
    EXPECT_EQ(first.connection().info().handshakes, 2U);
    EXPECT_TRUE(first.has_buffered_input());
    EXPECT_EQ(read_text(first, 6), "before");
    EXPECT_EQ(first.write(bytes("after"), in(kPatience)).count, 5U);
    answering.join();
  }
}

TEST(HeirloomStream, ARenegotiationThatIsNotAnsweredHindersNothing) {
  Session session = make_session();
  const auto silent = session.server->renegotiate({}, in(50ms));
  EXPECT_EQ(silent.end, HandshakeReport::End::stalled) << "the client does not read";
  EXPECT_EQ(session.server->renegotiate({}, in(50ms)).error->cause, Cause::handshake_in_progress);
  EXPECT_EQ(session.server->write(bytes("all the same"), in(kPatience)).count, 12U);
  std::thread answering([&] { EXPECT_EQ(read_text(*session.server, 4), "then"); });
  EXPECT_EQ(read_text(*session.client, 12), "all the same");
  EXPECT_EQ(session.client->write(bytes("then"), in(kPatience)).count, 4U);
  answering.join();
}

}  // namespace
}  // namespace heirloom::app
