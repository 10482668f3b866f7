// The parameters of a ServerKeyExchange and the signature over them (RFC 6101 §5.6.3, RFC 2246
// §7.4.3, RFC 4492 §5.4).
//
//   md5_hash  MD5(ClientHello.random + ServerHello.random + ServerParams)
//   sha_hash  SHA(ClientHello.random + ServerHello.random + ServerParams)
#pragma once

#include "crypto/signature.hpp"
#include "kx/key_exchange.hpp"

#include <utility>

namespace heirloom::kx {

/// params_hashes is what a server signs.
[[nodiscard]] crypto::SignatureHashes params_hashes(const Randoms& randoms, ByteView params);

/// own_signature is a signature of our key in the form that the peer is sent: as the key made it,
/// but for DSA at SSL 3.0, where policy may want the raw form and FORTEZZA does (drift D22).
/// private_key_failed.
[[nodiscard]] Result<Bytes> own_signature(const KxContext& context,
                                          const crypto::CertificateKey& key,
                                          const Bytes& made);

/// Verified holds parameters whose signature was right, or those of an anonymous server. Nothing
/// but open_params makes one, so parameters that nobody has looked at cannot be used.
template <class Params>
class Verified {
 public:
  [[nodiscard]] const Params& operator*() const noexcept { return params_; }

  [[nodiscard]] const Params* operator->() const noexcept { return &params_; }

 private:
  explicit Verified(Params params) : params_(std::move(params)) {}

  Params params_;

  template <class P>
  friend Result<Verified<P>> open_params(const KxContext& context,
                                         const crypto::CertificateKey* signer,
                                         const message::ServerKeyExchange& message);
};

/// check_signature verifies what stands behind `params`: a Signature by `signer`, or nothing if the
/// suite is anonymous. message_malformed, params_signature_invalid.
[[nodiscard]] Result<void> check_signature(const KxContext& context,
                                           const crypto::CertificateKey* signer,
                                           ByteView params,
                                           ByteView behind);

/// open_params takes a ServerKeyExchange apart and verifies it.
template <class Params>
Result<Verified<Params>> open_params(const KxContext& context,
                                     const crypto::CertificateKey* signer,
                                     const message::ServerKeyExchange& message) {
  ByteView behind = message.params;
  auto params = wire::decode_front<Params>(behind);
  if (!params.has_value()) {
    return Error(Cause::message_malformed, "server_key_exchange: " + params.error().detail);
  }
  const ByteView signed_bytes =
      ByteView(message.params).first(message.params.size() - behind.size());
  if (auto checked = check_signature(context, signer, signed_bytes, behind); !checked.has_value()) {
    return std::move(checked).error();
  }
  return Verified<Params>(std::move(params).value());
}

}  // namespace heirloom::kx
