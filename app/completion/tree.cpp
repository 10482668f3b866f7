#include "completion/tree.hpp"

#include <algorithm>
#include <cctype>
#include <string_view>

#include <CLI/App.hpp>

namespace heirloom::app {

namespace {

std::string first_line(const std::string& text) {
  return text.substr(0, text.find('\n'));
}

/// words_in takes apart the set "{a,b,c}" that IsMember, or the author of an option, put into the
/// name of its type.
std::vector<std::string> words_in(std::string_view type) {
  std::vector<std::string> words;
  const std::size_t begin = type.find('{');
  const std::size_t end = type.find('}');
  if (begin == std::string_view::npos || end == std::string_view::npos || end < begin) {
    return words;
  }
  std::string_view rest = type.substr(begin + 1, end - begin - 1);
  while (!rest.empty()) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    words.emplace_back(rest.substr(0, comma));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  return words;
}

/// mentions says whether `text` has `word` with no letter on either side of it.
bool mentions(std::string_view text, std::string_view word) {
  const auto is_letter = [&](std::size_t at) {
    return at < text.size() && std::isalpha(static_cast<unsigned char>(text[at])) != 0;
  };
  for (std::size_t at = text.find(word); at != std::string_view::npos;
       at = text.find(word, at + 1)) {
    if ((at == 0 || !is_letter(at - 1)) && !is_letter(at + word.size())) {
      return true;
    }
  }
  return false;
}

/// kind_of goes by what the help tells a person: the name of the type or the description speaks of
/// a file, PEM or a directory.
ValueKind kind_of(const CompletedOption& option, std::string_view type) {
  if (!option.words.empty()) {
    return ValueKind::words;
  }
  const auto speaks_of = [&](std::string_view word) {
    return mentions(type, word) || mentions(option.description, word);
  };
  if (speaks_of("directory") || speaks_of("folder")) {
    return ValueKind::folder;
  }
  return speaks_of("file") || speaks_of("FILE") || speaks_of("PEM") ? ValueKind::file
                                                                    : ValueKind::text;
}

CompletedOption read_option(const CLI::Option& option) {
  CompletedOption read;
  read.short_names = option.get_snames();
  read.long_names = option.get_lnames();
  read.description = first_line(option.get_description());
  if (option.get_type_size() == 0 || option.get_expected_max() == 0) {
    return read;
  }
  const std::string type = option.get_type_name();
  read.words = words_in(type);
  read.kind = kind_of(read, type);
  return read;
}

/// is_listed: the names are there already, as with -h of a command and of the program.
bool is_listed(const CompletedOption& option, const std::vector<CompletedOption>& already) {
  return std::ranges::any_of(already, [&](const CompletedOption& other) {
    return other.short_names == option.short_names && other.long_names == option.long_names;
  });
}

/// read_options adds the options of `app`, and of its option groups, which are commands without
/// name.
void read_options(const CLI::App& app, CompletedCommand& command) {
  for (const CLI::Option* option : app.get_options()) {
    if (option->get_group().empty()) {
      continue;
    }
    if (option->get_positional() && option->get_lnames().empty() && option->get_snames().empty()) {
      command.positionals.push_back(read_option(*option));
      continue;
    }
    CompletedOption read = read_option(*option);
    if (!is_listed(read, command.options)) {
      command.options.push_back(std::move(read));
    }
  }
  for (const CLI::App* group : app.get_subcommands({})) {
    if (group->get_name().empty()) {
      read_options(*group, command);
    }
  }
}

void read_command(const CLI::App& app, CompletedCommand& command) {
  command.description = first_line(app.get_description());
  const std::vector<CompletedOption> inherited = std::move(command.options);
  command.options.clear();
  read_options(app, command);
  for (const CompletedOption& option : inherited) {
    // --version is the program's alone.
    if (!is_listed(option, command.options) &&
        option.long_names != std::vector{std::string("version")}) {
      command.options.push_back(option);
    }
  }
  for (const CLI::App* below : app.get_subcommands({})) {
    if (below->get_name().empty() || below->get_group().empty()) {
      continue;
    }
    CompletedCommand read;
    read.name = below->get_name();
    read.path = command.path.empty() ? read.name : command.path + " " + read.name;
    read.options = command.options;
    read_command(*below, read);
    command.commands.push_back(std::move(read));
  }
}

void collect(const CompletedCommand& command, std::vector<const CompletedCommand*>& all) {
  all.push_back(&command);
  for (const CompletedCommand& below : command.commands) {
    collect(below, all);
  }
}

}  // namespace

CompletedCommand read_tree(const CLI::App& root) {
  CompletedCommand tree;
  tree.name = root.get_name();
  read_command(root, tree);
  return tree;
}

std::vector<const CompletedCommand*> all_commands(const CompletedCommand& command) {
  std::vector<const CompletedCommand*> all;
  collect(command, all);
  return all;
}

std::vector<std::string> spellings(const CompletedOption& option) {
  std::vector<std::string> all;
  for (const std::string& name : option.short_names) {
    all.push_back("-" + name);
  }
  for (const std::string& name : option.long_names) {
    all.push_back("--" + name);
  }
  return all;
}

std::string joined(const std::vector<std::string>& words, const std::string& separator) {
  std::string text;
  for (const std::string& word : words) {
    text += (text.empty() ? "" : separator) + word;
  }
  return text;
}

}  // namespace heirloom::app
