// How messages are cut out of fragments (RFC 6101 §5.2.1, RFC 2246 §6.2.1, §7.4).
#include "record/handshake_reassembler.hpp"

#include "base/try.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace heirloom {

namespace {

/// announced_size is header and body of the message that begins with `header`.
std::size_t announced_size(ByteView header) {
  const std::size_t body = static_cast<std::size_t>(header[1]) << 16U |
                           static_cast<std::size_t>(header[2]) << 8U |
                           static_cast<std::size_t>(header[3]);
  return kHandshakeHeaderSize + body;
}

}  // namespace

void HandshakeReassembler::add(ByteView fragment) {
  HEIRLOOM_EXPECT(rest_.empty());
  // Freed rather than cleared: an idle connection keeps no buffers.
  delivered_ = Bytes();
  retained_ = Bytes();
  rest_ = fragment;
}

Result<std::optional<HandshakeView>> HandshakeReassembler::next() {
  if (partial_.empty()) {
    return next_from_rest();
  }
  if (partial_.size() < kHandshakeHeaderSize) {
    take_into_partial(kHandshakeHeaderSize);
    if (partial_.size() < kHandshakeHeaderSize) {
      return std::optional<HandshakeView>();
    }
  }
  HEIRLOOM_TRY_VOID(check_announced(partial_));
  const std::size_t size = announced_size(partial_);
  take_into_partial(size);
  if (partial_.size() < size) {
    return std::optional<HandshakeView>();
  }
  delivered_ = std::exchange(partial_, Bytes());
  return std::optional(HandshakeView{delivered_[0], delivered_});
}

Result<std::optional<HandshakeView>> HandshakeReassembler::next_from_rest() {
  if (rest_.size() >= kHandshakeHeaderSize) {
    HEIRLOOM_TRY_VOID(check_announced(rest_));
    const std::size_t size = announced_size(rest_);
    if (rest_.size() >= size) {
      const ByteView message = rest_.first(size);
      rest_ = rest_.subspan(size);
      return std::optional(HandshakeView{message[0], message});
    }
  }
  take_into_partial(rest_.size());
  return std::optional<HandshakeView>();
}

void HandshakeReassembler::retain() {
  // add drops the last copy, so if there is one rest_ points into it already.
  if (!retained_.empty() || rest_.empty()) {
    return;
  }
  retained_ = to_bytes(rest_);
  rest_ = retained_;
}

std::optional<RecordBoundary> HandshakeReassembler::boundary() const noexcept {
  if (!is_empty()) {
    return std::nullopt;
  }
  return RecordBoundary();
}

Result<void> HandshakeReassembler::check_announced(ByteView header) const {
  const std::size_t body = announced_size(header) - kHandshakeHeaderSize;
  if (body > max_body_) {
    return Error(
        Cause::message_too_long,
        std::to_string(body) + " bytes announced, the limit is " + std::to_string(max_body_));
  }
  return {};
}

void HandshakeReassembler::take_into_partial(std::size_t wanted) {
  // Grows with what has arrived, not with what was announced: four bytes must not cost a peer's
  // victim a quarter of a megabyte.
  const std::size_t missing = wanted - std::min(wanted, partial_.size());
  const std::size_t taken = std::min(missing, rest_.size());
  append(partial_, rest_.first(taken));
  rest_ = rest_.subspan(taken);
}

}  // namespace heirloom
