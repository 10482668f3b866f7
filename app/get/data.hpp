// The body of -d and its relatives: read, encoded and joined the way curl does.
#pragma once

#include "common/failure.hpp"
#include "get/options.hpp"

#include <string>
#include <vector>

namespace heirloom::app::get {

/// join_data gives the whole body. -d joins its pieces with "&"; @FILE is read (without line ends
/// and zero bytes for -d), @- is standard input. CurlExit::read for a file that cannot be read.
[[nodiscard]] Outcome<std::string> join_data(const std::vector<DataPiece>& pieces);

/// read_lines_of reads a file of header lines (-H @FILE), without empty lines.
[[nodiscard]] Outcome<std::vector<std::string>> read_lines_of(const std::string& path);

}  // namespace heirloom::app::get
