// Bulk ciphers behind two small interfaces. State (keystream position, chaining value) runs on from
// call to call, as the record layer of both versions wants it (RFC 2246 §6.2.3.1, §6.2.3.2).
#pragma once

#include "heirloom/cipher_suite.hpp"

#include "base/bytes.hpp"

#include <cstdint>
#include <memory>

namespace heirloom::crypto {

/// StreamCipher is XOR with a key stream; encryption and decryption are the same.
class StreamCipher {
 public:
  StreamCipher() = default;
  StreamCipher(const StreamCipher&) = delete;
  StreamCipher& operator=(const StreamCipher&) = delete;
  virtual ~StreamCipher() = default;
  /// apply works in place.
  virtual void apply(ByteSpan data) noexcept = 0;
};

/// CbcCipher encrypts or decrypts, fixed at creation. `data` must be a multiple of the block size.
class CbcCipher {
 public:
  CbcCipher() = default;
  CbcCipher(const CbcCipher&) = delete;
  CbcCipher& operator=(const CbcCipher&) = delete;
  virtual ~CbcCipher() = default;
  /// apply works in place and leaves the last ciphertext block as the next IV.
  virtual void apply(ByteSpan data) noexcept = 0;
};

enum class CipherDirection : std::uint8_t { encrypt, decrypt };

/// make_stream_cipher keys a stream cipher; for BulkCipher::null one that changes nothing.
[[nodiscard]] std::unique_ptr<StreamCipher> make_stream_cipher(BulkCipher cipher, ByteView key);

/// make_cbc_cipher keys a block cipher. Key and IV must have the sizes of the cipher's row.
[[nodiscard]] std::unique_ptr<CbcCipher> make_cbc_cipher(BulkCipher cipher,
                                                         ByteView key,
                                                         ByteView iv,
                                                         CipherDirection direction);

}  // namespace heirloom::crypto
