#include "crypto/private_key.hpp"

#include "crypto/pem.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <openssl/pem.h>
#include <openssl/rsa.h>

namespace heirloom {

namespace crypto {

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

bool RsaPrivateKey::belongs_to(const EVP_PKEY* certificate_key) const noexcept {
  const ErrorQueueGuard guard;
  return certificate_key != nullptr && EVP_PKEY_eq(certificate_key, key_.get()) == 1;
}

namespace {

/// Passphrase is what libcrypto asks for, and whether it did.
struct Passphrase {
  std::string_view text;
  bool was_asked = false;
};

extern "C" int answer_passphrase(char* out, int room, int /*is_encryption*/, void* context) {
  auto* passphrase = static_cast<Passphrase*>(context);
  passphrase->was_asked = true;
  if (passphrase->text.empty() || room < 0 ||
      passphrase->text.size() > static_cast<std::size_t>(room)) {
    return -1;
  }
  std::ranges::copy(passphrase->text, out);
  return static_cast<int>(passphrase->text.size());
}

std::string why_unreadable(const Passphrase& passphrase) {
  if (!passphrase.was_asked) {
    return "there is no private key in PEM form in it";
  }
  return passphrase.text.empty() ? "the key is encrypted and there is no passphrase"
                                 : "the passphrase is wrong";
}

}  // namespace

}  // namespace crypto

Result<std::shared_ptr<PrivateKey>> parse_private_key(std::string_view pem,
                                                      std::string_view passphrase) {
  const crypto::ErrorQueueGuard guard;
  const crypto::MemoryReader reader = crypto::memory_reader(crypto::as_bytes(pem));
  crypto::Passphrase answer{passphrase};
  // The old form of encrypted PEM (DEK-Info) is decrypted in the default context.
  const crypto::DefaultContextGuard default_context;
  crypto::PublicKeyPointer key;
  if (reader != nullptr) {
    key.reset(PEM_read_bio_PrivateKey_ex(reader.get(),
                                         nullptr,
                                         crypto::answer_passphrase,
                                         &answer,
                                         crypto::library_context(),
                                         nullptr));
  }
  if (key == nullptr) {
    return Error(Cause::config_invalid, crypto::why_unreadable(answer));
  }
  if (EVP_PKEY_is_a(key.get(), "RSA") != 1) {
    const char* type = EVP_PKEY_get0_type_name(key.get());
    return Error(Cause::config_invalid,
                 std::string("the key is of type ") + (type == nullptr ? "unknown" : type) +
                     ", RSA is needed");
  }
  return std::shared_ptr<PrivateKey>(std::make_shared<crypto::RsaPrivateKey>(std::move(key)));
}

}  // namespace heirloom
