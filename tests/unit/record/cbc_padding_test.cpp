// Which padding is accepted, by version (RFC 6101 §5.2.3.2, RFC 2246 §6.2.3.2).
#include "support/raw_cbc.hpp"
#include "support/suite_shapes.hpp"

#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

using testing::make_keys;
using testing::open_fresh;
using testing::pattern;
using testing::RawCbcWriter;

constexpr auto kType = ContentType::application_data;

std::vector<const CipherSuite*> block_suites() {
  std::vector<const CipherSuite*> suites;
  for (const CipherSuite* const suite : testing::suites_by_shape()) {
    if (info(suite->bulk).type == CipherType::block) {
      suites.push_back(suite);
    }
  }
  return suites;
}

/// plaintext_for is one whose length, with MAC and that padding, is a multiple of the block size.
Bytes plaintext_for(const CipherSuite& suite, std::size_t padding_length) {
  const std::size_t block = info(suite.bulk).block_size;
  const std::size_t rest = (info(suite.mac).hash_size + padding_length + 1) % block;
  return pattern(64 + (block - rest) % block, 77);
}

/// padded appends padding whose bytes are all padding_length.
Bytes padded(Bytes authenticated, std::size_t padding_length) {
  authenticated.resize(authenticated.size() + padding_length + 1,
                       static_cast<std::uint8_t>(padding_length));
  return authenticated;
}

TEST(CbcPadding, Tls10AcceptsEveryLength) {
  for (const CipherSuite* suite : block_suites()) {
    const TrafficKeys keys = make_keys(ProtocolVersion::tls10, *suite);
    for (std::size_t length = 0; length <= 255; ++length) {
      RawCbcWriter writer(keys);
      const Bytes plaintext = plaintext_for(*suite, length);
      const auto opened =
          open_fresh(ProtocolVersion::tls10,
                     *suite,
                     kType,
                     writer.encrypt(padded(writer.authenticated(kType, plaintext), length)));
      EXPECT_EQ(opened.plaintext, plaintext) << length;
    }
  }
}

TEST(CbcPadding, Tls10AcceptsEveryLengthOfAnEmptyFragment) {
  for (const CipherSuite* suite : block_suites()) {
    const TrafficKeys keys = make_keys(ProtocolVersion::tls10, *suite);
    const std::size_t block = info(suite->bulk).block_size;
    const std::size_t mac = info(suite->mac).hash_size;
    for (std::size_t length = (block - (mac + 1) % block) % block; length <= 255; length += block) {
      RawCbcWriter writer(keys);
      const auto opened =
          open_fresh(ProtocolVersion::tls10,
                     *suite,
                     kType,
                     writer.encrypt(padded(writer.authenticated(kType, {}), length)));
      EXPECT_EQ(opened.plaintext, Bytes()) << length;
    }
  }
}

TEST(CbcPadding, Tls10RejectsEveryWrongByte) {
  for (const CipherSuite* suite : block_suites()) {
    const TrafficKeys keys = make_keys(ProtocolVersion::tls10, *suite);
    const std::size_t block = info(suite->bulk).block_size;
    for (const std::size_t length :
         {std::size_t{1}, block - 1, std::size_t{100}, std::size_t{255}}) {
      const Bytes plaintext = plaintext_for(*suite, length);
      for (std::size_t position = 0; position < length; ++position) {
        RawCbcWriter writer(keys);
        Bytes fragment = padded(writer.authenticated(kType, plaintext), length);
        fragment[fragment.size() - 2 - position] ^= 1U;
        EXPECT_EQ(open_fresh(ProtocolVersion::tls10, *suite, kType, writer.encrypt(fragment)).cause,
                  Cause::bad_record_mac)
            << length << " at " << position;
      }
    }
  }
}

TEST(CbcPadding, Tls10RejectsEveryOtherValueOfAPaddingByte) {
  for (const CipherSuite* suite : block_suites()) {
    const TrafficKeys keys = make_keys(ProtocolVersion::tls10, *suite);
    constexpr std::size_t kLength = 20;
    const Bytes plaintext = plaintext_for(*suite, kLength);
    for (unsigned value = 0; value < 256; ++value) {
      RawCbcWriter writer(keys);
      Bytes fragment = padded(writer.authenticated(kType, plaintext), kLength);
      fragment[fragment.size() - 2] = static_cast<std::uint8_t>(value);
      const auto opened =
          open_fresh(ProtocolVersion::tls10, *suite, kType, writer.encrypt(fragment));
      EXPECT_EQ(opened.plaintext.has_value(), value == kLength) << value;
    }
  }
}

// With a true length of 0 the wrong lengths are the hard case: bad padding is handled as if its
// length were 0, and then the MAC matches.
TEST(CbcPadding, WrongPaddingLengthIsBadRecordMacAtBothVersions) {
  for (const CipherSuite* suite : block_suites()) {
    for (const ProtocolVersion version : testing::kBothVersions) {
      const TrafficKeys keys = make_keys(version, *suite);
      for (const std::size_t length : {0U, 5U}) {
        const Bytes plaintext = plaintext_for(*suite, length);
        for (unsigned value = 0; value < 256; ++value) {
          RawCbcWriter writer(keys);
          Bytes fragment = padded(writer.authenticated(kType, plaintext), length);
          fragment.back() = static_cast<std::uint8_t>(value);
          const auto opened = open_fresh(version, *suite, kType, writer.encrypt(fragment));
          EXPECT_EQ(opened.plaintext.has_value(), value == length) << value;
          if (value != length) {
            EXPECT_EQ(opened.cause, Cause::bad_record_mac);
          }
        }
      }
    }
  }
}

TEST(CbcPadding, Ssl30AcceptsAnyContentBelowTheBlockSize) {
  for (const CipherSuite* suite : block_suites()) {
    const TrafficKeys keys = make_keys(ProtocolVersion::ssl30, *suite);
    for (std::size_t length = 0; length < info(suite->bulk).block_size; ++length) {
      for (std::uint32_t seed = 0; seed < 8; ++seed) {
        RawCbcWriter writer(keys);
        const Bytes plaintext = plaintext_for(*suite, length);
        Bytes fragment = writer.authenticated(kType, plaintext);
        append(fragment, pattern(length, seed));
        fragment.push_back(static_cast<std::uint8_t>(length));
        EXPECT_EQ(
            open_fresh(ProtocolVersion::ssl30, *suite, kType, writer.encrypt(fragment)).plaintext,
            plaintext)
            << length;
      }
    }
  }
}

TEST(CbcPadding, Ssl30RejectsABlockOrMore) {
  for (const CipherSuite* suite : block_suites()) {
    const TrafficKeys keys = make_keys(ProtocolVersion::ssl30, *suite);
    for (std::size_t length = info(suite->bulk).block_size; length <= 255; ++length) {
      RawCbcWriter writer(keys);
      const Bytes plaintext = plaintext_for(*suite, length);
      EXPECT_EQ(open_fresh(ProtocolVersion::ssl30,
                           *suite,
                           kType,
                           writer.encrypt(padded(writer.authenticated(kType, plaintext), length)))
                    .cause,
                Cause::bad_record_mac)
          << length;
    }
  }
}

// A padding that would reach into the MAC, or beyond the record.
TEST(CbcPadding, MustLeaveRoomForTheMac) {
  for (const CipherSuite* suite : block_suites()) {
    for (const ProtocolVersion version : testing::kBothVersions) {
      const TrafficKeys keys = make_keys(version, *suite);
      const std::size_t block = info(suite->bulk).block_size;
      const std::size_t least = (info(suite->mac).hash_size + block) / block * block;
      for (std::size_t value = 0; value < 256; ++value) {
        RawCbcWriter writer(keys);
        // Every byte is the padding length: the padding is as good as it can be.
        EXPECT_EQ(open_fresh(version,
                             *suite,
                             kType,
                             writer.encrypt(Bytes(least, static_cast<std::uint8_t>(value))))
                      .cause,
                  Cause::bad_record_mac);
      }
    }
  }
}

TEST(CbcPadding, SealedPaddingIsMinimalAndUniform) {
  for (const CipherSuite* suite : block_suites()) {
    for (const ProtocolVersion version : testing::kBothVersions) {
      const std::size_t block = info(suite->bulk).block_size;
      for (std::size_t size = 0; size < 40; ++size) {
        const TrafficKeys keys = make_keys(version, *suite);
        WriteProtection write{make_keys(version, *suite)};
        const Bytes record = testing::seal_one(write, version, kType, pattern(size, 1));
        Bytes fragment(record.begin() + kRecordHeaderSize, record.end());
        crypto::make_cbc_cipher(
            suite->bulk, keys.key.expose(), keys.iv.expose(), crypto::CipherDirection::decrypt)
            ->apply(fragment);
        const std::size_t length = fragment.back();
        ASSERT_LT(length, block);
        ASSERT_EQ(fragment.size(), size + info(suite->mac).hash_size + length + 1);
        const std::set<std::uint8_t> values(
            fragment.end() - static_cast<std::ptrdiff_t>(length) - 1, fragment.end());
        EXPECT_EQ(values.size(), 1U);
      }
    }
  }
}

// RFC 2246 §6.2.1; the answer may depend on the plaintext only once the MAC has verified.
TEST(CbcPadding, PlaintextAboveTheLimitIsRecordOverflowOnlyIfAuthentic) {
  for (const CipherSuite* suite : block_suites()) {
    for (const ProtocolVersion version : testing::kBothVersions) {
      const TrafficKeys keys = make_keys(version, *suite);
      const std::size_t block = info(suite->bulk).block_size;
      for (const std::size_t size : {kMaxPlaintext, kMaxPlaintext + 1}) {
        const std::size_t length = block - 1 - (size + info(suite->mac).hash_size) % block;
        RawCbcWriter good(keys);
        const Bytes fragment = padded(good.authenticated(kType, pattern(size, 2)), length);
        const auto opened = open_fresh(version, *suite, kType, good.encrypt(fragment));
        EXPECT_EQ(opened.cause,
                  size > kMaxPlaintext ? std::optional(Cause::record_overflow) : std::nullopt);

        RawCbcWriter bad(keys);
        Bytes damaged = fragment;
        damaged[size] ^= 1U;  // the first byte of the MAC
        EXPECT_EQ(open_fresh(version, *suite, kType, bad.encrypt(damaged)).cause,
                  Cause::bad_record_mac);
      }
    }
  }
}

}  // namespace
}  // namespace heirloom
