#include "common/wait.hpp"

#include "common/tcp.hpp"

#include <algorithm>
#include <array>

#include <poll.h>

namespace heirloom::app {

namespace {

/// kTurn is how long a write may go on without a look at the stop signal.
constexpr std::chrono::milliseconds kTurn{200};

}  // namespace

Waited wait_for_input(const Stream& stream, const StopSignal& stop, Deadline deadline) {
  for (;;) {
    std::array<pollfd, 2> waiting{pollfd{stop.handle(), POLLIN, 0},
                                  pollfd{stream.readable_handle(), POLLIN, 0}};
    const int timeout = stream.has_buffered_input() ? 0 : poll_timeout(deadline);
    ::poll(waiting.data(), waiting.size(), timeout);
    if (waiting[0].revents != 0) {
      return Waited::stopped;
    }
    if (waiting[1].revents != 0 || stream.has_buffered_input()) {
      return Waited::ready;
    }
    if (std::chrono::steady_clock::now() >= deadline) {
      return Waited::idle;
    }
  }
}

StreamOutcome write_patiently(Stream& stream,
                              std::span<const std::uint8_t> bytes,
                              std::chrono::milliseconds idle,
                              const StopSignal& stop) {
  std::size_t done = 0;
  Deadline deadline = in(idle);
  for (;;) {
    auto outcome = stream.write(bytes.subspan(done), std::min(deadline, in(kTurn)));
    done += outcome.count;
    if (outcome.count != 0) {
      deadline = in(idle);
    }
    const bool is_over = std::chrono::steady_clock::now() >= deadline || stop.is_stopped();
    if (outcome.status != StreamStatus::timeout || is_over) {
      outcome.count = done;
      return outcome;
    }
  }
}

StreamOutcome read_patiently(Stream& stream,
                             std::span<std::uint8_t> into,
                             std::chrono::milliseconds idle,
                             const StopSignal& stop) {
  const Deadline deadline = in(idle);
  for (;;) {
    if (wait_for_input(stream, stop, deadline) != Waited::ready) {
      return {StreamStatus::timeout};
    }
    // Part of a record is no data yet: wait again, not here, where no stop signal is seen.
    auto outcome = stream.read(into, Deadline{});
    if (outcome.status != StreamStatus::timeout) {
      return outcome;
    }
  }
}

void close_politely(Stream& stream, std::chrono::milliseconds patience) {
  const Deadline deadline = in(patience);
  if (stream.finish_writing(deadline).status != StreamStatus::ok) {
    return;
  }
  std::array<std::uint8_t, 4096> unwanted{};
  // The clock is looked at too: a peer that sends on and on never lets a read wait.
  while (std::chrono::steady_clock::now() < deadline &&
         stream.read(unwanted, deadline).status == StreamStatus::ok) {
  }
}

}  // namespace heirloom::app
