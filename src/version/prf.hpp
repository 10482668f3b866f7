// The pseudorandom functions of both versions (RFC 6101 §6.1 and §6.2.2, RFC 2246 §5). Every seed
// of the protocols is two strings, one after the other.
#pragma once

#include "base/bytes.hpp"

#include <string_view>

namespace heirloom {

/// ssl30_prf fills `out`, up to 416 bytes, with the MD5 and SHA ladder of SSL 3.0.
void ssl30_prf(ByteView secret, ByteView first, ByteView second, ByteSpan out);

/// tls10_prf fills `out` with PRF(secret, label, first + second). The secret may have any length,
/// also none.
void tls10_prf(
    ByteView secret, std::string_view label, ByteView first, ByteView second, ByteSpan out);

}  // namespace heirloom
