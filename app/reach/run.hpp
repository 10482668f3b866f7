// run_reach: the command's steps, from the URL to the bridge.
#pragma once

#include "commands.hpp"
#include "common/output.hpp"
#include "ladder/box_options.hpp"

#include <string>

namespace heirloom::app {

struct ReachOptions {
  std::string url;
  BoxOptions box;
  std::string listen;
  OutputFormat format = OutputFormat::text;
};

/// run_reach returns after Ctrl-C, or when the box cannot be reached or must not be trusted.
[[nodiscard]] ExitCode run_reach(const ReachOptions& options, const Context& context);

}  // namespace heirloom::app
