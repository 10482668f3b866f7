// sslv2_hello: a server whose client greets in the format of SSL 2.0 is the fuzzer's. What can be
// read of the hello is written again byte for byte, and converted as a slow reading of RFC 2246 E.1
// has it; then a server gets all of it.
#include "heirloom/inspector.hpp"

#include "handshake.hpp"
#include "message/sslv2_client_hello.hpp"

#include <algorithm>

namespace heirloom::fuzz {
namespace {

constexpr std::size_t kRecordHeader = 2;

/// check_conversion compares with the bytes of the message themselves.
void check_conversion(ByteView message, const message::Sslv2ClientHello& hello) {
  const message::ClientHello converted = message::to_client_hello(hello);
  const std::size_t challenge = static_cast<std::size_t>(message[7]) << 8U | message[8];
  for (std::size_t from_end = 1; from_end <= converted.random.size(); ++from_end) {
    const std::uint8_t expected =
        from_end <= challenge ? message[message.size() - from_end] : std::uint8_t{0};
    require(converted.random[converted.random.size() - from_end] == expected);
  }
  const std::size_t specs = static_cast<std::size_t>(message[3]) << 8U | message[4];
  std::vector<std::uint16_t> suites;
  for (std::size_t at = 9; at < 9 + specs; at += 3) {
    if (message[at] == 0) {
      suites.push_back(static_cast<std::uint16_t>(message[at + 1] << 8U | message[at + 2]));
    }
  }
  require(converted.cipher_suites == suites);
  require(converted.session_id.empty() && !converted.extensions.has_value());
}

void check_message(ByteView message) {
  Bytes joined;
  for (const MessageField& field : handshake_message_fields(message)) {
    append(joined, field.bytes);
  }
  require(joined.empty() || std::ranges::equal(joined, message));
  (void)describe_handshake_message(message, ProtocolVersion::tls10);
  const auto hello = message::decode_sslv2_client_hello(message);
  if (!hello.has_value()) {
    return;
  }
  Bytes again;
  wire::encode(again, *hello);
  require(std::ranges::equal(again, message));
  check_conversion(message, *hello);
}

}  // namespace
}  // namespace heirloom::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace heirloom;
  const std::span<const std::uint8_t> input(data, size);
  if (input.size() < fuzz::kHeaderSize + fuzz::kRecordHeader) {
    return 0;
  }
  const ByteView wire = input.subspan(fuzz::kHeaderSize);
  const std::size_t length = static_cast<std::size_t>(wire[0] & 0x7fU) << 8U | wire[1];
  const ByteView behind = wire.subspan(fuzz::kRecordHeader);
  fuzz::check_message(behind.first(std::min(length, behind.size())));
  ServerOptions options = testing::server_options(fuzz::combination_of(input));
  fuzz::feed(Connection::server(testing::build(std::move(options))), input);
  return 0;
}
