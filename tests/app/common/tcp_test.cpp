#include "common/tcp.hpp"

#include <array>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>

namespace heirloom::app {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 30s;  // for busy machines; nothing here waits for it to pass

struct Pair {
  TcpStreamPtr client;
  TcpStreamPtr server;
};

Pair make_pair() {
  auto listener = *TcpListener::open({"127.0.0.1", 0});
  auto client = connect_tcp(listener->local(), AddressFamily::any, in(kPatience));
  const StopSignal stop;
  return {*std::move(client), listener->accept(stop)};
}

std::span<const std::uint8_t> bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string read_text(Stream& stream, StreamStatus expected = StreamStatus::ok) {
  std::array<std::uint8_t, 64> buffer{};
  const auto outcome = stream.read(buffer, in(kPatience));
  EXPECT_EQ(outcome.status, expected) << outcome.reason;
  return {buffer.begin(), buffer.begin() + static_cast<std::ptrdiff_t>(outcome.count)};
}

TEST(Tcp, MovesBytesBothWaysAndEndsByHalves) {
  const Pair pair = make_pair();
  EXPECT_EQ(pair.client->write(bytes("ping"), in(kPatience)).count, 4U);
  EXPECT_EQ(read_text(*pair.server), "ping");
  EXPECT_EQ(pair.client->finish_writing(in(kPatience)).status, StreamStatus::ok);
  EXPECT_EQ(read_text(*pair.server, StreamStatus::end), "");
  EXPECT_EQ(pair.server->write(bytes("pong"), in(kPatience)).count, 4U);
  EXPECT_EQ(read_text(*pair.client), "pong");
}

TEST(Tcp, ReadGivesUpAtTheDeadlineAndCanGoOn) {
  const Pair pair = make_pair();
  std::array<std::uint8_t, 4> buffer{};
  EXPECT_EQ(pair.client->read(buffer, in(20ms)).status, StreamStatus::timeout);
  EXPECT_EQ(pair.client->read(buffer, Deadline{}).status, StreamStatus::timeout);
  ASSERT_EQ(pair.server->write(bytes("late"), in(kPatience)).status, StreamStatus::ok);
  EXPECT_EQ(read_text(*pair.client), "late");
}

TEST(Tcp, WriteThatNobodyReadsSaysHowMuchWasTaken) {
  const Pair pair = make_pair();
  const std::vector<std::uint8_t> much(64U << 20U);
  const auto outcome = pair.client->write(much, in(50ms));
  EXPECT_EQ(outcome.status, StreamStatus::timeout);
  EXPECT_GT(outcome.count, 0U);
  EXPECT_LT(outcome.count, much.size());
}

TEST(Tcp, ResetIsAFailureInWords) {
  Pair pair = make_pair();
  pair.server->reset();
  pair.server.reset();
  std::array<std::uint8_t, 4> buffer{};
  const auto outcome = pair.client->read(buffer, in(kPatience));
  EXPECT_EQ(outcome.status, StreamStatus::failed);
  EXPECT_EQ(outcome.reason, "Connection reset by peer");
}

TEST(Tcp, ClosedPortIsRefused) {
  const HostPort gone = (*TcpListener::open({"127.0.0.1", 0}))->local();
  const auto stream = connect_tcp(gone, AddressFamily::any, in(kPatience));
  ASSERT_FALSE(stream.has_value());
  EXPECT_EQ(stream.error().code, ExitCode::network);
  EXPECT_EQ(stream.error().cause, "connection_refused");
}

TEST(Tcp, FallsBackToTheNextAddress) {
  // "localhost" has ::1 and 127.0.0.1 on most machines; the listener has only the latter.
  auto listener = *TcpListener::open({"127.0.0.1", 0});
  const auto stream =
      connect_tcp({"localhost", listener->local().port}, AddressFamily::any, in(kPatience));
  ASSERT_TRUE(stream.has_value()) << stream.error().what;
  EXPECT_EQ((*stream)->peer().host, "127.0.0.1");
}

TEST(Tcp, FullBacklogIsATimeout) {
  // A listener that never accepts takes some connections into its queue and then none.
  auto listener = *TcpListener::open({"127.0.0.1", 0});
  ASSERT_EQ(::listen(listener->handle(), 0), 0);
  std::vector<TcpStreamPtr> queued;
  for (int i = 0; i < 8; ++i) {
    auto stream = connect_tcp(listener->local(), AddressFamily::any, in(200ms));
    if (!stream) {
      EXPECT_EQ(stream.error().cause, "connect_timeout");
      EXPECT_EQ(stream.error().code, ExitCode::network);
      return;
    }
    queued.push_back(*std::move(stream));
  }
  FAIL() << "the queue never filled";
}

TEST(Tcp, PortInUseIsALocalFailure) {
  auto listener = *TcpListener::open({"127.0.0.1", 0});
  const auto second = TcpListener::open(listener->local());
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().code, ExitCode::local);
  EXPECT_EQ(second.error().cause, "port_in_use");
}

TEST(Tcp, StopEndsAccept) {
  auto listener = *TcpListener::open({"127.0.0.1", 0});
  StopSignal stop;
  std::thread stopper([&] { stop.stop(); });
  EXPECT_EQ(listener->accept(stop), nullptr);
  stopper.join();
  EXPECT_TRUE(stop.is_stopped());
  EXPECT_EQ(listener->accept(stop), nullptr) << "stopped is for ever";
}

}  // namespace
}  // namespace heirloom::app
