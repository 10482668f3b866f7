// What every protection does alike: compression, sequence numbers, size limits, headers, batches in
// two passes (RFC 6101 §5.2, RFC 2246 §6.2).
#include "record/protection.hpp"

#include "protocol/constants.hpp"
#include "record/protection_impl.hpp"

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <utility>

namespace heirloom {

namespace {

/// open_null opens records that nothing protects: only the size is left to check (RFC 6101 §5.2.1,
/// RFC 2246 §6.2.1: "The length should not exceed 2^14").
OpenedBatch open_null(std::span<OpenRecord> records, std::size_t max_plaintext) {
  OpenedBatch batch;
  for (const OpenRecord& record : records) {
    if (record.fragment.size() > max_plaintext) {
      batch.error = Error(Cause::record_overflow);
      break;
    }
    ++batch.count;
  }
  return batch;
}

/// longest_fragment is what a plaintext can become: compressed, with MAC and the longest padding
/// (RFC 6066 §4 has an example with the numbers of a later version). Never above the limit of every
/// record, which RecordReader has seen to.
std::size_t longest_fragment(std::size_t max_plaintext, bool is_compressed) {
  constexpr std::size_t kLongestPadding = 256;  // with padding_length
  return max_plaintext + (is_compressed ? kMaxCompressed - kMaxPlaintext : 0) + kMaxHashSize +
         kLongestPadding;
}

void expect_room(const SealRecord& record) {
  HEIRLOOM_EXPECT(record.size <= kMaxPlaintext);
  HEIRLOOM_EXPECT(record.offset >= kRecordHeaderSize && record.offset <= record.room.size());
  HEIRLOOM_EXPECT(record.room.size() - record.offset >=
                  record.size + WriteProtection::kMaxExpansion);
}

/// compress puts the compressed fragment where the plaintext was.
void compress(Compressor& compressor, SealRecord& record) {
  const ByteSpan in_place =
      record.room.subspan(record.offset, record.size + kMaxCompressionExpansion);
  const Buffer scratch = Buffer::acquire(in_place.size());
  const ByteSpan out = scratch.bytes().first(in_place.size());
  record.size = compressor.compress(in_place.first(record.size), out);
  std::ranges::copy(out.first(record.size), in_place.begin());
}

/// finish_record writes the header before a fragment that stands at its place in the room.
void finish_record(SealRecord& record, ByteSpan fragment, std::uint16_t record_version) {
  const auto length = narrow_cast<std::uint16_t>(fragment.size());
  record.sealed =
      record.room.subspan(record.offset - kRecordHeaderSize, kRecordHeaderSize + fragment.size());
  record.sealed[0] = static_cast<std::uint8_t>(record.type);
  record.sealed[1] = static_cast<std::uint8_t>(record_version >> 8U);
  record.sealed[2] = static_cast<std::uint8_t>(record_version & 0xffU);
  record.sealed[3] = static_cast<std::uint8_t>(length >> 8U);
  record.sealed[4] = static_cast<std::uint8_t>(length & 0xffU);
  if (record.unencrypted != nullptr) {
    *record.unencrypted = to_bytes(fragment);
  }
}

void seal_null(std::span<SealRecord> records, std::uint16_t record_version) {
  for (SealRecord& record : records) {
    expect_room(record);
    finish_record(record, record.room.subspan(record.offset, record.size), record_version);
  }
}

/// Makers makes one direction's protection of each kind.
template <class Impl>
struct Makers {
  std::unique_ptr<Impl> (*stream)(const TrafficKeys& keys);
  std::unique_ptr<Impl> (*cbc)(const TrafficKeys& keys);
  std::unique_ptr<Impl> (*encrypt_then_mac)(const TrafficKeys& keys);
};

template <class Impl>
std::unique_ptr<Impl> make(const TrafficKeys& keys, const Makers<Impl>& makers) {
  HEIRLOOM_EXPECT(keys.profile != nullptr && keys.suite != nullptr);
  const bool is_block = info(keys.suite->bulk).type == CipherType::block;
  switch (keys.mac_order) {
    case MacOrder::mac_then_encrypt:
      return is_block ? makers.cbc(keys) : makers.stream(keys);
    case MacOrder::encrypt_then_mac:
      // RFC 7366 §3: "this only applies to standard block ciphers".
      HEIRLOOM_EXPECT(is_block);
      return makers.encrypt_then_mac(keys);
  }
  std::abort();
}

}  // namespace

OpenedBatch ReadProtection::Impl::open(std::span<OpenRecord> records, std::size_t max_plaintext) {
  // Public checks first. What they refuse ends the run, but the records before it are still owed.
  std::optional<Error> end_of_run;
  std::size_t run = 0;
  for (; run < records.size(); ++run) {
    if (run >= sequence_.left()) {
      end_of_run = Error(Cause::sequence_number_exhausted);
      break;
    }
    if (max_plaintext < kMaxPlaintext &&
        records[run].fragment.size() > longest_fragment(max_plaintext, decompresses())) {
      end_of_run = Error(Cause::record_overflow);
      break;
    }
    short_blocks_.add(records[run].fragment.size());
    if (!admit(sequence_.next() + run, records[run])) {
      end_of_run = Error(Cause::bad_record_mac);
      break;
    }
  }
  decrypt(records.first(run));
  OpenedBatch batch;
  for (OpenRecord& record : records.first(run)) {
    if (!verify(sequence_.take(), record)) {
      batch.error = Error(Cause::bad_record_mac);
      return batch;
    }
    if (const auto cause = finish(record, max_plaintext)) {
      batch.error = Error(*cause);
      return batch;
    }
    ++batch.count;
  }
  batch.error = std::move(end_of_run);
  return batch;
}

/// finish measures and decompresses. Security: only after the MAC has verified, or the answer would
/// be an oracle for the padding (drift D120).
std::optional<Cause> ReadProtection::Impl::finish(OpenRecord& record, std::size_t max_plaintext) {
  // Null compression is the identity, so the limit of TLSPlaintext is the only one there.
  const std::size_t limit =
      decompresses() ? max_plaintext + (kMaxCompressed - kMaxPlaintext) : max_plaintext;
  if (record.fragment.size() > limit) {
    return Cause::record_overflow;
  }
  if (!decompresses()) {
    return std::nullopt;
  }
  // RFC 6101 §5.2.2, RFC 2246 §6.2.2: "a TLSCompressed.fragment that would decompress to a length
  // in excess of 2^14 bytes" is a fatal decompression_failure. There is no room for more.
  record.decompressed = Buffer::acquire(kMaxPlaintext + 1);
  const ByteSpan room = record.decompressed.bytes().first(kMaxPlaintext + 1);
  const auto size = decompressor_->decompress(record.fragment, room);
  if (!size.has_value()) {
    return Cause::decompression_failure;
  }
  record.fragment = room.first(*size);
  return *size > max_plaintext ? std::optional(Cause::record_overflow) : std::nullopt;
}

Result<void> WriteProtection::Impl::seal(std::span<SealRecord> records,
                                         std::uint16_t record_version) {
  if (records.size() > sequence_.left()) {
    return Cause::sequence_number_exhausted;
  }
  for (SealRecord& record : records) {
    expect_room(record);
    if (compressor_ != nullptr) {
      compress(*compressor_, record);
    }
    finish_record(record, complete(sequence_.take(), record), record_version);
  }
  std::uint64_t sequence_number = sequence_.next() - records.size();
  for (SealRecord& record : records) {
    encrypt(sequence_number++, record);
    short_blocks_.add(record.sealed.size() - kRecordHeaderSize);
  }
  return {};
}

ReadProtection::ReadProtection() = default;

ReadProtection::ReadProtection(TrafficKeys keys)
    : impl_(make<Impl>(keys, {make_stream_read, make_cbc_read, make_encrypt_then_mac_read})) {}

ReadProtection::ReadProtection(ReadProtection&&) noexcept = default;
ReadProtection& ReadProtection::operator=(ReadProtection&&) noexcept = default;
ReadProtection::~ReadProtection() = default;

bool ReadProtection::decompresses() const noexcept {
  return !is_null() && impl_->decompresses();
}

OpenedBatch ReadProtection::open(std::span<OpenRecord> records) {
  return is_null() ? open_null(records, max_plaintext_) : impl_->open(records, max_plaintext_);
}

std::uint64_t ReadProtection::short_block_bytes() const noexcept {
  return is_null() ? 0 : impl_->short_block_bytes();
}

void ReadProtection::set_sequence_number(std::uint64_t next) noexcept {
  // The null state has no MAC, so nothing there would count.
  if (!is_null()) {
    impl_->set_sequence_number(next);
  }
}

WriteProtection::WriteProtection() = default;

WriteProtection::WriteProtection(TrafficKeys keys)
    : impl_(make<Impl>(keys, {make_stream_write, make_cbc_write, make_encrypt_then_mac_write})) {}

WriteProtection::WriteProtection(WriteProtection&&) noexcept = default;
WriteProtection& WriteProtection::operator=(WriteProtection&&) noexcept = default;
WriteProtection::~WriteProtection() = default;

bool WriteProtection::is_block_cipher() const noexcept {
  return !is_null() && impl_->is_block_cipher();
}

Result<void> WriteProtection::seal(std::span<SealRecord> records, std::uint16_t record_version) {
  if (!is_null()) {
    return impl_->seal(records, record_version);
  }
  seal_null(records, record_version);
  return {};
}

std::uint64_t WriteProtection::short_block_bytes() const noexcept {
  return is_null() ? 0 : impl_->short_block_bytes();
}

void WriteProtection::set_sequence_number(std::uint64_t next) noexcept {
  if (!is_null()) {
    impl_->set_sequence_number(next);
  }
}

}  // namespace heirloom
