// RecordMac: the MAC of a record, for both versions (RFC 6101 §5.2.3.1, RFC 2246 §6.2.3.1).
//
// Both are H(outer + H(inner + header + fragment)); only the prefixes and the header differ, and
// those come from the version's profile. The prefixes are hashed once per key. HMAC's are whole
// hash blocks; SSL 3.0's are 64 bytes with MD5 but 60 with SHA, so a keyed context may hold a
// partial block.
#pragma once

#include "base/bytes.hpp"
#include "crypto/hash.hpp"
#include "keys/traffic_keys.hpp"
#include "protocol/constants.hpp"
#include "version/profile.hpp"

#include <cstdint>

namespace heirloom {

template <class Hash>
class RecordMac {
 public:
  using Digest = typename Hash::Digest;

  explicit RecordMac(const TrafficKeys& keys) : profile_(keys.profile) {
    const MacPrefixes prefixes = profile_->mac_prefixes(keys.suite->mac, keys.mac_secret.expose());
    inner_.update(ByteView(prefixes.inner.expose()).first(prefixes.size));
    outer_.update(ByteView(prefixes.outer.expose()).first(prefixes.size));
  }

  /// compute gives the MAC of a fragment whose length is public.
  [[nodiscard]] Digest compute(std::uint64_t sequence_number,
                               ContentType type,
                               ByteView fragment) const {
    const MacHeader header = this->header(sequence_number, type, fragment.size());
    return finish(Hash(inner_).update(header.view()).update(fragment).finish());
  }

  /// header stands between the inner prefix and the fragment; its last two bytes are the length.
  [[nodiscard]] MacHeader header(std::uint64_t sequence_number,
                                 ContentType type,
                                 std::size_t length) const {
    return profile_->mac_header(sequence_number, type, length);
  }

  /// keyed_inner is the inner hash after its prefix.
  [[nodiscard]] const Hash& keyed_inner() const noexcept { return inner_; }

  /// finish is the outer hash over the inner digest.
  [[nodiscard]] Digest finish(const Digest& inner) const {
    return Hash(outer_).update(inner).finish();
  }

 private:
  const VersionProfile* profile_;
  Hash inner_;
  Hash outer_;
};

}  // namespace heirloom
