// Schemes without HTTP (smtps, ldaps, …, and --starttls): bytes both ways until the server closes,
// as curl does with telnet://.
#include "common/tcp.hpp"
#include "get/exit.hpp"
#include "get/fetch.hpp"

#include <array>
#include <vector>

#include <poll.h>

namespace heirloom::app::get {

namespace {

constexpr std::size_t kPiece = 65536;

/// Raw is one such exchange.
class Raw {
 public:
  Raw(Line& line, BodySource& source, std::string title)
      : line_(line),
        source_(source),
        title_(std::move(title)),
        upload_(*line.stream, {}, {http::BodyFraming::Kind::until_close, 0}, &source),
        buffer_(kPiece) {}

  /// run hands what comes to `take` until the server has finished.
  template <class Take>
  Outcome<bool> run(const Take& take, const GetOptions& options, Deadline deadline) {
    for (;;) {
      const Outcome<bool> pushed = push();
      if (!pushed.has_value()) {
        return pushed.error();
      }
      const StreamOutcome got = line_.stream->read(buffer_, Deadline{});
      received_ += got.count;
      const std::string_view bytes(reinterpret_cast<const char*>(buffer_.data()), got.count);
      const Outcome<bool> taken = bytes.empty() ? Outcome<bool>(true) : take(bytes);
      if (!taken.has_value()) {
        return taken.error();
      }
      if (got.status != StreamStatus::ok && got.status != StreamStatus::timeout) {
        return ended(got, options);
      }
      if (std::chrono::steady_clock::now() >= deadline) {
        return Failure{exit_code(CurlExit::timeout),
                       title_ + " had not closed the connection when --max-time was over; " +
                           std::to_string(received_) + " bytes have come",
                       "a longer --max-time, or input that makes the server say goodbye",
                       "raw_time_exceeded"};
      }
      if (got.status == StreamStatus::timeout && !*pushed) {
        wait(deadline);
      }
    }
  }

  [[nodiscard]] std::uint64_t received() const noexcept { return received_; }

  [[nodiscard]] std::uint64_t sent() const noexcept { return upload_.body_bytes(); }

 private:
  Outcome<bool> push() {
    bool has_moved = false;
    if (upload_.state() == Upload::State::wants_source && (source_.handle() < 0 || is_ready_)) {
      upload_.read_source();
      is_ready_ = false;
      has_moved = true;
    }
    if (upload_.state() == Upload::State::wants_stream) {
      has_moved = upload_.send() || has_moved;
    }
    if (upload_.state() == Upload::State::source_failed) {
      return upload_.source_failure();
    }
    if (upload_.state() == Upload::State::stream_failed) {
      upload_.abandon();  // reading says why, after what the server sent before
      has_moved = true;
    }
    return has_moved;
  }

  Outcome<bool> ended(const StreamOutcome& how, const GetOptions& options) const {
    if (how.status == StreamStatus::failed) {
      return Failure{exit_code(CurlExit::receive),
                     "the connection with " + title_ + " broke: " + how.reason,
                     "the same again",
                     "raw_broken"};
    }
    if (how.status == StreamStatus::truncated && !options.accept_truncated) {
      return Failure{exit_code(CurlExit::receive),
                     title_ +
                         " closed the connection without saying so in TLS: data may be "
                         "missing",
                     "--accept-truncated, if the server always does that",
                     "raw_truncated"};
    }
    return true;
  }

  void wait(Deadline deadline) {
    const Upload::State state = upload_.state();
    const bool wants_stream = state == Upload::State::wants_stream;
    const int source = state == Upload::State::wants_source ? source_.handle() : -1;
    std::array<pollfd, 2> waiting{pollfd{line_.stream->readable_handle(),
                                         static_cast<short>(POLLIN | (wants_stream ? POLLOUT : 0)),
                                         0},
                                  pollfd{source, POLLIN, 0}};
    const Deadline until = line_.stream->has_buffered_input() ? Deadline{} : deadline;
    ::poll(waiting.data(), waiting.size(), poll_timeout(until));
    is_ready_ = waiting[1].revents != 0;
  }

  Line& line_;
  BodySource& source_;
  std::string title_;
  Upload upload_;
  std::vector<std::uint8_t> buffer_;
  std::uint64_t received_ = 0;
  bool is_ready_ = false;
};

}  // namespace

Outcome<bool> Fetch::pass_raw() {
  if (!has_body_) {
    Outcome<BodySource> input = BodySource::from_file("-");
    if (!input.has_value()) {
      return input.error();
    }
    body_ = *std::move(input);
  }
  Outcome<LinePtr> dialled =
      shared_.dialer.dial(target_, Dialer::Named::by_user, Dialer::Reuse::fresh_only, deadline_);
  if (!dialled.has_value()) {
    return dialled.error();
  }
  note_connection(**dialled);
  note_line(**dialled);
  Raw raw(**dialled, *body_, to_string(HostPort{target_.url.host, target_.url.port}));
  const Outcome<bool> passed = raw.run(
      [this](std::string_view bytes) { return sink_.write(bytes); }, shared_.options, deadline_);
  statistics_.size_download = raw.received();
  statistics_.size_upload = raw.sent();
  return passed.has_value() ? finish_body() : passed;
}

}  // namespace heirloom::app::get
