// The two shapes behind ReadProtection and WriteProtection: stream and block ciphers, each over MD5
// or SHA-1. Private to src/record.
#pragma once

#include "base/bytes.hpp"
#include "record/protection.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
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

  [[nodiscard]] std::uint64_t take() noexcept { return next_++; }

  void set(std::uint64_t next) noexcept { next_ = next; }

 private:
  std::uint64_t next_ = 0;
};

class ReadProtection::Impl {
 public:
  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  virtual ~Impl() = default;

  [[nodiscard]] OpenedBatch open(std::span<OpenRecord> records);

  void set_sequence_number(std::uint64_t next) noexcept { sequence_.set(next); }

 protected:
  /// is_possible_size says whether a ciphertext can have that length at all. The length is public.
  [[nodiscard]] virtual bool is_possible_size(std::size_t size) const noexcept = 0;
  /// decrypt works in place, record after record.
  virtual void decrypt(std::span<OpenRecord> records) noexcept = 0;
  /// verify checks MAC and padding of a decrypted record and narrows its fragment to the plaintext.
  [[nodiscard]] virtual bool verify(std::uint64_t sequence_number, OpenRecord& record) = 0;

 private:
  SequenceNumber sequence_;
};

class WriteProtection::Impl {
 public:
  Impl() = default;
  Impl(const Impl&) = delete;
  Impl& operator=(const Impl&) = delete;
  virtual ~Impl() = default;

  [[nodiscard]] virtual bool is_block_cipher() const noexcept = 0;
  [[nodiscard]] Result<void> seal(std::span<SealRecord> records, std::uint16_t record_version);

  void set_sequence_number(std::uint64_t next) noexcept { sequence_.set(next); }

 protected:
  /// authenticate writes MAC and padding behind the plaintext and returns the fragment: all of it.
  [[nodiscard]] virtual ByteSpan authenticate(std::uint64_t sequence_number,
                                              const SealRecord& record) = 0;
  /// encrypt works in place, fragment after fragment.
  virtual void encrypt(ByteSpan fragment) noexcept = 0;

 private:
  SequenceNumber sequence_;
};

[[nodiscard]] std::unique_ptr<ReadProtection::Impl> make_stream_read(const TrafficKeys& keys);
[[nodiscard]] std::unique_ptr<ReadProtection::Impl> make_cbc_read(const TrafficKeys& keys);
[[nodiscard]] std::unique_ptr<WriteProtection::Impl> make_stream_write(const TrafficKeys& keys);
[[nodiscard]] std::unique_ptr<WriteProtection::Impl> make_cbc_write(const TrafficKeys& keys);

}  // namespace heirloom
