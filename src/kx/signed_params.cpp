#include "kx/signed_params.hpp"

#include "crypto/dsa.hpp"
#include "crypto/hash.hpp"

namespace heirloom::kx {

crypto::SignatureHashes params_hashes(const Randoms& randoms, ByteView params) {
  return {
      .md5 = crypto::Md5().update(randoms.client).update(randoms.server).update(params).finish(),
      .sha = crypto::Sha1().update(randoms.client).update(randoms.server).update(params).finish()};
}

Result<Bytes> own_signature(const KxContext& context,
                            const crypto::CertificateKey& key,
                            const Bytes& made) {
  // Who spoke FORTEZZA knew the raw form only (drift D22).
  const bool wants_raw =
      context.policy.ssl30_dsa == DsaEncoding::raw ||
      info(context.suite.key_exchange).certificate_key == PublicKeyAlgorithm::kea;
  const bool is_raw =
      key.dsa.has_value() && wants_raw && context.profile.dsa_form == crypto::DsaForm::der_or_raw;
  return is_raw ? crypto::raw_dsa_signature(made, key.dsa->order_size()) : Result<Bytes>(made);
}

Result<void> check_signature(const KxContext& context,
                             const crypto::CertificateKey* signer,
                             ByteView params,
                             ByteView behind) {
  if (info(context.suite.key_exchange).is_anonymous) {
    // RFC 2246 §7.4.3: select (SignatureAlgorithm) { case anonymous: struct { }; }
    if (!behind.empty()) {
      return Error(Cause::message_malformed, "server_key_exchange: bytes behind the parameters");
    }
    return {};
  }
  HEIRLOOM_EXPECT(signer != nullptr);
  const auto signature = wire::decode<message::Signature>(behind);
  if (!signature.has_value()) {
    return Error(Cause::message_malformed, "server_key_exchange: " + signature.error().detail);
  }
  if (!crypto::verify_signature(*signer,
                                params_hashes(context.randoms, params),
                                signature->signature,
                                context.profile.dsa_form)) {
    return Cause::params_signature_invalid;
  }
  return {};
}

}  // namespace heirloom::kx
