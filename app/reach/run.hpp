// run_reach: the command's steps, from the URL to the bridge.
#pragma once

#include "commands.hpp"
#include "common/output.hpp"
#include "common/protocol_options.hpp"
#include "common/tcp.hpp"

#include <string>
#include <vector>

namespace heirloom::app {

struct ReachOptions {
  std::string url;
  ProtocolOptions protocol;
  CredentialFiles credentials;
  std::string listen;
  std::vector<std::string> pins;
  std::vector<std::string> accept_changed;
  bool accept_new = false;
  bool accept_lower = false;
  bool no_fallback_signal = false;
  double timeout = 10;  ///< seconds, for TCP
  AddressFamily family = AddressFamily::any;
  OutputFormat format = OutputFormat::text;
};

/// run_reach returns after Ctrl-C, or when the box cannot be reached or must not be trusted.
[[nodiscard]] ExitCode run_reach(const ReachOptions& options, const Context& context);

}  // namespace heirloom::app
