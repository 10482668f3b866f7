// The names of the elliptic curves (RFC 4492 §5.1.1 and its appendix A, which lists the synonyms).
#include "heirloom/named_curve.hpp"

#include "base/ignoring_case.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>

namespace heirloom {
namespace {

using enum NamedCurve;

constexpr std::array kCurves = {secp160k1,
                                secp160r1,
                                secp160r2,
                                secp192k1,
                                secp192r1,
                                secp224k1,
                                secp224r1,
                                secp256k1,
                                secp256r1,
                                secp384r1,
                                secp521r1};

struct Synonym {
  std::string_view name;
  NamedCurve curve;
};

constexpr std::array kSynonyms = std::to_array<Synonym>({{"p-192", secp192r1},
                                                         {"p-224", secp224r1},
                                                         {"p-256", secp256r1},
                                                         {"p-384", secp384r1},
                                                         {"p-521", secp521r1},
                                                         {"prime192v1", secp192r1},
                                                         {"prime256v1", secp256r1}});

}  // namespace

std::string_view to_string(NamedCurve curve) noexcept {
  switch (curve) {
    case secp160k1:
      return "secp160k1";
    case secp160r1:
      return "secp160r1";
    case secp160r2:
      return "secp160r2";
    case secp192k1:
      return "secp192k1";
    case secp192r1:
      return "secp192r1";
    case secp224k1:
      return "secp224k1";
    case secp224r1:
      return "secp224r1";
    case secp256k1:
      return "secp256k1";
    case secp256r1:
      return "secp256r1";
    case secp384r1:
      return "secp384r1";
    case secp521r1:
      return "secp521r1";
  }
  return "unknown";
}

std::span<const NamedCurve> named_curves() noexcept {
  return kCurves;
}

std::optional<NamedCurve> parse_named_curve(std::string_view text) {
  for (const NamedCurve curve : kCurves) {
    if (equal_ignoring_case(text, to_string(curve)) ||
        text == std::to_string(static_cast<unsigned>(curve))) {
      return curve;
    }
  }
  const auto* const found = std::ranges::find_if(kSynonyms, [text](const Synonym& synonym) {
    return equal_ignoring_case(text, synonym.name);
  });
  return found == kSynonyms.end() ? std::nullopt : std::optional(found->curve);
}

}  // namespace heirloom
