// files: reading small files that the command line names.
#pragma once

#include "common/failure.hpp"

#include <string>

namespace heirloom::app {

/// read_file gives the contents; at most a mebibyte, which no certificate or key reaches.
/// ExitCode::local, naming the file and the reason.
[[nodiscard]] Outcome<std::string> read_file(const std::string& file);

/// read_first_line is read_file up to the first line feed, for passphrases.
[[nodiscard]] Outcome<std::string> read_first_line(const std::string& file);

}  // namespace heirloom::app
