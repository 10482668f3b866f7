// The choice of a bulk cipher, and the stream ciphers: RC4 through libcrypto's low-level functions
// (RFC 2246 appendix C). The block ciphers are in the files cipher_*.cpp, a family each.
#include "crypto/cipher.hpp"

#include "base/secret.hpp"
#include "crypto/cipher_families.hpp"

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

}  // namespace

std::unique_ptr<StreamCipher> make_stream_cipher(BulkCipher cipher, ByteView key) {
  HEIRLOOM_EXPECT(key.size() == info(cipher).expanded_key);
  switch (cipher) {
    case BulkCipher::null:
      return std::make_unique<NullCipher>();
    case BulkCipher::rc4_40:
    case BulkCipher::rc4_56:
    case BulkCipher::rc4_128:
      return std::make_unique<Rc4Cipher>(key);
    case BulkCipher::rc2_cbc_40:
    case BulkCipher::rc2_cbc_56:
    case BulkCipher::idea_cbc:
    case BulkCipher::des40_cbc:
    case BulkCipher::des_cbc:
    case BulkCipher::triple_des_ede_cbc:
    case BulkCipher::aes_128_cbc:
    case BulkCipher::aes_256_cbc:
    case BulkCipher::camellia_128_cbc:
    case BulkCipher::camellia_256_cbc:
    case BulkCipher::seed_cbc:
    case BulkCipher::fortezza_cbc:
      break;
  }
  HEIRLOOM_EXPECT(false);  // a block cipher
  return nullptr;
}

std::unique_ptr<CbcCipher> make_cbc_cipher(BulkCipher cipher,
                                           ByteView key,
                                           ByteView iv,
                                           CipherDirection direction) {
  HEIRLOOM_EXPECT(key.size() == info(cipher).expanded_key && iv.size() == info(cipher).iv_size);
  switch (cipher) {
    case BulkCipher::rc2_cbc_40:
    case BulkCipher::rc2_cbc_56:
      return make_rc2_cbc(key, iv, direction);
    case BulkCipher::idea_cbc:
      return make_idea_cbc(key, iv, direction);
    case BulkCipher::des40_cbc:
    case BulkCipher::des_cbc:
      return make_des_cbc(key, iv, direction);
    case BulkCipher::triple_des_ede_cbc:
      return make_triple_des_cbc(key, iv, direction);
    case BulkCipher::aes_128_cbc:
    case BulkCipher::aes_256_cbc:
      return make_aes_cbc(key, iv, direction);
    case BulkCipher::camellia_128_cbc:
    case BulkCipher::camellia_256_cbc:
      return make_camellia_cbc(key, iv, direction);
    case BulkCipher::seed_cbc:
      return make_seed_cbc(key, iv, direction);
    case BulkCipher::fortezza_cbc:
      return make_fortezza_cbc(key, iv, direction);
    case BulkCipher::null:
    case BulkCipher::rc4_40:
    case BulkCipher::rc4_56:
    case BulkCipher::rc4_128:
      break;
  }
  HEIRLOOM_EXPECT(false);  // a stream cipher
  return nullptr;
}

}  // namespace heirloom::crypto
