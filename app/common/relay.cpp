#include "common/relay.hpp"

#include "common/tcp.hpp"
#include "common/wait.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <vector>

#include <poll.h>

namespace heirloom::app {

namespace {

constexpr std::size_t kBufferSize = 65536;
constexpr std::chrono::seconds kFinishTime{5};  // for the few bytes of a close_notify

/// Now is the deadline that has passed: do what goes without waiting.
constexpr Deadline kNow{};

/// Direction moves bytes one way through one buffer.
class Direction {
 public:
  enum class PassEnd : std::uint8_t { yes, no };

  Direction(Stream& from, Stream& to, PassEnd pass_end)
      : from_(from), to_(to), pass_end_(pass_end), buffer_(kBufferSize) {}

  /// move reads and writes what goes without waiting; true if anything happened.
  bool move() {
    bool has_moved = false;
    if (wants_input()) {
      has_moved = read() || has_moved;
    }
    if (wants_output()) {
      has_moved = write() || has_moved;
    }
    if (source_ended_ && !is_done_ && !wants_output()) {
      finish();
      has_moved = true;
    }
    return has_moved;
  }

  [[nodiscard]] bool wants_input() const {
    return !source_ended_ && !is_done_ && begin_ == end_ && !to_.has_buffered_output();
  }

  [[nodiscard]] bool wants_output() const {
    return !is_done_ && (begin_ != end_ || to_.has_buffered_output());
  }

  [[nodiscard]] bool has_ready_input() const { return wants_input() && from_.has_buffered_input(); }

  /// abandon ends the direction without passing anything on.
  void abandon() { is_done_ = true; }

  [[nodiscard]] bool is_done() const { return is_done_; }

  [[nodiscard]] bool has_read_failed() const { return read_.status == StreamStatus::failed; }

  [[nodiscard]] bool has_write_failed() const { return write_.status == StreamStatus::failed; }

  [[nodiscard]] const StreamOutcome& read_outcome() const { return read_; }

  [[nodiscard]] const StreamOutcome& write_outcome() const { return write_; }

  [[nodiscard]] std::uint64_t delivered() const { return delivered_; }

  [[nodiscard]] Stream& from() { return from_; }

  [[nodiscard]] Stream& to() { return to_; }

 private:
  bool read() {
    auto outcome = from_.read(buffer_, kNow);
    begin_ = 0;
    end_ = outcome.count;
    switch (outcome.status) {
      case StreamStatus::ok:
        return outcome.count != 0;
      case StreamStatus::timeout:
        return false;
      case StreamStatus::end:
      case StreamStatus::truncated:
      case StreamStatus::failed:
        source_ended_ = true;
        read_ = std::move(outcome);
        return true;
    }
    return false;
  }

  bool write() {
    auto outcome = to_.write(std::span(buffer_).subspan(begin_, end_ - begin_), kNow);
    begin_ += outcome.count;
    delivered_ += outcome.count;
    switch (outcome.status) {
      case StreamStatus::ok:
        return true;
      case StreamStatus::timeout:
        return outcome.count != 0;
      case StreamStatus::end:
      case StreamStatus::truncated:
      case StreamStatus::failed:
        // Whoever does not listen any more makes further reading pointless.
        write_ = std::move(outcome);
        is_done_ = true;
        return true;
    }
    return false;
  }

  void finish() {
    is_done_ = true;
    if (pass_end_ == PassEnd::yes && !has_read_failed()) {
      auto outcome = to_.finish_writing(in(kFinishTime));
      if (outcome.status == StreamStatus::failed) {
        write_ = std::move(outcome);
      }
    }
  }

  Stream& from_;
  Stream& to_;
  PassEnd pass_end_;
  std::vector<std::uint8_t> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  bool source_ended_ = false;
  bool is_done_ = false;
  StreamOutcome read_;
  StreamOutcome write_;
  std::uint64_t delivered_ = 0;
};

/// wait polls for whatever either direction needs.
Waited wait(Direction& one, Direction& two, const StopSignal* stop, Deadline idle_deadline) {
  std::array<pollfd, 5> waiting{};
  std::size_t count = 0;
  const auto add = [&](int handle, short events) { waiting.at(count++) = {handle, events, 0}; };
  for (Direction* direction : {&one, &two}) {
    if (direction->wants_input()) {
      add(direction->from().readable_handle(), POLLIN);
    }
    if (direction->wants_output() && direction->to().write_needs_input()) {
      add(direction->to().readable_handle(), POLLIN);
    } else if (direction->wants_output()) {
      add(direction->to().writable_handle(), POLLOUT);
    }
  }
  if (stop != nullptr) {
    add(stop->handle(), POLLIN);
  }
  const bool is_ready = one.has_ready_input() || two.has_ready_input();
  const int timeout = is_ready ? 0 : poll_timeout(idle_deadline);
  const int ready = ::poll(waiting.data(), count, timeout);
  if (stop != nullptr && ready > 0 && waiting.at(count - 1).revents != 0) {
    return Waited::stopped;
  }
  if (ready == 0 && !is_ready && std::chrono::steady_clock::now() >= idle_deadline) {
    return Waited::idle;
  }
  return Waited::ready;
}

/// find_failure names the side that broke, if one did: reading from it or writing to it.
void find_failure(RelayReport& report, const Direction& forth, const Direction& back) {
  if (forth.has_read_failed() || back.has_write_failed()) {
    report.end = RelayReport::End::first_failed;
    report.first_status = StreamStatus::failed;
    report.reason =
        forth.has_read_failed() ? forth.read_outcome().reason : back.write_outcome().reason;
  } else if (back.has_read_failed() || forth.has_write_failed()) {
    report.end = RelayReport::End::second_failed;
    report.second_status = StreamStatus::failed;
    report.reason =
        back.has_read_failed() ? back.read_outcome().reason : forth.write_outcome().reason;
  }
}

/// run moves both directions until they are done or there is a reason to end, which it notes.
void run(RelayReport& report, Direction& forth, Direction& back, const RelayOptions& options) {
  Deadline idle_deadline = in(options.idle_timeout);
  for (;;) {
    const bool has_moved_forth = forth.move();
    const bool has_moved_back = back.move();
    find_failure(report, forth, back);
    if (back.is_done() && options.at_end_of_second == RelayOptions::AtEndOfSecond::stop) {
      forth.abandon();
    }
    if (report.end != RelayReport::End::both_finished || (forth.is_done() && back.is_done())) {
      return;
    }
    if (has_moved_forth || has_moved_back) {
      const bool has_ended = forth.is_done() || back.is_done();
      idle_deadline =
          in(has_ended ? std::min(options.after_end, options.idle_timeout) : options.idle_timeout);
    }
    const Waited waited = wait(forth, back, options.stop, idle_deadline);
    if (waited != Waited::ready) {
      report.end = waited == Waited::idle ? RelayReport::End::idle : RelayReport::End::stopped;
      return;
    }
  }
}

}  // namespace

RelayReport relay(Stream& first, Stream& second, const RelayOptions& options) {
  using PassEnd = Direction::PassEnd;
  const bool finishes_second = options.at_end_of_first == RelayOptions::AtEndOfFirst::finish_second;
  const bool finishes_first = options.at_end_of_second == RelayOptions::AtEndOfSecond::finish_first;
  Direction forth(first, second, finishes_second ? PassEnd::yes : PassEnd::no);
  Direction back(second, first, finishes_first ? PassEnd::yes : PassEnd::no);
  RelayReport report;
  run(report, forth, back, options);
  report.first_to_second = forth.delivered();
  report.second_to_first = back.delivered();
  if (report.first_status == StreamStatus::ok) {
    report.first_status = forth.read_outcome().status;
  }
  if (report.second_status == StreamStatus::ok) {
    report.second_status = back.read_outcome().status;
  }
  return report;
}

}  // namespace heirloom::app
