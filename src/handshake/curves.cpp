#include "handshake/curves.hpp"

#include "base/try.hpp"
#include "message/extensions.hpp"

#include <algorithm>

namespace heirloom {

bool CurveOffer::includes(NamedCurve curve) const {
  return !listed.has_value() || std::ranges::find(*listed, curve) != listed->end();
}

Result<CurveOffer> read_curve_offer(const message::ClientHello& hello, const Policy& policy) {
  const auto find = [&](Extension type) {
    return policy.extensions.has(type) ? message::find_extension(hello.extensions, type) : nullptr;
  };
  CurveOffer offer;
  if (const Bytes* data = find(Extension::elliptic_curves)) {
    auto list = wire::decode<message::EllipticCurveList>(*data);
    if (!list.has_value()) {
      return Error(Cause::extension_malformed, "elliptic_curves");
    }
    offer.listed = std::move(list->elliptic_curve_list);
  }
  if (const Bytes* data = find(Extension::ec_point_formats)) {
    HEIRLOOM_TRY(offer.has_uncompressed, has_uncompressed(*data));
  }
  return offer;
}

std::optional<NamedCurve> common_curve(const CurveOffer& offer, std::span<const NamedCurve> ours) {
  if (!offer.has_uncompressed) {
    return std::nullopt;
  }
  const auto found = std::ranges::find_if(ours, [&](NamedCurve curve) {
    return offer.listed.has_value() ? offer.includes(curve) : curve == NamedCurve::secp256r1;
  });
  return found == ours.end() ? std::nullopt : std::optional(*found);
}

Result<bool> has_uncompressed(ByteView data) {
  const auto list = wire::decode<message::ECPointFormatList>(data);
  if (!list.has_value()) {
    return Error(Cause::extension_malformed, "ec_point_formats");
  }
  const auto& formats = list->ec_point_format_list;
  return std::ranges::find(formats, message::ECPointFormat::uncompressed) != formats.end();
}

}  // namespace heirloom
