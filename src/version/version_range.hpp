// VersionRange: the versions from a policy's minimum to its maximum. Like everything that compares
// versions it lives here, so that nothing else has to.
#pragma once

#include "heirloom/cipher_suite.hpp"
#include "heirloom/version.hpp"

namespace heirloom {

struct VersionRange {
  ProtocolVersion min;
  ProtocolVersion max;

  /// is_valid is true if both ends are supported and in order.
  [[nodiscard]] bool is_valid() const noexcept;

  /// contains is true for a supported version between the ends, both included.
  [[nodiscard]] bool contains(ProtocolVersion version) const noexcept;

  /// overlaps is true if some version is in the range and in the set.
  [[nodiscard]] bool overlaps(const VersionSet& set) const noexcept;
};

}  // namespace heirloom
