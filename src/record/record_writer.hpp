// RecordWriter: messages and staged plaintext → sealed records, waiting for the transport (RFC 6101
// §5.2.1, RFC 2246 §6.2.1).
//
// Plaintext is staged where it will be sealed: every slot leaves room before it for a header (and
// for the one-byte record of 1/n-1 splitting) and behind it for MAC and padding. flush seals all
// slots as one batch.
#pragma once

#include "heirloom/inspector.hpp"
#include "heirloom/policy.hpp"
#include "heirloom/result.hpp"

#include "base/buffer_pool.hpp"
#include "base/bytes.hpp"
#include "protocol/constants.hpp"
#include "record/protection.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace heirloom {

class RecordWriter {
 public:
  /// set_version is what every later record header says.
  void set_version(std::uint16_t version) noexcept { version_ = version; }

  /// activate makes a pending write state current (RFC 2246 §7.1).
  void activate(WriteProtection protection) { protection_ = std::move(protection); }

  /// limit_plaintext is the most that a record carries from now on (RFC 6066 §4).
  void limit_plaintext(std::size_t most) noexcept { max_plaintext_ = most; }

  /// show_to makes the inspector see every record from now on; null: nobody.
  void show_to(Inspector* inspector) noexcept { inspector_ = inspector; }

  /// write fragments and seals a message at once. An empty message makes no record (RFC 6101 §5.2).
  [[nodiscard]] Result<void> write(ContentType type, ByteView message);

  /// write_sslv2 sends a message of SSL 2.0 with its header of two bytes, in the clear.
  void write_sslv2(ByteView message);

  /// staging is room for up to n bytes of application data, at most one record's worth.
  [[nodiscard]] ByteSpan staging(std::size_t n);

  /// staged says that n bytes of it are filled.
  void staged(std::size_t n);

  void drop_staged() noexcept {
    slots_.clear();
    staged_ = 0;
  }

  /// flush seals everything staged. Where `splitting` asks for it and a block cipher is in use, the
  /// first record carries one byte, so that the IV of the rest cannot be known in advance (BEAST).
  [[nodiscard]] Result<void> flush(CbcSplitting splitting);

  /// short_block_bytes is what has gone under the current key, see WriteProtection.
  [[nodiscard]] std::uint64_t short_block_bytes() const noexcept {
    return protection_.short_block_bytes();
  }

  /// outgoing is what waits for the transport, in order.
  [[nodiscard]] std::span<const ByteView> outgoing() const noexcept;

  void consume_outgoing(std::size_t n);

  /// waiting is the number of bytes in outgoing, and of those that are staged for it.
  [[nodiscard]] std::size_t waiting() const noexcept { return waiting_ + staged_; }

 private:
  struct Slot {
    Buffer buffer;
    std::size_t size = 0;
  };

  void cut_long_slots();
  [[nodiscard]] Result<void> seal(std::span<SealRecord> records);
  void queue(Buffer buffer, std::span<const SealRecord> records);

  std::uint16_t version_ = 0;
  WriteProtection protection_;
  std::size_t max_plaintext_ = kMaxPlaintext;
  Inspector* inspector_ = nullptr;
  std::vector<Slot> slots_;
  std::vector<Buffer> owners_;  // parallel to pieces_: empty if the next piece shares the buffer
  std::vector<ByteView> pieces_;
  std::size_t first_ = 0;  // index of the first piece that is not consumed
  std::size_t waiting_ = 0;
  std::size_t staged_ = 0;
};

}  // namespace heirloom
