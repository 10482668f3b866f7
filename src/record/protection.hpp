// ReadProtection and WriteProtection: records under one key, in batches (RFC 6101 §5.2.2 and
// §5.2.3, RFC 2246 §6.2.2 and §6.2.3, RFC 7366 §3).
//
// A batch is a run of records under the same key: MACs of different records are independent, and
// CBC decryption is parallel across blocks and records, so the interface never forces one record at
// a time. Compression is the one step that is not in place.
#pragma once

#include "heirloom/result.hpp"

#include "base/buffer_pool.hpp"
#include "base/bytes.hpp"
#include "compression/compression.hpp"
#include "keys/traffic_keys.hpp"
#include "protocol/constants.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>

namespace heirloom {

/// OpenRecord is one record to open: `fragment` is the ciphertext on entry and the plaintext window
/// inside it, decrypted in place, on success; or a window into `decompressed` if the connection
/// compresses.
struct OpenRecord {
  ContentType type{};
  ByteSpan fragment;
  Buffer decompressed = {};
};

/// OpenedBatch: the first `count` records are good; if `error` is set the next one is not, and
/// nothing after it was looked at. Its only cause for protected records is bad_record_mac, except
/// record_overflow for a plaintext above the limit whose MAC has verified, or for a length that
/// gives it away; decompression_failure behind a MAC that has verified (drift D103, D120); and
/// sequence_number_exhausted where counting on would wrap.
struct OpenedBatch {
  std::size_t count = 0;
  std::optional<Error> error;
};

/// SealRecord is one record to seal in place. `room` has the plaintext at [offset, offset + size),
/// kRecordHeaderSize bytes before it, and at least WriteProtection::kMaxExpansion bytes behind it.
/// On success `sealed` is the whole record with its header, and `unencrypted`, if it is given, has
/// the fragment as it went into the cipher: plaintext, compressed if that is agreed on, MAC and
/// padding, and before them the prefix that a first record may have.
struct SealRecord {
  ContentType type{};
  ByteSpan room;
  std::size_t offset = 0;
  std::size_t size = 0;
  ByteSpan sealed;
  Bytes* unencrypted = nullptr;
};

/// ReadProtection owns the cipher state, the MAC state, the history of compression and the sequence
/// number of one direction.
class ReadProtection {
 public:
  /// The null state that every connection starts in (RFC 2246 §6.1).
  ReadProtection();
  explicit ReadProtection(TrafficKeys keys);
  ReadProtection(ReadProtection&&) noexcept;
  ReadProtection& operator=(ReadProtection&&) noexcept;
  ReadProtection(const ReadProtection&) = delete;
  ReadProtection& operator=(const ReadProtection&) = delete;
  ~ReadProtection();

  [[nodiscard]] bool is_null() const noexcept { return impl_ == nullptr; }

  /// decompresses tells whether an opened record may be many times longer than it was.
  [[nodiscard]] bool decompresses() const noexcept;

  /// limit_plaintext is the most that an opened record may have from now on (RFC 6066 §4). What is
  /// longer than that can become is refused with record_overflow and not decrypted.
  void limit_plaintext(std::size_t most) noexcept { max_plaintext_ = most; }

  [[nodiscard]] std::size_t max_plaintext() const noexcept { return max_plaintext_; }

  /// open decrypts and verifies a run of records, in order.
  [[nodiscard]] OpenedBatch open(std::span<OpenRecord> records);

  /// set_sequence_number is for tests of the end of the sequence space.
  void set_sequence_number(std::uint64_t next) noexcept;

  class Impl;

 private:
  std::unique_ptr<Impl> impl_;
  std::size_t max_plaintext_ = kMaxPlaintext;
};

class WriteProtection {
 public:
  WriteProtection();
  explicit WriteProtection(TrafficKeys keys);
  WriteProtection(WriteProtection&&) noexcept;
  WriteProtection& operator=(WriteProtection&&) noexcept;
  WriteProtection(const WriteProtection&) = delete;
  WriteProtection& operator=(const WriteProtection&) = delete;
  ~WriteProtection();

  [[nodiscard]] bool is_null() const noexcept { return impl_ == nullptr; }

  /// is_block_cipher tells whether 1/n-1 splitting applies.
  [[nodiscard]] bool is_block_cipher() const noexcept;

  /// kMaxExpansion bounds what MAC and minimal padding add behind a plaintext, for every suite, and
  /// compression where it fails. The prefix of a first record goes with a block of 8 bytes only, so
  /// there is room for it (RFC 6101 D.5.1).
  static constexpr std::size_t kMaxExpansion =
      kMaxHashSize + kMaxBlockSize + kMaxCompressionExpansion;

  /// seal protects a run of records in place, in order, and writes their headers with
  /// `record_version`. sequence_number_exhausted if the sequence space ends (RFC 2246 §6.1: no
  /// wrap); nothing is sealed then.
  [[nodiscard]] Result<void> seal(std::span<SealRecord> records, std::uint16_t record_version);

  void set_sequence_number(std::uint64_t next) noexcept;

  class Impl;

 private:
  std::unique_ptr<Impl> impl_;
};

}  // namespace heirloom
