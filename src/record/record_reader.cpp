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

// SSL 2.0: two bytes of header whose highest bit is set, fifteen bits of length, and the message,
// which begins with its type. A ClientHello goes on with the version that it offers.
constexpr std::size_t kSslv2HeaderSize = 2;
constexpr std::size_t kSslv2FixedSize = 9;  // of a ClientHello: what stands before the vectors
constexpr std::uint8_t kSslv2Error = 0;
constexpr std::uint8_t kSslv2ClientHello = 1;
constexpr std::uint8_t kSslv2ServerHello = 4;

bool is_sslv2(ByteView bytes, std::uint8_t message_type) {
  return bytes.size() >= 3 && (bytes[0] & 0x80U) != 0 && bytes[2] == message_type;
}

std::size_t sslv2_length(ByteView bytes) {
  return static_cast<std::size_t>(bytes[0] & 0x7fU) << 8U | bytes[1];
}

/// is_padded_sslv2_hello recognises the header of three bytes, which is for encrypted messages: the
/// third is the length of a padding. Nobody sends a hello so, and it is refused (drift D54).
bool is_padded_sslv2_hello(ByteView bytes) {
  return bytes.size() >= 5 && (bytes[0] & 0xc0U) == 0 && bytes[2] == 0 &&
         bytes[3] == kSslv2ClientHello && (bytes[4] == 0 || bytes[4] == 3);
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
  if (starts_with(bytes, "SSH-")) {
    return Cause::not_tls_ssh;
  }
  switch (side) {
    case Side::server:
      if (starts_with_any(bytes, kRequests)) {
        return Cause::not_tls_http_request;
      }
      return is_sslv2(bytes, kSslv2ClientHello) || is_padded_sslv2_hello(bytes) ? Cause::sslv2_hello
                                                                                : Cause::not_tls;
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
  if (is_at_sslv2_hello()) {
    return kSslv2HeaderSize + sslv2_length(bytes);
  }
  return bytes.size() < kRecordHeaderSize ? kRecordHeaderSize
                                          : kRecordHeaderSize + fragment_length(bytes);
}

/// is_at_sslv2_hello: such a hello can only be what a client says first.
bool RecordReader::is_at_sslv2_hello() const noexcept {
  return !has_seen_record_ && side_ == Side::server && is_sslv2(unread(), kSslv2ClientHello);
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

/// check_sslv2_header judges what is there of a hello before the rest is waited for. A client whose
/// highest version is 2.0 is told so whatever the policy accepts.
Result<void> RecordReader::check_sslv2_header(ByteView bytes) const {
  if (sslv2_length(bytes) < kSslv2FixedSize) {
    return Error(
        Cause::message_malformed,
        "client_hello in the SSL 2.0 format: " + std::to_string(sslv2_length(bytes)) + " bytes");
  }
  if (bytes.size() < kRecordHeaderSize) {
    return {};
  }
  if (bytes[3] < 3) {
    return Error(Cause::sslv2_client, "it offers version 0x" + to_hex(bytes.subspan(3, 2)));
  }
  if (sslv2_hello_ == Sslv2Hello::off) {
    return Error(Cause::sslv2_hello, printable(bytes));
  }
  return {};
}

Result<std::optional<RawRecord>> RecordReader::next_sslv2() {
  const ByteView bytes = unread();
  if (auto checked = check_sslv2_header(bytes); !checked.has_value()) {
    return std::move(checked).error();
  }
  if (bytes.size() < wanted()) {
    return std::optional<RawRecord>();
  }
  RawRecord record = take(kSslv2HeaderSize, sslv2_length(bytes));
  record.type = ContentType::handshake;
  record.is_sslv2 = true;
  return std::optional(record);
}

/// take moves on behind the record at begin_.
RawRecord RecordReader::take(std::size_t header, std::size_t length) {
  has_seen_record_ = true;
  const ByteSpan whole = storage_.bytes().subspan(begin_, header + length);
  begin_ += header + length;
  return {
      .type = static_cast<ContentType>(whole[0]), .fragment = whole.subspan(header), .wire = whole};
}

Result<std::optional<RawRecord>> RecordReader::next() {
  if (is_at_sslv2_hello()) {
    return next_sslv2();
  }
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
  return std::optional(take(kRecordHeaderSize, length));
}

bool RecordReader::next_is(ContentType type) const noexcept {
  const ByteView bytes = unread();
  return bytes.size() >= wanted() && bytes[0] == static_cast<std::uint8_t>(type);
}

std::optional<RawRecord> RecordReader::next_of_type(ContentType type) {
  if (!next_is(type)) {
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
  if (is_at_sslv2_hello() && sslv2_hello_ == Sslv2Hello::on) {  // it would have been taken
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
