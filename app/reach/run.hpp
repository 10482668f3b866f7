// run_reach: the whole command, from the command line to the end of the last bridge.
#pragma once

#include "commands.hpp"
#include "common/output.hpp"
#include "ladder/box_options.hpp"

#include <string>
#include <vector>

namespace heirloom::app {

struct ReachOptions {
  std::vector<std::string> urls;
  std::vector<std::string> tcp;     ///< --tcp: HOST:PORT, a URL, or a port of the first page's box
  std::vector<std::string> listen;  ///< one for each target, in order
  bool tls = false;                 ///< the local side, too
  BoxOptions box;
  OutputFormat format = OutputFormat::text;
};

/// run_reach returns after Ctrl-C, or when no box can be reached or may be trusted. A box that
/// fails beside others that work is reported, and the others go on.
[[nodiscard]] ExitCode run_reach(const ReachOptions& options, const Context& context);

}  // namespace heirloom::app
