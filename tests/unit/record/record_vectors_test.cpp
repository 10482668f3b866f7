// Records of every cipher with its MACs at both versions, made by an implementation that is not
// ours, sealed and opened byte for byte (RFC 6101 §5.2.3, RFC 2246 §6.2.3, RFC 7366 §3).
#include "support/record_vectors.hpp"

#include "support/record_support.hpp"

#include <algorithm>
#include <set>
#include <tuple>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

using testing::ConnectionVector;
using testing::read_record_vectors;

TEST(RecordVectors, CoverEverySuiteAtBothVersions) {
  std::set<std::tuple<BulkCipher, MacAlgorithm, ProtocolVersion>> seen;
  std::set<std::tuple<BulkCipher, MacAlgorithm>> seen_with_mac_outside;
  for (const ConnectionVector& connection : read_record_vectors()) {
    EXPECT_GE(connection.records.size(), 3U);
    switch (connection.mac_order) {
      case MacOrder::mac_then_encrypt:
        seen.emplace(connection.suite.bulk, connection.suite.mac, connection.version);
        break;
      case MacOrder::encrypt_then_mac:
        seen_with_mac_outside.emplace(connection.suite.bulk, connection.suite.mac);
        break;
    }
  }
  for (const CipherSuite& suite : cipher_suites()) {
    if (info(suite.bulk).has_carried_keys()) {
      continue;  // fortezza_records_test.cpp
    }
    for (const ProtocolVersion version : testing::kBothVersions) {
      if (suite.versions.contains(version)) {
        EXPECT_TRUE(seen.contains({suite.bulk, suite.mac, version}))
            << cipher_suite_name(suite, version);
      }
    }
    EXPECT_EQ(seen_with_mac_outside.contains({suite.bulk, suite.mac}),
              info(suite.bulk).type == CipherType::block)
        << cipher_suite_name(suite, ProtocolVersion::tls10);
  }
  for (const BulkCipherInfo& cipher : bulk_ciphers()) {
    EXPECT_NE(
        std::ranges::any_of(
            seen, [&](const auto& shape) { return std::get<BulkCipher>(shape) == cipher.cipher; }),
        cipher.has_carried_keys())
        << cipher.name;
  }
}

TEST(RecordVectors, AreSealedByteForByte) {
  for (const ConnectionVector& connection : read_record_vectors()) {
    WriteProtection write{connection.keys()};
    std::size_t sealed = 0;
    for (const auto& record : connection.records) {
      if (!record.has_minimal_padding) {
        break;  // a sender would not make this one, nor those behind it in the chain
      }
      EXPECT_EQ(testing::seal_one(write, connection.version, record.type, record.plaintext),
                record.record)
          << connection.name;
      ++sealed;
    }
    const bool is_stream = info(connection.suite.bulk).type == CipherType::stream;
    EXPECT_EQ(sealed, is_stream ? 5U : 3U) << connection.name;
  }
}

TEST(RecordVectors, AreOpenedOneByOne) {
  for (const ConnectionVector& connection : read_record_vectors()) {
    ReadProtection read{connection.keys()};
    for (const auto& record : connection.records) {
      const auto opened = testing::open_one(
          read, record.type, Bytes(record.record.begin() + kRecordHeaderSize, record.record.end()));
      EXPECT_EQ(opened.cause, std::nullopt) << connection.name;
      EXPECT_EQ(opened.plaintext, record.plaintext) << connection.name;
    }
  }
}

TEST(RecordVectors, AreOpenedAndSealedInOneBatch) {
  for (const ConnectionVector& connection : read_record_vectors()) {
    std::vector<Bytes> wire;
    std::vector<OpenRecord> open;
    for (const auto& record : connection.records) {
      wire.push_back(record.record);
      open.push_back({record.type, ByteSpan(wire.back()).subspan(kRecordHeaderSize)});
    }
    const OpenedBatch batch = ReadProtection(connection.keys()).open(open);
    EXPECT_FALSE(batch.error.has_value()) << connection.name;
    ASSERT_EQ(batch.count, open.size());
    for (std::size_t i = 0; i < open.size(); ++i) {
      EXPECT_EQ(to_bytes(open[i].fragment), connection.records[i].plaintext) << connection.name;
    }

    std::vector<Bytes> rooms;
    std::vector<SealRecord> seal;
    for (const auto& record : connection.records) {
      if (record.has_minimal_padding) {
        rooms.push_back(testing::room_for(record.plaintext));
        seal.push_back({record.type, rooms.back(), kRecordHeaderSize, record.plaintext.size(), {}});
      }
    }
    ASSERT_TRUE(WriteProtection(connection.keys())
                    .seal(seal, testing::wire_version(connection.version))
                    .has_value());
    for (std::size_t i = 0; i < seal.size(); ++i) {
      EXPECT_EQ(to_bytes(seal[i].sealed), connection.records[i].record) << connection.name;
    }
  }
}

}  // namespace
}  // namespace heirloom
