// run_get: all URLs of one command line, one after the other.
#pragma once

#include "commands.hpp"
#include "common/exit_codes.hpp"
#include "get/options.hpp"

namespace heirloom::app::get {

/// run_get ends with curl's exit codes: that of the last fetch that failed.
[[nodiscard]] ExitCode run_get(const GetOptions& options, const Context& context);

}  // namespace heirloom::app::get
