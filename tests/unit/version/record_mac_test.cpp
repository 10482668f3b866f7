#include "support/vector_file.hpp"
#include "version/profile.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

using testing::read_vectors;
using testing::VectorBlock;

template <class Hash>
Bytes mac_with(const MacPrefixes& prefixes, const MacHeader& header, ByteView fragment) {
  const auto inner = Hash()
                         .update(ByteView(prefixes.inner.expose()).first(prefixes.size))
                         .update(header.view())
                         .update(fragment)
                         .finish();
  return to_bytes(
      Hash().update(ByteView(prefixes.outer.expose()).first(prefixes.size)).update(inner).finish());
}

Bytes mac_of(const VectorBlock& vector) {
  const auto& profile = profile_for(parse_version(vector.text("version")).value());
  const bool is_md5 = vector.text("hash") == info(MacAlgorithm::md5).name;
  const Bytes fragment = vector.bytes("fragment");
  const MacPrefixes prefixes = profile.mac_prefixes(is_md5 ? MacAlgorithm::md5 : MacAlgorithm::sha,
                                                    vector.bytes("mac_secret"));
  const MacHeader header = profile.mac_header(vector.number("sequence_number"),
                                              static_cast<ContentType>(vector.number("type")),
                                              fragment.size());
  return is_md5 ? mac_with<crypto::Md5>(prefixes, header, fragment)
                : mac_with<crypto::Sha1>(prefixes, header, fragment);
}

void check_record_macs(std::string_view version, std::size_t expected) {
  std::size_t count = 0;
  for (const char* const file : {"derivation/published.txt", "derivation/derivation.txt"}) {
    for (const VectorBlock& vector : read_vectors(file)) {
      if (vector.text("kind") == "record_mac" && vector.text("version") == version) {
        EXPECT_EQ(mac_of(vector), vector.bytes("mac")) << vector.text("name");
        ++count;
      }
    }
  }
  EXPECT_EQ(count, expected);
}

// RFC 6101 §5.2.3.1: "hash(MAC_write_secret + pad_2 + hash(MAC_write_secret + pad_1 + seq_num +
// SSLCompressed.type + SSLCompressed.length + SSLCompressed.fragment))"
TEST(Rfc6101_5_2_3_1, RecordMacIsThatOfOthers) {
  check_record_macs("SSL 3.0", 9);
}

// RFC 2246 §6.2.3.1: "HMAC_hash(MAC_write_secret, seq_num + TLSCompressed.type +
// TLSCompressed.version + TLSCompressed.length + TLSCompressed.fragment))"
TEST(Rfc2246_6_2_3_1, RecordMacIsThatOfOthers) {
  check_record_macs("TLS 1.0", 8);
}

// RFC 6101 §5.2.3.1: "pad_1: The character 0x36 repeated 48 times for MD5 or 40 times for SHA.
// pad_2: The character 0x5c repeated 48 times for MD5 or 40 times for SHA."
TEST(Rfc6101_5_2_3_1, PadsFollowTheSecret) {
  struct Case {
    MacAlgorithm mac;
    std::size_t secret;
    std::size_t pad;
  };

  for (const Case& c : {Case{MacAlgorithm::md5, 16, 48}, Case{MacAlgorithm::sha, 20, 40}}) {
    const Bytes secret(c.secret, 0xaa);
    const MacPrefixes prefixes = kSsl30Profile.mac_prefixes(c.mac, secret);
    Bytes inner = secret;
    inner.insert(inner.end(), c.pad, 0x36);
    Bytes outer = secret;
    outer.insert(outer.end(), c.pad, 0x5c);
    EXPECT_EQ(to_bytes(ByteView(prefixes.inner.expose()).first(prefixes.size)), inner);
    EXPECT_EQ(to_bytes(ByteView(prefixes.outer.expose()).first(prefixes.size)), outer);
  }
}

// RFC 2104 §2: the key is padded with zeros to the block of 64 bytes and XORed with 0x36 and 0x5c.
TEST(Rfc2246_6_2_3_1, PrefixesAreTheKeyedBlocksOfHmac) {
  const Bytes secret(20, 0xaa);
  const MacPrefixes prefixes = kTls10Profile.mac_prefixes(MacAlgorithm::sha, secret);
  Bytes inner(64, 0x36);
  std::fill_n(inner.begin(), secret.size(), std::uint8_t{0xaa ^ 0x36});
  Bytes outer(64, 0x5c);
  std::fill_n(outer.begin(), secret.size(), std::uint8_t{0xaa ^ 0x5c});
  EXPECT_EQ(prefixes.size, 64U);
  EXPECT_EQ(to_bytes(prefixes.inner.expose()), inner);
  EXPECT_EQ(to_bytes(prefixes.outer.expose()), outer);
}

// RFC 6101 §5.2.3.1: seq_num, type and length, and no version (drift D1)
TEST(Rfc6101_5_2_3_1, HeaderIsSequenceNumberTypeAndLength) {
  const MacHeader header =
      kSsl30Profile.mac_header(0x0102030405060708, ContentType::handshake, 0x1234);
  EXPECT_EQ(to_hex(header.view()), "0102030405060708161234");
}

// RFC 2246 §6.2.3.1: seq_num, type, version and length
TEST(Rfc2246_6_2_3_1, HeaderIsSequenceNumberTypeVersionAndLength) {
  const MacHeader header =
      kTls10Profile.mac_header(0x0102030405060708, ContentType::handshake, 0x1234);
  EXPECT_EQ(to_hex(header.view()), "01020304050607081603011234");
}

// RFC 2246 §6.1: sequence numbers "may not exceed 2^64-1": all eight bytes of the last are ff.
TEST(MacHeader, SequenceNumberHasEightBytes) {
  for (const VersionProfile* const profile : {&kSsl30Profile, &kTls10Profile}) {
    const MacHeader last = profile->mac_header(~std::uint64_t{0}, ContentType::alert, 2);
    EXPECT_EQ(to_hex(last.view().first(8)), "ffffffffffffffff");
    const MacHeader first = profile->mac_header(0, ContentType::alert, 2);
    EXPECT_EQ(to_hex(first.view().first(8)), "0000000000000000");
  }
}

}  // namespace
}  // namespace heirloom
