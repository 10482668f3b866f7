#include "record/record_writer.hpp"

#include "base/try.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace heirloom {

namespace {

// Before the plaintext of a slot: the header of the main record, and the whole one-byte record that
// 1/n-1 splitting puts in front of it. The main record then begins one byte later, over the place
// of the byte that moved.
constexpr std::size_t kSplitRecord = kRecordHeaderSize + 1 + WriteProtection::kMaxExpansion;
constexpr std::size_t kHeadroom = kSplitRecord + kRecordHeaderSize;
constexpr std::size_t kConsumedPieces = 64;

constexpr std::size_t slot_size(std::size_t plaintext) {
  return kHeadroom + plaintext + WriteProtection::kMaxExpansion;
}

}  // namespace

Result<void> RecordWriter::write(ContentType type, ByteView message) {
  while (!message.empty()) {
    const std::size_t size = std::min(message.size(), max_plaintext_);
    Buffer buffer = Buffer::acquire(kRecordHeaderSize + size + WriteProtection::kMaxExpansion);
    std::ranges::copy(message.first(size), buffer.bytes().subspan(kRecordHeaderSize).begin());
    std::array records{SealRecord{.type = type,
                                  .room = buffer.bytes(),
                                  .offset = kRecordHeaderSize,
                                  .size = size,
                                  .sealed = {}}};
    HEIRLOOM_TRY_VOID(seal(records));
    queue(std::move(buffer), records);
    message = message.subspan(size);
  }
  return {};
}

void RecordWriter::write_sslv2(ByteView message) {
  constexpr std::size_t kHeaderSize = 2;
  HEIRLOOM_EXPECT(message.size() <= 0x7fff);  // fifteen bits; the sixteenth says: no padding
  Buffer buffer = Buffer::acquire(kHeaderSize + message.size());
  const ByteSpan wire = buffer.bytes().first(kHeaderSize + message.size());
  wire[0] = static_cast<std::uint8_t>(0x80U | message.size() >> 8U);
  wire[1] = static_cast<std::uint8_t>(message.size() & 0xffU);
  std::ranges::copy(message, wire.subspan(kHeaderSize).begin());
  if (inspector_ != nullptr) {
    inspector_->record({.direction = Event::Direction::sent,
                        .type = static_cast<std::uint8_t>(ContentType::handshake),
                        .plaintext = message,
                        .unencrypted = message,
                        .wire = wire});
  }
  const std::array records{SealRecord{.type = ContentType::handshake,
                                      .room = wire,
                                      .offset = kHeaderSize,
                                      .size = message.size(),
                                      .sealed = wire}};
  queue(std::move(buffer), records);
}

ByteSpan RecordWriter::staging(std::size_t n) {
  if (slots_.empty() || slots_.back().size >= max_plaintext_) {
    // A small write takes a small buffer; it is not extended later.
    const std::size_t wanted = std::min(n, max_plaintext_);
    slots_.push_back(Slot{.buffer = Buffer::acquire(slot_size(wanted)), .size = 0});
  }
  Slot* slot = &slots_.back();
  const auto capacity = [&](const Slot& s) {
    return std::min(max_plaintext_, s.buffer.size() - slot_size(0));
  };
  if (slot->size >= capacity(*slot)) {
    slots_.push_back(Slot{.buffer = Buffer::acquire(slot_size(max_plaintext_)), .size = 0});
    slot = &slots_.back();
  }
  const std::size_t room = std::min(n, capacity(*slot) - slot->size);
  return slot->buffer.bytes().subspan(kHeadroom + slot->size, room);
}

void RecordWriter::staged(std::size_t n) {
  if (n == 0) {
    return;
  }
  HEIRLOOM_EXPECT(!slots_.empty() && slots_.back().size + n <= kMaxPlaintext);
  slots_.back().size += n;
  staged_ += n;
}

/// cut_long_slots: what was staged before a renegotiation agreed on a lower limit goes out under
/// the new one.
void RecordWriter::cut_long_slots() {
  const auto is_long = [&](const Slot& slot) { return slot.size > max_plaintext_; };
  if (std::ranges::none_of(slots_, is_long)) {
    return;
  }
  std::vector<Slot> cut;
  for (Slot& slot : slots_) {
    ByteView rest = slot.buffer.bytes().subspan(kHeadroom, slot.size);
    while (!rest.empty()) {
      const ByteView piece = rest.first(std::min(rest.size(), max_plaintext_));
      cut.push_back(Slot{.buffer = Buffer::acquire(slot_size(piece.size())), .size = piece.size()});
      std::ranges::copy(piece, cut.back().buffer.bytes().subspan(kHeadroom).begin());
      rest = rest.subspan(piece.size());
    }
  }
  slots_ = std::move(cut);
}

Result<void> RecordWriter::flush(CbcSplitting splitting) {
  std::erase_if(slots_, [](const Slot& slot) { return slot.size == 0; });
  cut_long_slots();
  if (slots_.empty()) {
    return {};
  }
  const bool splits = splitting == CbcSplitting::one_n_minus_one && protection_.is_block_cipher() &&
                      slots_.front().size > 1;
  std::vector<SealRecord> records;
  records.reserve(slots_.size() + 1);
  for (const Slot& slot : slots_) {
    const bool is_split = splits && &slot == &slots_.front();
    const std::size_t skipped = is_split ? 1 : 0;
    const ByteSpan bytes = slot.buffer.bytes();
    if (is_split) {
      bytes[kRecordHeaderSize] = bytes[kHeadroom];
      records.push_back(SealRecord{.type = ContentType::application_data,
                                   .room = bytes.first(kSplitRecord),
                                   .offset = kRecordHeaderSize,
                                   .size = 1,
                                   .sealed = {}});
    }
    const std::size_t start = kHeadroom + skipped - kRecordHeaderSize;
    records.push_back(SealRecord{.type = ContentType::application_data,
                                 .room = bytes.subspan(start),
                                 .offset = kRecordHeaderSize,
                                 .size = slot.size - skipped,
                                 .sealed = {}});
  }
  HEIRLOOM_TRY_VOID(seal(records));
  std::span<const SealRecord> rest = records;
  for (Slot& slot : slots_) {
    const std::size_t count = splits && &slot == &slots_.front() ? 2 : 1;
    queue(std::move(slot.buffer), rest.first(count));
    rest = rest.subspan(count);
  }
  slots_.clear();
  staged_ = 0;
  return {};
}

Result<void> RecordWriter::seal(std::span<SealRecord> records) {
  if (inspector_ == nullptr) {
    return protection_.seal(records, version_);
  }
  std::vector<Bytes> unencrypted(records.size());
  std::vector<Bytes> plaintexts(records.size());
  for (std::size_t i = 0; i < records.size(); ++i) {
    records[i].unencrypted = &unencrypted[i];
    plaintexts[i] = to_bytes(records[i].room.subspan(records[i].offset, records[i].size));
  }
  HEIRLOOM_TRY_VOID(protection_.seal(records, version_));
  for (std::size_t i = 0; i < records.size(); ++i) {
    inspector_->record({.direction = Event::Direction::sent,
                        .type = static_cast<std::uint8_t>(records[i].type),
                        .plaintext = plaintexts[i],
                        .unencrypted = unencrypted[i],
                        .wire = records[i].sealed});
  }
  return {};
}

void RecordWriter::queue(Buffer buffer, std::span<const SealRecord> records) {
  for (const SealRecord& record : records) {
    pieces_.emplace_back(record.sealed);
    waiting_ += record.sealed.size();
    owners_.emplace_back();
  }
  owners_.back() = std::move(buffer);
}

std::span<const ByteView> RecordWriter::outgoing() const noexcept {
  return std::span(pieces_).subspan(first_);
}

void RecordWriter::consume_outgoing(std::size_t n) {
  HEIRLOOM_EXPECT(n <= waiting_);
  waiting_ -= n;
  while (n != 0) {
    ByteView& piece = pieces_[first_];
    const std::size_t taken = std::min(n, piece.size());
    piece = piece.subspan(taken);
    n -= taken;
    if (piece.empty()) {
      owners_[first_].release();
      ++first_;
    }
  }
  if (first_ == pieces_.size()) {
    pieces_ = std::vector<ByteView>();  // freed: an idle connection keeps no buffers
    owners_ = std::vector<Buffer>();
    first_ = 0;
  } else if (first_ >= kConsumedPieces) {  // a transport that never quite catches up
    pieces_.erase(pieces_.begin(), pieces_.begin() + static_cast<std::ptrdiff_t>(first_));
    owners_.erase(owners_.begin(), owners_.begin() + static_cast<std::ptrdiff_t>(first_));
    first_ = 0;
  }
}

}  // namespace heirloom
