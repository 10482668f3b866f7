#include "check/command.hpp"

#include <array>

#include <CLI/App.hpp>

namespace heirloom::app {

void add_check_options(CLI::App& command, CheckOptions& options) {
  const std::string group = "Check";
  CLI::Option* const check = command.add_flag_callback(
      "--check",
      [] {},
      "tell what each box accepts and how weak that is; serve and remember nothing");
  check->group(group);
  command
      .add_option("--max-connections",
                  options.max_connections,
                  "connections that a check may make to one box")
      ->check(CLI::Range(1, 100000))
      ->needs(check)
      ->group(group);
}

bool is_check(const CLI::App& command) {
  return command.count("--check") > 0;
}

void complete_check_options(const CLI::App& command, CheckOptions& options) {
  constexpr std::array kServing = {"--listen", "--tls", "--tcp"};
  constexpr std::array kJudging = {"--pin", "--accept-new", "--accept-changed", "--accept-lower"};
  constexpr std::array kNarrowing = {
      "--min", "--max", "--suites", "--no-extensions", "--no-fallback-signal"};
  const auto look = [&](const auto& names) {
    for (const char* const name : names) {
      const CLI::Option* const option = command.get_option_no_throw(name);
      if (option != nullptr && option->count() > 0) {
        options.refused.emplace_back(name);
      }
    }
  };
  look(kServing);
  look(kJudging);
  look(kNarrowing);
  if (const CLI::Option* const tcp = command.get_option_no_throw("--tcp"); tcp != nullptr) {
    options.tcp = tcp->results();
  }
  options.targets = command.get_option("url")->results();
}

}  // namespace heirloom::app
