// padding (RFC 7685): some load balancers hang on a ClientHello of 256 to 511 bytes, whose length
// they take for the message type of an SSL 2.0 hello. Such a hello is made longer with zeros.
#include "handshake/extension_table.hpp"
#include "message/any_message.hpp"

#include <algorithm>

namespace heirloom {

namespace {

constexpr std::size_t kFirstBadSize = 256;
constexpr std::size_t kFirstGoodSize = 512;
constexpr std::size_t kExtensionHeaderSize = 4;

/// offer is called when the rest of the hello is settled. A hello without any other extension is
/// left alone: it is meant for a server that cannot stand an extension block.
std::optional<Bytes> offer(const message::ClientHello& hello, Effects& /*effects*/) {
  const std::size_t size = message::encode_message(hello).size();
  if (!hello.extensions.has_value() || size < kFirstBadSize || size >= kFirstGoodSize) {
    return std::nullopt;
  }
  // One byte at least: some servers cannot read a last extension without any data. RFC is silent.
  const std::size_t with_header = size + kExtensionHeaderSize;
  return Bytes(with_header < kFirstGoodSize ? kFirstGoodSize - with_header : 1);
}

/// judge: RFC 7685 §3: "The server MUST NOT echo the extension."
Result<void> judge(const Bytes* data, Negotiated& /*negotiated*/, Effects& /*effects*/) {
  if (data != nullptr) {
    return Error(Cause::extension_not_offered, "padding is not answered");
  }
  return {};
}

}  // namespace

// A server has nothing to read in it: RFC 7685 wants zeros from the client and demands no check.
constinit const ExtensionRow kPadding = {
    .type = Extension::padding, .offer = offer, .judge = judge};

}  // namespace heirloom
