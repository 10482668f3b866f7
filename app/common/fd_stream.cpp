#include "common/fd_stream.hpp"

#include "common/tcp.hpp"

#include <algorithm>
#include <cerrno>
#include <climits>

#include <unistd.h>

namespace heirloom::app {

StreamOutcome FdStream::read(std::span<std::uint8_t> into, Deadline deadline) {
  for (;;) {
    // A blocking descriptor must be polled first. A regular file is always ready.
    if (!wait_for(input_, {.readable = true}, deadline).readable) {
      return {StreamStatus::timeout};
    }
    const auto count = ::read(input_, into.data(), into.size());
    if (count > 0) {
      return {StreamStatus::ok, static_cast<std::size_t>(count)};
    }
    if (count == 0) {
      return {StreamStatus::end};
    }
    if (errno != EINTR && errno != EAGAIN) {
      return {StreamStatus::failed, 0, errno_text(errno)};
    }
  }
}

StreamOutcome FdStream::write(std::span<const std::uint8_t> bytes, Deadline deadline) {
  std::size_t done = 0;
  while (done < bytes.size()) {
    if (!wait_for(output_, {.writable = true}, deadline).writable) {
      return {StreamStatus::timeout, done};
    }
    // A pipe that polls as writable takes PIPE_BUF bytes without blocking, not necessarily more.
    const std::size_t piece = std::min<std::size_t>(bytes.size() - done, PIPE_BUF);
    const auto count = ::write(output_, bytes.data() + done, piece);
    if (count >= 0) {
      done += static_cast<std::size_t>(count);
    } else if (errno != EINTR && errno != EAGAIN) {
      return {StreamStatus::failed, done, errno_text(errno)};
    }
  }
  return {StreamStatus::ok, done};
}

StreamOutcome FdStream::finish_writing(Deadline /*deadline*/) {
  return {};
}

}  // namespace heirloom::app
