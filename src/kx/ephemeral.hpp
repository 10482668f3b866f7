// Ephemeral: what a server makes the temporary keys of its connections from.
#pragma once

#include "heirloom/temporary_keys.hpp"

#include "crypto/dh.hpp"
#include "crypto/ec.hpp"

#include <memory>
#include <vector>

namespace heirloom::kx {

/// Ephemeral belongs to a ServerConfig and is shared by its connections.
struct Ephemeral {
  std::shared_ptr<TemporaryRsaKeys> rsa;  ///< null: no suite needs one
  crypto::DhGroup group;                  ///< for every suite whose export limit it keeps
  std::vector<NamedCurve> curves;         ///< in order of preference
  KeaServerRandom kea_random = KeaServerRandom::fresh;
};

}  // namespace heirloom::kx
