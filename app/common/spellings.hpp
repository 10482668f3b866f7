// spellings: every option of openssl s_client and s_server, and what becomes of it here.
//
// A spelling is translated, or it asks for what happens anyway, or it is refused with a reason and
// an alternative. None is ignored that would change something.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string_view>

namespace heirloom::app {

struct Spelling {
  enum class Way : std::uint8_t {
    means,     ///< it becomes `meaning`; a value stays as it is
    special,   ///< it becomes something that depends on its value: translate_aliases knows
    harmless,  ///< it disappears with its value: here it is so anyway, or there is nothing to tune
    refused,   ///< `why` says why, `instead` what to do
  };
  enum class Value : std::uint8_t { none, one };

  std::string_view typed;
  Way way = Way::harmless;
  Value value = Value::none;
  std::array<std::string_view, 4> meaning = {};  ///< empty words are left out
  std::string_view why = {};
  std::string_view instead = {};
};

/// find_spelling looks at the options of s_client; null: it has none of that name.
[[nodiscard]] const Spelling* find_client_spelling(std::string_view word) noexcept;

/// find_server_spelling does the same for s_server.
[[nodiscard]] const Spelling* find_server_spelling(std::string_view word) noexcept;

}  // namespace heirloom::app
