// HandshakeReassembler against cutting up the whole stream at once (RFC 2246 §6.2.1).
//
// Input: the limit, then fragments, each a length byte (0x80: retain what waits) and its bytes.
#include "record/handshake_reassembler.hpp"

#include "fuzz_input.hpp"

#include <optional>
#include <vector>

namespace {

using namespace heirloom;

/// Reference cuts the stream up; the stream ends at the first header above the limit.
struct Reference {
  std::vector<Bytes> messages;
  bool is_too_long = false;
  bool is_empty = true;  ///< nothing is left over
};

Reference cut(ByteView stream, std::size_t limit) {
  Reference reference;
  while (stream.size() >= 4) {
    const std::size_t body = static_cast<std::size_t>(stream[1]) * 65536 +
                             static_cast<std::size_t>(stream[2]) * 256 + stream[3];
    if (body > limit) {
      reference.is_too_long = true;
      return reference;
    }
    if (stream.size() < 4 + body) {
      break;
    }
    reference.messages.push_back(to_bytes(stream.first(4 + body)));
    stream = stream.subspan(4 + body);
  }
  reference.is_empty = stream.empty();
  return reference;
}

/// Subject is the reassembler with what it has given so far.
struct Subject {
  HandshakeReassembler reassembler;
  std::vector<Bytes> messages;
  bool is_too_long = false;

  void drain() {
    while (!is_too_long) {
      const auto next = reassembler.next();
      if (!next.has_value()) {
        fuzz::require(next.error().cause == Cause::message_too_long, "the only error");
        is_too_long = true;
      } else if (!next->has_value()) {
        return;
      } else {
        fuzz::require((*next)->message.size() >= kHandshakeHeaderSize, "a message has its header");
        fuzz::require((*next)->type == (*next)->message[0], "the type is the first byte");
        messages.push_back(to_bytes((*next)->message));
      }
    }
  }
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  fuzz::FuzzInput input(ByteView(data, size));
  const std::size_t limit = input.word();
  Subject subject{HandshakeReassembler(limit), {}, false};
  Bytes stream;
  while (!input.is_empty() && !subject.is_too_long) {
    const unsigned head = input.byte();
    // In memory of its own, and freed below, so that a view into it would be noticed.
    Bytes fragment = to_bytes(input.bytes(head & 0x7fU));
    append(stream, fragment);
    subject.reassembler.add(fragment);
    if ((head & 0x80U) != 0) {
      subject.reassembler.retain();
      fragment = Bytes();
    }
    subject.drain();

    const Reference reference = cut(stream, limit);
    fuzz::require(subject.messages == reference.messages, "messages");
    fuzz::require(subject.is_too_long == reference.is_too_long, "limit");
    if (!subject.is_too_long) {
      fuzz::require(subject.reassembler.is_empty() == reference.is_empty, "is_empty");
      fuzz::require(subject.reassembler.boundary().has_value() == reference.is_empty, "boundary");
    }
  }
  return 0;
}
