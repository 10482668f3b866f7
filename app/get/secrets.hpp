// secrets: a password on the command line must not stay where every user of the machine sees it.
#pragma once

#include <span>
#include <string>
#include <vector>

namespace heirloom::app::get {

/// hide_secrets overwrites, with asterisks of the same length, what the words of the command line
/// say after -u and before the @ of a URL. `users` and `urls` are the values that parsing found in
/// them, in copies of its own.
/// Security: /proc/PID/cmdline, and so ps, show the words as they are in memory. Until this is
/// called they are seen; --pass-file is never seen.
void hide_secrets(std::span<char* const> words,
                  const std::vector<std::string>& users,
                  const std::vector<std::string>& urls);

}  // namespace heirloom::app::get
