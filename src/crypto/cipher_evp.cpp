// AES and Camellia in CBC mode through EVP, so that AES uses the processor's instructions (RFC
// 3268, RFC 4132).
#include "crypto/cipher_families.hpp"
#include "crypto/library.hpp"

#include <algorithm>

namespace heirloom::crypto {

namespace {

constexpr std::size_t kBlock = 16;

using CipherPointer = std::unique_ptr<EVP_CIPHER, Deleter<EVP_CIPHER_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Deleter<EVP_CIPHER_CTX_free>>;

CipherPointer fetch(const char* name) {
  return CipherPointer(EVP_CIPHER_fetch(library_context(), name, nullptr));
}

class EvpCbc final : public CbcCipher {
 public:
  EvpCbc(const EVP_CIPHER* algorithm, ByteView key, ByteView iv, CipherDirection direction)
      : context_(EVP_CIPHER_CTX_new()) {
    HEIRLOOM_EXPECT(context_ != nullptr && algorithm != nullptr && iv.size() == kBlock);
    const int is_encryption = direction == CipherDirection::encrypt ? 1 : 0;
    HEIRLOOM_EXPECT(EVP_CipherInit_ex2(
                        context_.get(), algorithm, key.data(), iv.data(), is_encryption, nullptr) ==
                        1 &&
                    EVP_CIPHER_CTX_set_padding(context_.get(), 0) == 1);
  }

  void apply(ByteSpan data) noexcept override {
    HEIRLOOM_EXPECT(data.size() % kBlock == 0);
    while (!data.empty()) {
      // EVP counts in int.
      const std::size_t part = std::min(data.size(), std::size_t{1} << 30U);
      int written = 0;
      HEIRLOOM_EXPECT(
          EVP_CipherUpdate(
              context_.get(), data.data(), &written, data.data(), static_cast<int>(part)) == 1 &&
          written == static_cast<int>(part));
      data = data.subspan(part);
    }
  }

 private:
  CipherContext context_;  // wipes its key schedule when freed
};

}  // namespace

// Each algorithm is fetched once: fetching costs more than a small record.

std::unique_ptr<CbcCipher> make_aes_cbc(ByteView key, ByteView iv, CipherDirection direction) {
  static const CipherPointer aes_128 = fetch("AES-128-CBC");
  static const CipherPointer aes_256 = fetch("AES-256-CBC");
  HEIRLOOM_EXPECT(key.size() == 16 || key.size() == 32);
  return std::make_unique<EvpCbc>(
      key.size() == 16 ? aes_128.get() : aes_256.get(), key, iv, direction);
}

std::unique_ptr<CbcCipher> make_camellia_cbc(ByteView key, ByteView iv, CipherDirection direction) {
  static const CipherPointer camellia_128 = fetch("CAMELLIA-128-CBC");
  static const CipherPointer camellia_256 = fetch("CAMELLIA-256-CBC");
  HEIRLOOM_EXPECT(key.size() == 16 || key.size() == 32);
  return std::make_unique<EvpCbc>(
      key.size() == 16 ? camellia_128.get() : camellia_256.get(), key, iv, direction);
}

}  // namespace heirloom::crypto
