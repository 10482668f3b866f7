// messages: whatever decodes as a handshake message encodes to the same bytes, and can be printed.
//
// One exception: bytes behind a ClientHello's last field that are no extension block are accepted
// and ignored (RFC 2246 §7.4.1.2), so they are missing from the encoding. The bodies of key
// exchange messages that stay opaque are read as FORTEZZA's as well.
#include "heirloom/event.hpp"

#include "message/any_message.hpp"
#include "message/fortezza.hpp"
#include "protocol/constants.hpp"

#include <algorithm>
#include <cstdlib>
#include <variant>

namespace {

using heirloom::message::ClientHello;

template <class M>
void check_body(const heirloom::Result<M>& decoded, heirloom::ByteView body) {
  if (!decoded.has_value()) {
    return;
  }
  heirloom::Bytes again;
  heirloom::wire::encode(again, *decoded);
  if (!std::ranges::equal(again, body)) {
    std::abort();
  }
}

template <class M>
void check(const heirloom::message::Received<M>& received) {
  // The reassembler makes the header fit the body; here it may say anything, so only the type
  // counts.
  constexpr std::size_t kHeader = heirloom::kHandshakeHeaderSize;
  const heirloom::Bytes whole = heirloom::message::encode_message(received.body);
  const auto again = heirloom::ByteView(whole).subspan(kHeader);
  const auto raw = received.raw.subspan(kHeader);
  if (whole[0] == received.raw[0] && std::ranges::equal(again, raw)) {
    return;
  }
  if constexpr (std::is_same_v<M, ClientHello>) {
    // The encoding must be a beginning of what came.
    if (again.size() <= raw.size() && std::equal(again.begin(), again.end(), raw.begin())) {
      return;
    }
  }
  std::abort();
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const heirloom::ByteView input(data, size);
  if (size >= heirloom::kHandshakeHeaderSize) {  // the reassembler hands out nothing shorter
    const auto decoded = heirloom::message::decode_message(input);
    if (decoded.has_value()) {
      std::visit([](const auto& received) { check(received); }, *decoded);
    }
    const auto body = input.subspan(heirloom::kHandshakeHeaderSize);
    check_body(heirloom::message::decode_fortezza_keys(body), body);
    check_body(heirloom::wire::decode<heirloom::message::ServerFortezzaParams>(body), body);
  }
  if (heirloom::describe_handshake_message(input, heirloom::ProtocolVersion::tls10).empty()) {
    std::abort();
  }
  return 0;
}
