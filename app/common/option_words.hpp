// option_words: the options that say what may be spoken, repeated for a command that is advised.
#pragma once

#include "common/protocol_options.hpp"

#include <string>

namespace heirloom::app {

/// option_words repeats what build_policy reads: " --preset strict --suites RC4"; "" if all of it
/// is as it is without options.
[[nodiscard]] std::string option_words(const ProtocolOptions& options);

}  // namespace heirloom::app
