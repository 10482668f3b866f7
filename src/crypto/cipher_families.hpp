// The makers of each family of block ciphers, behind make_cbc_cipher. Key and IV have the sizes
// that each one expects; that of the cipher's row is checked by it.
#pragma once

#include "crypto/cipher.hpp"

#include <cstddef>

namespace heirloom::crypto {

[[nodiscard]] std::unique_ptr<CbcCipher> make_des_cbc(ByteView key,
                                                      ByteView iv,
                                                      CipherDirection direction);
[[nodiscard]] std::unique_ptr<CbcCipher> make_triple_des_cbc(ByteView key,
                                                             ByteView iv,
                                                             CipherDirection direction);
/// make_aes_cbc takes the variant from the size of the key, 16 or 32.
[[nodiscard]] std::unique_ptr<CbcCipher> make_aes_cbc(ByteView key,
                                                      ByteView iv,
                                                      CipherDirection direction);
/// make_camellia_cbc takes the variant from the size of the key, 16 or 32.
[[nodiscard]] std::unique_ptr<CbcCipher> make_camellia_cbc(ByteView key,
                                                           ByteView iv,
                                                           CipherDirection direction);
/// make_rc2_cbc takes 16 bytes of key, all 128 bits of which are effective.
[[nodiscard]] std::unique_ptr<CbcCipher> make_rc2_cbc(ByteView key,
                                                      ByteView iv,
                                                      CipherDirection direction);
[[nodiscard]] std::unique_ptr<CbcCipher> make_idea_cbc(ByteView key,
                                                       ByteView iv,
                                                       CipherDirection direction);
[[nodiscard]] std::unique_ptr<CbcCipher> make_seed_cbc(ByteView key,
                                                       ByteView iv,
                                                       CipherDirection direction);

/// kFortezzaIvSize is an IV as FORTEZZA's messages have it: 16 bytes of the card's escrow field,
/// then the 8 of the cipher (RFC 6101 §5.6.7.2).
inline constexpr std::size_t kFortezzaIvSize = 24;

/// make_fortezza_cbc is SKIPJACK with 10 bytes of key and an IV of kFortezzaIvSize.
[[nodiscard]] std::unique_ptr<CbcCipher> make_fortezza_cbc(ByteView key,
                                                           ByteView iv,
                                                           CipherDirection direction);

}  // namespace heirloom::crypto
