// HMAC over MD5 and SHA-1 (RFC 2104), as a template over the hash classes.
#pragma once

#include "base/secret.hpp"
#include "crypto/hash.hpp"

#include <array>
#include <cstdint>

namespace heirloom::crypto {

/// Hmac keeps the two keyed contexts, so that many messages under one key cost no key set-up.
template <class Hash>
class Hmac {
 public:
  explicit Hmac(ByteView key) {
    Secret<Hash::kBlockSize> block;
    if (key.size() > Hash::kBlockSize) {
      const auto digest = Hash().update(key).finish();
      std::copy(digest.begin(), digest.end(), block.expose().begin());
    } else {
      std::copy(key.begin(), key.end(), block.expose().begin());
    }
    for (auto& byte : block.expose()) {
      byte ^= 0x36;
    }
    inner_.update(block.expose());
    for (auto& byte : block.expose()) {
      byte ^= 0x36 ^ 0x5c;
    }
    outer_.update(block.expose());
  }

  /// mac computes the MAC of the concatenated parts.
  template <class... Parts>
  [[nodiscard]] typename Hash::Digest mac(const Parts&... parts) const {
    Hash inner = inner_;
    (inner.update(parts), ...);
    const auto digest = inner.finish();
    return Hash(outer_).update(digest).finish();
  }

 private:
  Hash inner_;
  Hash outer_;
};

}  // namespace heirloom::crypto
