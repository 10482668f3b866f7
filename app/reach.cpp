// heirloom reach: boxes that only speak an old version, as pages in today's browser.
//
// It finds the hello that the box answers (ladder/), judges and remembers its certificate (pins/),
// and serves it at a loopback URL until Ctrl-C (http/). The steps are in reach/run.cpp.
#include "check/command.hpp"
#include "commands.hpp"
#include "reach/run.hpp"

#include <memory>
#include <string>

#include <CLI/App.hpp>

namespace heirloom::app {

void add_reach(CLI::App& root, Context& context) {
  auto options = std::make_shared<ReachOptions>();
  CLI::App* const command =
      root.add_subcommand("reach", "the page of an old box in today's browser, at a loopback URL");
  command->add_option("url", options->urls, "https://BOX[:PORT][/PATH], several if you like");
  command->add_option(
      "--tcp", options->tcp, "BOX:PORT..., passed on as bytes: consoles and whatever is not HTTP");
  command
      ->add_option("--listen",
                   options->listen,
                   "local [ADDR:]PORT (default: loopback, the port of last time)")
      ->allow_extra_args(false);
  command->add_flag("--tls", options->tls, "TLS on the local side, too; see heirloom ca");
  command->add_flag_callback(
      "--json", [options] { options->format = OutputFormat::json; }, "one object per line");
  add_box_options(*command, options->box);
  auto check = std::make_shared<CheckOptions>();
  add_check_options(*command, *check);
  command->callback([&context, options, check, command] {
    context.run = [&context, options] { return run_reach(*options, context); };
    if (is_check(*command)) {
      complete_check_options(*command, *check);
      check->box = options->box;
      check->format = options->format;
      context.run = [&context, check] { return run_check(*check, context); };
    }
  });
}

}  // namespace heirloom::app
