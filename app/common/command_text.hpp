// command_text: a command line that is advised to a person, who may copy it into a shell.
//
// Security: what a box, a file name or a URL says stands in such a line as one word (shell_word),
// or copying the line would run what the box put into it.
#pragma once

#include <initializer_list>
#include <string>
#include <string_view>

namespace heirloom::app {

/// shell_word is the text as one word of a POSIX shell: as it is if nothing in it means anything to
/// a shell, else in single quotes.
[[nodiscard]] std::string shell_word(std::string_view text);

/// has_words is true for a command with these words in it, one behind the other: an option, or an
/// option and its value.
[[nodiscard]] bool has_words(std::string_view command, std::string_view words);

/// without_option takes " --option VALUE" out of a command; unchanged if it is not there.
[[nodiscard]] std::string without_option(std::string command, const std::string& option);

/// without_each takes all of these options out, however often they stand there.
[[nodiscard]] std::string without_each(std::string command,
                                       std::initializer_list<const char*> options);

/// with_option is the command with that value of the option, in place of the one it may have had:
/// given twice, the option would be refused.
[[nodiscard]] std::string with_option(std::string command,
                                      const std::string& option,
                                      const std::string& value);

}  // namespace heirloom::app
