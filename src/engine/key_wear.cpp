// How long a key is used with a cipher of 64-bit blocks: after some 2^32 blocks two of them are the
// same, and that tells what they hide (SWEET32: Bhargavan and Leurent 2016, CVE-2016-2183). Both
// documents leave it to the implementation.
//
// Half way another handshake is begun, if it would be a secure one; its keys start from nothing. A
// peer that refuses, or does not answer, is served until the limit. Nothing is said to it then: no
// alert means this, and without one the session stays good for a new connection, with a new key.
#include "engine/engine.hpp"
#include "handshake/renegotiation.hpp"

#include <algorithm>
#include <string>

namespace heirloom {

Result<void> Connection::Impl::check_wear(std::uint64_t bytes) const {
  if (bytes != 0 && bytes >= environment_.policy->limits.max_short_block_bytes) {
    return Error(Cause::key_exhausted, std::to_string(bytes) + " bytes");
  }
  return {};
}

void Connection::Impl::renew_worn_keys() {
  const std::uint64_t worn =
      std::max(writer.short_block_bytes(), read_protection_.short_block_bytes());
  if (worn == 0 || worn < environment_.policy->limits.max_short_block_bytes / 2) {
    return;
  }
  if (phase != Phase::open || is_renewal_tried_ || !policy_permits_renegotiation(environment_)) {
    return;
  }
  is_renewal_tried_ = true;
  // The old secret is good enough: what wears out is the key that was made of it.
  (void)renegotiate({.session = OfferSession::yes});
}

}  // namespace heirloom
