#include "message/sslv2_client_hello.hpp"

#include "base/try.hpp"
#include "protocol/constants.hpp"

#include <algorithm>
#include <string>

namespace heirloom::message {

namespace {

constexpr std::size_t kSessionIdSize = 16;
constexpr std::size_t kMinChallenge = 16;

Error malformed(const std::string& field) {
  return {Cause::message_malformed, "client_hello in the SSL 2.0 format: " + field};
}

}  // namespace

Result<Sslv2ClientHello> decode_sslv2_client_hello(ByteView message) {
  auto hello = wire::decode<Sslv2ClientHello>(message);
  if (!hello.has_value()) {
    return malformed(hello.error().detail);
  }
  if (hello->msg_type != Sslv2ClientHello::kMsgType) {
    return malformed("msg_type");
  }
  // RFC 2246 E.1: "It cannot be zero and must be a multiple of the V2CipherSpec length (3)."
  if (hello->cipher_specs.empty()) {
    return malformed("cipher_spec_length");
  }
  // RFC 2246 E.1: "This field must have a value of either zero or 16."
  if (!hello->session_id.empty() && hello->session_id.size() != kSessionIdSize) {
    return malformed("session_id_length");
  }
  // RFC 2246 E.1: one of less than 16 bytes may be rejected; SSL 2.0 has none (drift D49).
  if (hello->challenge.size() < kMinChallenge) {
    return malformed("challenge_length");
  }
  return hello;
}

bool is_sslv2_client_hello(ByteView message) {
  if (message.size() < Sslv2ClientHello::kFixedSize || message[0] != Sslv2ClientHello::kMsgType) {
    return false;
  }
  const std::size_t length = static_cast<std::size_t>(message[1]) << 16U |
                             static_cast<std::size_t>(message[2]) << 8U | message[3];
  return length + kHandshakeHeaderSize != message.size() &&
         wire::decode<Sslv2ClientHello>(message).has_value();
}

ClientHello to_client_hello(const Sslv2ClientHello& hello) {
  ClientHello converted;
  converted.client_version = hello.version;
  // RFC 2246 E.1: the challenge is right-justified, with zeros before it; of a longer one the last
  // 32 bytes count.
  const std::size_t size = std::min(hello.challenge.size(), kRandomSize);
  std::copy(hello.challenge.end() - static_cast<std::ptrdiff_t>(size),
            hello.challenge.end(),
            converted.random.end() - static_cast<std::ptrdiff_t>(size));
  // RFC 2246 E: a suite of ours is "{ 0x00, CipherSuite }". The others are SSL 2.0's own and name
  // nothing here: 01 00 80 is not RC4_128_MD5 (drift D51).
  for (const Sslv2ClientHello::CipherSpec& spec : hello.cipher_specs) {
    if (spec[0] == 0) {
      converted.cipher_suites.push_back(
          static_cast<std::uint16_t>(static_cast<unsigned>(spec[1]) << 8U | spec[2]));
    }
  }
  // A session of SSL 2.0 is nothing that could be resumed (drift D50), and there is no compression
  // to choose from (drift D52).
  converted.compression_methods = {kCompressionNull};
  return converted;
}

Sslv2ClientHello to_sslv2(const ClientHello& hello) {
  Sslv2ClientHello converted;
  converted.version = hello.client_version;
  for (const std::uint16_t suite : hello.cipher_suites) {
    converted.cipher_specs.push_back(
        {0, static_cast<std::uint8_t>(suite >> 8U), static_cast<std::uint8_t>(suite & 0xffU)});
  }
  converted.challenge.assign(hello.random.begin(), hello.random.end());
  return converted;
}

}  // namespace heirloom::message
