// What the hellos say of elliptic curves (RFC 4492 §5.1, §5.2). Peers of SSL 3.0 and old ones of
// TLS 1.0 say nothing: then it is secp256r1, uncompressed (drift D117).
#pragma once

#include "heirloom/named_curve.hpp"
#include "heirloom/policy.hpp"
#include "heirloom/result.hpp"

#include "base/bytes.hpp"
#include "message/client_hello.hpp"

#include <optional>
#include <span>
#include <vector>

namespace heirloom {

/// CurveOffer is what a client can compute on.
struct CurveOffer {
  std::optional<std::vector<NamedCurve>> listed;  ///< empty: it did not say
  bool has_uncompressed = true;                   ///< of the point formats

  /// includes is true for a curve that was listed, and for every one if there was no list.
  [[nodiscard]] bool includes(NamedCurve curve) const;
};

/// read_curve_offer reads both extensions, as far as they are switched on. extension_malformed.
[[nodiscard]] Result<CurveOffer> read_curve_offer(const message::ClientHello& hello,
                                                  const Policy& policy);

/// common_curve is the first of ours that the client lists, secp256r1 if it lists none. Empty if
/// there is none, or the client lacks the uncompressed format, which it must have (RFC 4492 §5.1).
[[nodiscard]] std::optional<NamedCurve> common_curve(const CurveOffer& offer,
                                                     std::span<const NamedCurve> ours);

/// has_uncompressed reads the data of an ec_point_formats extension. extension_malformed.
[[nodiscard]] Result<bool> has_uncompressed(ByteView data);

}  // namespace heirloom
