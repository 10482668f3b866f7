#include "kx/client_keys.hpp"

#include <cstddef>
#include <string>

namespace heirloom::kx {

namespace {

Error unsupported(std::string why) {
  return {Cause::certificate_key_unsupported, std::move(why)};
}

Result<void> may_sign(const crypto::CertificateKey& key) {
  return key.may_sign ? Result<void>()
                      : Error(Cause::certificate_key_usage, "digitalSignature is missing");
}

Result<void> may_agree(const crypto::CertificateKey& key) {
  return key.may_agree ? Result<void>()
                       : Error(Cause::certificate_key_usage, "keyAgreement is missing");
}

/// check_with_fortezza: a certificate with a KEA key cannot sign, so no CertificateVerify follows
/// it (RFC 6101 §5.6.8): that the client has the key shows in the token key, which comes from it. A
/// DSS key signs the client's public value, in a field of two numbers of 20 bytes, and the
/// CertificateVerify (§5.6.7.2).
Result<void> check_with_fortezza(const crypto::KeaPublicKey& server_key,
                                 const crypto::CertificateKey& key) {
  constexpr std::size_t kOrderSize = 20;
  if (key.kea.has_value()) {
    return key.kea->domain_identifier == server_key.domain_identifier
               ? may_agree(key)
               : unsupported("a KEA key of another domain than the server's, " +
                             to_hex(key.kea->domain_identifier));
  }
  if (!key.dsa.has_value()) {
    return unsupported("FORTEZZA has no use for a key of kind " +
                       std::string(to_string(key.algorithm)));
  }
  return key.dsa->order_size() == kOrderSize
             ? may_sign(key)
             : unsupported("FORTEZZA has no room for the signatures of this DSA key");
}

}  // namespace

Result<void> check_client_key(const crypto::CertificateKey* server_key,
                              const crypto::CertificateKey& client_key) {
  if (server_key != nullptr && server_key->kea.has_value()) {
    return check_with_fortezza(*server_key->kea, client_key);
  }
  if (client_key.kea.has_value()) {
    return unsupported("a KEA key, and the server's is none");
  }
  if (!client_key.dh.has_value()) {
    return may_sign(client_key);
  }
  if (server_key == nullptr || !server_key->dh.has_value() ||
      server_key->dh->group.p != client_key.dh->group.p ||
      server_key->dh->group.g != client_key.dh->group.g) {
    return unsupported("a Diffie-Hellman key of another group than the server's");
  }
  return may_agree(client_key);
}

}  // namespace heirloom::kx
