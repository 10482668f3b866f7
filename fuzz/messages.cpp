// messages: whatever decodes as a handshake message encodes to the same bytes, and can be printed.
//
// One exception: bytes behind a ClientHello's last field that are no extension block are accepted
// and ignored (RFC 2246 §7.4.1.2), so they are missing from the encoding.
#include "heirloom/event.hpp"

#include "message/any_message.hpp"

#include <algorithm>
#include <cstdlib>
#include <variant>

namespace {

using heirloom::message::ClientHello;

template <class M>
void check(const heirloom::message::Received<M>& received) {
  const heirloom::Bytes again = heirloom::message::encode_message(received.body);
  if (std::ranges::equal(again, received.raw)) {
    return;
  }
  if constexpr (std::is_same_v<M, ClientHello>) {
    // Behind the header (whose length differs) the encoding must be a beginning of what came.
    constexpr std::size_t kHeader = 4;
    if (again.size() <= received.raw.size() &&
        std::equal(again.begin() + kHeader, again.end(), received.raw.begin() + kHeader)) {
      return;
    }
  }
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const heirloom::ByteView input(data, size);
  const auto decoded = heirloom::message::decode_message(input);
  if (decoded.has_value()) {
    std::visit([](const auto& received) { check(received); }, *decoded);
  }
  if (heirloom::describe_handshake_message(input, heirloom::ProtocolVersion::tls10).empty()) {
    std::abort();
  }
  return 0;
}
