#include "common/command_text.hpp"

#include <utility>

namespace heirloom::app {

std::string without_option(std::string command, const std::string& option) {
  const std::string word = " " + option + " ";
  if (const auto begin = command.find(word); begin != std::string::npos) {
    const auto end = command.find(' ', begin + word.size());
    command.erase(begin, end == std::string::npos ? end : end - begin);
  }
  return command;
}

std::string with_option(std::string command, const std::string& option, const std::string& value) {
  return without_option(std::move(command), option) + " " + option + " " + value;
}

}  // namespace heirloom::app
