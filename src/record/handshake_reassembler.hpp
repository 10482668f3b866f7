// HandshakeReassembler: handshake messages out of the fragments of handshake records.
//
// Records and messages need not line up: a record may carry several messages and a message may
// spread over several records (RFC 6101 §5.2.1, RFC 2246 §6.2.1). A message that lies whole in one
// record is handed out where it lies; only what is cut by a record's end is copied.
//
// The documents let any message be cut anywhere except at a change of keys, where a cut would mix
// bytes of two protections in one message: RecordBoundary is the proof that there is none.
#pragma once

#include "heirloom/result.hpp"

#include "base/bytes.hpp"
#include "protocol/constants.hpp"
#include "protocol/record_boundary.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>

namespace heirloom {

/// HandshakeView is one whole message. `type` may be no HandshakeType that we know.
struct HandshakeView {
  std::uint8_t type = 0;
  ByteView message;  ///< with its header of 4 bytes, as it enters the handshake hashes

  [[nodiscard]] ByteView body() const { return message.subspan(kHandshakeHeaderSize); }
};

class HandshakeReassembler {
 public:
  /// `max_body` is Limits::max_handshake_message.
  explicit HandshakeReassembler(std::size_t max_body) noexcept : max_body_(max_body) {}

  /// add takes the next fragment, which must stay where it is until next has answered "nothing" or
  /// retain was called. Everything of the fragment before must have been taken out by then.
  void add(ByteView fragment);

  /// next takes out one message; empty if none is complete. message_too_long if a header announces
  /// more than the limit, before any of that body is kept. The view lives until the next add, and
  /// no longer than the fragment unless retain was called before this next.
  [[nodiscard]] Result<std::optional<HandshakeView>> next();

  /// retain copies what was not taken out yet, so that the memory of the fragment can be reused
  /// while the handshake waits for a decision.
  void retain();

  /// is_empty is true if every byte that was added has left in a message.
  [[nodiscard]] bool is_empty() const noexcept { return partial_.empty() && rest_.empty(); }

  /// boundary is the token, if is_empty.
  [[nodiscard]] std::optional<RecordBoundary> boundary() const noexcept;

 private:
  [[nodiscard]] Result<void> check_announced(ByteView header) const;
  [[nodiscard]] Result<std::optional<HandshakeView>> next_from_rest();
  void take_into_partial(std::size_t wanted);

  std::size_t max_body_;
  Bytes partial_;    // the beginning of a message that has not ended yet
  Bytes delivered_;  // the last message that had to be put together; views point here
  Bytes retained_;   // a copied fragment; rest_ may point here
  ByteView rest_;    // of the current fragment
};

}  // namespace heirloom
