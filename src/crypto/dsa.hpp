// DSA public keys and the two encodings of their signatures (RFC 2246 §4.7, RFC 6101 §4.7, drift
// D22).
#pragma once

#include "heirloom/result.hpp"

#include "base/bytes.hpp"

#include <cstddef>
#include <memory>
#include <optional>

namespace heirloom::crypto {

/// DsaPublicKey is taken from a certificate.
class DsaPublicKey {
 public:
  /// from_numbers takes big-endian numbers. Empty if they are no usable key (q not of 160, 224 or
  /// 256 bits; p even, below 512 or above 10000 bits; g or y not between 1 and p).
  [[nodiscard]] static std::optional<DsaPublicKey> from_numbers(ByteView p,
                                                                ByteView q,
                                                                ByteView g,
                                                                ByteView y);

  DsaPublicKey(DsaPublicKey&&) noexcept;
  DsaPublicKey& operator=(DsaPublicKey&&) noexcept;
  DsaPublicKey(const DsaPublicKey&) = delete;
  DsaPublicKey& operator=(const DsaPublicKey&) = delete;
  ~DsaPublicKey();

  /// bits is the size of p, order_size that of q in bytes: 20 for the keys of the time.
  [[nodiscard]] std::size_t bits() const noexcept;
  [[nodiscard]] std::size_t order_size() const noexcept;

  /// verify checks a DER signature (Dss-Sig-Value) over `digest` as it stands. Anything that is not
  /// strict DER is refused.
  [[nodiscard]] bool verify(ByteView digest, ByteView signature) const;

 private:
  struct Impl;
  explicit DsaPublicKey(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// raw_dsa_signature turns a DER signature into r and s side by side, each as long as q: what NSS
/// sends at SSL 3.0 (drift D22), 40 bytes for the keys of the time. private_key_failed if it is no
/// signature for such a q; the DER form comes from our own key.
[[nodiscard]] Result<Bytes> raw_dsa_signature(ByteView der, std::size_t order_size = 20);

/// der_dsa_signature is the way back: two halves of the same length. Empty if the length is odd or
/// 0.
[[nodiscard]] std::optional<Bytes> der_dsa_signature(ByteView raw);

}  // namespace heirloom::crypto
