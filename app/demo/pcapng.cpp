#include "demo/pcapng.hpp"

#include <algorithm>
#include <cstddef>

namespace heirloom::app::demo {

namespace {

// Block types and option codes, in the order of the draft.
constexpr std::uint32_t kSectionHeader = 0x0A0D0D0A;
constexpr std::uint32_t kInterfaceDescription = 1;
constexpr std::uint32_t kEnhancedPacket = 6;
constexpr std::uint32_t kDecryptionSecrets = 10;
constexpr std::uint16_t kEndOfOptions = 0;
constexpr std::uint16_t kComment = 1;
constexpr std::uint16_t kSectionApplication = 4;
constexpr std::uint16_t kInterfaceName = 2;
constexpr std::uint16_t kInterfaceDescriptionText = 3;
constexpr std::uint16_t kInterfaceResolution = 9;
constexpr std::uint32_t kTlsKeyLog = 0x544C534B;
constexpr std::uint32_t kByteOrderMagic = 0x1A2B3C4D;
constexpr std::size_t kLongestOption = 65535;

/// Block collects a body and puts type and length around it. Numbers are little-endian, which the
/// magic of the section header says; everything is padded to four bytes.
class Block {
 public:
  explicit Block(std::uint32_t type) : type_(type) {}

  Block& number16(std::uint32_t value) { return little_endian(value, 2); }

  Block& number32(std::uint64_t value) { return little_endian(value, 4); }

  Block& number64(std::uint64_t value) { return little_endian(value, 8); }

  Block& padded(ByteView bytes) {
    append(body_, bytes);
    body_.resize((body_.size() + 3) / 4 * 4);
    return *this;
  }

  Block& option(std::uint16_t code, ByteView value) {
    const ByteView cut = value.first(std::min(value.size(), kLongestOption));
    number16(code);
    number16(static_cast<std::uint32_t>(cut.size()));
    has_options_ = true;
    return padded(cut);
  }

  /// text is an option that is left out if it is empty.
  Block& text(std::uint16_t code, std::string_view value) {
    return value.empty() ? *this : option(code, to_bytes(value));
  }

  [[nodiscard]] Bytes finish() {
    if (has_options_) {
      number16(kEndOfOptions);
      number16(0);
    }
    const std::uint64_t length = body_.size() + 12;
    Bytes body = std::move(body_);
    body_.clear();
    number32(type_);
    number32(length);
    append(body_, body);
    number32(length);
    return std::move(body_);
  }

 private:
  Block& little_endian(std::uint64_t value, unsigned width) {
    for (unsigned i = 0; i < width; ++i) {
      body_.push_back(static_cast<std::uint8_t>(value >> (8 * i)));
    }
    return *this;
  }

  std::uint32_t type_;
  Bytes body_;
  bool has_options_ = false;
};

}  // namespace

Bytes section_header_block(std::string_view application, std::string_view comment) {
  constexpr std::uint64_t kLengthUnknown = ~std::uint64_t{0};
  return Block(kSectionHeader)
      .number32(kByteOrderMagic)
      .number16(1)  // version 1.0
      .number16(0)
      .number64(kLengthUnknown)
      .text(kComment, comment)
      .text(kSectionApplication, application)
      .finish();
}

Bytes interface_block(LinkType type, std::string_view name, std::string_view description) {
  constexpr std::uint8_t kMicroseconds = 6;  // 10^-6
  return Block(kInterfaceDescription)
      .number16(static_cast<std::uint16_t>(type))
      .number16(0)
      .number32(0)  // no limit to the length of a packet
      .text(kInterfaceName, name)
      .text(kInterfaceDescriptionText, description)
      .option(kInterfaceResolution, ByteView(&kMicroseconds, 1))
      .finish();
}

Bytes decryption_secrets_block(std::string_view key_log_lines) {
  return Block(kDecryptionSecrets)
      .number32(kTlsKeyLog)
      .number32(key_log_lines.size())
      .padded(to_bytes(key_log_lines))
      .finish();
}

Bytes packet_block(std::uint64_t microseconds, ByteView packet, std::string_view comment) {
  return Block(kEnhancedPacket)
      .number32(0)  // the interface
      .number32(microseconds >> 32U)
      .number32(microseconds & 0xFFFFFFFFU)
      .number32(packet.size())  // captured
      .number32(packet.size())  // on the wire
      .padded(packet)
      .text(kComment, comment)
      .finish();
}

}  // namespace heirloom::app::demo
