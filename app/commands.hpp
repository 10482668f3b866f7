// Commands: how a subcommand registers itself with main.
//
// Each subcommand is one file with one function add_NAME. It declares its options on `root` and a
// callback that sets Context::run; main calls that once parsing has succeeded.
#pragma once

#include "common/exit_codes.hpp"
#include "common/log.hpp"
#include "common/output.hpp"

#include <functional>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name
class App;
}

namespace heirloom::app {

/// Context is filled by main before run is called.
struct Context {
  int verbosity = 0;  ///< each -v adds one, each -q takes one away
  LogFormat log_format = LogFormat::logfmt;
  std::function<ExitCode()> run;
};

void add_reach(CLI::App& root, Context& context);
void add_get(CLI::App& root, Context& context);
void add_connect(CLI::App& root, Context& context);
void add_serve(CLI::App& root, Context& context);
void add_demo(CLI::App& root, Context& context);
void add_suites(CLI::App& root, Context& context);
void add_pins(CLI::App& root, Context& context);
void add_completion(CLI::App& root, Context& context);
void add_ca(CLI::App& root, Context& context);

}  // namespace heirloom::app
