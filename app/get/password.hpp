// The login of -u: its password from the command line, a file, or a person at the terminal.
#pragma once

#include "common/failure.hpp"
#include "get/options.hpp"
#include "get/target.hpp"

#include <optional>

namespace heirloom::app::get {

/// find_login reads -u USER[:PASSWORD]. Without a password it comes from --pass-file, else it is
/// asked for without echo, at standard input if that is a terminal, else at the terminal that the
/// program was started from, so that standard input can be what is sent; CurlExit::usage if there
/// is none.
[[nodiscard]] Outcome<std::optional<Login>> find_login(const GetOptions& options);

}  // namespace heirloom::app::get
