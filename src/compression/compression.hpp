// Compressor and Decompressor: one direction under one key (RFC 6101 §5.2.2, RFC 2246 §6.2.2).
//
// Both keep a history from record to record, and start afresh with every change of keys, because
// they live and die with the protection that uses them (RFC 3749 §3). The history is plaintext: its
// memory is wiped when it is given back.
#pragma once

#include "heirloom/compression_method.hpp"

#include "base/bytes.hpp"

#include <cstddef>
#include <memory>
#include <optional>

namespace heirloom {

/// kMaxCompressionExpansion is more than any method here adds to a record. The documents allow 1024
/// bytes.
inline constexpr std::size_t kMaxCompressionExpansion = 64;

class Compressor {
 public:
  Compressor() = default;
  Compressor(const Compressor&) = delete;
  Compressor& operator=(const Compressor&) = delete;
  virtual ~Compressor() = default;

  /// compress writes the compressed form of a whole fragment to `out`, which has room for
  /// kMaxCompressionExpansion bytes more than the fragment, and returns its size.
  [[nodiscard]] virtual std::size_t compress(ByteView fragment, ByteSpan out) = 0;
};

class Decompressor {
 public:
  Decompressor() = default;
  Decompressor(const Decompressor&) = delete;
  Decompressor& operator=(const Decompressor&) = delete;
  virtual ~Decompressor() = default;

  /// decompress writes what a whole compressed fragment stands for to `out` and returns its size;
  /// empty if it is malformed, or fills `out`, which has one byte more than a fragment may have.
  /// Nothing can be decompressed after that.
  [[nodiscard]] virtual std::optional<std::size_t> decompress(ByteView compressed,
                                                              ByteSpan out) = 0;
};

/// make_compressor is null for the null method, which is the identity.
[[nodiscard]] std::unique_ptr<Compressor> make_compressor(CompressionMethod method);
[[nodiscard]] std::unique_ptr<Decompressor> make_decompressor(CompressionMethod method);

}  // namespace heirloom
