// What heirloom_ability_peer is told: the name=value words of its command line (docs/interop.md, "A
// driver"). A wrong word ends the program, as everything does that keeps it from its conversation.
#pragma once

#include "heirloom/result.hpp"

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

/// fail prints ERROR and the reason, and ends the program.
[[noreturn]] void fail(const std::string& why);

/// require takes the value out of a result, or fails with its error.
template <class T>
T require(heirloom::Result<T> result) {
  if (!result) {
    fail(result.error().text());
  }
  return std::move(result).value();
}

/// Words are looked up by name.
class Words {
 public:
  explicit Words(std::span<char*> arguments);

  /// text is empty for a word that was not given.
  [[nodiscard]] std::string text(std::string_view name) const;

  [[nodiscard]] bool has(std::string_view name) const { return !text(name).empty(); }

  /// number is `otherwise` for a word that was not given.
  [[nodiscard]] unsigned number(std::string_view name, unsigned otherwise, int base = 10) const;

  /// list parts a word at its commas.
  [[nodiscard]] std::vector<std::string> list(std::string_view name) const;

 private:
  std::map<std::string, std::string, std::less<>> by_name_;
};

[[nodiscard]] std::vector<std::uint8_t> read_file(const std::string& path);
