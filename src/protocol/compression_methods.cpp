// The table of compression methods (RFC 3749 §2). LZS (RFC 3943) has number 64 and was hardly ever
// deployed.
#include "heirloom/compression_method.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <string>

namespace heirloom {
namespace {

constexpr std::array kMethods = std::to_array<CompressionMethodInfo>({
    {CompressionMethod::null, "null", "RFC 2246 §6.2.2"},
    {CompressionMethod::deflate, "DEFLATE", "RFC 3749 §2.1"},
});

std::string in_lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(
      lower, lower.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return lower;
}

}  // namespace

std::span<const CompressionMethodInfo> compression_methods() noexcept {
  return kMethods;
}

std::optional<CompressionMethod> find_compression_method(std::uint8_t number) noexcept {
  for (const CompressionMethodInfo& row : kMethods) {
    if (static_cast<std::uint8_t>(row.method) == number) {
      return row.method;
    }
  }
  return std::nullopt;
}

std::optional<CompressionMethod> parse_compression_method(std::string_view text) {
  for (const CompressionMethodInfo& row : kMethods) {
    if (in_lower_case(text) == in_lower_case(row.name)) {
      return row.method;
    }
  }
  return std::nullopt;
}

std::string_view to_string(CompressionMethod method) noexcept {
  return kMethods[static_cast<std::size_t>(method)].name;
}

}  // namespace heirloom
