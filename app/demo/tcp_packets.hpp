// The packets of a TCP connection around bytes that really went over one.
//
// Capturing packets needs rights that a newcomer does not have, so the demonstration records what
// goes through its sockets and draws the packets itself: three to open, segments with their
// acknowledgements, four to close (RFC 9293), over IPv4 (RFC 791), with valid checksums.
#pragma once

#include "demo/bytes.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

namespace heirloom::app::demo {

struct TcpAddress {
  std::array<std::uint8_t, 4> host;
  std::uint16_t port;
};

/// TcpPackets makes the packets of one connection, in order, each beginning with its IPv4 header.
class TcpPackets {
 public:
  /// kLongestSegment is what fits an Ethernet frame; SYN announces it.
  static constexpr std::size_t kLongestSegment = 1460;

  TcpPackets(TcpAddress client, TcpAddress server) noexcept;

  /// open is SYN, SYN and ACK, ACK.
  [[nodiscard]] std::vector<Bytes> open();

  /// data is one or more segments from that end, and the other's acknowledgement.
  [[nodiscard]] std::vector<Bytes> data(End from, ByteView bytes);

  /// close is FIN from that end, its acknowledgement, and the same the other way.
  [[nodiscard]] std::vector<Bytes> close(End first);

 private:
  struct Sender {
    TcpAddress address;
    std::uint32_t next;  ///< sequence number
  };

  [[nodiscard]] Bytes segment(End from, std::uint8_t flags, ByteView payload);
  [[nodiscard]] Bytes tcp_header(End from, std::uint8_t flags, ByteView payload) const;
  [[nodiscard]] Bytes ip_header(End from, std::size_t size);

  [[nodiscard]] Sender& at(End end) { return ends_[static_cast<std::size_t>(end)]; }

  [[nodiscard]] const Sender& at(End end) const { return ends_[static_cast<std::size_t>(end)]; }

  std::array<Sender, 2> ends_;
  std::uint16_t identification_ = 0;
};

}  // namespace heirloom::app::demo
