// heirloom reach: a box that only speaks an old version, as a page in today's browser.
//
// It finds the hello that the box answers (ladder/), judges and remembers its certificate (pins/),
// and serves it at a loopback URL until Ctrl-C (http/). The steps are in reach/run.cpp.
#include "commands.hpp"
#include "reach/run.hpp"

#include <memory>
#include <string>

#include <CLI/App.hpp>

namespace heirloom::app {

namespace {

void add_identity_options(CLI::App& command, ReachOptions& options) {
  const std::string group = "Who the box is";
  command.add_option("--pin", options.pins, "the box has exactly this certificate: sha256:HEX")
      ->allow_extra_args(false)
      ->group(group);
  command
      .add_flag("--accept-new",
                options.accept_new,
                "accept the certificate of a box that is not known yet (private addresses only)")
      ->group(group);
  command
      .add_option("--accept-changed",
                  options.accept_changed,
                  "accept that the certificate is now this one: sha256:HEX")
      ->allow_extra_args(false)
      ->group(group);
  command
      .add_flag("--accept-lower",
                options.accept_lower,
                "accept that the box speaks a lower version than before")
      ->group(group);
}

}  // namespace

void add_reach(CLI::App& root, Context& context) {
  auto options = std::make_shared<ReachOptions>();
  CLI::App* const command =
      root.add_subcommand("reach", "the page of an old box in today's browser, at a loopback URL");
  command->add_option("url", options->url, "https://BOX[:PORT][/PATH]")->required();
  command->add_option(
      "--listen", options->listen, "local [ADDR:]PORT (default: loopback, the port of last time)");
  command->add_option("--timeout", options->timeout, "seconds for the TCP connection")
      ->check(CLI::Range(0.001, 86400.0));
  command->add_flag_callback("-4", [options] { options->family = AddressFamily::ipv4; });
  command->add_flag_callback("-6", [options] { options->family = AddressFamily::ipv6; });
  command->add_flag_callback(
      "--json", [options] { options->format = OutputFormat::json; }, "one object per line");
  add_identity_options(*command, *options);
  add_protocol_options(*command, options->protocol);
  command
      ->add_flag("--no-fallback-signal",
                 options->no_fallback_signal,
                 "leave the signal of RFC 7507 out of retries at a lower version")
      ->group("Protocol");
  add_credential_options(*command, options->credentials);
  command->callback([&context, options] {
    context.run = [&context, options] { return run_reach(*options, context); };
  });
}

}  // namespace heirloom::app
