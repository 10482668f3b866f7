#include "crypto/seal.hpp"

#include "crypto/library.hpp"

#include <algorithm>

namespace heirloom::crypto {

namespace {

using CipherPointer = std::unique_ptr<EVP_CIPHER, Deleter<EVP_CIPHER_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Deleter<EVP_CIPHER_CTX_free>>;

/// algorithm is fetched once: fetching costs more than a small sealing.
const EVP_CIPHER* algorithm() {
  static const CipherPointer aes_256_gcm(
      EVP_CIPHER_fetch(library_context(), "AES-256-GCM", nullptr));
  HEIRLOOM_EXPECT(aes_256_gcm != nullptr);
  return aes_256_gcm.get();
}

enum class Operation : std::uint8_t { open, seal };

CipherContext begin(Operation operation, SealKey key, SealNonce nonce, ByteView bound) {
  CipherContext context(EVP_CIPHER_CTX_new());
  HEIRLOOM_EXPECT(context != nullptr);
  const int is_encryption = operation == Operation::seal ? 1 : 0;
  // The nonce of 96 bits is the algorithm's default (SP 800-38D §5.2.1.1).
  HEIRLOOM_EXPECT(
      EVP_CipherInit_ex2(
          context.get(), algorithm(), key.data(), nonce.data(), is_encryption, nullptr) == 1);
  int written = 0;
  HEIRLOOM_EXPECT(
      bound.empty() ||
      EVP_CipherUpdate(
          context.get(), nullptr, &written, bound.data(), narrow_cast<int>(bound.size())) == 1);
  return context;
}

void transform(EVP_CIPHER_CTX* context, ByteView in, ByteSpan out) {
  HEIRLOOM_EXPECT(out.size() >= in.size());
  int written = 0;
  HEIRLOOM_EXPECT(
      in.empty() ||
      EVP_CipherUpdate(context, out.data(), &written, in.data(), narrow_cast<int>(in.size())) == 1);
}

}  // namespace

Bytes seal(SealKey key, SealNonce nonce, ByteView bound, ByteView plaintext) {
  const ErrorQueueGuard guard;
  const CipherContext context = begin(Operation::seal, key, nonce, bound);
  Bytes sealed(plaintext.size() + kSealTagSize);
  transform(context.get(), plaintext, sealed);
  const ByteSpan tag = ByteSpan(sealed).last(kSealTagSize);
  int written = 0;
  HEIRLOOM_EXPECT(
      EVP_CipherFinal_ex(context.get(), tag.data(), &written) == 1 && written == 0 &&
      EVP_CIPHER_CTX_ctrl(
          context.get(), EVP_CTRL_AEAD_GET_TAG, narrow_cast<int>(tag.size()), tag.data()) == 1);
  return sealed;
}

std::optional<SecretBytes> open(SealKey key, SealNonce nonce, ByteView bound, ByteView sealed) {
  if (sealed.size() < kSealTagSize) {
    return std::nullopt;
  }
  const ErrorQueueGuard guard;
  const CipherContext context = begin(Operation::open, key, nonce, bound);
  const ByteView ciphertext = sealed.first(sealed.size() - kSealTagSize);
  std::array<std::uint8_t, kSealTagSize> tag{};
  std::copy_n(sealed.end() - kSealTagSize, tag.size(), tag.begin());
  SecretBytes plaintext(ciphertext.size());
  transform(context.get(), ciphertext, plaintext.expose());
  HEIRLOOM_EXPECT(
      EVP_CIPHER_CTX_ctrl(
          context.get(), EVP_CTRL_AEAD_SET_TAG, narrow_cast<int>(tag.size()), tag.data()) == 1);
  std::array<std::uint8_t, kSealTagSize> none{};
  int written = 0;
  if (EVP_CipherFinal_ex(context.get(), none.data(), &written) != 1) {
    return std::nullopt;  // what was decrypted is wiped with its object
  }
  return plaintext;
}

}  // namespace heirloom::crypto
