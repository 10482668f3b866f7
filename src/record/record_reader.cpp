#include "record/record_reader.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>
#include <string_view>

namespace heirloom {

namespace {

constexpr std::size_t kLargestBuffer = 65536;

std::size_t fragment_length(ByteView header) {
  return static_cast<std::size_t>(header[3]) << 8U | header[4];
}

bool is_known(std::uint8_t type) {
  return type >= static_cast<std::uint8_t>(ContentType::change_cipher_spec) &&
         type <= static_cast<std::uint8_t>(ContentType::application_data);
}

bool starts_with(ByteView bytes, std::string_view text) {
  const std::size_t n = std::min(bytes.size(), text.size());
  return n != 0 &&
         std::equal(bytes.begin(),
                    bytes.begin() + static_cast<std::ptrdiff_t>(n),
                    text.begin(),
                    [](std::uint8_t a, char b) { return a == static_cast<std::uint8_t>(b); });
}

bool starts_with_any(ByteView bytes, std::span<const std::string_view> texts) {
  return std::ranges::any_of(texts,
                             [&](std::string_view text) { return starts_with(bytes, text); });
}

/// is_sslv2 recognises the two-byte header of the SSL 2.0 format with a message type behind it
/// (RFC 2246 E; the three-byte form is refused, drift D54).
bool is_sslv2(ByteView bytes, std::uint8_t message_type) {
  return bytes.size() >= 3 && (bytes[0] & 0x80U) != 0 && bytes[2] == message_type;
}

std::string printable(ByteView bytes) {
  std::string text = "the first bytes are";
  for (const std::uint8_t byte : bytes.first(std::min<std::size_t>(bytes.size(), 8))) {
    text += " " + to_hex(ByteView(&byte, 1));
  }
  return text;
}

}  // namespace

Cause diagnose_first_bytes(ByteView bytes, Side side) noexcept {
  constexpr std::array<std::string_view, 9> kRequests{
      "GET ", "POST ", "HEAD ", "PUT ", "OPTIONS ", "DELETE ", "CONNECT ", "TRACE ", "PATCH "};
  constexpr std::array<std::string_view, 4> kResponses{"HTTP/", "<!DOC", "<html", "<HTML"};
  constexpr std::uint8_t kSslv2ClientHello = 1;
  constexpr std::uint8_t kSslv2ServerHello = 4;
  constexpr std::uint8_t kSslv2Error = 0;
  if (starts_with(bytes, "SSH-")) {
    return Cause::not_tls_ssh;
  }
  switch (side) {
    case Side::server:
      if (starts_with_any(bytes, kRequests)) {
        return Cause::not_tls_http_request;
      }
      return is_sslv2(bytes, kSslv2ClientHello) ? Cause::sslv2_hello : Cause::not_tls;
    case Side::client:
      if (starts_with_any(bytes, kResponses)) {
        return Cause::not_tls_http_response;
      }
      return is_sslv2(bytes, kSslv2ServerHello) || is_sslv2(bytes, kSslv2Error)
                 ? Cause::sslv2_server
                 : Cause::not_tls;
  }
  return Cause::not_tls;
}

ByteView RecordReader::unread() const noexcept {
  return storage_.bytes().subspan(begin_, end_ - begin_);
}

/// wanted is how many bytes the record at begin_ needs in all, as far as is known.
std::size_t RecordReader::wanted() const noexcept {
  const ByteView bytes = unread();
  return bytes.size() < kRecordHeaderSize ? kRecordHeaderSize
                                          : kRecordHeaderSize + fragment_length(bytes);
}

void RecordReader::make_room(std::size_t hint) {
  const std::size_t kept = end_ - begin_;
  const std::size_t size =
      std::max({std::min(hint, kLargestBuffer), preferred_, wanted(), kept + 1});
  if (storage_.size() < size) {
    Buffer bigger = Buffer::acquire(size);
    if (kept != 0) {
      std::memcpy(bigger.bytes().data(), unread().data(), kept);
    }
    storage_ = std::move(bigger);
  } else if (kept != 0) {
    std::memmove(storage_.bytes().data(), unread().data(), kept);
  }
  begin_ = 0;
  end_ = kept;
}

ByteSpan RecordReader::buffer(std::size_t hint, Pinned pinned) {
  const std::size_t kept = end_ - begin_;
  const bool has_room = end_ < storage_.size() && begin_ + wanted() <= storage_.size();
  // Whole records wait only while the connection is parked; then the buffer does not grow for ever.
  const bool is_full = kept >= kLargestBuffer && kept >= wanted();
  if (!has_room && pinned == Pinned::no && !is_full) {
    make_room(hint);
  }
  return storage_.bytes().subspan(end_);
}

void RecordReader::received(std::size_t n) {
  HEIRLOOM_EXPECT(n <= storage_.size() - end_);
  end_ += n;
  if (end_ == storage_.size()) {  // a bulk transfer: take more at a time from now on
    preferred_ = std::min(preferred_ * 4, kLargestBuffer);
  }
}

Result<void> RecordReader::check_header(ByteView header) const {
  const bool is_first = !has_seen_record_;
  if (is_first && (!is_known(header[0]) || header[1] != 3)) {
    return Error(diagnose_first_bytes(unread(), side_), printable(unread()));
  }
  const auto version = static_cast<ProtocolVersion>(header[1] << 8U | header[2]);
  const bool is_right = version_.has_value() ? version == *version_ : header[1] == 3;
  if (!is_right) {
    return Error(Cause::record_version_wrong, "0x" + to_hex(header.subspan(1, 2)));
  }
  if (fragment_length(header) > kMaxCiphertext) {
    return Error(Cause::record_overflow, std::to_string(fragment_length(header)) + " bytes");
  }
  return {};
}

Result<std::optional<RawRecord>> RecordReader::next() {
  const ByteView bytes = unread();
  if (bytes.size() < kRecordHeaderSize) {
    return std::optional<RawRecord>();
  }
  if (auto checked = check_header(bytes.first(kRecordHeaderSize)); !checked.has_value()) {
    return std::move(checked).error();
  }
  const std::size_t length = fragment_length(bytes);
  if (bytes.size() < kRecordHeaderSize + length) {
    return std::optional<RawRecord>();
  }
  has_seen_record_ = true;
  const ByteSpan whole = storage_.bytes().subspan(begin_, kRecordHeaderSize + length);
  const RawRecord record{.type = static_cast<ContentType>(bytes[0]),
                         .fragment = whole.subspan(kRecordHeaderSize),
                         .wire = whole};
  begin_ += kRecordHeaderSize + length;
  return std::optional(record);
}

std::optional<RawRecord> RecordReader::next_of_type(ContentType type) {
  const ByteView bytes = unread();
  if (bytes.empty() || bytes[0] != static_cast<std::uint8_t>(type)) {
    return std::nullopt;
  }
  auto record = next();
  // A bad header is found again, and reported, by the next call of next.
  return record.has_value() ? *record : std::nullopt;
}

Cause RecordReader::diagnose_short() const noexcept {
  if (has_seen_record_ || unread().empty()) {
    return Cause::handshake_interrupted;
  }
  const Cause cause = diagnose_first_bytes(unread(), side_);
  return cause == Cause::not_tls ? Cause::handshake_interrupted : cause;
}

void RecordReader::release_if_empty(Pinned pinned) noexcept {
  if (begin_ == end_ && pinned == Pinned::no) {
    storage_.release();
    begin_ = 0;
    end_ = 0;
  }
}

}  // namespace heirloom
