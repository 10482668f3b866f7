// Stream: a byte stream with deadlines, for the program's one-thread-per-connection code.
//
// Four kinds exist: plain TCP, our engine over TCP, the system's libssl over TCP, and a pair of
// file descriptors. Every call blocks at most until its deadline. No call throws.
#pragma once

#include "common/obstacle.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

namespace heirloom::app {

using Deadline = std::chrono::steady_clock::time_point;

/// in gives the deadline that lies that far in the future.
inline Deadline in(std::chrono::milliseconds from_now) {
  return std::chrono::steady_clock::now() + from_now;
}

enum class StreamStatus : std::uint8_t {
  ok,
  end,        ///< the peer finished cleanly (FIN on plain TCP, close_notify under TLS)
  truncated,  ///< the transport ended without close_notify: data may be missing
  timeout,    ///< the deadline passed; the stream can still be used
  failed,     ///< reset, protocol error, …: `reason` says it in words
};

/// StreamOutcome is what became of one call. `count` bytes were moved, also when status is not ok.
struct StreamOutcome {
  StreamStatus status = StreamStatus::ok;
  std::size_t count = 0;
  std::string reason = {};
};

class Stream {
 public:
  Stream() = default;
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  virtual ~Stream() = default;

  /// read waits for at least one byte, or the end.
  virtual StreamOutcome read(std::span<std::uint8_t> into, Deadline deadline) = 0;

  /// write sends all bytes. If the deadline passes first, `count` of them were taken, some perhaps
  /// into a buffer: see has_buffered_output. A deadline that has already passed means "as much as
  /// goes without waiting"; no bytes means "send what is buffered".
  virtual StreamOutcome write(std::span<const std::uint8_t> bytes, Deadline deadline) = 0;

  /// finish_writing says that no more data will come (close_notify, then FIN). Reading goes on.
  virtual StreamOutcome finish_writing(Deadline deadline) = 0;

  /// readable_handle is the descriptor to poll for reading.
  [[nodiscard]] virtual int readable_handle() const noexcept = 0;

  /// has_buffered_input is true if read would return at once without looking at the descriptor.
  [[nodiscard]] virtual bool has_buffered_input() const noexcept = 0;

  /// writable_handle is the descriptor to poll for writing.
  [[nodiscard]] virtual int writable_handle() const noexcept { return readable_handle(); }

  /// has_buffered_output is true if bytes that write took still wait for the descriptor.
  [[nodiscard]] virtual bool has_buffered_output() const noexcept { return false; }

  /// write_needs_input is true if write waits for the peer's next bytes, and not for room: poll
  /// readable_handle, and write again.
  [[nodiscard]] virtual bool write_needs_input() const noexcept { return false; }

  /// obstacle is what explains that the peer has ended the connection, if anything does.
  [[nodiscard]] virtual Obstacle obstacle() const noexcept { return Obstacle::none; }
};

using StreamPtr = std::unique_ptr<Stream>;

}  // namespace heirloom::app
