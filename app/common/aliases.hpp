// aliases: the spellings of openssl s_client and s_server that people have in their fingers.
#pragma once

#include "common/failure.hpp"

#include <string>
#include <vector>

namespace heirloom::app {

/// translate_aliases replaces single-dash words ("-servername", "-CAfile", "-ssl3") of `connect`
/// and `serve` by our own options; every other word stays. `words` begins with the name of the
/// subcommand. What only asks for what happens anyway ("-ign_eof") disappears. ExitCode::usage for
/// an option of s_client or s_server that cannot be honoured ("spelling_refused"), or that lacks
/// its value ("spelling_value").
[[nodiscard]] Outcome<std::vector<std::string>> translate_aliases(
    const std::vector<std::string>& words);

}  // namespace heirloom::app
