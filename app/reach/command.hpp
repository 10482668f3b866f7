// What the command line of `reach` means, and how it is written again in a next step.
#pragma once

#include "common/failure.hpp"
#include "common/target.hpp"
#include "reach/run.hpp"

#include <string>

namespace heirloom::app {

/// command_line repeats the command as far as a next step may build on it.
[[nodiscard]] std::string command_line(const ReachOptions& options, const Url& url);

/// understand_url reads the box's URL; http:// is answered with what to do instead.
[[nodiscard]] Outcome<Url> understand_url(const std::string& text);

}  // namespace heirloom::app
