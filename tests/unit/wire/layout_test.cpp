// The presentation language (RFC 6101 §4, RFC 2246 §4) against bytes written by hand from the text.
#include "wire/layout.hpp"

#include "message/any_message.hpp"

#include <array>

#include <gtest/gtest.h>

namespace heirloom::wire {
namespace {

enum class Colour : std::uint8_t { red = 3 };

struct Everything {
  std::uint8_t one = 0;
  std::uint16_t two = 0;
  std::uint32_t four = 0;
  Colour colour{};
  std::array<std::uint8_t, 3> fixed{};
  Bytes small;
  Bytes medium;
  Bytes large;
  std::vector<std::uint16_t> numbers;
  std::vector<Bytes> items;
};

template <Is<Everything> T, class Io>
void layout(T& m, Io& io) {
  io.field("one", m.one);
  io.field("two", m.two);
  io.field("four", m.four);
  io.field("colour", m.colour);
  io.field("fixed", m.fixed);
  io.template opaque<0, 255>("small", m.small);
  io.template opaque<2, 65535>("medium", m.medium);
  io.template opaque<0, 0xffffff>("large", m.large);
  io.template vector<2, 6>("numbers", m.numbers);
  io.template list<0, 0xffff, 1, 0xff>("items", m.items);
}

const Everything kValue{.one = 0xff,
                        .two = 0x0102,
                        .four = 0x01020304,
                        .colour = Colour::red,
                        .fixed = {7, 8, 9},
                        .small = {0xaa},
                        .medium = {0xbb, 0xcc},
                        .large = {0xdd},
                        .numbers = {0x1234, 0x5678},
                        .items = {{1}, {2, 3}}};

// §4.1 big-endian, §4.3 prefixes as wide as the ceiling needs, §4.6 nothing between fields.
const Bytes kBytes{0xff, 0x01, 0x02, 0x01, 0x02, 0x03, 0x04, 0x03, 7,    8,    9,
                   0x01, 0xaa, 0x00, 0x02, 0xbb, 0xcc, 0x00, 0x00, 0x01, 0xdd, 0x04,
                   0x12, 0x34, 0x56, 0x78, 0x00, 0x05, 0x01, 0x01, 0x02, 0x02, 0x03};

TEST(Rfc2246_4, EncodesAsWritten) {
  Bytes out;
  encode(out, kValue);
  EXPECT_EQ(out, kBytes);
}

TEST(Rfc2246_4, DecodesAsWritten) {
  const auto decoded = decode<Everything>(kBytes);
  ASSERT_TRUE(decoded.has_value());
  EXPECT_EQ(decoded->two, 0x0102);
  EXPECT_EQ(decoded->four, 0x01020304U);
  EXPECT_EQ(decoded->fixed, kValue.fixed);
  EXPECT_EQ(decoded->large, kValue.large);
  EXPECT_EQ(decoded->numbers, kValue.numbers);
  EXPECT_EQ(decoded->items, kValue.items);
}

TEST(Rfc2246_4, EveryTruncationIsRefusedAndNamed) {
  for (std::size_t size = 0; size < kBytes.size(); ++size) {
    const auto decoded = decode<Everything>(ByteView(kBytes).first(size));
    ASSERT_FALSE(decoded.has_value()) << size;
    EXPECT_EQ(decoded.error().cause, Cause::message_malformed);
    EXPECT_FALSE(decoded.error().detail.empty());
  }
}

TEST(Rfc2246_4, AStrayByteIsRefused) {
  Bytes longer = kBytes;
  longer.push_back(0);
  EXPECT_EQ(decode<Everything>(longer).error().detail, "1 bytes behind the last field");
}

TEST(Rfc2246_4, FloorsCeilingsAndElementSizes) {
  const auto with = [](std::size_t at, std::uint8_t value) {
    Bytes bytes = kBytes;
    bytes[at] = value;
    return decode<Everything>(bytes);
  };
  EXPECT_EQ(with(14, 1).error().detail, "medium");   // below its floor
  EXPECT_EQ(with(21, 3).error().detail, "numbers");  // no whole element
  EXPECT_EQ(with(21, 8).error().detail, "numbers");  // above its ceiling
  EXPECT_EQ(with(28, 0).error().detail, "items");    // an item below its floor
  EXPECT_EQ(with(28, 200).error().detail, "items");  // an item beyond the list
}

TEST(Rfc2246_4, MaximaOfEveryWidth) {
  Bytes bytes(7, 0xff);
  Reader reader(bytes);
  EXPECT_EQ(reader.unsigned_integer("uint8", 1), 0xffU);
  EXPECT_EQ(reader.unsigned_integer("uint16", 2), 0xffffU);
  EXPECT_EQ(reader.unsigned_integer("uint24", 3), 0xffffffU);
  EXPECT_FALSE(reader.has_failed());
  EXPECT_EQ(reader.unsigned_integer("uint16", 2), 0U);
  EXPECT_TRUE(reader.has_failed());
  EXPECT_EQ(reader.failed_field(), "uint16");
}

TEST(Rfc2246_4, PrefixWidths) {
  static_assert(prefix_width(255) == 1);
  static_assert(prefix_width(256) == 2);
  static_assert(prefix_width(65535) == 2);
  static_assert(prefix_width(65536) == 3);
  EXPECT_EQ(prefix_width(0xffffff), 3U);
}

// RFC 2246 §7.4.1.3: a ServerHello with an empty session id takes 38 bytes.
TEST(Rfc2246_4, ServerHelloTakesThirtyEightBytes) {
  const message::ServerHello hello{.server_version = ProtocolVersion::tls10,
                                   .random = {},
                                   .session_id = {},
                                   .cipher_suite = 0x0004,
                                   .compression_method = 0,
                                   .extensions = std::nullopt};
  EXPECT_EQ(message::encode_message(hello).size(), 4 + 38U);
}

TEST(Extensions, BlockIsOptionalAndMustBeWhole) {
  message::ServerHello hello;
  hello.extensions = HelloExtensions{{.type = 0xff01, .data = {0}}, {.type = 0, .data = {}}};
  Bytes bytes = message::encode_message(hello);
  const Bytes body(bytes.begin() + 4, bytes.end());
  const auto whole = decode<message::ServerHello>(body);
  ASSERT_TRUE(whole.has_value());
  EXPECT_EQ(whole->extensions, hello.extensions);
  for (std::size_t size = 39; size < body.size(); ++size) {
    EXPECT_FALSE(decode<message::ServerHello>(ByteView(body).first(size)).has_value()) << size;
  }
  // The same bytes behind a ClientHello are ignored if they are no block (RFC 2246 §7.4.1.2).
  message::ClientHello client;
  client.cipher_suites = {4};
  client.compression_methods = {0};
  Bytes with_junk;
  encode(with_junk, client);
  append(with_junk, Bytes{0, 9, 1});
  const auto decoded = decode<message::ClientHello>(with_junk);
  ASSERT_TRUE(decoded.has_value());
  EXPECT_FALSE(decoded->extensions.has_value());
}

}  // namespace
}  // namespace heirloom::wire
