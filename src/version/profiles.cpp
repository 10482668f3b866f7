// profile_for: from a version to its behaviour.
#include "version/profile.hpp"

namespace heirloom {

const VersionProfile& profile_for(ProtocolVersion version) {
  switch (version) {
    case ProtocolVersion::ssl30:
      return kSsl30Profile;
    case ProtocolVersion::tls10:
      return kTls10Profile;
  }
  // The caller has looked at is_supported.
  HEIRLOOM_EXPECT(is_supported(version));
  return kTls10Profile;
}

}  // namespace heirloom
