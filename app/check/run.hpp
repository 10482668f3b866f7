// run_check: `heirloom reach --check HOST…`: examine each box, print its report, serve nothing.
#pragma once

#include "commands.hpp"
#include "common/output.hpp"
#include "ladder/box_options.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace heirloom::app {

struct CheckOptions {
  std::vector<std::string> targets;  ///< HOST[:PORT] or URLs
  std::vector<std::string> tcp;      ///< --tcp: refused, but it names boxes
  BoxOptions box;
  std::vector<std::string> refused;   ///< options that were given and make no sense with --check
  std::size_t max_connections = 400;  ///< to one box
  OutputFormat format = OutputFormat::text;
};

/// run_check examines one box after the other, with one connection at a time. ok: everything was
/// tested, whatever was found. incomplete: some lines could not be tested, or some of several boxes
/// could not be reached. network or handshake: none of them could.
[[nodiscard]] ExitCode run_check(const CheckOptions& options, const Context& context);

}  // namespace heirloom::app
