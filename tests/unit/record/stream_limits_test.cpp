// Limits of stream-cipher records (RFC 6101 §5.2.1, §5.2.3.1, RFC 2246 §6.2.1, §6.2.3.1).
#include "crypto/cipher.hpp"
#include "record/record_mac.hpp"
#include "support/record_support.hpp"
#include "support/suite_shapes.hpp"

#include <gtest/gtest.h>

namespace heirloom {
namespace {

constexpr auto kType = ContentType::application_data;

/// stream_record is a first record of that plaintext, however long.
Bytes stream_record(const TrafficKeys& keys, ByteView plaintext) {
  Bytes fragment = to_bytes(plaintext);
  switch (keys.suite->mac) {
    case MacAlgorithm::md5:
      append(fragment, RecordMac<crypto::Md5>(keys).compute(0, kType, plaintext));
      break;
    case MacAlgorithm::sha:
      append(fragment, RecordMac<crypto::Sha1>(keys).compute(0, kType, plaintext));
      break;
  }
  crypto::make_stream_cipher(keys.suite->bulk, keys.key.expose())->apply(fragment);
  return fragment;
}

TEST(StreamProtection, PlaintextAboveTheLimitIsRecordOverflowOnlyIfAuthentic) {
  for (const CipherSuite* const row : testing::suites_by_shape()) {
    const CipherSuite& suite = *row;
    if (info(suite.bulk).type != CipherType::stream) {
      continue;
    }
    for (const ProtocolVersion version : testing::kBothVersions) {
      const TrafficKeys keys = testing::make_keys(version, suite);
      for (const std::size_t size : {kMaxPlaintext, kMaxPlaintext + 1}) {
        Bytes fragment = stream_record(keys, testing::pattern(size, 1));
        ReadProtection read{testing::make_keys(version, suite)};
        EXPECT_EQ(testing::open_one(read, kType, fragment).cause,
                  size > kMaxPlaintext ? std::optional(Cause::record_overflow) : std::nullopt);
        fragment.back() ^= 1U;
        ReadProtection again{testing::make_keys(version, suite)};
        EXPECT_EQ(testing::open_one(again, kType, fragment).cause, Cause::bad_record_mac);
      }
    }
  }
}

}  // namespace
}  // namespace heirloom
