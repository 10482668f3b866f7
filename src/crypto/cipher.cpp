// RC4, DES and 3DES through libcrypto's low-level functions, AES through EVP so that it uses the
// processor's instructions (RFC 2246 appendix C, RFC 3268).
#include "crypto/cipher.hpp"

#include "base/secret.hpp"
#include "crypto/library.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include <openssl/des.h>
#include <openssl/rc4.h>

namespace heirloom::crypto {

namespace {

class NullCipher final : public StreamCipher {
 public:
  void apply(ByteSpan /*data*/) noexcept override {}
};

class Rc4Cipher final : public StreamCipher {
 public:
  explicit Rc4Cipher(ByteView key) {
    RC4_set_key(&state_, narrow_cast<int>(key.size()), key.data());
  }

  Rc4Cipher(const Rc4Cipher&) = delete;
  Rc4Cipher& operator=(const Rc4Cipher&) = delete;

  ~Rc4Cipher() override { secure_wipe(&state_, sizeof state_); }

  void apply(ByteSpan data) noexcept override {
    RC4(&state_, data.size(), data.data(), data.data());
  }

 private:
  RC4_KEY state_;
};

constexpr std::size_t kDesBlock = 8;
constexpr std::size_t kAesBlock = 16;

/// DesSchedule is one DES key. Parity bits and weak keys are not looked at: the key comes out of a
/// key derivation, where neither means anything (RFC 2246 appendix C counts 8 bytes of material).
class DesSchedule {
 public:
  explicit DesSchedule(ByteView key) {
    DES_cblock block;
    HEIRLOOM_EXPECT(key.size() == sizeof block);
    std::memcpy(&block, key.data(), sizeof block);
    DES_set_key_unchecked(&block, &schedule_);
    secure_wipe(&block, sizeof block);
  }

  DesSchedule(const DesSchedule&) = delete;
  DesSchedule& operator=(const DesSchedule&) = delete;

  ~DesSchedule() { secure_wipe(&schedule_, sizeof schedule_); }

  /// libcrypto takes a pointer to non-const but does not write through it.
  [[nodiscard]] DES_key_schedule* get() noexcept { return &schedule_; }

 private:
  DES_key_schedule schedule_;
};

int des_direction(CipherDirection direction) {
  return direction == CipherDirection::encrypt ? DES_ENCRYPT : DES_DECRYPT;
}

void copy_iv(DES_cblock& out, ByteView iv) {
  HEIRLOOM_EXPECT(iv.size() == sizeof out);
  std::memcpy(&out, iv.data(), sizeof out);
}

class DesCbc final : public CbcCipher {
 public:
  DesCbc(ByteView key, ByteView iv, CipherDirection direction)
      : key_(key), direction_(des_direction(direction)) {
    copy_iv(iv_, iv);
  }

  void apply(ByteSpan data) noexcept override {
    HEIRLOOM_EXPECT(data.size() % kDesBlock == 0);
    DES_ncbc_encrypt(
        data.data(), data.data(), narrow_cast<long>(data.size()), key_.get(), &iv_, direction_);
  }

 private:
  DesSchedule key_;
  DES_cblock iv_{};
  int direction_;
};

class TripleDesCbc final : public CbcCipher {
 public:
  TripleDesCbc(ByteView key, ByteView iv, CipherDirection direction)
      : key_1_(key.subspan(0, kDesBlock)),
        key_2_(key.subspan(kDesBlock, kDesBlock)),
        key_3_(key.subspan(2 * kDesBlock)),
        direction_(des_direction(direction)) {
    copy_iv(iv_, iv);
  }

  void apply(ByteSpan data) noexcept override {
    HEIRLOOM_EXPECT(data.size() % kDesBlock == 0);
    DES_ede3_cbc_encrypt(data.data(),
                         data.data(),
                         narrow_cast<long>(data.size()),
                         key_1_.get(),
                         key_2_.get(),
                         key_3_.get(),
                         &iv_,
                         direction_);
  }

 private:
  DesSchedule key_1_;
  DesSchedule key_2_;
  DesSchedule key_3_;
  DES_cblock iv_{};
  int direction_;
};

using CipherPointer = std::unique_ptr<EVP_CIPHER, Deleter<EVP_CIPHER_free>>;
using CipherContext = std::unique_ptr<EVP_CIPHER_CTX, Deleter<EVP_CIPHER_CTX_free>>;

/// aes_algorithm fetches once: fetching costs more than a small record.
const EVP_CIPHER* aes_algorithm(std::size_t key_size) {
  static const CipherPointer aes_128(EVP_CIPHER_fetch(library_context(), "AES-128-CBC", nullptr));
  static const CipherPointer aes_256(EVP_CIPHER_fetch(library_context(), "AES-256-CBC", nullptr));
  return key_size == 16 ? aes_128.get() : aes_256.get();
}

class AesCbc final : public CbcCipher {
 public:
  AesCbc(ByteView key, ByteView iv, CipherDirection direction) : context_(EVP_CIPHER_CTX_new()) {
    const EVP_CIPHER* algorithm = aes_algorithm(key.size());
    HEIRLOOM_EXPECT(context_ != nullptr && algorithm != nullptr && iv.size() == kAesBlock);
    const int is_encryption = direction == CipherDirection::encrypt ? 1 : 0;
    HEIRLOOM_EXPECT(EVP_CipherInit_ex2(
                        context_.get(), algorithm, key.data(), iv.data(), is_encryption, nullptr) ==
                        1 &&
                    EVP_CIPHER_CTX_set_padding(context_.get(), 0) == 1);
  }

  void apply(ByteSpan data) noexcept override {
    HEIRLOOM_EXPECT(data.size() % kAesBlock == 0);
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

std::unique_ptr<StreamCipher> make_stream_cipher(BulkCipher cipher, ByteView key) {
  switch (cipher) {
    case BulkCipher::null:
      return std::make_unique<NullCipher>();
    case BulkCipher::rc4_128:
      HEIRLOOM_EXPECT(key.size() == 16);
      return std::make_unique<Rc4Cipher>(key);
    case BulkCipher::des_cbc:
    case BulkCipher::triple_des_ede_cbc:
    case BulkCipher::aes_128_cbc:
    case BulkCipher::aes_256_cbc:
      break;
  }
  HEIRLOOM_EXPECT(false);  // a block cipher
  return nullptr;
}

std::unique_ptr<CbcCipher> make_cbc_cipher(BulkCipher cipher,
                                           ByteView key,
                                           ByteView iv,
                                           CipherDirection direction) {
  switch (cipher) {
    case BulkCipher::des_cbc:
      return std::make_unique<DesCbc>(key, iv, direction);
    case BulkCipher::triple_des_ede_cbc:
      HEIRLOOM_EXPECT(key.size() == 3 * kDesBlock);
      return std::make_unique<TripleDesCbc>(key, iv, direction);
    case BulkCipher::aes_128_cbc:
      HEIRLOOM_EXPECT(key.size() == 16);
      return std::make_unique<AesCbc>(key, iv, direction);
    case BulkCipher::aes_256_cbc:
      HEIRLOOM_EXPECT(key.size() == 32);
      return std::make_unique<AesCbc>(key, iv, direction);
    case BulkCipher::null:
    case BulkCipher::rc4_128:
      break;
  }
  HEIRLOOM_EXPECT(false);  // a stream cipher
  return nullptr;
}

}  // namespace heirloom::crypto
