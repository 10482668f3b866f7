#include "pins/pin_file.hpp"

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <pwd.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

namespace heirloom::app {

namespace {

constexpr mode_t kPrivateFile = 0600;
constexpr mode_t kPrivateDirectory = 0700;

Failure local_failure(const std::filesystem::path& path, std::string_view doing, int number) {
  return Failure{ExitCode::local,
                 "cannot " + std::string(doing) + " the pin file " + path.string() + ": " +
                     std::generic_category().message(number),
                 "a writable directory in XDG_STATE_HOME",
                 "pin_file"};
}

/// Handle owns a descriptor.
class Handle {
 public:
  explicit Handle(int value) noexcept : value_(value) {}

  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  ~Handle() {
    if (value_ >= 0) {
      ::close(value_);
    }
  }

  [[nodiscard]] int get() const noexcept { return value_; }

  [[nodiscard]] bool is_open() const noexcept { return value_ >= 0; }

 private:
  int value_;
};

/// make_directories creates what is missing, private. 0, or errno.
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

Outcome<std::string> read_all(const std::filesystem::path& path) {
  const Handle file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.is_open()) {
    return errno == ENOENT || errno == ENOTDIR ? Outcome<std::string>(std::string())
                                               : local_failure(path, "read", errno);
  }
  std::string text;
  char buffer[4096];
  while (true) {
    const ssize_t count = ::read(file.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) {
      continue;
    }
    if (count < 0) {
      return local_failure(path, "read", errno);
    }
    if (count == 0) {
      return text;
    }
    text.append(buffer, static_cast<std::size_t>(count));
  }
}

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

/// replace writes a new file beside the old one and moves it over. 0, or errno.
int replace(const std::filesystem::path& path, const std::string& text) {
  std::string name = path.string() + ".XXXXXX";
  const Handle file(::mkostemp(name.data(), O_CLOEXEC));  // created with mode 0600
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

/// open_lock creates the lock file; its presence and its lock are two things.
Handle open_lock(const std::filesystem::path& path) {
  const std::string name = path.string() + ".lock";
  return Handle(::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kPrivateFile));
}

}  // namespace

Outcome<PinFile> PinFile::at_default_place() {
  namespace fs = std::filesystem;
  // The XDG Base Directory Specification wants relative paths ignored.
  const char* state = std::getenv("XDG_STATE_HOME");
  if (state != nullptr && fs::path(state).is_absolute()) {
    return PinFile(fs::path(state) / "heirloom" / "pins");
  }
  const char* home = std::getenv("HOME");
  if (home == nullptr || *home == '\0') {
    const passwd* entry = ::getpwuid(::getuid());
    home = entry == nullptr ? nullptr : entry->pw_dir;
  }
  if (home == nullptr || !fs::path(home).is_absolute()) {
    return Failure{ExitCode::local,
                   "there is no home directory to keep the pin file in",
                   "a writable directory in XDG_STATE_HOME",
                   "pin_file"};
  }
  return PinFile(fs::path(home) / ".local" / "state" / "heirloom" / "pins");
}

Outcome<PinList> PinFile::load() const {
  const Outcome<std::string> text = read_all(path_);
  if (!text.has_value()) {
    return text.error();
  }
  return PinList(*text);
}

Outcome<bool> PinFile::check_writable() const {
  const int made = make_directories(path_.parent_path());
  if (made != 0) {
    return local_failure(path_, "write", made);
  }
  const Handle lock = open_lock(path_);
  if (!lock.is_open()) {
    return local_failure(path_, "write", errno);
  }
  if (::access(path_.parent_path().c_str(), W_OK) != 0) {
    return local_failure(path_, "write", errno);
  }
  std::error_code error;
  if (std::filesystem::is_directory(path_, error)) {
    return local_failure(path_, "write", EISDIR);
  }
  return true;
}

Outcome<bool> PinFile::put(const Pin& pin) const {
  const int made = make_directories(path_.parent_path());
  if (made != 0) {
    return local_failure(path_, "write", made);
  }
  const Handle lock = open_lock(path_);
  if (!lock.is_open() || ::flock(lock.get(), LOCK_EX) != 0) {
    return local_failure(path_, "lock", errno);
  }
  Outcome<PinList> list = load();
  if (!list.has_value()) {
    return list.error();
  }
  list->put(pin);
  const int error = replace(path_, list->text());
  if (error != 0) {
    return local_failure(path_, "write", error);
  }
  return true;
}

}  // namespace heirloom::app
