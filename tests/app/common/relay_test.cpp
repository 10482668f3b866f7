#include "common/relay.hpp"

#include "common/tcp.hpp"

#include <array>
#include <numeric>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/socket.h>

namespace heirloom::app {
namespace {

using namespace std::chrono_literals;

constexpr auto kPatience = 30s;

/// Wire is a connected pair: `outer` for the test, `inner` for the relay.
struct Wire {
  TcpStreamPtr outer;
  TcpStreamPtr inner;
};

Wire make_wire() {
  std::array<int, 2> handles{};
  EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0, handles.data()),
            0);
  return {std::make_unique<TcpStream>(handles[0]), std::make_unique<TcpStream>(handles[1])};
}

std::vector<std::uint8_t> pattern(std::size_t size, std::uint8_t first) {
  std::vector<std::uint8_t> data(size);
  std::iota(data.begin(), data.end(), first);
  return data;
}

std::vector<std::uint8_t> read_to_end(Stream& stream) {
  std::vector<std::uint8_t> all;
  std::array<std::uint8_t, 4096> piece{};
  for (;;) {
    const auto outcome = stream.read(piece, in(kPatience));
    all.insert(
        all.end(), piece.begin(), piece.begin() + static_cast<std::ptrdiff_t>(outcome.count));
    if (outcome.status != StreamStatus::ok) {
      EXPECT_EQ(outcome.status, StreamStatus::end) << outcome.reason;
      return all;
    }
  }
}

TEST(Relay, CarriesMegabytesBothWaysAtOnce) {
  Wire left = make_wire();
  Wire right = make_wire();
  RelayReport report;
  std::thread relaying([&] { report = relay(*left.inner, *right.inner); });
  const auto to_right = pattern(5'000'000, 1);
  const auto to_left = pattern(3'000'000, 7);
  // Both outer ends write everything before they read anything: only a relay that keeps reading
  // from one while the other is full gets this done.
  std::thread left_writer([&] {
    EXPECT_EQ(left.outer->write(to_right, in(kPatience)).status, StreamStatus::ok);
    left.outer->finish_writing(in(kPatience));
  });
  std::thread right_writer([&] {
    EXPECT_EQ(right.outer->write(to_left, in(kPatience)).status, StreamStatus::ok);
    right.outer->finish_writing(in(kPatience));
  });
  std::vector<std::uint8_t> at_left;
  std::thread left_reader([&] { at_left = read_to_end(*left.outer); });
  EXPECT_EQ(read_to_end(*right.outer), to_right);
  left_reader.join();
  EXPECT_EQ(at_left, to_left);
  left_writer.join();
  right_writer.join();
  relaying.join();
  EXPECT_EQ(report.end, RelayReport::End::both_finished);
  EXPECT_EQ(report.first_to_second, to_right.size());
  EXPECT_EQ(report.second_to_first, to_left.size());
}

TEST(Relay, PassesAHalfCloseOnAndKeepsTheOtherHalfOpen) {
  Wire left = make_wire();
  Wire right = make_wire();
  std::thread relaying([&] { static_cast<void>(relay(*left.inner, *right.inner)); });
  left.outer->finish_writing(in(kPatience));
  EXPECT_TRUE(read_to_end(*right.outer).empty());
  const auto answer = pattern(100'000, 3);
  std::thread writer([&] {
    EXPECT_EQ(right.outer->write(answer, in(kPatience)).status, StreamStatus::ok);
    right.outer->finish_writing(in(kPatience));
  });
  EXPECT_EQ(read_to_end(*left.outer), answer);
  writer.join();
  relaying.join();
}

TEST(Relay, KeepsTheSecondOpenIfToldTo) {
  Wire left = make_wire();
  Wire right = make_wire();
  RelayOptions options;
  options.at_end_of_first = RelayOptions::AtEndOfFirst::keep_second_open;
  options.at_end_of_second = RelayOptions::AtEndOfSecond::stop;
  RelayReport report;
  std::thread relaying([&] { report = relay(*left.inner, *right.inner, options); });
  left.outer->finish_writing(in(kPatience));
  std::array<std::uint8_t, 4> buffer{};
  EXPECT_EQ(right.outer->read(buffer, in(50ms)).status, StreamStatus::timeout);
  right.outer->finish_writing(in(kPatience));
  relaying.join();
  EXPECT_EQ(report.end, RelayReport::End::both_finished);
}

TEST(Relay, StopsReadingTheFirstOnceTheSecondHasEndedIfToldTo) {
  Wire left = make_wire();
  Wire right = make_wire();
  RelayOptions options;
  options.at_end_of_second = RelayOptions::AtEndOfSecond::stop;
  right.outer->finish_writing(in(kPatience));
  const auto report = relay(*left.inner, *right.inner, options);
  EXPECT_EQ(report.end, RelayReport::End::both_finished);
  EXPECT_EQ(report.second_status, StreamStatus::end);
}

TEST(Relay, IdleAndStopEndIt) {
  Wire left = make_wire();
  Wire right = make_wire();
  RelayOptions options;
  options.idle_timeout = 30ms;
  EXPECT_EQ(relay(*left.inner, *right.inner, options).end, RelayReport::End::idle);
  StopSignal stop;
  options.idle_timeout = 1h;
  options.stop = &stop;
  std::thread stopper([&] { stop.stop(); });
  EXPECT_EQ(relay(*left.inner, *right.inner, options).end, RelayReport::End::stopped);
  stopper.join();
}

TEST(Relay, HasLessPatienceOnceOneSideHasEnded) {
  Wire left = make_wire();
  Wire right = make_wire();
  RelayOptions options;
  options.idle_timeout = 1h;
  options.after_end = 30ms;
  left.outer->finish_writing(in(kPatience));
  const auto report = relay(*left.inner, *right.inner, options);
  EXPECT_EQ(report.end, RelayReport::End::idle);
  EXPECT_EQ(report.first_status, StreamStatus::end);
}

TEST(Relay, NamesTheSideThatBroke) {
  Wire left = make_wire();
  Wire right = make_wire();
  right.outer.reset();  // writing to it fails; reading from it ends
  const auto data = pattern(10, 0);
  ASSERT_EQ(left.outer->write(data, in(kPatience)).status, StreamStatus::ok);
  const auto report = relay(*left.inner, *right.inner);
  EXPECT_EQ(report.end, RelayReport::End::second_failed);
  EXPECT_EQ(report.reason, "Broken pipe");
  EXPECT_EQ(report.first_to_second, 0U);
}

}  // namespace
}  // namespace heirloom::app
