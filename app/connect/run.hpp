// run_connect: what `heirloom connect` does with its options.
#pragma once

#include "commands.hpp"
#include "common/exit_codes.hpp"
#include "connect/options.hpp"

namespace heirloom::app {

/// run_connect makes the connections and gives the last of them standard input and output.
[[nodiscard]] ExitCode run_connect(const ConnectOptions& options, const Context& context);

}  // namespace heirloom::app
