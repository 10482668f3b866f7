#include "record/protection.hpp"

#include "support/record_support.hpp"
#include "support/suite_shapes.hpp"

#include <functional>
#include <limits>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

using testing::kBothVersions;
using testing::make_keys;
using testing::open_one;
using testing::pattern;
using testing::room_for;
using testing::seal_one;
using testing::suites_by_shape;

/// for_every_protection runs a check for each cipher and MAC at each version that has it.
void for_every_protection(const std::function<void(ProtocolVersion, const CipherSuite&)>& check) {
  for (const CipherSuite* const suite : suites_by_shape()) {
    for (const ProtocolVersion version : kBothVersions) {
      if (suite->versions.contains(version)) {
        SCOPED_TRACE(cipher_suite_name(*suite, version));
        check(version, *suite);
      }
    }
  }
}

Bytes fragment_of(const Bytes& record) {
  return {record.begin() + kRecordHeaderSize, record.end()};
}

TEST(NullProtection, WritesTheHeaderAndNothingElse) {
  WriteProtection write;
  EXPECT_TRUE(write.is_null());
  EXPECT_FALSE(write.is_block_cipher());
  const Bytes record =
      seal_one(write, ProtocolVersion::ssl30, ContentType::handshake, Bytes{1, 2, 3});
  EXPECT_EQ(record, (Bytes{22, 3, 0, 0, 3, 1, 2, 3}));
}

TEST(NullProtection, ChecksTheSizeOfThePlaintext) {
  ReadProtection read;
  EXPECT_TRUE(read.is_null());
  EXPECT_EQ(open_one(read, ContentType::handshake, Bytes(kMaxPlaintext)).cause, std::nullopt);
  EXPECT_EQ(open_one(read, ContentType::handshake, Bytes(kMaxPlaintext + 1)).cause,
            Cause::record_overflow);
  EXPECT_EQ(open_one(read, ContentType::handshake, {}).plaintext, Bytes());
}

TEST(NullProtection, CountsTheRecordsBeforeTheOneThatIsTooLong) {
  ReadProtection read;
  Bytes good(7);
  Bytes bad(kMaxPlaintext + 1);
  std::array records{OpenRecord{ContentType::handshake, good},
                     OpenRecord{ContentType::handshake, bad},
                     OpenRecord{ContentType::handshake, good}};
  const OpenedBatch batch = read.open(records);
  EXPECT_EQ(batch.count, 1U);
  EXPECT_EQ(batch.error->cause, Cause::record_overflow);
}

TEST(Protection, RoundTripsEveryLengthAroundTheBlocks) {
  for_every_protection([](ProtocolVersion version, const CipherSuite& suite) {
    WriteProtection write{make_keys(version, suite)};
    ReadProtection read{make_keys(version, suite)};
    EXPECT_EQ(write.is_block_cipher(), info(suite.bulk).type == CipherType::block);
    for (std::size_t size = 0; size <= 200; ++size) {
      const Bytes plaintext = pattern(size, 9);
      const Bytes record = seal_one(write, version, ContentType::application_data, plaintext);
      EXPECT_LE(record.size(), kRecordHeaderSize + size + WriteProtection::kMaxExpansion);
      EXPECT_EQ(open_one(read, ContentType::application_data, fragment_of(record)).plaintext,
                plaintext);
    }
  });
}

TEST(Protection, SealsPlaintextUpToTheLimit) {
  for_every_protection([](ProtocolVersion version, const CipherSuite& suite) {
    WriteProtection write{make_keys(version, suite)};
    ReadProtection read{make_keys(version, suite)};
    const Bytes plaintext = pattern(kMaxPlaintext, 3);
    const Bytes record = seal_one(write, version, ContentType::application_data, plaintext);
    EXPECT_EQ(open_one(read, ContentType::application_data, fragment_of(record)).plaintext,
              plaintext);
  });
}

TEST(Protection, TypeAndOrderAreAuthenticated) {
  for_every_protection([](ProtocolVersion version, const CipherSuite& suite) {
    WriteProtection write{make_keys(version, suite)};
    const Bytes first = seal_one(write, version, ContentType::alert, pattern(20, 1));
    const Bytes second = seal_one(write, version, ContentType::alert, pattern(20, 2));
    ReadProtection wrong_type{make_keys(version, suite)};
    EXPECT_EQ(open_one(wrong_type, ContentType::handshake, fragment_of(first)).cause,
              Cause::bad_record_mac);
    ReadProtection replayed{make_keys(version, suite)};
    EXPECT_TRUE(open_one(replayed, ContentType::alert, fragment_of(first)).plaintext.has_value());
    EXPECT_EQ(open_one(replayed, ContentType::alert, fragment_of(first)).cause,
              Cause::bad_record_mac);
    ReadProtection skipped{make_keys(version, suite)};
    EXPECT_EQ(open_one(skipped, ContentType::alert, fragment_of(second)).cause,
              Cause::bad_record_mac);
  });
}

TEST(Protection, ImpossibleLengthsAreBadRecordMac) {
  for_every_protection([](ProtocolVersion version, const CipherSuite& suite) {
    const std::size_t block = info(suite.bulk).block_size;
    const std::size_t mac = info(suite.mac).hash_size;
    for (std::size_t size = 0; size <= 80; ++size) {
      ReadProtection read{make_keys(version, suite)};
      // All of them are garbage; what matters is that none is called anything else.
      EXPECT_EQ(open_one(read, ContentType::alert, pattern(size, 5)).cause, Cause::bad_record_mac)
          << size << " block " << block << " mac " << mac;
    }
  });
}

TEST(Protection, BatchStopsAtTheFirstBadRecord) {
  for_every_protection([](ProtocolVersion version, const CipherSuite& suite) {
    constexpr std::size_t kRecords = 6;
    for (std::size_t bad = 0; bad < kRecords; ++bad) {
      WriteProtection write{make_keys(version, suite)};
      std::vector<Bytes> wire;
      std::vector<OpenRecord> records;
      for (std::size_t i = 0; i < kRecords; ++i) {
        wire.push_back(
            fragment_of(seal_one(write, version, ContentType::handshake, pattern(30 * i, 4))));
      }
      wire[bad].back() ^= 0x80U;
      for (Bytes& fragment : wire) {
        records.push_back({ContentType::handshake, fragment});
      }
      ReadProtection read{make_keys(version, suite)};
      const OpenedBatch batch = read.open(records);
      EXPECT_EQ(batch.count, bad);
      ASSERT_TRUE(batch.error.has_value());
      EXPECT_EQ(batch.error->cause, Cause::bad_record_mac);
      for (std::size_t i = 0; i < bad; ++i) {
        EXPECT_EQ(to_bytes(records[i].fragment), pattern(30 * i, 4));
      }
    }
  });
}

TEST(Protection, BatchDeliversWhatStandsBeforeAnImpossibleLength) {
  for_every_protection([](ProtocolVersion version, const CipherSuite& suite) {
    WriteProtection write{make_keys(version, suite)};
    Bytes good = fragment_of(seal_one(write, version, ContentType::handshake, pattern(9, 1)));
    Bytes bad(3);
    std::array records{OpenRecord{ContentType::handshake, good},
                       OpenRecord{ContentType::handshake, bad}};
    ReadProtection read{make_keys(version, suite)};
    const OpenedBatch batch = read.open(records);
    EXPECT_EQ(batch.count, 1U);
    EXPECT_EQ(batch.error->cause, Cause::bad_record_mac);
    EXPECT_EQ(to_bytes(records[0].fragment), pattern(9, 1));
  });
}

TEST(Protection, EmptyBatchIsNothing) {
  for_every_protection([](ProtocolVersion version, const CipherSuite& suite) {
    ReadProtection read{make_keys(version, suite)};
    WriteProtection write{make_keys(version, suite)};
    EXPECT_EQ(read.open({}).count, 0U);
    EXPECT_TRUE(write.seal({}, 0x0301).has_value());
  });
}

TEST(Protection, PlaintextStaysWhereTheCiphertextWas) {
  for_every_protection([](ProtocolVersion version, const CipherSuite& suite) {
    WriteProtection write{make_keys(version, suite)};
    Bytes fragment = fragment_of(seal_one(write, version, ContentType::alert, pattern(33, 6)));
    std::array records{OpenRecord{ContentType::alert, fragment}};
    ReadProtection read{make_keys(version, suite)};
    ASSERT_EQ(read.open(records).count, 1U);
    EXPECT_EQ(records[0].fragment.data(), fragment.data());
    EXPECT_EQ(records[0].fragment.size(), 33U);
  });
}

TEST(Protection, SealingTouchesNothingOutsideTheRecord) {
  for_every_protection([](ProtocolVersion version, const CipherSuite& suite) {
    constexpr std::size_t kOffset = 40;
    const Bytes plaintext = pattern(50, 2);
    Bytes room = room_for(plaintext, kOffset);
    room.resize(room.size() + 64, 0xa5);
    std::fill_n(room.begin(), kOffset, std::uint8_t{0xa5});
    std::array records{SealRecord{ContentType::alert, room, kOffset, plaintext.size(), {}}};
    WriteProtection write{make_keys(version, suite)};
    ASSERT_TRUE(write.seal(records, 0x0300).has_value());
    EXPECT_EQ(records[0].sealed.data(), room.data() + kOffset - kRecordHeaderSize);
    const auto is_untouched = [](std::uint8_t byte) { return byte == 0xa5; };
    EXPECT_TRUE(
        std::all_of(room.begin(), room.begin() + kOffset - kRecordHeaderSize, is_untouched));
    EXPECT_TRUE(std::all_of(room.end() - 64, room.end(), is_untouched));
  });
}

// RFC 2246 §6.1: sequence numbers "may not exceed 2^64-1"; there is no wrapping.
TEST(SequenceNumber, WritingStopsAtTheEnd) {
  for_every_protection([](ProtocolVersion version, const CipherSuite& suite) {
    constexpr auto kEnd = std::numeric_limits<std::uint64_t>::max();
    WriteProtection write{make_keys(version, suite)};
    write.set_sequence_number(kEnd - 2);
    EXPECT_FALSE(seal_one(write, version, ContentType::alert, Bytes{1}).empty());

    Bytes a = room_for(Bytes{7});
    Bytes b = room_for(Bytes{8});
    std::array records{SealRecord{ContentType::alert, a, kRecordHeaderSize, 1, {}},
                       SealRecord{ContentType::alert, b, kRecordHeaderSize, 1, {}}};
    const auto refused = write.seal(records, 0x0301);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error().cause, Cause::sequence_number_exhausted);
    EXPECT_EQ(a, room_for(Bytes{7}));  // nothing of the batch was sealed

    EXPECT_FALSE(seal_one(write, version, ContentType::alert, Bytes{1}).empty());
    EXPECT_TRUE(seal_one(write, version, ContentType::alert, Bytes{1}).empty());
    EXPECT_TRUE(seal_one(write, version, ContentType::alert, Bytes{1}).empty());
  });
}

TEST(SequenceNumber, ReadingStopsAtTheEnd) {
  for_every_protection([](ProtocolVersion version, const CipherSuite& suite) {
    constexpr auto kEnd = std::numeric_limits<std::uint64_t>::max();
    WriteProtection write{make_keys(version, suite)};
    write.set_sequence_number(kEnd - 1);
    Bytes last = fragment_of(seal_one(write, version, ContentType::alert, Bytes{1, 2}));
    Bytes beyond(last.size());
    std::array records{OpenRecord{ContentType::alert, last},
                       OpenRecord{ContentType::alert, beyond}};
    ReadProtection read{make_keys(version, suite)};
    read.set_sequence_number(kEnd - 1);
    const OpenedBatch batch = read.open(records);
    EXPECT_EQ(batch.count, 1U);
    ASSERT_TRUE(batch.error.has_value());
    EXPECT_EQ(batch.error->cause, Cause::sequence_number_exhausted);
    EXPECT_EQ(to_bytes(records[0].fragment), (Bytes{1, 2}));
  });
}

TEST(Protection, MovesWithItsState) {
  for_every_protection([](ProtocolVersion version, const CipherSuite& suite) {
    WriteProtection write{make_keys(version, suite)};
    ReadProtection read{make_keys(version, suite)};
    const Bytes first = seal_one(write, version, ContentType::alert, pattern(5, 1));
    ASSERT_TRUE(open_one(read, ContentType::alert, fragment_of(first)).plaintext.has_value());
    WriteProtection later_write = std::move(write);
    ReadProtection later_read;
    later_read = std::move(read);
    const Bytes second = seal_one(later_write, version, ContentType::alert, pattern(6, 2));
    EXPECT_EQ(open_one(later_read, ContentType::alert, fragment_of(second)).plaintext,
              pattern(6, 2));
  });
}

}  // namespace
}  // namespace heirloom
