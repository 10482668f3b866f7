// What the command line of `reach` means, and how it is written again in a next step.
#pragma once

#include "common/failure.hpp"
#include "common/target.hpp"
#include "reach/run.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace heirloom::app {

/// ReachTarget is one box, or one port of one, with a listener of its own.
struct ReachTarget {
  enum class Kind : std::uint8_t {
    page,   ///< HTTP, with its heads adjusted
    bytes,  ///< --tcp: passed on as they are
  };

  Kind kind = Kind::page;
  HostPort where;
  std::string path = "/";  ///< of a page
  std::string listen;      ///< its --listen; empty: loopback
  std::string command;     ///< the command for this box alone, for next steps
};

/// understand_targets reads all of them: pages first, then those of --tcp, each list in the order
/// of the command line. ExitCode::usage for one that makes no sense, that is named twice, or that
/// no --listen is for.
[[nodiscard]] Outcome<std::vector<ReachTarget>> understand_targets(const ReachOptions& options);

}  // namespace heirloom::app
