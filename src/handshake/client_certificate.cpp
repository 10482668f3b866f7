#include "handshake/client_certificate.hpp"

#include "kx/client_keys.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace heirloom {

namespace {

/// names says whether a type of a request means a key: by its kind and, for Diffie-Hellman keys, by
/// who signed it. FORTEZZA's type is for certificates with a KEA key, and for those with a DSS key
/// at a server that has one (RFC 6101 §5.6.7.2).
bool names(message::ClientCertificateType type,
           const crypto::CertificateKey& key,
           const crypto::CertificateKey* server_key) {
  using enum message::ClientCertificateType;
  const auto is = [&](PublicKeyAlgorithm kind) { return key.algorithm == kind; };
  const auto is_dh_signed_with = [&](PublicKeyAlgorithm signer) {
    return is(PublicKeyAlgorithm::dh) && key.signature_algorithm == signer;
  };
  switch (type) {
    case rsa_sign:
      return is(PublicKeyAlgorithm::rsa);
    case dss_sign:
      return is(PublicKeyAlgorithm::dsa);
    case ecdsa_sign:
      return is(PublicKeyAlgorithm::ec);
    case rsa_fixed_dh:
      return is_dh_signed_with(PublicKeyAlgorithm::rsa);
    case dss_fixed_dh:
      return is_dh_signed_with(PublicKeyAlgorithm::dsa);
    case fortezza_kea:
      return is(PublicKeyAlgorithm::kea) ||
             (is(PublicKeyAlgorithm::dsa) && server_key != nullptr && server_key->kea.has_value());
  }
  return false;  // a type that is none of ours
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
    const auto asked = std::ranges::find_if(types, [&](message::ClientCertificateType type) {
      return names(type, key.certificate_key, server_key);
    });
    if (asked == types.end() ||
        !kx::check_client_key(server_key, key.certificate_key).has_value()) {
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
