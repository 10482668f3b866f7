#include "heirloom/named_curve.hpp"

namespace heirloom {

std::string_view to_string(NamedCurve curve) noexcept {
  switch (curve) {
    case NamedCurve::secp160k1:
      return "secp160k1";
    case NamedCurve::secp160r1:
      return "secp160r1";
    case NamedCurve::secp160r2:
      return "secp160r2";
    case NamedCurve::secp192k1:
      return "secp192k1";
    case NamedCurve::secp192r1:
      return "secp192r1";
    case NamedCurve::secp224k1:
      return "secp224k1";
    case NamedCurve::secp224r1:
      return "secp224r1";
    case NamedCurve::secp256k1:
      return "secp256k1";
    case NamedCurve::secp256r1:
      return "secp256r1";
    case NamedCurve::secp384r1:
      return "secp384r1";
    case NamedCurve::secp521r1:
      return "secp521r1";
  }
  return "unknown";
}

}  // namespace heirloom
