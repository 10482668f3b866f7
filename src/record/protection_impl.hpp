// The three shapes behind ReadProtection and WriteProtection: stream ciphers, and block ciphers
// with the MAC inside or outside, each over MD5 or SHA-1. Private to src/record.
#pragma once

#include "base/bytes.hpp"
#include "compression/compression.hpp"
#include "record/protection.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>

namespace heirloom {

/// SequenceNumber counts the records under one key (RFC 6101 §5.2.3.1, RFC 2246 §6.1). The last
/// value, 2^64-1, is never used, so that counting on cannot wrap to a number that was used before.
class SequenceNumber {
 public:
  /// left is how many records may still follow.
  [[nodiscard]] std::uint64_t left() const noexcept {
    return std::numeric_limits<std::uint64_t>::max() - next_;
  }

  [[nodiscard]] std::uint64_t next() const noexcept { return next_; }

  [[nodiscard]] std::uint64_t take() noexcept { return next_++; }

  void set(std::uint64_t next) noexcept { next_ = next; }

 private:
  std::uint64_t next_ = 0;
};

/// ShortBlocks counts what a key has encrypted where its blocks have 64 bits: there the key wears
/// out long before the sequence numbers do.
class ShortBlocks {
 public:
  explicit ShortBlocks(const TrafficKeys& keys)
      : are_used_(info(keys.suite->bulk).block_size == kShortBlock) {}

  void add(std::size_t bytes) noexcept { bytes_ += are_used_ ? bytes : 0; }

  [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

 private:
  static constexpr std::size_t kShortBlock = 8;

  bool are_used_;
  std::uint64_t bytes_ = 0;
};

class ReadProtection::Impl {
 public:
  explicit Impl(const TrafficKeys& keys)
      : short_blocks_(keys), decompressor_(make_decompressor(keys.compression_method)) {}

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  virtual ~Impl() = default;

  [[nodiscard]] bool decompresses() const noexcept { return decompressor_ != nullptr; }

  [[nodiscard]] OpenedBatch open(std::span<OpenRecord> records, std::size_t max_plaintext);

  [[nodiscard]] std::uint64_t short_block_bytes() const noexcept { return short_blocks_.bytes(); }

  void set_sequence_number(std::uint64_t next) noexcept { sequence_.set(next); }

 protected:
  /// admit makes the checks that come before decryption, and narrows the fragment to what is to be
  /// decrypted: can a ciphertext have that length, and if its MAC is outside, is it right? The
  /// length is public.
  [[nodiscard]] virtual bool admit(std::uint64_t sequence_number, OpenRecord& record) = 0;
  /// decrypt works in place, record after record.
  virtual void decrypt(std::span<OpenRecord> records) noexcept = 0;
  /// verify checks what a decrypted record has of MAC and padding, and narrows its fragment to the
  /// plaintext.
  [[nodiscard]] virtual bool verify(std::uint64_t sequence_number, OpenRecord& record) = 0;

 private:
  [[nodiscard]] std::optional<Cause> finish(OpenRecord& record, std::size_t max_plaintext);

  SequenceNumber sequence_;
  ShortBlocks short_blocks_;
  std::unique_ptr<Decompressor> decompressor_;
};

class WriteProtection::Impl {
 public:
  explicit Impl(const TrafficKeys& keys)
      : short_blocks_(keys), compressor_(make_compressor(keys.compression_method)) {}

  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  virtual ~Impl() = default;

  [[nodiscard]] virtual bool is_block_cipher() const noexcept = 0;
  [[nodiscard]] Result<void> seal(std::span<SealRecord> records, std::uint16_t record_version);

  [[nodiscard]] std::uint64_t short_block_bytes() const noexcept { return short_blocks_.bytes(); }

  void set_sequence_number(std::uint64_t next) noexcept { sequence_.set(next); }

 protected:
  /// complete writes behind the plaintext what the cipher takes, and returns the fragment: all of
  /// it, with the place of a MAC that is made later.
  [[nodiscard]] virtual ByteSpan complete(std::uint64_t sequence_number,
                                          const SealRecord& record) = 0;
  /// encrypt works in place, record after record, on the fragment in `sealed`.
  virtual void encrypt(std::uint64_t sequence_number, SealRecord& record) = 0;

 private:
  SequenceNumber sequence_;
  ShortBlocks short_blocks_;
  std::unique_ptr<Compressor> compressor_;
};

/// padded_size is the least multiple of the block size with room for padding_length behind `size`
/// bytes: as little padding as both documents allow.
[[nodiscard]] std::size_t padded_size(std::size_t size, std::size_t block_size) noexcept;

/// write_padding makes every byte padding_length, the last one with the others. SSL 3.0 leaves the
/// content free, but there are receivers that check it all the same (drift D27).
void write_padding(ByteSpan padding) noexcept;

[[nodiscard]] std::unique_ptr<ReadProtection::Impl> make_stream_read(const TrafficKeys& keys);
[[nodiscard]] std::unique_ptr<ReadProtection::Impl> make_cbc_read(const TrafficKeys& keys);
[[nodiscard]] std::unique_ptr<WriteProtection::Impl> make_stream_write(const TrafficKeys& keys);
[[nodiscard]] std::unique_ptr<WriteProtection::Impl> make_cbc_write(const TrafficKeys& keys);
[[nodiscard]] std::unique_ptr<ReadProtection::Impl> make_encrypt_then_mac_read(
    const TrafficKeys& keys);
[[nodiscard]] std::unique_ptr<WriteProtection::Impl> make_encrypt_then_mac_write(
    const TrafficKeys& keys);

}  // namespace heirloom
