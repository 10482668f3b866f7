// What every protection does alike: sequence numbers, size limits, headers, batches in two passes
// (RFC 6101 §5.2, RFC 2246 §6.2).
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
OpenedBatch open_null(std::span<OpenRecord> records) {
  OpenedBatch batch;
  for (const OpenRecord& record : records) {
    if (record.fragment.size() > kMaxPlaintext) {
      batch.error = Error(Cause::record_overflow);
      break;
    }
    ++batch.count;
  }
  return batch;
}

void expect_room(const SealRecord& record) {
  HEIRLOOM_EXPECT(record.size <= kMaxPlaintext);
  HEIRLOOM_EXPECT(record.offset >= kRecordHeaderSize && record.offset <= record.room.size());
  HEIRLOOM_EXPECT(record.room.size() - record.offset >=
                  record.size + WriteProtection::kMaxExpansion);
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

OpenedBatch ReadProtection::Impl::open(std::span<OpenRecord> records) {
  // Public checks first. What they refuse ends the run, but the records before it are still owed.
  std::optional<Error> end_of_run;
  std::size_t run = 0;
  for (; run < records.size(); ++run) {
    if (run >= sequence_.left()) {
      end_of_run = Error(Cause::sequence_number_exhausted);
      break;
    }
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
    // Security: the plaintext is measured only after its MAC has verified, or the answer would be
    // an oracle for the padding.
    if (record.fragment.size() > kMaxPlaintext) {
      batch.error = Error(Cause::record_overflow);
      return batch;
    }
    ++batch.count;
  }
  batch.error = std::move(end_of_run);
  return batch;
}

Result<void> WriteProtection::Impl::seal(std::span<SealRecord> records,
                                         std::uint16_t record_version) {
  if (records.size() > sequence_.left()) {
    return Cause::sequence_number_exhausted;
  }
  for (SealRecord& record : records) {
    expect_room(record);
    finish_record(record, complete(sequence_.take(), record), record_version);
  }
  std::uint64_t sequence_number = sequence_.next() - records.size();
  for (SealRecord& record : records) {
    encrypt(sequence_number++, record);
  }
  return {};
}

ReadProtection::ReadProtection() = default;

ReadProtection::ReadProtection(TrafficKeys keys)
    : impl_(make<Impl>(keys, {make_stream_read, make_cbc_read, make_encrypt_then_mac_read})) {}

ReadProtection::ReadProtection(ReadProtection&&) noexcept = default;
ReadProtection& ReadProtection::operator=(ReadProtection&&) noexcept = default;
ReadProtection::~ReadProtection() = default;

OpenedBatch ReadProtection::open(std::span<OpenRecord> records) {
  return is_null() ? open_null(records) : impl_->open(records);
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

void WriteProtection::set_sequence_number(std::uint64_t next) noexcept {
  if (!is_null()) {
    impl_->set_sequence_number(next);
  }
}

}  // namespace heirloom
