#include "get/sink.hpp"

#include "common/output.hpp"
#include "common/tcp.hpp"
#include "get/exit.hpp"

#include <cerrno>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

namespace heirloom::app::get {

Sink::Sink(std::string path, std::string option)
    : path_(std::move(path)), option_(std::move(option)) {}

Sink::~Sink() {
  if (handle_ > STDERR_FILENO) {
    ::close(handle_);
  }
}

std::string Sink::path() const {
  return path_ == "-" ? std::string() : path_;
}

Outcome<bool> Sink::create() {
  if (handle_ >= 0) {
    return true;
  }
  constexpr unsigned kMode = 0666;
  handle_ = path().empty() ? STDOUT_FILENO
                           : ::open(path_.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, kMode);
  if (handle_ < 0) {
    return Failure{exit_code(CurlExit::write),
                   "the file " + path_ + " cannot be written: " + errno_text(errno),
                   "another file",
                   "output_unwritable"};
  }
  return true;
}

Outcome<bool> Sink::write(std::string_view bytes) {
  if (const Outcome<bool> created = create(); !created.has_value()) {
    return created;
  }
  const bool is_binary = bytes.find('\0') != std::string_view::npos;
  if (path_.empty() && is_binary && is_terminal(STDOUT_FILENO)) {
    return Failure{exit_code(CurlExit::write),
                   "the answer is binary and would spoil the terminal",
                   "-o FILE, or -o - if it is meant",
                   "binary_on_terminal"};
  }
  while (!bytes.empty()) {
    const auto count = ::write(handle_, bytes.data(), bytes.size());
    if (count >= 0) {
      bytes.remove_prefix(static_cast<std::size_t>(count));
    } else if (errno == EAGAIN) {
      pollfd waiting{handle_, POLLOUT, 0};
      ::poll(&waiting, 1, -1);
    } else if (errno != EINTR) {
      return Failure{exit_code(CurlExit::write),
                     "the answer cannot be written to " +
                         (path().empty() ? "standard output" : path_) + ": " + errno_text(errno),
                     option_ + " with another file",
                     "output_failed"};
    }
  }
  return true;
}

}  // namespace heirloom::app::get
