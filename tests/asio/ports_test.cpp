// The promise of connection.hpp that full-duplex transports live on: the buffer of an outstanding
// read and the bytes of an outstanding write stay where they are while the other side is used.
#include "asio/support.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::asio_test {
namespace {

std::vector<std::vector<std::uint8_t>> copy(std::span<const std::span<const std::uint8_t>> pieces) {
  std::vector<std::vector<std::uint8_t>> copies;
  for (const auto piece : pieces) {
    copies.emplace_back(piece.begin(), piece.end());
  }
  return copies;
}

/// take returns and consumes what was decrypted.
std::vector<std::uint8_t> take(Connection& connection) {
  std::vector<std::uint8_t> data;
  while (!connection.plaintext().empty()) {
    const auto piece = connection.plaintext();
    data.insert(data.end(), piece.begin(), piece.end());
    connection.consume_plaintext(piece.size());
  }
  return data;
}

class Ports : public ::testing::TestWithParam<Protocol> {
 protected:
  OpenPair pair = make_open_pair(GetParam());
};

TEST_P(Ports, WritingDoesNotMoveTheReceiveBuffer) {
  ASSERT_TRUE(pair.server.write(payload(3000)).has_value());
  std::vector<std::uint8_t> wire;
  for (const auto& piece : copy(pair.server.outgoing())) {
    wire.insert(wire.end(), piece.begin(), piece.end());
  }

  const std::span<std::uint8_t> space = pair.client.receive_buffer(wire.size());
  ASSERT_GE(space.size(), 1U);
  const std::size_t half = std::min(space.size(), wire.size());
  std::copy_n(wire.begin(), half / 2, space.begin());
  for (int i = 0; i < 20; ++i) {
    ASSERT_TRUE(pair.client.write(payload(16000)).has_value());
  }
  pair.client.consume_outgoing(100);
  std::copy(wire.begin() + static_cast<std::ptrdiff_t>(half / 2),
            wire.begin() + static_cast<std::ptrdiff_t>(half),
            space.begin() + static_cast<std::ptrdiff_t>(half / 2));
  ASSERT_TRUE(pair.client.received(half).has_value());
  ASSERT_TRUE(pair.client.receive(std::span(wire).subspan(half)).has_value());

  EXPECT_EQ(take(pair.client), payload(3000));
}

TEST_P(Ports, ReceivingDoesNotMoveWhatIsOutgoing) {
  ASSERT_TRUE(pair.client.write(payload(40000)).has_value());
  const auto pieces = pair.client.outgoing();
  const std::vector<std::span<const std::uint8_t>> outstanding(pieces.begin(), pieces.end());
  const auto before = copy(outstanding);

  // Data, then garbage: the second makes the connection queue an alert behind what is outstanding.
  ASSERT_TRUE(pair.server.write(payload(3000)).has_value());
  for (const auto& piece : copy(pair.server.outgoing())) {
    ASSERT_TRUE(pair.client.receive(piece).has_value());
    EXPECT_FALSE(take(pair.client).empty());
  }
  EXPECT_TRUE(pair.client.write(payload(1000)).has_value());
  EXPECT_FALSE(pair.client.receive(std::vector<std::uint8_t>(64, 0x55)).has_value());
  static_cast<void>(pair.client.next_event());

  EXPECT_EQ(copy(outstanding), before);
}

TEST_P(Ports, ClosingDoesNotMoveWhatIsOutgoing) {
  ASSERT_TRUE(pair.client.write(payload(40000)).has_value());
  const auto pieces = pair.client.outgoing();
  const std::vector<std::span<const std::uint8_t>> outstanding(pieces.begin(), pieces.end());
  const auto before = copy(outstanding);
  pair.client.close();
  EXPECT_EQ(copy(outstanding), before);
}

INSTANTIATE_TEST_SUITE_P(BothVersions,
                         Ports,
                         ::testing::Values(Protocol{ProtocolVersion::tls10, kAes128},
                                           Protocol{ProtocolVersion::ssl30, kRc4}));

}  // namespace
}  // namespace heirloom::asio_test
