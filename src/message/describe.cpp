// describe_handshake_message: the Printer over whatever message the bytes are.
#include "heirloom/event.hpp"

#include "message/any_message.hpp"
#include "protocol/constants.hpp"

#include <string>
#include <variant>

namespace heirloom {

std::string describe_handshake_message(std::span<const std::uint8_t> message,
                                       ProtocolVersion version) {
  if (message.size() < kHandshakeHeaderSize) {
    return "  " + to_hex(message) + "\n";
  }
  const auto decoded = message::decode_message(message);
  if (!decoded.has_value()) {
    return "  " + to_hex(message) + "\n";
  }
  std::string out(to_string(static_cast<HandshakeType>(message[0])));
  out += " (" + std::string(to_string(version)) + "), " +
         std::to_string(message.size() - kHandshakeHeaderSize) + " bytes\n";
  wire::Printer printer(out);
  std::visit([&](const auto& received) { layout(received.body, printer); }, *decoded);
  return out;
}

}  // namespace heirloom
