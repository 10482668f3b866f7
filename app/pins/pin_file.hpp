// PinFile: the pin list on disk.
//
// $XDG_STATE_HOME/heirloom/pins, else ~/.local/state/heirloom/pins; directory 0700, file 0600. A
// change is made under a lock, on what the file says at that moment, into a new file that takes the
// place of the old one: two programs at once lose nothing, and neither does a full disk.
#pragma once

#include "common/failure.hpp"
#include "pins/pin.hpp"

#include <filesystem>
#include <string>

namespace heirloom::app {

class PinFile {
 public:
  explicit PinFile(std::filesystem::path path) : path_(std::move(path)) {}

  /// at_default_place reads the environment. ExitCode::local if there is no home either.
  [[nodiscard]] static Outcome<PinFile> at_default_place();

  [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }

  /// load reads the file; a missing one is an empty list.
  [[nodiscard]] Outcome<PinList> load() const;

  /// check_writable proves that put would work, before anything is asked of anybody. A failure
  /// names the file and the reason.
  [[nodiscard]] Outcome<bool> check_writable() const;

  /// put stores one box. If it fails, the file is what it was.
  [[nodiscard]] Outcome<bool> put(const Pin& pin) const;

 private:
  std::filesystem::path path_;
};

}  // namespace heirloom::app
