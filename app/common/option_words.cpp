#include "common/option_words.hpp"

#include "common/command_text.hpp"

namespace heirloom::app {

std::string option_words(const ProtocolOptions& options) {
  std::string words;
  const auto add = [&words](const std::string& name, const std::string& value) {
    words += value.empty() ? "" : " " + name + " " + shell_word(value);
  };
  add("--preset", options.preset == "device" ? "" : options.preset);
  add("--min", options.min);
  add("--max", options.max);
  for (const std::string& word : options.suites) {
    add("--suites", word);
  }
  for (const std::string& word : options.allow) {
    add("--allow", word);
  }
  for (const std::string& word : options.curves) {
    add("--curves", word);
  }
  words += options.no_extensions ? " --no-extensions" : "";
  words += options.sslv2_hello ? " --sslv2-hello" : "";
  return words + session_option_words(options.session);
}

}  // namespace heirloom::app
