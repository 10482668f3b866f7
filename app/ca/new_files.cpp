#include "ca/new_files.hpp"

#include "common/private_files.hpp"
#include "common/tcp.hpp"

#include <cerrno>
#include <string_view>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

namespace heirloom::app {

namespace fs = std::filesystem;

namespace {

constexpr mode_t kKeyMode = 0600;
constexpr mode_t kCertificateMode = 0644;

Failure exists_already(const fs::path& path) {
  return {
      ExitCode::local,
      path.string() + " exists already, and a key or certificate may be the only one of its kind",
      "another name after -o, or --force to replace it",
      "ca_file_exists"};
}

Failure not_written(const fs::path& path, int number) {
  return {ExitCode::local,
          "cannot write " + path.string() + ": " + errno_text(number),
          "-o with another place",
          "ca_not_written"};
}

/// write_text writes and syncs. 0, or errno.
int write_text(int handle, std::string_view text) {
  while (!text.empty()) {
    const ssize_t count = ::write(handle, text.data(), text.size());
    if (count < 0 && errno != EINTR) {
      return errno;
    }
    text.remove_prefix(count < 0 ? 0 : static_cast<std::size_t>(count));
  }
  return ::fsync(handle) == 0 ? 0 : errno;
}

/// write_new creates a file that must not exist. 0, or errno.
int write_new(const fs::path& path, const NewFile& wanted) {
  const mode_t mode = wanted.content == NewFile::Content::key ? kKeyMode : kCertificateMode;
  const FileHandle file(::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
  if (!file.is_open()) {
    return errno;
  }
  const int error = write_text(file.get(), wanted.text);
  if (error != 0) {
    ::unlink(path.c_str());
  }
  return error;
}

/// write_over puts a new file in the place of the old one: its mode is the new one's, and a full
/// disk spares it. 0, or errno.
int write_over(const NewFile& wanted) {
  const fs::path fresh = wanted.path.string() + ".new-" + std::to_string(::getpid());
  int error = write_new(fresh, wanted);
  if (error == 0 && ::rename(fresh.c_str(), wanted.path.c_str()) != 0) {
    error = errno;
    ::unlink(fresh.c_str());
  }
  return error;
}

}  // namespace

Outcome<bool> check_new_files(const std::vector<NewFile>& files, Overwrite overwrite) {
  for (const NewFile& file : files) {
    struct stat status {};

    // lstat: a link that leads nowhere is something, too.
    const bool is_there = ::lstat(file.path.c_str(), &status) == 0;
    if (is_there && S_ISDIR(status.st_mode)) {
      return not_written(file.path, EISDIR);
    }
    if (is_there && overwrite == Overwrite::no) {
      return exists_already(file.path);
    }
  }
  return true;
}

Outcome<bool> write_new_files(const std::vector<NewFile>& files, Overwrite overwrite) {
  for (std::size_t i = 0; i < files.size(); ++i) {
    const int error =
        overwrite == Overwrite::yes ? write_over(files[i]) : write_new(files[i].path, files[i]);
    if (error == 0) {
      continue;
    }
    for (std::size_t j = 0; overwrite == Overwrite::no && j < i; ++j) {
      ::unlink(files[j].path.c_str());
    }
    return error == EEXIST ? exists_already(files[i].path) : not_written(files[i].path, error);
  }
  return true;
}

Outcome<bool> make_folder(const fs::path& folder) {
  const int error = make_directories(folder);
  return error == 0 ? Outcome<bool>(true) : Outcome<bool>(not_written(folder, error));
}

}  // namespace heirloom::app
