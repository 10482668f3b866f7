// make_command: declares `heirloom ca key`, `authority` and `leaf`.
#pragma once

#include "commands.hpp"

namespace heirloom::app {

/// add_ca_makers adds the three commands below `ca`.
void add_ca_makers(CLI::App& ca, Context& context);

}  // namespace heirloom::app
