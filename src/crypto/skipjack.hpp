// SKIPJACK: one block, and the key wrap of FORTEZZA (SKIPJACK and KEA Algorithm Specifications,
// version 2.0; RFC 6101 §5.6.7.2 for what is wrapped).
//
// Bytes stand as the cards had them: block and key are the printed specification's, reversed. Its
// own vectors for KEA come out in this order only, and it is the one that Crypto++ has.
//
// Security: the cipher looks up tables by secret bytes, as DES and RC4 do; a neighbour on the same
// processor may learn something of a key, nobody on the network does.
#pragma once

#include "base/bytes.hpp"
#include "base/constant_time.hpp"
#include "base/secret.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace heirloom::crypto {

inline constexpr std::size_t kSkipjackKeySize = 10;
inline constexpr std::size_t kSkipjackBlockSize = 8;

using SkipjackKey = Secret<kSkipjackKeySize>;
using SkipjackKeyView = std::span<const std::uint8_t, kSkipjackKeySize>;
using SkipjackBlock = std::span<std::uint8_t, kSkipjackBlockSize>;

/// skipjack_encrypt works in place, skipjack_decrypt back.
void skipjack_encrypt(SkipjackKeyView key, SkipjackBlock block);
void skipjack_decrypt(SkipjackKeyView key, SkipjackBlock block);

/// encrypt_key is the heart of the wrap and the last step of KEA: the first eight bytes are
/// encrypted twice, the last two are masked with the first encryption.
[[nodiscard]] SkipjackKey encrypt_key(SkipjackKeyView wrapping, SkipjackKeyView key);

/// WrappedKey is an encrypted key of ten bytes and its check word of two.
inline constexpr std::size_t kWrappedKeySize = 12;
using WrappedKey = std::array<std::uint8_t, kWrappedKeySize>;

/// wrap_key encrypts a key under another one.
[[nodiscard]] WrappedKey wrap_key(SkipjackKeyView wrapping, SkipjackKeyView key);

/// UnwrappedKey is a key, and whether its check word is right. One that is wrong has a key as well,
/// so that a receiver can go on in the same time and act upon all its masks at the end.
struct UnwrappedKey {
  SkipjackKey key;
  constant_time::Mask is_valid;
};

[[nodiscard]] UnwrappedKey unwrap_key(SkipjackKeyView wrapping,
                                      std::span<const std::uint8_t, kWrappedKeySize> wrapped);

}  // namespace heirloom::crypto
