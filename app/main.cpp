// The program heirloom: global options, the choice of the subcommand, and usage errors.
#include "heirloom/cipher_suite.hpp"

#include "commands.hpp"
#include "common/aliases.hpp"
#include "common/log.hpp"
#include "common/modern_tls.hpp"
#include "common/output.hpp"
#include "get/secrets.hpp"

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <exception>
#include <iostream>
#include <numeric>
#include <string>
#include <string_view>
#include <vector>

#include <CLI/App.hpp>
#include <CLI/Config.hpp>
#include <CLI/Formatter.hpp>

namespace heirloom::app {

namespace {

/// distance is the number of letters to change, add or leave out.
std::size_t distance(std::string_view one, std::string_view two) {
  std::vector<std::size_t> row(two.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t i = 0; i < one.size(); ++i) {
    std::size_t diagonal = row[0];
    row[0] = i + 1;
    for (std::size_t j = 0; j < two.size(); ++j) {
      const std::size_t replaced = diagonal + (one[i] == two[j] ? 0 : 1);
      diagonal = row[j + 1];
      row[j + 1] = std::min({row[j] + 1, row[j + 1] + 1, replaced});
    }
  }
  return row.back();
}

std::string version_text() {
  return "heirloom " HEIRLOOM_VERSION "\nprotocols: SSL 3.0, TLS 1.0, " +
         std::to_string(cipher_suites().size()) +
         " cipher suites (heirloom suites)\nmodern leg: " + modern_library_version() +
         "\nThese versions are forbidden by RFC 7568 and RFC 8996: use only to reach what speaks "
         "nothing else.";
}

bool is_command(const CLI::App& root, const std::string& word) {
  const auto commands = root.get_subcommands([](const CLI::App*) { return true; });
  return std::any_of(commands.begin(), commands.end(), [&](const CLI::App* command) {
    return command->get_name() == word;
  });
}

/// unknown_command answers a first word that is no subcommand with the nearest one.
Failure unknown_command(const CLI::App& root, const std::string& word) {
  std::string nearest;
  std::size_t smallest = 3;
  for (const CLI::App* command : root.get_subcommands([](const CLI::App*) { return true; })) {
    if (const std::size_t d = distance(word, command->get_name()); d < smallest) {
      smallest = d;
      nearest = command->get_name();
    }
  }
  return {ExitCode::usage,
          "there is no command \"" + escape_text(word) + "\"",
          nearest.empty() ? "heirloom --help" : "heirloom " + nearest,
          "command_unknown"};
}

/// GlobalOptions apply to every subcommand and may stand on either side of its name.
struct GlobalOptions {
  std::string color = "auto";
  std::string log_format = "logfmt";
  int verbose = 0;
  int quiet = 0;
};

void add_global_options(CLI::App& root, GlobalOptions& options) {
  root.add_option("--color", options.color, "auto, always or never; NO_COLOR is respected")
      ->check(CLI::IsMember({"auto", "always", "never"}));
  root.add_option("--log-format", options.log_format, "logfmt or json")
      ->check(CLI::IsMember({"logfmt", "json"}));
  root.add_flag("-v,--verbose", options.verbose, "say more; may be repeated");
  root.add_flag("-q,--quiet", options.quiet, "say only what went wrong");
  root.set_version_flag("--version", version_text);
}

void apply(const GlobalOptions& options, Context& context) {
  set_color(options.color == "always"  ? ColorChoice::always
            : options.color == "never" ? ColorChoice::never
                                       : ColorChoice::automatic);
  context.verbosity = options.verbose - options.quiet;
  const LogLevel lowest = context.verbosity > 0   ? LogLevel::debug
                          : context.verbosity < 0 ? LogLevel::warning
                                                  : LogLevel::info;
  context.log_format = options.log_format == "json" ? LogFormat::json : LogFormat::logfmt;
  set_log(context.log_format, lowest);
}

std::string command_name(const CLI::App& root) {
  const auto chosen = root.get_subcommands();
  return chosen.empty() ? "heirloom" : "heirloom " + chosen.front()->get_name();
}

ExitCode usage_error(const CLI::App& root, const CLI::ParseError& error) {
  std::string what = error.what();
  while (what.ends_with('.') || what.ends_with('\n')) {
    what.pop_back();
  }
  print_failure({ExitCode::usage, escape_text(what), command_name(root) + " --help", "usage"});
  return ExitCode::usage;
}

ExitCode run(int count, char** words) {
  CLI::App root("Reach what only speaks SSL 3.0 or TLS 1.0, and serve it.", "heirloom");
  root.require_subcommand(1);
  root.fallthrough();
  root.get_formatter()->column_width(34);
  root.footer(
      "Exit status: 0 success, 2 usage, 3 network, 4 TLS failed or data is missing, 5 identity,\n"
      "6 a check that could not test everything, 7 something of this machine, 70 a fault of "
      "heirloom.");
  GlobalOptions options;
  Context context;
  add_global_options(root, options);
  add_reach(root, context);
  add_get(root, context);
  root.get_subcommand("get")->set_version_flag("-V", version_text, "print the version, and end");
  add_connect(root, context);
  add_serve(root, context);
  add_demo(root, context);
  add_suites(root, context);
  add_pins(root, context);
  add_completion(root, context);
  add_ca(root, context);
  if (count < 2) {
    std::fputs(root.help().c_str(), stderr);
    return ExitCode::usage;
  }
  const std::string first = words[1];
  if (!first.starts_with('-') && !is_command(root, first)) {
    print_failure(unknown_command(root, first));
    return ExitCode::usage;
  }
  try {
    auto translated = translate_aliases({words + 1, words + count});
    if (!translated) {
      print_failure(translated.error());
      return translated.error().code;
    }
    std::reverse(translated->begin(), translated->end());  // the order that CLI11 takes
    root.parse(*std::move(translated));
    const CLI::App& get = *root.get_subcommand("get");
    get::hide_secrets({words + 1, words + count},
                      get.get_option("--user")->results(),
                      get.get_option("--url")->results());
  } catch (const CLI::Success& success) {  // --help, --version
    root.exit(success);
    std::cout.flush();
    if (!std::cout) {
      print_failure({ExitCode::local, "cannot write to standard output", "", "standard_stream"});
      return ExitCode::local;
    }
    return ExitCode::ok;
  } catch (const CLI::ParseError& error) {
    return usage_error(root, error);
  }
  apply(options, context);
  return context.run();
}

}  // namespace

}  // namespace heirloom::app

int main(int count, char** words) {
  // A peer or a pipe that goes away is an outcome of write, not a reason to die.
  std::signal(SIGPIPE, SIG_IGN);
  try {
    return static_cast<int>(heirloom::app::run(count, words));
  } catch (const std::exception& error) {
    heirloom::app::print_failure({heirloom::app::ExitCode::internal,
                                  std::string("internal error: ") + error.what(),
                                  "",
                                  "internal"});
    return static_cast<int>(heirloom::app::ExitCode::internal);
  }
}
