#include "crypto/signature.hpp"

#include "crypto/x509.hpp"

namespace heirloom::crypto {

namespace {

bool verify_dsa(const DsaPublicKey& key, ByteView digest, ByteView signature, DsaForm accepted) {
  if (accepted == DsaForm::der_or_raw && signature.size() == 2 * key.order_size()) {
    const auto der = der_dsa_signature(signature);
    return der.has_value() && key.verify(digest, *der);
  }
  return key.verify(digest, signature);
}

/// verify_rsa also takes a signature without its leading zeros, of which one in 256 has some:
/// Pike's servers leave them out. RFC 2246 §4.7 wants PKCS#1, whose signatures are as long as the
/// modulus; the number is the same, so nothing is accepted that the key has not signed.
bool verify_rsa(const RsaPublicKey& key, ByteView digest, ByteView signature) {
  if (signature.empty() || signature.size() >= key.size()) {
    return key.verify(digest, signature);
  }
  Bytes padded(key.size() - signature.size(), 0);
  append(padded, signature);
  return key.verify(digest, padded);
}

}  // namespace

Bytes to_be_signed(PublicKeyAlgorithm algorithm, const SignatureHashes& hashes) {
  switch (algorithm) {
    case PublicKeyAlgorithm::rsa: {
      Bytes both = to_bytes(hashes.md5);
      append(both, hashes.sha);
      return both;
    }
    case PublicKeyAlgorithm::dsa:
    case PublicKeyAlgorithm::ec:
      return to_bytes(hashes.sha);
    case PublicKeyAlgorithm::dh:
    case PublicKeyAlgorithm::kea:
    case PublicKeyAlgorithm::other:
      return {};
  }
  return {};
}

bool verify_signature(const CertificateKey& key,
                      const SignatureHashes& hashes,
                      ByteView signature,
                      DsaForm accepted) {
  const Bytes digest = to_be_signed(key.algorithm, hashes);
  switch (key.algorithm) {
    case PublicKeyAlgorithm::rsa:
      return key.rsa.has_value() && verify_rsa(*key.rsa, digest, signature);
    case PublicKeyAlgorithm::dsa:
      return key.dsa.has_value() && verify_dsa(*key.dsa, digest, signature, accepted);
    case PublicKeyAlgorithm::ec:
      return key.ec.has_value() && verify_ecdsa(*key.ec, digest, signature);
    case PublicKeyAlgorithm::dh:
    case PublicKeyAlgorithm::kea:
    case PublicKeyAlgorithm::other:
      return false;
  }
  return false;
}

}  // namespace heirloom::crypto
