// aliases: the spellings of openssl s_client and s_server that people have in their fingers.
#pragma once

#include <string>
#include <vector>

namespace heirloom::app {

/// translate_aliases replaces well-known single-dash words ("-servername", "-CAfile", "-ssl3") of
/// `connect` and `serve` by our own options; every other word stays. `words` begins with the name
/// of the subcommand. What only asks for our default behaviour ("-ign_eof") disappears.
[[nodiscard]] std::vector<std::string> translate_aliases(const std::vector<std::string>& words);

}  // namespace heirloom::app
