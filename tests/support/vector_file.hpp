// Test vectors: text files of blocks of "key = value" lines, blocks parted by empty lines, comments
// with '#'. A key may stand several times in one block; order is kept.
#pragma once

#include "base/bytes.hpp"

#include <cstdlib>
#include <fstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace heirloom::testing {

/// from_hex reads digits of either case; it throws if there is anything else.
inline Bytes from_hex(std::string_view text) {
  const auto digit = [&](char c) {
    const auto value = std::string_view("0123456789abcdef")
                           .find(c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c);
    if (value == std::string_view::npos || text.size() % 2 != 0) {
      throw std::invalid_argument("not hexadecimal: " + std::string(text));
    }
    return static_cast<unsigned>(value);
  };
  Bytes bytes;
  for (std::size_t i = 0; i + 1 < text.size(); i += 2) {
    bytes.push_back(static_cast<std::uint8_t>(digit(text[i]) << 4U | digit(text[i + 1])));
  }
  return bytes;
}

struct VectorBlock {
  std::vector<std::pair<std::string, std::string>> fields;

  [[nodiscard]] bool has(std::string_view key) const {
    for (const auto& field : fields) {
      if (field.first == key) {
        return true;
      }
    }
    return false;
  }

  /// text is the first value of that key; it throws if there is none.
  [[nodiscard]] const std::string& text(std::string_view key) const {
    for (const auto& field : fields) {
      if (field.first == key) {
        return field.second;
      }
    }
    throw std::out_of_range("no such key in the vector: " + std::string(key));
  }

  [[nodiscard]] Bytes bytes(std::string_view key) const { return from_hex(text(key)); }

  [[nodiscard]] std::uint64_t number(std::string_view key) const {
    return std::stoull(text(key), nullptr, 0);
  }
};

/// read_vectors reads a file below tests/vectors; it throws if the file has no block.
inline std::vector<VectorBlock> read_vectors(const std::string& file) {
  std::ifstream in(HEIRLOOM_SOURCE_DIR "/tests/vectors/" + file);
  std::vector<VectorBlock> blocks;
  bool in_block = false;
  for (std::string line; std::getline(in, line);) {
    const auto equals = line.find('=');
    if (line.empty()) {
      in_block = false;
    } else if (line.front() != '#' && equals != std::string::npos) {
      if (!std::exchange(in_block, true)) {
        blocks.emplace_back();
      }
      const auto trim = [](std::string_view part) {
        const auto first = part.find_first_not_of(" \t\r");
        return first == std::string_view::npos
                   ? std::string()
                   : std::string(part.substr(first, part.find_last_not_of(" \t\r") - first + 1));
      };
      const std::string_view view = line;
      blocks.back().fields.emplace_back(trim(view.substr(0, equals)),
                                        trim(view.substr(equals + 1)));
    }
  }
  if (blocks.empty()) {
    throw std::runtime_error("no vectors in " + file);
  }
  return blocks;
}

}  // namespace heirloom::testing
