#include "common/files.hpp"

#include "common/tcp.hpp"

#include <algorithm>
#include <array>
#include <cerrno>

#include <fcntl.h>
#include <unistd.h>

namespace heirloom::app {

namespace {

constexpr std::size_t kMaxSize = 1048576;

Failure unreadable(const std::string& file, const std::string& reason) {
  return {ExitCode::local, "cannot read " + file + ": " + reason, "", "file_unreadable"};
}

}  // namespace

Outcome<std::string> read_file(const std::string& file) {
  const int handle = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  if (handle < 0) {
    return unreadable(file, errno_text(errno));
  }
  std::string text;
  std::array<char, 4096> piece{};
  for (;;) {
    const auto count = ::read(handle, piece.data(), piece.size());
    if (count < 0) {
      const int number = errno;
      ::close(handle);
      return unreadable(file, errno_text(number));
    }
    text.append(piece.data(), static_cast<std::size_t>(count));
    if (count == 0 || text.size() > kMaxSize) {
      break;
    }
  }
  ::close(handle);
  if (text.size() > kMaxSize) {
    return unreadable(file, "it is larger than any certificate or key");
  }
  return text;
}

Outcome<std::string> read_first_line(const std::string& file) {
  auto text = read_file(file);
  if (text) {
    text->resize(std::min(text->find('\n'), text->size()));
    if (text->ends_with('\r')) {
      text->pop_back();
    }
  }
  return text;
}

}  // namespace heirloom::app
