#include "handshake/client_certificate.hpp"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>

namespace heirloom {

namespace {

/// type_of is how a request names our kind of certificate: by its key and, for Diffie-Hellman keys,
/// by who signed it. Empty if it has no name or may not be used so.
std::optional<message::ClientCertificateType> type_of(const crypto::CertificateKey& key) {
  using enum message::ClientCertificateType;
  switch (key.algorithm) {
    case PublicKeyAlgorithm::rsa:
      return key.may_sign ? std::optional(rsa_sign) : std::nullopt;
    case PublicKeyAlgorithm::dsa:
      return key.may_sign ? std::optional(dss_sign) : std::nullopt;
    case PublicKeyAlgorithm::ec:
      return key.may_sign ? std::optional(ecdsa_sign) : std::nullopt;
    case PublicKeyAlgorithm::dh:
      if (key.signature_algorithm == PublicKeyAlgorithm::rsa) {
        return rsa_fixed_dh;
      }
      return key.signature_algorithm == PublicKeyAlgorithm::dsa ? std::optional(dss_fixed_dh)
                                                                : std::nullopt;
    case PublicKeyAlgorithm::kea:
      return fortezza_kea;
    case PublicKeyAlgorithm::other:
      break;
  }
  return std::nullopt;
}

/// fits_key_exchange: a Diffie-Hellman key proves itself in the key exchange alone, so it needs a
/// server key of the same group (RFC 2246 §7.4.6).
bool fits_key_exchange(const crypto::CertificateKey& own, const crypto::CertificateKey* peer) {
  if (!own.dh.has_value()) {
    return true;
  }
  return own.may_agree && peer != nullptr && peer->dh.has_value() &&
         peer->dh->group.p == own.dh->group.p && peer->dh->group.g == own.dh->group.g;
}

/// leads_to is true if one of the authorities signed a certificate of our chain. They may be roots
/// or intermediates (RFC 2246 §7.4.4).
bool leads_to(const kx::LocalKey& own, const std::vector<Bytes>& authorities) {
  return std::ranges::any_of(own.issuers, [&](const Bytes& issuer) {
    return std::ranges::find(authorities, issuer) != authorities.end();
  });
}

}  // namespace

const kx::LocalKey* suitable_certificate(const std::vector<kx::LocalKey>& own,
                                         const message::CertificateRequest& request,
                                         const crypto::CertificateKey* server_key) {
  const auto& types = request.certificate_types;
  const kx::LocalKey* best = nullptr;
  std::pair<bool, std::ptrdiff_t> best_rank;
  for (const kx::LocalKey& key : own) {
    const auto type = type_of(key.certificate_key);
    const auto asked = type.has_value() ? std::ranges::find(types, *type) : types.end();
    if (asked == types.end() || !fits_key_exchange(key.certificate_key, server_key)) {
      continue;
    }
    const std::pair rank(!leads_to(key, request.certificate_authorities), asked - types.begin());
    if (best == nullptr || rank < best_rank) {
      best = &key;
      best_rank = rank;
    }
  }
  return best;
}

}  // namespace heirloom
