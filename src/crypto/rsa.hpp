// RSA public-key operations as these versions need them (RFC 2246 §4.7).
#pragma once

#include "heirloom/random.hpp"
#include "heirloom/result.hpp"

#include "base/bytes.hpp"

#include <cstddef>
#include <memory>
#include <optional>

namespace heirloom::crypto {

/// RsaPublicKey is taken from a certificate or from a ServerKeyExchange.
class RsaPublicKey {
 public:
  /// from_modulus takes big-endian numbers. Empty if they are no usable key (even or tiny modulus,
  /// exponent below 3 or even, modulus above 16384 bits).
  [[nodiscard]] static std::optional<RsaPublicKey> from_modulus(ByteView modulus,
                                                                ByteView exponent);

  RsaPublicKey(RsaPublicKey&&) noexcept;
  RsaPublicKey& operator=(RsaPublicKey&&) noexcept;
  RsaPublicKey(const RsaPublicKey&) = delete;
  RsaPublicKey& operator=(const RsaPublicKey&) = delete;
  ~RsaPublicKey();

  /// size is the modulus in bytes, bits in bits.
  [[nodiscard]] std::size_t size() const noexcept;
  [[nodiscard]] std::size_t bits() const noexcept;

  /// encrypt makes a PKCS#1 block type 2 of `message` and encrypts it; the padding comes from
  /// `random`. key_exchange_malformed if the key is too small, random_failed.
  [[nodiscard]] Result<Bytes> encrypt(ByteView message, RandomSource& random) const;

  /// verify checks a PKCS#1 block type 1 signature over `digest` without DigestInfo. The whole
  /// block is rebuilt and compared, so nothing can hide in it (BERserk class).
  [[nodiscard]] bool verify(ByteView digest, ByteView signature) const;

 private:
  struct Impl;
  explicit RsaPublicKey(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace heirloom::crypto
