#include "common/aliases.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string_view>

namespace heirloom::app {

namespace {

/// Alias is one row: what is typed, and what it becomes; empty words are left out.
struct Alias {
  std::string_view typed;
  std::array<std::string_view, 4> meaning;
};

constexpr std::array kBoth{
    Alias{"-CAfile", {"--cafile"}},
    Alias{"-cert", {"--cert"}},
    Alias{"-key", {"--key"}},
    Alias{"-cipher", {"--suites"}},
    Alias{"-ssl3", {"--min", "ssl3", "--max", "ssl3"}},
    Alias{"-tls1", {"--min", "tls1", "--max", "tls1"}},
    Alias{"-no_ssl3", {"--min", "tls1"}},
    Alias{"-no_tls1", {"--max", "ssl3"}},
    Alias{"-msg", {"--messages"}},
    Alias{"-quiet", {"--quiet"}},
    Alias{"-brief", {}},
    Alias{"-keylogfile", {"--keylog"}},
};

constexpr std::array kConnect{
    Alias{"-connect", {}},  // its value is our positional
    Alias{"-servername", {"--sni"}},
    Alias{"-noservername", {"--no-sni"}},
    Alias{"-showcerts", {"--showcerts"}},
    Alias{"-fallback_scsv", {"--fallback-scsv"}},
    Alias{"-ign_eof", {}},
    Alias{"-verify_return_error", {}},
    Alias{"-legacy_server_connect", {}},
};

constexpr std::array kServe{
    Alias{"-accept", {"--listen"}},
    Alias{"-port", {"--listen"}},
    Alias{"-www", {"--www"}},
    Alias{"-naccept", {"--count"}},
};

const Alias* find(std::span<const Alias> table, std::string_view word) {
  const auto row = std::ranges::find(table, word, &Alias::typed);
  return row == table.end() ? nullptr : &*row;
}

}  // namespace

std::vector<std::string> translate_aliases(const std::vector<std::string>& words) {
  const bool is_connect = !words.empty() && words.front() == "connect";
  const bool is_serve = !words.empty() && words.front() == "serve";
  if (!is_connect && !is_serve) {
    return words;
  }
  const std::span<const Alias> own =
      is_connect ? std::span<const Alias>(kConnect) : std::span<const Alias>(kServe);
  std::vector<std::string> translated;
  for (const std::string& word : words) {
    const Alias* alias = find(own, word);
    alias = alias == nullptr ? find(kBoth, word) : alias;
    if (alias == nullptr) {
      translated.push_back(word);
      continue;
    }
    for (const std::string_view meaning : alias->meaning) {
      if (!meaning.empty()) {
        translated.emplace_back(meaning);
      }
    }
  }
  return translated;
}

}  // namespace heirloom::app
