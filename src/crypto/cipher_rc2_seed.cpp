// RC2 and SEED in CBC mode through libcrypto's low-level functions, because EVP has them only with
// the legacy provider (RFC 2268, RFC 4269).
#include "base/secret.hpp"
#include "crypto/cipher_families.hpp"

#include <algorithm>
#include <array>

#include <openssl/rc2.h>
#include <openssl/seed.h>

namespace heirloom::crypto {

namespace {

constexpr std::size_t kKeySize = 16;

class Rc2Cbc final : public CbcCipher {
 public:
  Rc2Cbc(ByteView key, ByteView iv, CipherDirection direction)
      : direction_(direction == CipherDirection::encrypt ? RC2_ENCRYPT : RC2_DECRYPT) {
    // RFC 2246 appendix C says "effective key bits: 40" of RC2_CBC_40. What is 40 bits is the key
    // material; deployed peers key RC2 with the 16 bytes derived from it and give RC2's own
    // parameter of that name as 128 (drift D37).
    constexpr int kEffectiveBits = 128;
    HEIRLOOM_EXPECT(key.size() == kKeySize && iv.size() == iv_.size());
    RC2_set_key(&schedule_, narrow_cast<int>(key.size()), key.data(), kEffectiveBits);
    std::ranges::copy(iv, iv_.begin());
  }

  Rc2Cbc(const Rc2Cbc&) = delete;
  Rc2Cbc& operator=(const Rc2Cbc&) = delete;

  ~Rc2Cbc() override { secure_wipe(&schedule_, sizeof schedule_); }

  void apply(ByteSpan data) noexcept override {
    HEIRLOOM_EXPECT(data.size() % RC2_BLOCK == 0);
    RC2_cbc_encrypt(data.data(),
                    data.data(),
                    narrow_cast<long>(data.size()),
                    &schedule_,
                    iv_.data(),
                    direction_);
  }

 private:
  RC2_KEY schedule_;
  std::array<std::uint8_t, RC2_BLOCK> iv_{};
  int direction_;
};

class SeedCbc final : public CbcCipher {
 public:
  SeedCbc(ByteView key, ByteView iv, CipherDirection direction)
      : is_encryption_(direction == CipherDirection::encrypt ? 1 : 0) {
    HEIRLOOM_EXPECT(key.size() == kKeySize && iv.size() == iv_.size());
    SEED_set_key(key.data(), &schedule_);
    std::ranges::copy(iv, iv_.begin());
  }

  SeedCbc(const SeedCbc&) = delete;
  SeedCbc& operator=(const SeedCbc&) = delete;

  ~SeedCbc() override { secure_wipe(&schedule_, sizeof schedule_); }

  void apply(ByteSpan data) noexcept override {
    HEIRLOOM_EXPECT(data.size() % SEED_BLOCK_SIZE == 0);
    SEED_cbc_encrypt(data.data(), data.data(), data.size(), &schedule_, iv_.data(), is_encryption_);
  }

 private:
  SEED_KEY_SCHEDULE schedule_;
  std::array<std::uint8_t, SEED_BLOCK_SIZE> iv_{};
  int is_encryption_;
};

}  // namespace

std::unique_ptr<CbcCipher> make_rc2_cbc(ByteView key, ByteView iv, CipherDirection direction) {
  return std::make_unique<Rc2Cbc>(key, iv, direction);
}

std::unique_ptr<CbcCipher> make_seed_cbc(ByteView key, ByteView iv, CipherDirection direction) {
  return std::make_unique<SeedCbc>(key, iv, direction);
}

}  // namespace heirloom::crypto
