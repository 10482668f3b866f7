// heirloom completion: prints the script that lets bash, zsh or fish complete heirloom's commands,
// options and their values. The package installs what this prints.
#include "commands.hpp"
#include "completion/tree.hpp"

#include <cstdio>
#include <memory>
#include <string>

#include <CLI/App.hpp>

namespace heirloom::app {

namespace {

ExitCode print_completion(const CLI::App& root, const std::string& shell) {
  const CompletedCommand tree = read_tree(root);
  const std::string script = shell == "bash"  ? bash_completion(tree)
                             : shell == "zsh" ? zsh_completion(tree)
                                              : fish_completion(tree);
  const bool is_written = std::fwrite(script.data(), 1, script.size(), stdout) == script.size();
  if (is_written && std::fflush(stdout) == 0) {
    return ExitCode::ok;
  }
  print_failure({ExitCode::local,
                 "cannot write the completion script to standard output",
                 "",
                 "completion_not_written"});
  return ExitCode::local;
}

}  // namespace

void add_completion(CLI::App& root, Context& context) {
  auto shell = std::make_shared<std::string>();
  CLI::App* const command =
      root.add_subcommand("completion", "print the completion script of a shell");
  command->add_option("shell", *shell, "bash, zsh or fish")
      ->required()
      ->check(CLI::IsMember({"bash", "zsh", "fish"}));
  command->callback([&root, &context, shell] {
    context.run = [&root, shell] { return print_completion(root, *shell); };
  });
}

}  // namespace heirloom::app
