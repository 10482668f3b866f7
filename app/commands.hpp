// Commands: how a subcommand registers itself with main.
//
// Each subcommand is one file with one function add_NAME. It declares its options on `root` and a
// callback that sets Context::run; main calls that once parsing has succeeded.
#pragma once

#include "common/exit_codes.hpp"
#include "common/output.hpp"

#include <functional>

namespace CLI {
class App;
}

namespace heirloom::app {

struct Context {
  int verbosity = 0;  ///< -v adds one each, -q makes it negative
  std::function<ExitCode()> run;
};

void add_connect(CLI::App& root, Context& context);
void add_serve(CLI::App& root, Context& context);
void add_suites(CLI::App& root, Context& context);

}  // namespace heirloom::app
