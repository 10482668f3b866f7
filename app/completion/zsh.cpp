// The completion script for zsh: one function for each command, each a call of _arguments.
#include "completion/tree.hpp"

#include <algorithm>

namespace heirloom::app {

namespace {

/// explained is `text` inside the brackets of a specification, inside single quotes.
std::string explained(const std::string& text) {
  std::string safe;
  for (const char letter : text) {
    if (letter == '\'') {
      safe += "'\\''";
      continue;
    }
    if (letter == '[' || letter == ']' || letter == ':' || letter == '\\') {
      safe += '\\';
    }
    safe += letter;
  }
  return safe;
}

std::string function_name(const CompletedCommand& command) {
  std::string name = "_heirloom" + (command.path.empty() ? "" : "_" + command.path);
  std::ranges::replace(name, ' ', '_');
  return name;
}

std::string action(const CompletedOption& option) {
  switch (option.kind) {
    case ValueKind::words:
      return ":value:(" + joined(option.words, " ") + ")";
    case ValueKind::file:
      return ":file:_files";
    case ValueKind::folder:
      return ":folder:_files -/";
    case ValueKind::text:
      return ":value: ";
    case ValueKind::none:
      return "";
  }
  return "";
}

/// specification is one line for each spelling. The star lets an option stand more than once.
std::string specification(const CompletedOption& option) {
  std::string lines;
  for (const std::string& name : spellings(option)) {
    const bool is_long = name.starts_with("--");
    const std::string takes = option.kind == ValueKind::none ? "" : is_long ? "=" : "+";
    lines += "    '*" + name;
    lines += takes;
    lines += "[" + explained(option.description) + "]" + action(option) + "'\n";
  }
  return lines;
}

std::string function_of(const CompletedCommand& command) {
  std::string text = function_name(command) + "() {\n";
  text += "  local curcontext=\"$curcontext\" state\n  local -a line specifications commands\n";
  text += "  specifications=(\n";
  for (const CompletedOption& option : command.options) {
    text += specification(option);
  }
  if (command.commands.empty()) {
    for (const CompletedOption& positional : command.positionals) {
      text += "    '*" + action(positional) + "'\n";
      break;
    }
    return text + "  )\n  _arguments -s -S $specifications\n}\n\n";
  }
  text += "    '1: :->command'\n    '*:: :->arguments'\n  )\n";
  text += "  _arguments -C -s $specifications && return\n  case $state in\n";
  text += "    command)\n      commands=(\n";
  for (const CompletedCommand& below : command.commands) {
    text += "        '" + below.name + ":" + explained(below.description) + "'\n";
  }
  text += "      )\n      _describe -t commands command commands ;;\n";
  text += "    arguments)\n      case $words[1] in\n";
  for (const CompletedCommand& below : command.commands) {
    text += "        " + below.name + ") " + function_name(below) + " ;;\n";
  }
  return text + "      esac ;;\n  esac\n}\n\n";
}

}  // namespace

std::string zsh_completion(const CompletedCommand& root) {
  std::string script = "#compdef heirloom\n# made by: heirloom completion zsh\n\n";
  for (const CompletedCommand* command : all_commands(root)) {
    script += function_of(*command);
  }
  // Read by compinit from fpath the file is the function's body; otherwise somebody sources it.
  return script +
         "if [ \"$funcstack[1]\" = _heirloom ]; then\n  _heirloom \"$@\"\nelse\n"
         "  compdef _heirloom heirloom\nfi\n";
}

}  // namespace heirloom::app
