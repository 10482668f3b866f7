// The part of `heirloom reach` that is about --check: its options, and what they exclude.
#pragma once

#include "check/run.hpp"

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name
class App;
}

namespace heirloom::app {

/// add_check_options declares --check and --max-connections.
void add_check_options(CLI::App& command, CheckOptions& options);

/// is_check is true once --check has been parsed.
[[nodiscard]] bool is_check(const CLI::App& command);

/// complete_check_options takes the targets and what does not go with --check from what has been
/// parsed.
void complete_check_options(const CLI::App& command, CheckOptions& options);

}  // namespace heirloom::app
