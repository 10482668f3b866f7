#include "common/private_files.hpp"

#include <cerrno>
#include <cstdlib>
#include <string_view>
#include <system_error>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace heirloom::app {

namespace {

constexpr mode_t kPrivateFile = 0600;
constexpr mode_t kPrivateDirectory = 0700;

/// write_all writes and syncs. 0, or errno.
int write_all(int handle, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(handle, text.data(), text.size());
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return errno;
    }
    text.remove_prefix(static_cast<std::size_t>(count));
  }
  return ::fsync(handle) == 0 ? 0 : errno;
}

}  // namespace

FileHandle::~FileHandle() {
  if (value_ >= 0) {
    ::close(value_);
  }
}

int make_directories(const std::filesystem::path& directory) {
  std::error_code error;
  if (std::filesystem::is_directory(directory, error)) {
    return 0;
  }
  if (directory.has_parent_path() && directory.parent_path() != directory) {
    const int parent = make_directories(directory.parent_path());
    if (parent != 0) {
      return parent;
    }
  }
  const bool is_made = ::mkdir(directory.c_str(), kPrivateDirectory) == 0 || errno == EEXIST;
  return is_made ? 0 : errno;
}

int read_file_if_there(const std::filesystem::path& path, std::string& text) {
  text.clear();
  const FileHandle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) {
    return errno == ENOENT || errno == ENOTDIR ? 0 : errno;
  }
  char buffer[4096];
  while (true) {
    const ssize_t count = ::read(file.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count <= 0) {
      return count == 0 ? 0 : errno;
    }
    text.append(buffer, static_cast<std::size_t>(count));
  }
}

int replace_file(const std::filesystem::path& path, const std::string& text) {
  std::string name = path.string() + ".XXXXXX";
  const FileHandle file(::mkostemp(name.data(), O_CLOEXEC));  // created with mode 0600
  if (!file.is_open()) {
    return errno;
  }
  int error = write_all(file.get(), text);
  if (error == 0 && ::rename(name.c_str(), path.c_str()) != 0) {
    error = errno;
  }
  if (error != 0) {
    ::unlink(name.c_str());
  }
  return error;
}

FileHandle open_lock_file(const std::filesystem::path& path) {
  return FileHandle(::open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kPrivateFile));
}

}  // namespace heirloom::app
