// NamedCurve: the numbers of elliptic curves in hellos and key exchange messages, RFC 4492 §5.1.1.
#pragma once

#include "heirloom/export.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace heirloom {

/// NamedCurve has the curves over prime fields; those over binary fields (1 to 14) were hardly ever
/// deployed and are not used here.
enum class NamedCurve : std::uint16_t {
  secp160k1 = 15,
  secp160r1 = 16,
  secp160r2 = 17,
  secp192k1 = 18,
  secp192r1 = 19,
  secp224k1 = 20,
  secp224r1 = 21,
  secp256k1 = 22,
  secp256r1 = 23,
  secp384r1 = 24,
  secp521r1 = 25,
};

/// named_curves is every one of them, by number.
[[nodiscard]] HEIRLOOM_EXPORT std::span<const NamedCurve> named_curves() noexcept;

/// parse_named_curve understands the names of SEC 2 ("secp256r1"), of NIST ("P-256"), of ANSI
/// ("prime256v1", "prime192v1") and the number, in any case.
[[nodiscard]] HEIRLOOM_EXPORT std::optional<NamedCurve> parse_named_curve(std::string_view text);

/// to_string gives "secp256r1", and "unknown" for a number that has no name here.
[[nodiscard]] HEIRLOOM_EXPORT std::string_view to_string(NamedCurve curve) noexcept;

}  // namespace heirloom
