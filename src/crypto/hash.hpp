// MD5 and SHA-1: incremental, copyable in mid-stream, and open to the constant-time MAC.
//
// Copying a context in mid-stream is what the transcript and the record MAC live on. The block
// transform and the chaining state are exposed because record/cbc_open.cpp must finish a hash over
// a secret number of bytes.
#pragma once

#include "base/bytes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

#include <openssl/md5.h>
#include <openssl/sha.h>

namespace heirloom::crypto {

class Md5 {
 public:
  static constexpr std::size_t kSize = 16;
  static constexpr std::size_t kBlockSize = 64;
  using Digest = std::array<std::uint8_t, kSize>;

  Md5();
  Md5(const Md5&) = default;
  Md5& operator=(const Md5&) = default;
  /// Wipes: a context may have absorbed secrets.
  ~Md5();

  Md5& update(ByteView bytes);
  /// finish gives the digest; the context must not be used afterwards.
  [[nodiscard]] Digest finish();

  /// bytes_absorbed is how much went in.
  [[nodiscard]] std::uint64_t bytes_absorbed() const noexcept;
  /// pending_block is the part of the last block that was not compressed yet (0 to 63 bytes).
  [[nodiscard]] ByteView pending_block() const noexcept;
  /// compress applies the block transform to one block of 64 bytes, without counting it.
  void compress(std::span<const std::uint8_t, kBlockSize> block);
  /// chaining_state is the digest that the current chaining value would give.
  [[nodiscard]] Digest chaining_state() const noexcept;
  /// write_length stores a bit count in the last eight bytes of a final block.
  static void write_length(std::span<std::uint8_t, 8> out, std::uint64_t bits) noexcept;

 private:
  MD5_CTX context_;
};

class Sha1 {
 public:
  static constexpr std::size_t kSize = 20;
  static constexpr std::size_t kBlockSize = 64;
  using Digest = std::array<std::uint8_t, kSize>;

  Sha1();
  Sha1(const Sha1&) = default;
  Sha1& operator=(const Sha1&) = default;
  ~Sha1();

  Sha1& update(ByteView bytes);
  [[nodiscard]] Digest finish();

  [[nodiscard]] std::uint64_t bytes_absorbed() const noexcept;
  [[nodiscard]] ByteView pending_block() const noexcept;
  void compress(std::span<const std::uint8_t, kBlockSize> block);
  [[nodiscard]] Digest chaining_state() const noexcept;
  static void write_length(std::span<std::uint8_t, 8> out, std::uint64_t bits) noexcept;

 private:
  SHA_CTX context_;
};

[[nodiscard]] std::array<std::uint8_t, 32> sha256(ByteView bytes);

}  // namespace heirloom::crypto
