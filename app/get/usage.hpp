// usage: what a command line of `get` says that makes no sense, before anything is done.
#pragma once

#include "common/failure.hpp"
#include "get/options.hpp"

#include <string>
#include <vector>

namespace heirloom::app::get {

/// check_usage refuses what curl refuses, what would be misunderstood, and options of curl that
/// cannot be honoured. CurlExit::usage, or CurlExit::option_syntax for --resolve as curl has it.
[[nodiscard]] Outcome<bool> check_usage(const GetOptions& options);

/// check_header refuses a line of -H that would not be sent as it was meant. An empty one says
/// nothing, as with curl.
[[nodiscard]] Outcome<bool> check_header(const std::string& line);

/// usage_notes are sentences about what is taken but not done as it was typed.
[[nodiscard]] std::vector<std::string> usage_notes(const GetOptions& options);

}  // namespace heirloom::app::get
