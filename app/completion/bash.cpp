// The completion script for bash: needs nothing of the package bash-completion.
//
// bash cuts words at `=` and `:`, so that --color=always arrives as three words.
#include "completion/tree.hpp"

namespace heirloom::app {

namespace {

constexpr const char* kHead = R"(# bash completion for heirloom; made by: heirloom completion bash

_heirloom_complete() {
  local current=${COMP_WORDS[COMP_CWORD]} option=${COMP_WORDS[COMP_CWORD-1]}
  local command="" commands="" options="" valued="" values="" files="" i word next
  COMPREPLY=()
  for ((i = 1; i <= COMP_CWORD; i++)); do
    _heirloom_table "$command" ""
    word=${COMP_WORDS[i]}
    next=${COMP_WORDS[i+1]}
    [[ $i == "$COMP_CWORD" ]] && break
    if [[ $word == -* ]]; then
      if [[ $valued == *" $word "* && $((i + 1)) -lt $COMP_CWORD ]]; then
        i=$((i + 1))
        [[ $next == = ]] && i=$((i + 1))
      fi
    elif [[ " $commands " == *" $word "* ]]; then
      command="${command:+$command }$word"
    fi
  done
  if [[ $current == = ]]; then
    current=""
  elif [[ $option == = ]]; then
    option=${COMP_WORDS[COMP_CWORD-2]}
  fi
  if [[ $valued == *" $option "* ]]; then
    _heirloom_table "$command" "$option"
  elif [[ $current == -* ]]; then
    COMPREPLY=($(compgen -W "$options" -- "$current"))
    return
  else
    values="$values $commands"
  fi
  if [[ $files == folder ]]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -d -- "$current"))
  elif [[ -n $files ]]; then
    compopt -o filenames 2>/dev/null
    COMPREPLY=($(compgen -f -- "$current"))
  else
    COMPREPLY=($(compgen -W "$values" -- "$current"))
  fi
}

# _heirloom_table COMMAND OPTION: sets commands, options, valued (those that take a value); and values
# or files for what OPTION, or with an empty OPTION the command itself, takes.
_heirloom_table() {
  values="" files=""
  case $1 in
)";

constexpr const char* kTail = R"(  esac
}

complete -F _heirloom_complete heirloom
)";

std::string assignment(ValueKind kind, const std::vector<std::string>& words) {
  switch (kind) {
    case ValueKind::words:
      return "values='" + joined(words, " ") + "'";
    case ValueKind::file:
      return "files=file";
    case ValueKind::folder:
      return "files=folder";
    case ValueKind::none:
    case ValueKind::text:
      return "";
  }
  return "";
}

std::string entry(const CompletedCommand& command) {
  std::vector<std::string> commands;
  for (const CompletedCommand& below : command.commands) {
    commands.push_back(below.name);
  }
  std::vector<std::string> options;
  std::vector<std::string> valued;
  std::string values;
  for (const CompletedOption& option : command.options) {
    const auto names = spellings(option);
    options.insert(options.end(), names.begin(), names.end());
    if (option.kind == ValueKind::none) {
      continue;
    }
    valued.insert(valued.end(), names.begin(), names.end());
    if (const std::string set = assignment(option.kind, option.words); !set.empty()) {
      values += "        " + joined(names, "|") + ") " + set + " ;;\n";
    }
  }
  for (const CompletedOption& positional : command.positionals) {
    if (const std::string set = assignment(positional.kind, positional.words); !set.empty()) {
      values += "        '') " + set + " ;;\n";
      break;
    }
  }
  std::string text = "    '" + command.path + "')\n";
  text += "      commands='" + joined(commands, " ") + "'\n";
  text += "      options='" + joined(options, " ") + "'\n";
  text += "      valued=' " + joined(valued, " ") + " '\n";
  if (!values.empty()) {
    text += "      case $2 in\n" + values + "      esac\n";
  }
  return text + "      ;;\n";
}

}  // namespace

std::string bash_completion(const CompletedCommand& root) {
  std::string script = kHead;
  for (const CompletedCommand* command : all_commands(root)) {
    script += entry(*command);
  }
  return script + kTail;
}

}  // namespace heirloom::app
