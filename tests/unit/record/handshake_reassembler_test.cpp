#include "record/handshake_reassembler.hpp"

#include "support/record_support.hpp"

#include <type_traits>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

constexpr std::size_t kLimit = 1000;

Bytes message(std::uint8_t type, std::size_t body) {
  Bytes bytes{type,
              static_cast<std::uint8_t>(body >> 16U),
              static_cast<std::uint8_t>(body >> 8U),
              static_cast<std::uint8_t>(body)};
  append(bytes, testing::pattern(body, type));
  return bytes;
}

/// drain takes out everything that is complete.
std::vector<Bytes> drain(HandshakeReassembler& reassembler) {
  std::vector<Bytes> messages;
  while (true) {
    auto next = reassembler.next();
    EXPECT_TRUE(next.has_value());
    if (!next.has_value() || !next->has_value()) {
      return messages;
    }
    EXPECT_EQ((*next)->type, (*next)->message[0]);
    EXPECT_EQ((*next)->body().size() + kHandshakeHeaderSize, (*next)->message.size());
    messages.push_back(to_bytes((*next)->message));
  }
}

/// feed adds a fragment from memory that is gone afterwards, as the record buffer's is.
void feed(HandshakeReassembler& reassembler, ByteView fragment, std::vector<Bytes>& out) {
  Bytes record = to_bytes(fragment);
  reassembler.add(record);
  for (Bytes& taken : drain(reassembler)) {
    out.push_back(std::move(taken));
  }
  std::fill(record.begin(), record.end(), std::uint8_t{0xee});
}

TEST(HandshakeReassembler, IsEmptyAtFirst) {
  HandshakeReassembler reassembler(kLimit);
  EXPECT_TRUE(reassembler.is_empty());
  EXPECT_TRUE(reassembler.boundary().has_value());
  EXPECT_TRUE(drain(reassembler).empty());
}

TEST(HandshakeReassembler, BoundaryIsATokenThatNobodyElseMakes) {
  static_assert(std::is_empty_v<RecordBoundary>);
  static_assert(!std::is_default_constructible_v<RecordBoundary>);
  static_assert(!std::is_aggregate_v<RecordBoundary>);
}

TEST(HandshakeReassembler, HandsOutWholeMessagesWhereTheyLie) {
  HandshakeReassembler reassembler(kLimit);
  Bytes record = message(1, 10);
  append(record, message(14, 0));
  append(record, message(2, 300));
  reassembler.add(record);
  std::size_t offset = 0;
  for (const std::size_t size : {14U, 4U, 304U}) {
    const auto next = reassembler.next();
    ASSERT_TRUE(next.has_value() && next->has_value());
    EXPECT_EQ((*next)->message.data(), record.data() + offset);
    EXPECT_EQ((*next)->message.size(), size);
    offset += size;
    EXPECT_EQ(reassembler.is_empty(), offset == record.size());
    EXPECT_EQ(reassembler.boundary().has_value(), offset == record.size());
  }
  EXPECT_TRUE(drain(reassembler).empty());
}

TEST(HandshakeReassembler, PutsTogetherWhatIsCutAnywhere) {
  const std::vector<Bytes> sent{message(1, 0), message(2, 1), message(11, 77), message(14, 0)};
  Bytes stream;
  for (const Bytes& one : sent) {
    append(stream, one);
  }
  for (std::size_t first = 0; first <= stream.size(); ++first) {
    for (std::size_t second = first; second <= stream.size(); ++second) {
      HandshakeReassembler reassembler(kLimit);
      std::vector<Bytes> received;
      feed(reassembler, ByteView(stream).first(first), received);
      feed(reassembler, ByteView(stream).subspan(first, second - first), received);
      feed(reassembler, ByteView(stream).subspan(second), received);
      ASSERT_EQ(received, sent) << first << " " << second;
      EXPECT_TRUE(reassembler.is_empty());
    }
  }
}

TEST(HandshakeReassembler, TakesOneByteARecord) {
  const std::vector<Bytes> sent{message(1, 50), message(2, 0), message(11, 999)};
  Bytes stream;
  for (const Bytes& one : sent) {
    append(stream, one);
  }
  HandshakeReassembler reassembler(kLimit);
  std::vector<Bytes> received;
  std::size_t whole = 0;
  std::size_t taken = 0;
  for (const std::uint8_t byte : stream) {
    feed(reassembler, ByteView(&byte, 1), received);
    ++taken;
    whole = 0;
    for (const Bytes& one : received) {
      whole += one.size();
    }
    EXPECT_EQ(reassembler.boundary().has_value(), whole == taken);
  }
  EXPECT_EQ(received, sent);
}

TEST(HandshakeReassembler, TakesManyMessagesARecord) {
  Bytes stream;
  for (std::size_t i = 0; i < 4096; ++i) {
    append(stream, message(0, 0));
  }
  HandshakeReassembler reassembler(kLimit);
  std::vector<Bytes> received;
  feed(reassembler, stream, received);
  EXPECT_EQ(received.size(), 4096U);
  EXPECT_TRUE(reassembler.is_empty());
}

TEST(HandshakeReassembler, TwoViewsOfOneFragmentLiveTogether) {
  const Bytes first = message(1, 20);
  const Bytes second = message(2, 20);
  const Bytes third = message(3, 20);
  HandshakeReassembler reassembler(kLimit);
  Bytes begin(first.begin(), first.begin() + 10);
  reassembler.add(begin);
  EXPECT_TRUE(drain(reassembler).empty());
  Bytes rest(first.begin() + 10, first.end());
  append(rest, second);
  append(rest, ByteView(third).first(7));
  reassembler.add(rest);
  const auto one = reassembler.next();
  const auto two = reassembler.next();
  const auto none = reassembler.next();
  ASSERT_TRUE(one.has_value() && one->has_value() && two.has_value() && two->has_value());
  EXPECT_TRUE(none.has_value() && !none->has_value());
  EXPECT_EQ(to_bytes((*one)->message), first);
  EXPECT_EQ(to_bytes((*two)->message), second);
  EXPECT_FALSE(reassembler.is_empty());
}

TEST(HandshakeReassembler, LimitIsOnTheBody) {
  for (const std::size_t records : {1U, 7U}) {
    HandshakeReassembler reassembler(kLimit);
    const Bytes largest = message(11, kLimit);
    std::vector<Bytes> received;
    for (std::size_t i = 0; i < records; ++i) {
      const std::size_t from = largest.size() * i / records;
      const std::size_t to = largest.size() * (i + 1) / records;
      feed(reassembler, ByteView(largest).subspan(from, to - from), received);
    }
    EXPECT_EQ(received, std::vector<Bytes>{largest});
  }
}

TEST(HandshakeReassembler, RefusesAnAnnouncementAboveTheLimitAtItsHeader) {
  for (const std::size_t body : {kLimit + 1, std::size_t{0xffffff}}) {
    const Bytes header{11,
                       static_cast<std::uint8_t>(body >> 16U),
                       static_cast<std::uint8_t>(body >> 8U),
                       static_cast<std::uint8_t>(body)};
    for (std::size_t cut = 0; cut <= header.size(); ++cut) {
      HandshakeReassembler reassembler(kLimit);
      std::vector<Bytes> received;
      const Bytes begin(header.begin(), header.begin() + static_cast<std::ptrdiff_t>(cut));
      const Bytes rest(header.begin() + static_cast<std::ptrdiff_t>(cut), header.end());
      reassembler.add(begin);
      auto next = reassembler.next();
      if (next.has_value()) {
        EXPECT_FALSE(next->has_value());
        reassembler.add(rest);
        next = reassembler.next();
      }
      ASSERT_FALSE(next.has_value()) << cut;
      EXPECT_EQ(next.error().cause, Cause::message_too_long);
    }
  }
}

TEST(HandshakeReassembler, DeliversWhatStandsBeforeAnAnnouncementAboveTheLimit) {
  Bytes record = message(1, 3);
  append(record, Bytes{11, 0xff, 0, 0});
  HandshakeReassembler reassembler(kLimit);
  reassembler.add(record);
  const auto first = reassembler.next();
  ASSERT_TRUE(first.has_value() && first->has_value());
  EXPECT_EQ((*first)->type, 1);
  const auto second = reassembler.next();
  ASSERT_FALSE(second.has_value());
  EXPECT_EQ(second.error().cause, Cause::message_too_long);
}

TEST(HandshakeReassembler, LimitOfNothingAllowsEmptyBodies) {
  HandshakeReassembler reassembler(0);
  std::vector<Bytes> received;
  feed(reassembler, message(14, 0), received);
  EXPECT_EQ(received.size(), 1U);
}

TEST(HandshakeReassembler, RetainKeepsWhatIsWaiting) {
  for (std::size_t taken_before = 0; taken_before <= 3; ++taken_before) {
    const std::vector<Bytes> sent{message(1, 9), message(2, 40), message(3, 5)};
    Bytes record;
    for (const Bytes& one : sent) {
      append(record, one);
    }
    HandshakeReassembler reassembler(kLimit);
    reassembler.add(record);
    std::vector<Bytes> received;
    for (std::size_t i = 0; i < taken_before; ++i) {
      received.push_back(to_bytes(reassembler.next().value()->message));
    }
    reassembler.retain();
    std::fill(record.begin(), record.end(), std::uint8_t{0xee});
    reassembler.retain();  // a second call changes nothing
    EXPECT_EQ(reassembler.is_empty(), taken_before == 3);
    for (Bytes& one : drain(reassembler)) {
      received.push_back(std::move(one));
    }
    EXPECT_EQ(received, sent);
    feed(reassembler, message(4, 1), received);
    EXPECT_EQ(received.back(), message(4, 1));
  }
}

}  // namespace
}  // namespace heirloom
