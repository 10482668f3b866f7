// The blocks of a capture file that Wireshark opens: a small writer of pcapng.
//
// Format: IETF draft-ietf-opsawg-pcapng, "PCAP Now Generic (pcapng) Capture File Format": section
// header (§4.1), interface description (§4.2), enhanced packet (§4.3) and decryption secrets block
// (§4.7) with TLS key log lines. libpcap, which the project uses elsewhere, reads pcapng but writes
// only the older pcap, which holds neither comments nor keys
// (docs/decisions/0007-pcapng-writer.md).
#pragma once

#include "demo/bytes.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace heirloom::app::demo {

/// LinkType says what a packet begins with (the registry of libpcap's link types).
enum class LinkType : std::uint16_t {
  raw_ip = 101,  ///< an IPv4 or IPv6 header
};

/// section_header_block begins a file. Texts are cut at 65535 bytes, here and below.
[[nodiscard]] Bytes section_header_block(std::string_view application, std::string_view comment);

/// interface_block describes where packets were seen; the first one is interface 0. Time is counted
/// in microseconds.
[[nodiscard]] Bytes interface_block(LinkType type,
                                    std::string_view name,
                                    std::string_view description);

/// decryption_secrets_block holds lines of a key log. It must stand before the packets that need
/// them.
/// Security: whoever has the file reads the connections.
[[nodiscard]] Bytes decryption_secrets_block(std::string_view key_log_lines);

/// packet_block is one packet of interface 0; an empty comment is none.
[[nodiscard]] Bytes packet_block(std::uint64_t microseconds,
                                 ByteView packet,
                                 std::string_view comment);

}  // namespace heirloom::app::demo
