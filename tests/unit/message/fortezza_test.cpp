// The FORTEZZA arms of ServerKeyExchange and ClientKeyExchange, RFC 6101 §5.6.3 and §5.6.7.2, as
// bytes that were put together by hand from the text.
#include "message/fortezza.hpp"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::message {
namespace {

/// Part is a field as it stands on the wire: so many bytes of one value, which differs from field
/// to field.
struct Part {
  const char* name;
  std::size_t size;
  std::uint8_t value;
};

// Names, order and sizes of RFC 6101 §5.6.7.2, without y_c.
constexpr Part kParts[] = {
    {"r_c", 128, 0xc1},
    {"y_signature", 40, 0xd5},
    {"wrapped_client_write_key", 12, 0xe1},
    {"wrapped_server_write_key", 12, 0xe2},
    {"client_write_iv", 24, 0xf1},
    {"server_write_iv", 24, 0xf2},
    {"master_secret_iv", 24, 0xf3},
    {"encrypted_pre_master_secret", 48, 0x99},
};

Bytes body(std::size_t y_c_size) {
  Bytes bytes{static_cast<std::uint8_t>(y_c_size)};
  bytes.resize(bytes.size() + y_c_size, 0xa7);
  for (const Part& part : kParts) {
    bytes.resize(bytes.size() + part.size, part.value);
  }
  return bytes;
}

template <std::size_t N>
bool is_all(const std::array<std::uint8_t, N>& field, std::uint8_t value) {
  return std::ranges::all_of(field, [&](std::uint8_t byte) { return byte == value; });
}

TEST(FortezzaKeys, FieldsStandInTheOrderOfTheText) {
  for (const std::size_t size : {0U, 64U, 65U, 127U, 128U}) {
    SCOPED_TRACE(size);
    const Bytes bytes = body(size);
    ASSERT_EQ(bytes.size(), 313 + size);
    const auto keys = decode_fortezza_keys(bytes);
    ASSERT_TRUE(keys.has_value()) << keys.error().text();
    EXPECT_EQ(keys->y_c, Bytes(size, 0xa7));
    EXPECT_TRUE(is_all(keys->r_c, 0xc1));
    EXPECT_TRUE(is_all(keys->y_signature, 0xd5));
    EXPECT_TRUE(is_all(keys->wrapped_client_write_key, 0xe1));
    EXPECT_TRUE(is_all(keys->wrapped_server_write_key, 0xe2));
    EXPECT_TRUE(is_all(keys->client_write_iv, 0xf1));
    EXPECT_TRUE(is_all(keys->server_write_iv, 0xf2));
    EXPECT_TRUE(is_all(keys->master_secret_iv, 0xf3));
    EXPECT_TRUE(is_all(keys->encrypted_pre_master_secret, 0x99));
    Bytes again;
    wire::encode(again, *keys);
    EXPECT_EQ(again, bytes);
  }
}

TEST(FortezzaKeys, YcIsEmptyOrHas64To128Bytes) {
  for (const std::size_t size : {1U, 2U, 63U, 129U, 255U}) {
    const auto keys = decode_fortezza_keys(body(size));
    ASSERT_FALSE(keys.has_value()) << size;
    EXPECT_EQ(keys.error().cause, Cause::message_malformed);
    EXPECT_EQ(keys.error().detail, "y_c") << size;
  }
}

TEST(FortezzaKeys, ABodyThatIsCutSaysWhere) {
  const Bytes whole = body(64);
  EXPECT_EQ(decode_fortezza_keys({}).error().detail, "y_c");
  std::size_t end = 1 + 64;
  EXPECT_EQ(decode_fortezza_keys(ByteView(whole).first(end - 1)).error().detail, "y_c");
  for (const Part& part : kParts) {
    for (const std::size_t size : {end, end + part.size - 1}) {
      const auto keys = decode_fortezza_keys(ByteView(whole).first(size));
      ASSERT_FALSE(keys.has_value()) << size;
      EXPECT_EQ(keys.error().cause, Cause::message_malformed);
      EXPECT_EQ(keys.error().detail, part.name) << size;
    }
    end += part.size;
  }
  EXPECT_EQ(end, whole.size());
  Bytes longer = whole;
  longer.push_back(0);
  EXPECT_EQ(decode_fortezza_keys(longer).error().detail, "1 bytes behind the last field");
}

// The draft of March 1996 had 20 bytes of y_signature: such a body is 20 bytes short.
TEST(FortezzaKeys, ASignatureOf20BytesIsRefused) {
  Bytes bytes = body(128);
  bytes.resize(bytes.size() - 20);
  EXPECT_FALSE(decode_fortezza_keys(bytes).has_value());
}

TEST(FortezzaKeys, IsDescribedFieldByField) {
  const auto keys = decode_fortezza_keys(body(64));
  ASSERT_TRUE(keys.has_value());
  std::string text;
  wire::Printer printer(text);
  layout(*keys, printer);
  std::string expected;
  const auto line = [&](const std::string& name, const std::string& prefix, const Bytes& bytes) {
    expected += "  " + name + ": " + prefix + to_hex(bytes) + "\n";
  };
  line("y_c", "(64) ", Bytes(64, 0xa7));
  for (const Part& part : kParts) {
    line(part.name, "", Bytes(part.size, part.value));
  }
  EXPECT_EQ(text, expected);
}

TEST(ServerFortezzaParams, Are128BytesWithoutLengthOrSignature) {
  for (const std::size_t size : {0U, 1U, 127U, 128U, 129U, 130U, 170U}) {
    SCOPED_TRACE(size);
    const Bytes bytes(size, 0x5a);
    const auto params = wire::decode<ServerFortezzaParams>(bytes);
    ASSERT_EQ(params.has_value(), size == 128);
    if (!params.has_value()) {
      EXPECT_EQ(params.error().cause, Cause::message_malformed);
      continue;
    }
    EXPECT_TRUE(is_all(params->r_s, 0x5a));
    Bytes again;
    wire::encode(again, *params);
    EXPECT_EQ(again, bytes);
  }
}

}  // namespace
}  // namespace heirloom::message
