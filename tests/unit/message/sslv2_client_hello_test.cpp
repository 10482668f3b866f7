// The ClientHello in the format of SSL 2.0, RFC 6101 E.1 and RFC 2246 E.1, against hellos that
// other implementations sent.
#include "message/sslv2_client_hello.hpp"

#include "heirloom/event.hpp"
#include "heirloom/inspector.hpp"

#include "message/any_message.hpp"
#include "support/vector_file.hpp"

#include <algorithm>
#include <initializer_list>
#include <string>

#include <gtest/gtest.h>

namespace heirloom::message {
namespace {

/// Recorded is a hello from its first byte on, with the two bytes of its record header.
struct Recorded {
  const char* client;
  std::string wire;
  std::uint16_t version;
  std::vector<std::uint16_t> suites;
};

// Each was taken from the socket of a listener that the client connected to.
const Recorded kRecorded[] = {
    {"OpenJDK 17, protocols SSLv2Hello and SSLv3",
     "8035010300000c0000002000000a0700c000002f0000ff203d585b43038fdcd5f26990e0b4ffd9189cc0a42344353"
     "c"
     "161965aa7c8d683a",
     0x0300,
     {0x000a, 0x002f, 0x00ff}},
    {"OpenJDK 17, protocols SSLv2Hello, SSLv3 and TLSv1",
     "8035010301000c0000002000000a0700c000002f0000ff73341ba5d989dc7141ef98c7ff7a6baf58afc70d9efa5f9"
     "c"
     "567972dbe21c4d40",
     0x0301,
     {0x000a, 0x002f, 0x00ff}},
    {"OpenSSL 1.0.1l (Node 0.12.0 with --enable-ssl2)",
     "8038010303000f0000002000002f0000040100800700c00000ffd01dd12f3c8caf719bd5ad3e31737f6ba83317022"
     "8"
     "e702c2f6d4a2c4e5df7d6e",
     0x0303,
     {0x002f, 0x0004, 0x00ff}},
    {"OpenSSL 1.0.1l without TLS 1.1 and 1.2",
     "8038010301000f0000002000002f0000040100800700c00000fff1450e08216488b5e67a831c693c7c6d8fb64906"
     "4f25b3e188f208aa31cc894c",
     0x0301,
     {0x002f, 0x0004, 0x00ff}},
};

TEST(Rfc2246_E_1, HellosOfOthersAreRead) {
  for (const Recorded& recorded : kRecorded) {
    SCOPED_TRACE(recorded.client);
    const Bytes wire = testing::from_hex(recorded.wire);
    EXPECT_EQ(wire[0], 0x80);
    EXPECT_EQ(wire[1] + 2U, wire.size());
    const ByteView message = ByteView(wire).subspan(2);
    const auto hello = decode_sslv2_client_hello(message);
    ASSERT_TRUE(hello.has_value()) << hello.error().text();
    const ClientHello converted = to_client_hello(*hello);
    EXPECT_EQ(static_cast<std::uint16_t>(converted.client_version), recorded.version);
    EXPECT_EQ(converted.cipher_suites, recorded.suites);
    EXPECT_TRUE(std::ranges::equal(converted.random, ByteView(wire).last(32)));
    EXPECT_TRUE(converted.session_id.empty());
    EXPECT_EQ(converted.compression_methods, std::vector<std::uint8_t>{0});
    EXPECT_FALSE(converted.extensions.has_value());
    Bytes again;
    wire::encode(again, *hello);
    EXPECT_TRUE(std::ranges::equal(again, message));
  }
}

/// hello writes the three lengths as they are told, whatever stands behind them.
Bytes hello(std::size_t specs, std::size_t session_id, std::size_t challenge, std::size_t behind) {
  Bytes bytes{1, 3, 1};
  for (const std::size_t length :
       std::initializer_list<std::size_t>{specs, session_id, challenge}) {
    bytes.push_back(static_cast<std::uint8_t>(length >> 8U));
    bytes.push_back(static_cast<std::uint8_t>(length));
  }
  bytes.resize(bytes.size() + behind, 0x2f);
  return bytes;
}

TEST(Rfc2246_E_1, LengthsAreWhatTheDocumentHasAndAddUp) {
  struct Row {
    std::size_t specs;
    std::size_t session_id;
    std::size_t challenge;
    std::size_t behind;
    const char* wrong;  // empty: nothing
  };

  for (const Row& row : {Row{3, 0, 32, 35, ""},
                         Row{3, 16, 32, 51, ""},
                         Row{300, 0, 16, 316, ""},
                         Row{3, 0, 200, 203, ""},
                         Row{0, 0, 32, 32, "cipher_spec_length"},
                         Row{4, 0, 32, 36, "cipher_spec_length"},
                         Row{2, 0, 32, 34, "cipher_spec_length"},
                         Row{3, 5, 32, 40, "session_id_length"},
                         Row{3, 15, 32, 50, "session_id_length"},
                         Row{3, 17, 32, 52, "session_id_length"},
                         Row{3, 32, 32, 67, "session_id_length"},
                         Row{3, 0, 0, 3, "challenge_length"},
                         Row{3, 0, 15, 18, "challenge_length"},
                         Row{3, 0, 32, 36, "1 bytes behind the last field"},
                         Row{3, 0, 32, 34, "challenge"},
                         Row{3, 16, 32, 18, "challenge_length"},
                         Row{0xffff, 0, 32, 35, "cipher_spec_length"},
                         Row{3, 0xffff, 32, 35, "session_id_length"},
                         Row{3, 0, 0xffff, 35, "challenge_length"}}) {
    SCOPED_TRACE(std::to_string(row.specs) + " " + std::to_string(row.session_id) + " " +
                 std::to_string(row.challenge) + " " + std::to_string(row.behind));
    const auto read =
        decode_sslv2_client_hello(hello(row.specs, row.session_id, row.challenge, row.behind));
    const std::string wrong = row.wrong;
    ASSERT_EQ(read.has_value(), wrong.empty());
    if (!wrong.empty()) {
      EXPECT_EQ(read.error().cause, Cause::message_malformed);
      EXPECT_EQ(read.error().detail, "client_hello in the SSL 2.0 format: " + wrong);
    }
  }
}

TEST(Rfc2246_E_1, AHelloThatIsCutAnywhereIsMalformed) {
  const Bytes whole = hello(6, 16, 32, 54);
  ASSERT_TRUE(decode_sslv2_client_hello(whole).has_value());
  for (std::size_t size = 0; size < whole.size(); ++size) {
    EXPECT_FALSE(decode_sslv2_client_hello(ByteView(whole).first(size)).has_value()) << size;
  }
  Bytes other_type = whole;
  other_type[0] = 2;
  EXPECT_FALSE(decode_sslv2_client_hello(other_type).has_value());
}

// Zeros before a short challenge, the last 32 bytes of a long one.
TEST(Rfc2246_E_1, TheChallengeStandsAtTheRight) {
  for (const std::size_t size : std::initializer_list<std::size_t>{16, 17, 31, 32, 33, 40, 300}) {
    SCOPED_TRACE(size);
    Sslv2ClientHello hello;
    for (std::size_t i = 0; i < size; ++i) {
      hello.challenge.push_back(static_cast<std::uint8_t>(i + 1));
    }
    const ClientHello converted = to_client_hello(hello);
    for (std::size_t from_end = 1; from_end <= 32; ++from_end) {
      const auto expected =
          from_end <= size ? static_cast<std::uint8_t>(size - from_end + 1) : std::uint8_t{0};
      EXPECT_EQ(converted.random[32 - from_end], expected) << from_end << " from the end";
    }
  }
}

// All seven of SSL 2.0's own kinds, each of which looks like a suite of ours to a careless eye.
TEST(Rfc2246_E, OnlySpecsThatBeginWithZeroAreSuites) {
  Sslv2ClientHello hello;
  hello.cipher_specs = {{1, 0, 0x80},
                        {2, 0, 0x80},
                        {3, 0, 0x80},
                        {0, 0, 0x0a},
                        {4, 0, 0x80},
                        {5, 0, 0x80},
                        {6, 0, 0x40},
                        {7, 0, 0xc0},
                        {0, 0x56, 0x00},
                        {0xff, 0, 4}};
  hello.challenge = Bytes(16, 1);
  EXPECT_EQ(to_client_hello(hello).cipher_suites, (std::vector<std::uint16_t>{0x000a, 0x5600}));
}

TEST(Rfc2246_E_1, WhatIsWrittenIsWhatIsMeant) {
  ClientHello offer;
  offer.client_version = ProtocolVersion::tls10;
  std::ranges::fill(offer.random, std::uint8_t{0xcc});
  offer.session_id = Bytes(32, 1);
  offer.cipher_suites = {0x002f, 0xc014, 0x00ff};
  offer.compression_methods = {1, 0};
  offer.extensions = wire::HelloExtensions{{.type = 0, .data = {1}}};
  Bytes bytes;
  wire::encode(bytes, to_sslv2(offer));
  EXPECT_EQ(to_hex(bytes),
            "01"
            "0301"
            "0009"
            "0000"
            "0020"
            "00002f00c0140000ff"
            "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc");
}

TEST(Sslv2ClientHello, IsDescribedFieldByField) {
  const Bytes wire = testing::from_hex(kRecorded[0].wire);
  const ByteView message = ByteView(wire).subspan(2);
  EXPECT_TRUE(is_sslv2_client_hello(message));
  EXPECT_EQ(describe_handshake_message(message, ProtocolVersion::ssl30),
            "client_hello in the SSL 2.0 format, 53 bytes\n"
            "  msg_type: 0x01\n"
            "  version: 0x0300\n"
            "  cipher_spec_length: 0x000c\n"
            "  session_id_length: 0x0000\n"
            "  challenge_length: 0x0020\n"
            "  cipher_specs: 0x00000a 0x0700c0 0x00002f 0x0000ff\n"
            "  session_id: (0) \n"
            "  challenge: (32) "
            "203d585b43038fdcd5f26990e0b4ffd9189cc0a42344353c161965aa7c8d683a\n");
  Bytes joined;
  for (const MessageField& field : handshake_message_fields(message)) {
    EXPECT_EQ(field.offset, joined.size()) << field.name;
    append(joined, field.bytes);
  }
  EXPECT_TRUE(std::ranges::equal(joined, message));
}

TEST(Sslv2ClientHello, IsToldFromANativeOne) {
  ClientHello native;
  native.client_version = ProtocolVersion::tls10;
  native.compression_methods = {0};
  for (std::size_t count = 1; count < 400; ++count) {
    native.cipher_suites.push_back(static_cast<std::uint16_t>(count));
    ASSERT_FALSE(is_sslv2_client_hello(encode_message(native))) << count;
  }
  for (const Recorded& recorded : kRecorded) {
    const Bytes wire = testing::from_hex(recorded.wire);
    EXPECT_TRUE(is_sslv2_client_hello(ByteView(wire).subspan(2)));
  }
  EXPECT_FALSE(is_sslv2_client_hello({}));
  EXPECT_FALSE(is_sslv2_client_hello(hello(3, 0, 32, 36)));
}

}  // namespace
}  // namespace heirloom::message
