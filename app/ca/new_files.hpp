// new_files: files that are written together, and replace nothing unless they may.
#pragma once

#include "common/failure.hpp"

#include <cstdint>
#include <filesystem>
#include <string>
#include <vector>

namespace heirloom::app {

/// Overwrite says whether files that exist are replaced (--force).
enum class Overwrite : std::uint8_t { no, yes };

struct NewFile {
  enum class Content : std::uint8_t {
    key,          ///< mode 0600
    certificate,  ///< everybody may read it, as far as the umask allows
  };
  std::filesystem::path path;
  std::string text;
  Content content = Content::certificate;
};

/// check_new_files finds out beforehand, so that nobody waits for a key that cannot be kept; the
/// texts may still be missing. ExitCode::local with "ca_file_exists", or "ca_not_written" for a
/// path that is a folder.
[[nodiscard]] Outcome<bool> check_new_files(const std::vector<NewFile>& files, Overwrite overwrite);

/// write_new_files writes all of them. "ca_file_exists" or "ca_not_written"; then those written
/// before are gone again, unless they replaced others.
[[nodiscard]] Outcome<bool> write_new_files(const std::vector<NewFile>& files, Overwrite overwrite);

/// make_folder creates a folder, and those above it, that nobody else may enter; one that exists
/// stays as it is. "ca_not_written".
[[nodiscard]] Outcome<bool> make_folder(const std::filesystem::path& folder);

}  // namespace heirloom::app
