// LocalKeys: our own certificates with their parsed keys, and what temporary keys are made from.
#pragma once

#include "heirloom/credentials.hpp"

#include "crypto/kea.hpp"
#include "crypto/x509.hpp"
#include "kx/ephemeral.hpp"

#include <span>
#include <vector>

namespace heirloom::kx {

/// LocalKey is one certificate and its private key. `credentials` lives as long as the
/// configuration.
struct LocalKey {
  const Credentials* credentials;
  crypto::CertificateKey certificate_key;
  std::vector<Bytes> issuers;  ///< DER names of who signed the certificates of the chain
};

/// LocalKeys is made once per configuration and shared by its connections.
struct LocalKeys {
  std::vector<LocalKey> keys;  ///< in order of preference
  Ephemeral ephemeral;         ///< as server
  crypto::KeaDomains kea_domains;
};

/// parse_local_keys reads the first certificate of each; config_invalid if it has a key of no known
/// kind, or of another kind than the private key. The result refers to `credentials`.
[[nodiscard]] Result<std::vector<LocalKey>> parse_local_keys(
    std::span<const Credentials> credentials);

}  // namespace heirloom::kx
