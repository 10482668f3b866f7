// The words of the command line, see words.hpp.
#include "words.hpp"

#include <charconv>
#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iterator>

void fail(const std::string& why) {
  std::printf("ERROR %s\n", why.c_str());
  std::exit(1);
}

Words::Words(std::span<char*> arguments) {
  for (const std::string_view word : arguments) {
    const std::size_t at = word.find('=');
    if (at == std::string_view::npos) {
      fail("not name=value: " + std::string(word));
    }
    by_name_.emplace(word.substr(0, at), word.substr(at + 1));
  }
}

std::string Words::text(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? std::string() : found->second;
}

unsigned Words::number(std::string_view name, unsigned otherwise, int base) const {
  const std::string given = text(name);
  if (given.empty()) {
    return otherwise;
  }
  unsigned value = 0;
  const auto [end, error] = std::from_chars(given.data(), given.data() + given.size(), value, base);
  if (error != std::errc() || end != given.data() + given.size()) {
    fail("not a number: " + given);
  }
  return value;
}

std::vector<std::string> Words::list(std::string_view name) const {
  std::vector<std::string> parts;
  const std::string given = text(name);
  std::string_view rest = given;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find(','), rest.size());
    parts.emplace_back(rest.substr(0, end));
    rest.remove_prefix(std::min(end + 1, rest.size()));
  }
  return parts;
}

std::vector<std::uint8_t> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    fail("cannot read " + path);
  }
  return {std::istreambuf_iterator<char>(file), {}};
}
