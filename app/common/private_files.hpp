// private_files: the files under the state directory, which are nobody else's business: directories
// 0700, files 0600. A file is changed by putting a new one in its place, so that a full disk or a
// power cut leaves the old one.
#pragma once

#include "common/failure.hpp"

#include <filesystem>
#include <string>

namespace heirloom::app {

/// FileHandle owns a descriptor; negative: none.
class FileHandle {
 public:
  explicit FileHandle(int value) noexcept : value_(value) {}

  FileHandle(const FileHandle&) = delete;
  FileHandle& operator=(const FileHandle&) = delete;
  ~FileHandle();

  [[nodiscard]] int get() const noexcept { return value_; }

  [[nodiscard]] bool is_open() const noexcept { return value_ >= 0; }

 private:
  int value_;
};

/// make_directories creates what is missing. 0, or errno.
[[nodiscard]] int make_directories(const std::filesystem::path& directory);

/// read_file_if_there gives an empty text for a file that does not exist. 0, or errno.
[[nodiscard]] int read_file_if_there(const std::filesystem::path& path, std::string& text);

/// replace_file writes a new file and moves it over the old one. 0, or errno.
[[nodiscard]] int replace_file(const std::filesystem::path& path, const std::string& text);

/// open_lock_file creates the file that is locked instead of one that gets replaced.
[[nodiscard]] FileHandle open_lock_file(const std::filesystem::path& path);

}  // namespace heirloom::app
