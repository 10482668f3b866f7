// describe_handshake_message: the Printer over whatever message the bytes are.
#include "heirloom/event.hpp"

#include "message/any_message.hpp"
#include "message/sslv2_client_hello.hpp"
#include "protocol/constants.hpp"

#include <string>
#include <variant>

namespace heirloom {

std::string describe_handshake_message(std::span<const std::uint8_t> message,
                                       ProtocolVersion version) {
  if (message::is_sslv2_client_hello(message)) {
    const auto hello = wire::decode<message::Sslv2ClientHello>(message);
    std::string out =
        "client_hello in the SSL 2.0 format, " + std::to_string(message.size()) + " bytes\n";
    wire::Printer printer(out);
    layout(*hello, printer);
    return out;
  }
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
