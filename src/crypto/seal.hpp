// Sealing: AES-256 in Galois/counter mode (NIST SP 800-38D), for what the library gives out of its
// own secrets: exported sessions and session tickets. Nothing of these versions' protocol uses it.
#pragma once

#include "base/bytes.hpp"
#include "base/secret.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace heirloom::crypto {

inline constexpr std::size_t kSealKeySize = 32;
inline constexpr std::size_t kSealNonceSize = 12;
inline constexpr std::size_t kSealTagSize = 16;

using SealKey = std::span<const std::uint8_t, kSealKeySize>;
using SealNonce = std::span<const std::uint8_t, kSealNonceSize>;

/// seal gives the ciphertext with its tag behind it. `bound` is not in the result but must be the
/// same when it is opened.
/// Security: a nonce must not come twice under one key. Random ones are good for 2^32 sealings
/// (SP 800-38D §8.3).
[[nodiscard]] Bytes seal(SealKey key, SealNonce nonce, ByteView bound, ByteView plaintext);

/// open gives the plaintext, and nothing unless key, nonce, `bound` and every byte are those of the
/// sealing.
[[nodiscard]] std::optional<SecretBytes> open(SealKey key,
                                              SealNonce nonce,
                                              ByteView bound,
                                              ByteView sealed);

}  // namespace heirloom::crypto
