// RecordReader: bytes from the transport → whole records, still protected (RFC 6101 §5.2.1, RFC
// 2246 §6.2.1).
//
// Bytes are read straight into the buffer in which they will be decrypted and from which the
// application takes its plaintext. A header is checked before its body is waited for.
#pragma once

#include "heirloom/policy.hpp"
#include "heirloom/result.hpp"
#include "heirloom/version.hpp"

#include "base/buffer_pool.hpp"
#include "base/bytes.hpp"
#include "protocol/constants.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace heirloom {

/// RawRecord is one record as it stands in the buffer. `type` may be no ContentType that we know.
struct RawRecord {
  ContentType type{};
  ByteSpan fragment;
  ByteView wire;          ///< header and fragment
  bool is_sslv2 = false;  ///< its fragment is a ClientHello in the format of SSL 2.0, no handshake
};

/// Pinned says whether plaintext that the application has not taken lies in the buffer, so that
/// nothing may move.
enum class Pinned : std::uint8_t { no, yes };

class RecordReader {
 public:
  /// `sslv2_hello` says whether a server's first record may have the header of SSL 2.0.
  explicit RecordReader(Side side, Sslv2Hello sslv2_hello = Sslv2Hello::off) noexcept
      : side_(side), sslv2_hello_(sslv2_hello) {}

  /// buffer is free space behind what was received; empty only if pinned and full.
  [[nodiscard]] ByteSpan buffer(std::size_t hint, Pinned pinned);

  /// received says that n bytes of it are filled.
  void received(std::size_t n);

  /// next takes out the next record if it is complete. The header is checked as soon as it is
  /// there: one of the not_tls… and sslv2… causes for the very first bytes, record_type_unknown,
  /// record_version_wrong, record_overflow; message_malformed for a hello in the format of SSL 2.0
  /// that is too short to be one.
  [[nodiscard]] Result<std::optional<RawRecord>> next();

  /// next_is tells whether the next record is complete and of that type.
  [[nodiscard]] bool next_is(ContentType type) const noexcept;

  /// next_of_type is next, but only if the next record is complete, in order and of that type.
  [[nodiscard]] std::optional<RawRecord> next_of_type(ContentType type);

  /// expect_version fixes what every later header must say; until then any 3.x passes (drift D36).
  void expect_version(ProtocolVersion version) noexcept { version_ = version; }

  /// diagnose says what the bytes are if they are the first ones and too few for a record header.
  [[nodiscard]] Cause diagnose_short() const noexcept;

  [[nodiscard]] bool is_empty() const noexcept { return begin_ == end_; }

  /// discard forgets everything that was not taken out.
  void discard() noexcept { begin_ = end_; }

  /// release gives the buffer back if nothing in it is needed.
  void release_if_empty(Pinned pinned) noexcept;

 private:
  [[nodiscard]] ByteView unread() const noexcept;
  [[nodiscard]] bool is_at_sslv2_hello() const noexcept;
  [[nodiscard]] Result<void> check_sslv2_header(ByteView bytes) const;
  [[nodiscard]] Result<std::optional<RawRecord>> next_sslv2();
  [[nodiscard]] RawRecord take(std::size_t header, std::size_t length);
  [[nodiscard]] Result<void> check_header(ByteView header) const;
  [[nodiscard]] std::size_t wanted() const noexcept;
  void make_room(std::size_t hint);

  Side side_;
  Sslv2Hello sslv2_hello_;
  bool has_seen_record_ = false;
  std::optional<ProtocolVersion> version_;
  Buffer storage_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t preferred_ = 2048;
};

/// diagnose_first_bytes names what the peer's first bytes are if they are no record.
[[nodiscard]] Cause diagnose_first_bytes(ByteView bytes, Side side) noexcept;

}  // namespace heirloom
