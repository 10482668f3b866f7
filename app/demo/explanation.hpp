// One connection, explained: every message, field, derived value and record, in words.
//
// Security: this prints keys. They belong to a session that both ends of this process made up and
// that nobody else took part in; no other part of the program prints any.
#pragma once

#include "demo/bytes.hpp"
#include "demo/notebook.hpp"
#include "demo/performance.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace heirloom::app::demo {

struct Field {
  std::string name;
  std::optional<std::size_t> offset = std::nullopt;  ///< of a message's field, from its first byte
  Bytes bytes;
  std::string meaning;
};

/// Step is one thing that an end does.
struct Step {
  enum class Kind : std::uint8_t { message, values, record };

  Kind kind;
  End end;  ///< who does it
  std::string title;
  std::string words;
  std::vector<Field> fields;
};

/// explain turns what the inspectors saw into steps, in the order in which they follow from each
/// other: what an end derives stands before its change_cipher_spec.
[[nodiscard]] std::vector<Step> explain(const Notebook& notebook, const Appearance& appearance);

/// foreword says what will be shown, and whose secrets these are.
[[nodiscard]] std::string foreword(const Scene& scene);

/// steps_text is for people; steps_json has one object a line.
[[nodiscard]] std::string steps_text(const std::vector<Step>& steps, const Appearance& appearance);
[[nodiscard]] std::string steps_json(const std::vector<Step>& steps, const Appearance& appearance);

}  // namespace heirloom::app::demo
