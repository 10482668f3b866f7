// The operations of RSA keys; those of the other kinds are in private_keys.cpp.
#include "crypto/private_key.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <openssl/core_names.h>
#include <openssl/rsa.h>

namespace heirloom::crypto {

namespace {

Error failed(std::string detail) {
  return {Cause::private_key_failed, std::move(detail)};
}

}  // namespace

RsaPrivateKey::RsaPrivateKey(PublicKeyPointer key) : key_(std::move(key)) {}

PublicKeyAlgorithm RsaPrivateKey::algorithm() const noexcept {
  return PublicKeyAlgorithm::rsa;
}

std::size_t RsaPrivateKey::size() const noexcept {
  return static_cast<std::size_t>(std::max(0, EVP_PKEY_get_size(key_.get())));
}

Pending<PrivateKeyResult> RsaPrivateKey::decrypt_raw(std::span<const std::uint8_t> ciphertext) {
  const ErrorQueueGuard guard;
  if (ciphertext.empty() || ciphertext.size() > size()) {
    return PrivateKeyResult(failed("the ciphertext has " + std::to_string(ciphertext.size()) +
                                   " bytes, the modulus " + std::to_string(size())));
  }
  const PublicKeyContext context(
      EVP_PKEY_CTX_new_from_pkey(library_context(), key_.get(), nullptr));
  if (context == nullptr || EVP_PKEY_decrypt_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_NO_PADDING) != 1) {
    return PrivateKeyResult(failed("out of memory"));
  }
  std::vector<std::uint8_t> block(size());
  std::size_t written = block.size();
  // Without padding there is nothing to be right or wrong about the decrypted bytes: the only
  // failure left is a ciphertext that is not below the modulus, which anyone can see.
  if (EVP_PKEY_decrypt(
          context.get(), block.data(), &written, ciphertext.data(), ciphertext.size()) != 1 ||
      written != block.size()) {
    secure_wipe(block.data(), block.size());
    return PrivateKeyResult(failed("the ciphertext is not below the modulus"));
  }
  return PrivateKeyResult(std::move(block));
}

Pending<PrivateKeyResult> RsaPrivateKey::sign(std::span<const std::uint8_t> digest) {
  const ErrorQueueGuard guard;
  const PublicKeyContext context(
      EVP_PKEY_CTX_new_from_pkey(library_context(), key_.get(), nullptr));
  // No digest algorithm is set, so libcrypto adds no DigestInfo (RFC 2246 §4.7).
  if (context == nullptr || EVP_PKEY_sign_init(context.get()) != 1 ||
      EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING) != 1) {
    return PrivateKeyResult(failed("out of memory"));
  }
  std::vector<std::uint8_t> signature(size());
  std::size_t written = signature.size();
  if (EVP_PKEY_sign(context.get(), signature.data(), &written, digest.data(), digest.size()) != 1 ||
      written != signature.size()) {
    return PrivateKeyResult(failed("the key cannot sign " + std::to_string(digest.size()) +
                                   " bytes: " + last_reason()));
  }
  return PrivateKeyResult(std::move(signature));
}

bool RsaPrivateKey::belongs_to(const X509_PUBKEY* info) const {
  const ErrorQueueGuard guard;
  const EVP_PKEY* public_key = X509_PUBKEY_get0(info);
  return public_key != nullptr && EVP_PKEY_eq(public_key, key_.get()) == 1;
}

Result<TemporaryRsaKey> generate_rsa_key(std::size_t bits) {
  const ErrorQueueGuard guard;
  PublicKeyPointer key(EVP_PKEY_Q_keygen(library_context(), nullptr, "RSA", bits));
  if (key == nullptr) {
    return failed("no RSA key of " + std::to_string(bits) + " bits can be made: " + last_reason());
  }
  Bytes modulus = key_number(key.get(), OSSL_PKEY_PARAM_RSA_N);
  Bytes exponent = key_number(key.get(), OSSL_PKEY_PARAM_RSA_E);
  return TemporaryRsaKey{.modulus = std::move(modulus),
                         .exponent = std::move(exponent),
                         .key = std::make_shared<RsaPrivateKey>(std::move(key))};
}

}  // namespace heirloom::crypto
