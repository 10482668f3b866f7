#include "demo/tcp_packets.hpp"

#include <algorithm>
#include <initializer_list>

namespace heirloom::app::demo {

namespace {

constexpr std::uint8_t kFin = 0x01;
constexpr std::uint8_t kSyn = 0x02;
constexpr std::uint8_t kPush = 0x08;
constexpr std::uint8_t kAck = 0x10;
constexpr std::uint8_t kTcp = 6;
constexpr std::size_t kIpHeader = 20;

void put16(Bytes& out, std::size_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8U));
  out.push_back(static_cast<std::uint8_t>(value));
}

void put32(Bytes& out, std::uint32_t value) {
  put16(out, value >> 16U);
  put16(out, value & 0xFFFFU);
}

/// checksum is RFC 1071's, over several pieces of which all but the last have an even length.
std::uint16_t checksum(std::initializer_list<ByteView> pieces) {
  std::uint64_t sum = 0;
  for (const ByteView piece : pieces) {
    for (std::size_t i = 0; i < piece.size(); i += 2) {
      const unsigned low = i + 1 < piece.size() ? piece[i + 1] : 0U;
      sum += static_cast<unsigned>(piece[i]) << 8U | low;
    }
  }
  while (sum >> 16U != 0) {
    sum = (sum & 0xFFFFU) + (sum >> 16U);
  }
  return static_cast<std::uint16_t>(~sum);
}

void patch16(Bytes& bytes, std::size_t at, std::uint16_t value) {
  bytes[at] = static_cast<std::uint8_t>(value >> 8U);
  bytes[at + 1] = static_cast<std::uint8_t>(value);
}

}  // namespace

TcpPackets::TcpPackets(TcpAddress client, TcpAddress server) noexcept
    : ends_{Sender{client, 1000}, Sender{server, 5000}} {}

std::vector<Bytes> TcpPackets::open() {
  std::vector<Bytes> packets;
  packets.push_back(segment(End::client, kSyn, {}));
  packets.push_back(segment(End::server, kSyn | kAck, {}));
  packets.push_back(segment(End::client, kAck, {}));
  return packets;
}

std::vector<Bytes> TcpPackets::data(End from, ByteView bytes) {
  std::vector<Bytes> packets;
  while (!bytes.empty()) {
    const std::size_t size = std::min(bytes.size(), kLongestSegment);
    packets.push_back(segment(from, kPush | kAck, bytes.first(size)));
    bytes = bytes.subspan(size);
  }
  packets.push_back(segment(other(from), kAck, {}));
  return packets;
}

std::vector<Bytes> TcpPackets::close(End first) {
  std::vector<Bytes> packets;
  packets.push_back(segment(first, kFin | kAck, {}));
  packets.push_back(segment(other(first), kAck, {}));
  packets.push_back(segment(other(first), kFin | kAck, {}));
  packets.push_back(segment(first, kAck, {}));
  return packets;
}

Bytes TcpPackets::segment(End from, std::uint8_t flags, ByteView payload) {
  const Bytes tcp = tcp_header(from, flags, payload);
  Bytes packet = ip_header(from, tcp.size() + payload.size());
  append(packet, tcp);
  append(packet, payload);
  at(from).next += static_cast<std::uint32_t>(payload.size());
  at(from).next += (flags & (kSyn | kFin)) != 0 ? 1 : 0;
  return packet;
}

Bytes TcpPackets::tcp_header(End from, std::uint8_t flags, ByteView payload) const {
  const Sender& sender = at(from);
  const Sender& receiver = at(other(from));
  const bool is_syn = (flags & kSyn) != 0;
  const std::size_t size = is_syn ? 24 : 20;
  Bytes header;
  put16(header, sender.address.port);
  put16(header, receiver.address.port);
  put32(header, sender.next);
  put32(header, (flags & kAck) != 0 ? receiver.next : 0);
  header.push_back(static_cast<std::uint8_t>(size / 4 << 4U));
  header.push_back(flags);
  put16(header, 65535);  // window
  put16(header, 0);      // checksum, below
  put16(header, 0);      // urgent pointer
  if (is_syn) {
    append(header, Bytes{2, 4});  // maximum segment size
    put16(header, kLongestSegment);
  }
  Bytes pseudo(sender.address.host.begin(), sender.address.host.end());
  append(pseudo, receiver.address.host);
  put16(pseudo, kTcp);
  put16(pseudo, size + payload.size());
  patch16(header, 16, checksum({pseudo, header, payload}));
  return header;
}

Bytes TcpPackets::ip_header(End from, std::size_t size) {
  Bytes header{0x45, 0};
  put16(header, kIpHeader + size);
  put16(header, identification_++);
  put16(header, 0x4000);  // do not fragment
  append(header, Bytes{64, kTcp});
  put16(header, 0);  // checksum, below
  append(header, at(from).address.host);
  append(header, at(other(from)).address.host);
  patch16(header, 10, checksum({header}));
  return header;
}

}  // namespace heirloom::app::demo
