// RsaPrivateKey: the PrivateKey that lives in this process, over libcrypto.
#pragma once

#include "heirloom/credentials.hpp"

#include "base/secret.hpp"
#include "crypto/library.hpp"

#include <cstddef>
#include <cstdint>

namespace heirloom::crypto {

/// RsaPrivateKey is never changed after it was made, and each operation has a context of its own,
/// so any number of threads may use it. libcrypto blinds both operations (the ciphertext tells
/// nothing about timing) and checks a CRT result with the public exponent (a computing fault does
/// not give the factors away).
class RsaPrivateKey final : public PrivateKey {
 public:
  explicit RsaPrivateKey(PublicKeyPointer key);

  [[nodiscard]] PublicKeyAlgorithm algorithm() const noexcept override;
  [[nodiscard]] std::size_t size() const noexcept override;
  [[nodiscard]] Pending<PrivateKeyResult> decrypt_raw(
      std::span<const std::uint8_t> ciphertext) override;
  [[nodiscard]] Pending<PrivateKeyResult> sign(std::span<const std::uint8_t> digest) override;

  /// belongs_to compares the public numbers with a certificate's.
  [[nodiscard]] bool belongs_to(const EVP_PKEY* certificate_key) const noexcept;

 private:
  PublicKeyPointer key_;
};

}  // namespace heirloom::crypto
