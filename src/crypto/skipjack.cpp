// The key wrap of FORTEZZA. No document that can be had describes it whole: the double encryption
// is proved by the vectors of KEA, whose last step is the same, and the check word is that of
// Netscape's software token, which worked together with cards.
#include "crypto/skipjack.hpp"

#include <algorithm>
#include <utility>

namespace heirloom::crypto {

namespace {

/// check_word is bytes 1 and 2 of 55…55 encrypted with the key itself.
Secret<2> check_word(SkipjackKeyView key) {
  Secret<kSkipjackBlockSize> block;
  std::ranges::fill(block.expose(), std::uint8_t{0x55});
  skipjack_encrypt(key, block.expose());
  Secret<2> word;
  std::ranges::copy(block.expose().subspan<1, 2>(), word.expose().begin());
  return word;
}

}  // namespace

SkipjackKey encrypt_key(SkipjackKeyView wrapping, SkipjackKeyView key) {
  SkipjackKey out;
  const auto result = out.expose();
  std::ranges::copy(key, result.begin());
  const SkipjackBlock block = result.first<kSkipjackBlockSize>();
  skipjack_encrypt(wrapping, block);
  result[8] = static_cast<std::uint8_t>(result[8] ^ block[0]);
  result[9] = static_cast<std::uint8_t>(result[9] ^ block[1]);
  skipjack_encrypt(wrapping, block);
  return out;
}

WrappedKey wrap_key(SkipjackKeyView wrapping, SkipjackKeyView key) {
  const SkipjackKey encrypted = encrypt_key(wrapping, key);
  const Secret<2> word = check_word(key);
  WrappedKey wrapped{};
  std::ranges::copy(encrypted.expose(), wrapped.begin());
  std::ranges::copy(word.expose(), wrapped.begin() + kSkipjackKeySize);
  return wrapped;
}

UnwrappedKey unwrap_key(SkipjackKeyView wrapping,
                        std::span<const std::uint8_t, kWrappedKeySize> wrapped) {
  SkipjackKey key;
  const auto result = key.expose();
  std::ranges::copy(wrapped.first<kSkipjackKeySize>(), result.begin());
  const SkipjackBlock block = result.first<kSkipjackBlockSize>();
  skipjack_decrypt(wrapping, block);
  result[8] = static_cast<std::uint8_t>(result[8] ^ block[0]);
  result[9] = static_cast<std::uint8_t>(result[9] ^ block[1]);
  skipjack_decrypt(wrapping, block);
  const Secret<2> word = check_word(result);
  const auto is_valid =
      constant_time::equal_bytes(word.expose(), wrapped.last<kWrappedKeySize - kSkipjackKeySize>());
  return {.key = std::move(key), .is_valid = is_valid};
}

}  // namespace heirloom::crypto
