#include "common/command_text.hpp"

#include <cstddef>
#include <utility>

namespace heirloom::app {

namespace {

/// word_end is where the word that begins there ends for a shell: at a blank outside of quotes.
std::size_t word_end(std::string_view command, std::size_t begin) {
  bool is_quoted = false;
  for (std::size_t at = begin; at < command.size(); ++at) {
    const char c = command[at];
    if (c == '\'') {
      is_quoted = !is_quoted;
    } else if (c == '\\' && !is_quoted) {
      ++at;
    } else if (c == ' ' && !is_quoted) {
      return at;
    }
  }
  return command.size();
}

}  // namespace

std::string shell_word(std::string_view text) {
  constexpr std::string_view kHarmless =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_./:@%+=,-";
  if (!text.empty() && text.find_first_not_of(kHarmless) == std::string_view::npos) {
    return std::string(text);
  }
  std::string word = "'";
  for (const char c : text) {
    word += c == '\'' ? std::string("'\\''") : std::string(1, c);
  }
  return word + "'";
}

bool has_words(std::string_view command, std::string_view words) {
  for (std::size_t begin = 0; begin < command.size(); begin = word_end(command, begin) + 1) {
    const std::string_view rest = command.substr(begin);
    if (rest.starts_with(words) && (rest.size() == words.size() || rest[words.size()] == ' ')) {
      return true;
    }
  }
  return false;
}

std::string without_option(std::string command, const std::string& option) {
  std::size_t begin = 0;
  while (begin < command.size()) {
    const std::size_t end = word_end(command, begin);
    if (begin != 0 && end < command.size() && command.compare(begin, end - begin, option) == 0) {
      command.erase(begin - 1, word_end(command, end + 1) - (begin - 1));
      return command;
    }
    begin = end + 1;
  }
  return command;
}

std::string without_each(std::string command, std::initializer_list<const char*> options) {
  for (const char* const option : options) {
    std::string shorter = without_option(command, option);
    while (shorter != command) {
      command = std::move(shorter);
      shorter = without_option(command, option);
    }
  }
  return command;
}

std::string with_option(std::string command, const std::string& option, const std::string& value) {
  return without_option(std::move(command), option) + " " + option + " " + value;
}

}  // namespace heirloom::app
