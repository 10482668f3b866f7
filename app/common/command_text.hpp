// command_text: a command line that is advised to a person, changed in one option.
#pragma once

#include <string>

namespace heirloom::app {

/// without_option takes " --option VALUE" out of a command; unchanged if it is not there.
[[nodiscard]] std::string without_option(std::string command, const std::string& option);

/// with_option is the command with that value of the option, in place of the one it may have had:
/// given twice, the option would be refused.
[[nodiscard]] std::string with_option(std::string command,
                                      const std::string& option,
                                      const std::string& value);

}  // namespace heirloom::app
