// Elements of DER (X.690), cut apart without a look at what they mean: for structures that
// libcrypto cannot read, or does not know.
#pragma once

#include "base/bytes.hpp"

#include <cstdint>
#include <optional>

namespace heirloom::crypto {

inline constexpr std::uint8_t kDerSequence = 0x30;

/// DerElement is one element; its views are of the bytes that it was cut from.
struct DerElement {
  std::uint8_t tag;  ///< the first byte, as it stands there; no tag here has more
  ByteView whole;
  ByteView content;
};

/// take_element cuts the first element off `rest`. Empty, and nothing is cut, if its length is
/// indefinite, which DER does not have, or goes beyond the end.
[[nodiscard]] std::optional<DerElement> take_element(ByteView& rest);

}  // namespace heirloom::crypto
