// DES and 3DES in CBC mode through libcrypto's low-level functions (RFC 2246 appendix C).
#include "base/secret.hpp"
#include "crypto/cipher_families.hpp"

#include <cstring>

#include <openssl/des.h>

namespace heirloom::crypto {

namespace {

constexpr std::size_t kDesBlock = 8;

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

}  // namespace

std::unique_ptr<CbcCipher> make_des_cbc(ByteView key, ByteView iv, CipherDirection direction) {
  return std::make_unique<DesCbc>(key, iv, direction);
}

std::unique_ptr<CbcCipher> make_triple_des_cbc(ByteView key,
                                               ByteView iv,
                                               CipherDirection direction) {
  HEIRLOOM_EXPECT(key.size() == 3 * kDesBlock);
  return std::make_unique<TripleDesCbc>(key, iv, direction);
}

}  // namespace heirloom::crypto
