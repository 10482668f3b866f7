// CompressionMethod: what may be done to a record before it is protected (RFC 6101 §5.2.2, RFC 2246
// §6.2.2), by number and by name.
#pragma once

#include "heirloom/export.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace heirloom {

/// CompressionMethod is a method that the library has. Numbers of others stand in hellos as they
/// are.
enum class CompressionMethod : std::uint8_t {
  null = 0,
  deflate = 1,
};

/// CompressionMethodInfo is one row of the table of methods.
struct CompressionMethodInfo {
  CompressionMethod method;
  std::string_view name;        ///< as its document writes it: "null", "DEFLATE"
  std::string_view defined_in;  ///< "RFC 3749"
};

/// compression_methods is every method, by number.
[[nodiscard]] HEIRLOOM_EXPORT std::span<const CompressionMethodInfo> compression_methods() noexcept;

/// find_compression_method is empty for a number that has no method here.
[[nodiscard]] HEIRLOOM_EXPORT std::optional<CompressionMethod> find_compression_method(
    std::uint8_t number) noexcept;

/// parse_compression_method understands names, in any case.
[[nodiscard]] HEIRLOOM_EXPORT std::optional<CompressionMethod> parse_compression_method(
    std::string_view text);

/// to_string gives "null" or "DEFLATE".
[[nodiscard]] HEIRLOOM_EXPORT std::string_view to_string(CompressionMethod method) noexcept;

}  // namespace heirloom
