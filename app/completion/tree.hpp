// The table of commands and options as completion scripts need it: read from CLI11's own objects,
// so that a script cannot offer what the program does not have, or miss what it has.
//
// Hidden options and commands (those in the group "") are left out, as in --help.
#pragma once

#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name
class App;
}

namespace heirloom::app {

/// ValueKind is what may stand where a value stands.
enum class ValueKind {
  none,    ///< a flag takes no value
  text,    ///< nothing to offer
  words,   ///< one of a fixed set
  file,    ///< the name of a file
  folder,  ///< the name of a folder
};

/// CompletedOption is an option or, without names, what a command takes in a fixed place.
struct CompletedOption {
  std::vector<std::string> short_names;  ///< without the hyphen
  std::vector<std::string> long_names;   ///< without the hyphens
  std::string description;               ///< one line
  ValueKind kind = ValueKind::none;
  std::vector<std::string> words;  ///< for ValueKind::words
};

/// CompletedCommand is the program itself or a subcommand, with those below it.
struct CompletedCommand {
  std::string path;  ///< "" for the program, "pins show" for a subcommand of a subcommand
  std::string name;
  std::string description;
  std::vector<CompletedOption> options;  ///< its own ones and those of the commands above it
  std::vector<CompletedOption> positionals;
  std::vector<CompletedCommand> commands;
};

/// read_tree reads what `root` offers.
CompletedCommand read_tree(const CLI::App& root);

/// all_commands lists `command` and everything below it, the outer ones first.
std::vector<const CompletedCommand*> all_commands(const CompletedCommand& command);

/// spellings is every name of `option` with its hyphens, the short ones first.
std::vector<std::string> spellings(const CompletedOption& option);

/// joined puts `separator` between words.
std::string joined(const std::vector<std::string>& words, const std::string& separator);

std::string bash_completion(const CompletedCommand& root);
std::string zsh_completion(const CompletedCommand& root);
std::string fish_completion(const CompletedCommand& root);

}  // namespace heirloom::app
