#include "get/body_source.hpp"

#include "common/command_text.hpp"
#include "common/tcp.hpp"
#include "get/exit.hpp"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace heirloom::app::get {

BodySource BodySource::from_memory(std::string bytes) {
  BodySource source;
  source.size_ = bytes.size();
  source.bytes_ = std::move(bytes);
  return source;
}

Outcome<BodySource> BodySource::from_file(const std::string& path) {
  BodySource source;
  source.is_owned_ = path != "-" && path != ".";
  source.handle_ = source.is_owned_ ? ::open(path.c_str(), O_RDONLY | O_CLOEXEC) : STDIN_FILENO;

  struct stat status {};

  if (source.handle_ < 0 || ::fstat(source.handle_, &status) != 0) {
    return Failure{exit_code(CurlExit::read),
                   "the file " + path + " cannot be read: " + errno_text(errno),
                   "ls -l " + shell_word(path),
                   "upload_unreadable"};
  }
  if (S_ISDIR(status.st_mode)) {
    return Failure{exit_code(CurlExit::read),
                   path + " is a directory, and only a file can be sent",
                   "-T with a file",
                   "upload_is_directory"};
  }
  // Standard input is never measured: somebody else may have read a part of it already.
  if (source.is_owned_ && S_ISREG(status.st_mode)) {
    source.size_ = static_cast<std::uint64_t>(status.st_size);
  }
  return source;
}

BodySource::BodySource(BodySource&& other) noexcept {
  *this = std::move(other);
}

BodySource& BodySource::operator=(BodySource&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  std::swap(handle_, other.handle_);
  std::swap(is_owned_, other.is_owned_);
  std::swap(done_, other.done_);
  std::swap(size_, other.size_);
  return *this;
}

BodySource::~BodySource() {
  if (is_owned_ && handle_ >= 0) {
    ::close(handle_);
  }
}

int BodySource::handle() const noexcept {
  return size_.has_value() ? -1 : handle_;
}

StreamOutcome BodySource::read(std::span<std::uint8_t> into) {
  if (handle_ < 0) {
    const std::size_t count = std::min<std::size_t>(into.size(), bytes_.size() - done_);
    if (count == 0) {
      return {StreamStatus::end};
    }
    std::memcpy(into.data(), bytes_.data() + done_, count);
    done_ += count;
    return {StreamStatus::ok, count};
  }
  // A file that grows meanwhile must not exceed the length that was announced.
  const std::uint64_t left = size_.has_value() ? *size_ - done_ : into.size();
  const std::size_t wanted = static_cast<std::size_t>(std::min<std::uint64_t>(into.size(), left));
  if (wanted == 0) {
    return {StreamStatus::end};
  }
  for (;;) {
    const auto count = ::read(handle_, into.data(), wanted);
    if (count > 0) {
      done_ += static_cast<std::uint64_t>(count);
      return {StreamStatus::ok, static_cast<std::size_t>(count)};
    }
    if (count == 0) {
      return size_.has_value() ? StreamOutcome{StreamStatus::failed, 0, "it became shorter"}
                               : StreamOutcome{StreamStatus::end};
    }
    if (errno != EINTR && errno != EAGAIN) {
      return {StreamStatus::failed, 0, errno_text(errno)};
    }
  }
}

bool BodySource::rewind() {
  if (done_ != 0 && handle_ >= 0 && ::lseek(handle_, 0, SEEK_SET) != 0) {
    return false;
  }
  done_ = 0;
  return true;
}

}  // namespace heirloom::app::get
