// The completion script for fish: a function that says in which command the cursor is, and one
// `complete` for each command and option.
#include "completion/tree.hpp"

#include <algorithm>

namespace heirloom::app {

namespace {

/// quoted is `text` in fish's single quotes, where only the quote and the backslash are special.
std::string quoted(const std::string& text) {
  std::string safe = "'";
  for (const char letter : text) {
    if (letter == '\'' || letter == '\\') {
      safe += '\\';
    }
    safe += letter;
  }
  return safe + "'";
}

/// valued_names is every option of any command that takes a value: its next word is no command.
std::string valued_names(const CompletedCommand& root) {
  std::vector<std::string> names;
  for (const CompletedCommand* command : all_commands(root)) {
    for (const CompletedOption& option : command->options) {
      const auto own = spellings(option);
      if (option.kind != ValueKind::none &&
          std::find(names.begin(), names.end(), own.front()) == names.end()) {
        names.insert(names.end(), own.begin(), own.end());
      }
    }
  }
  return joined(names, " ");
}

std::string head(const CompletedCommand& root) {
  std::string text = "# fish completion for heirloom; made by: heirloom completion fish\n\n";
  text += "function __heirloom_command -d 'The command before the cursor, and the one below it'\n";
  text += "    set -l words (commandline -opc)\n    set -l command\n    set -l skip 0\n";
  text += "    for word in $words[2..-1]\n";
  text += "        if test $skip = 1\n            set skip 0\n";
  text += "        else if contains -- $word " + valued_names(root) + "\n            set skip 1\n";
  text += "        else if contains -- (string join ' ' $command $word)";
  for (const CompletedCommand* command : all_commands(root)) {
    text += command->path.empty() ? "" : " " + quoted(command->path);
  }
  text += "\n            set -a command $word\n        end\n    end\n";
  text += "    string join ' ' $command\nend\n\n";
  text += "function __heirloom_in -d 'Whether the cursor is in this command'\n";
  text += "    test \"$(__heirloom_command)\" = \"$argv\"\nend\n\n";
  return text + "complete -c heirloom -f\n";
}

std::string value_of(const CompletedOption& option) {
  switch (option.kind) {
    case ValueKind::words:
      return " -x -a " + quoted(joined(option.words, " "));
    case ValueKind::file:
      return " -r -F";
    case ValueKind::folder:
      return " -x -a '(__fish_complete_directories)'";
    case ValueKind::text:
      return " -x";
    case ValueKind::none:
      return "";
  }
  return "";
}

std::string lines_of(const CompletedCommand& command) {
  const std::string begin = "complete -c heirloom -n '__heirloom_in" +
                            (command.path.empty() ? "" : " " + command.path) + "'";
  std::string text;
  for (const CompletedCommand& below : command.commands) {
    text += begin + " -a " + below.name + " -d " + quoted(below.description) + "\n";
  }
  for (const CompletedOption& positional : command.positionals) {
    if (const std::string values = value_of(positional); values.starts_with(" -x -a")) {
      text += begin + values.substr(3) + "\n";
    } else if (positional.kind == ValueKind::file) {
      text += begin + " -F\n";
    }
  }
  for (const CompletedOption& option : command.options) {
    text += begin;
    for (const std::string& name : option.short_names) {
      text += " -s " + quoted(name);
    }
    for (const std::string& name : option.long_names) {
      text += " -l " + name;
    }
    text += value_of(option) + " -d " + quoted(option.description) + "\n";
  }
  return text;
}

}  // namespace

std::string fish_completion(const CompletedCommand& root) {
  std::string script = head(root);
  for (const CompletedCommand* command : all_commands(root)) {
    script += lines_of(*command);
  }
  return script;
}

}  // namespace heirloom::app
