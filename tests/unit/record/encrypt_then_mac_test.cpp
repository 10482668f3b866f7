// Block ciphers with the MAC outside (RFC 7366 §3). What goes over the wire is compared with
// another implementation's in record_vectors_test.cpp; here is what must not be accepted.
#include "crypto/cipher.hpp"
#include "record/cbc_open.hpp"
#include "record/record_mac.hpp"
#include "support/record_support.hpp"
#include "support/suite_shapes.hpp"

#include <functional>
#include <limits>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

using testing::make_encrypt_then_mac_keys;
using testing::open_one;
using testing::pattern;
using testing::seal_one;

constexpr auto kType = ContentType::application_data;
constexpr auto kVersion = ProtocolVersion::tls10;

void for_every_block_cipher(const std::function<void(const CipherSuite&)>& check) {
  for (const CipherSuite* const suite : testing::suites_by_shape()) {
    if (info(suite->bulk).type == CipherType::block && suite->versions.contains(kVersion)) {
      SCOPED_TRACE(cipher_suite_name(*suite, kVersion));
      check(*suite);
    }
  }
}

ReadProtection reader(const CipherSuite& suite) {
  return ReadProtection{make_encrypt_then_mac_keys(kVersion, suite)};
}

WriteProtection writer(const CipherSuite& suite) {
  return WriteProtection{make_encrypt_then_mac_keys(kVersion, suite)};
}

Bytes fragment_of(const Bytes& record) {
  return {record.begin() + kRecordHeaderSize, record.end()};
}

Bytes mac_of(const TrafficKeys& keys, ByteView ciphertext) {
  switch (keys.suite->mac) {
    case MacAlgorithm::md5:
      return to_bytes(RecordMac<crypto::Md5>(keys).compute(0, kType, ciphertext));
    case MacAlgorithm::sha:
      return to_bytes(RecordMac<crypto::Sha1>(keys).compute(0, kType, ciphertext));
  }
  std::abort();
}

/// authentic encrypts anything as the first record and gives it the MAC that it needs.
Bytes authentic(const CipherSuite& suite, Bytes padded) {
  const TrafficKeys keys = make_encrypt_then_mac_keys(kVersion, suite);
  crypto::make_cbc_cipher(
      suite.bulk, keys.key.expose(), keys.iv.expose(), crypto::CipherDirection::encrypt)
      ->apply(padded);
  append(padded, mac_of(keys, padded));
  return padded;
}

TEST(Rfc7366_3, RoundTripsEveryLengthAroundTheBlocksAndTheLongest) {
  for_every_block_cipher([](const CipherSuite& suite) {
    WriteProtection write = writer(suite);
    ReadProtection read = reader(suite);
    EXPECT_TRUE(write.is_block_cipher());  // records are split against BEAST in this order too
    std::vector<std::size_t> sizes(70);
    for (std::size_t i = 0; i < sizes.size(); ++i) {
      sizes[i] = i;
    }
    sizes.push_back(kMaxPlaintext);
    for (const std::size_t size : sizes) {
      const Bytes record = seal_one(write, kVersion, kType, pattern(size, 9));
      const std::size_t block = info(suite.bulk).block_size;
      // As little padding as there can be, and the MAC behind it.
      EXPECT_EQ(record.size(),
                kRecordHeaderSize + (size / block + 1) * block + info(suite.mac).hash_size);
      EXPECT_LE(record.size(), kRecordHeaderSize + size + WriteProtection::kMaxExpansion);
      EXPECT_EQ(open_one(read, kType, fragment_of(record)).plaintext, pattern(size, 9));
    }
  });
}

TEST(Rfc7366_3, EveryFlippedBitIsBadRecordMac) {
  for_every_block_cipher([](const CipherSuite& suite) {
    // In this order the padding is covered too: every bit counts.
    WriteProtection write = writer(suite);
    const Bytes fragment = fragment_of(seal_one(write, kVersion, kType, pattern(37, 8)));
    for (std::size_t bit = 0; bit < fragment.size() * 8; ++bit) {
      Bytes flipped = fragment;
      flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
      ReadProtection read = reader(suite);
      ASSERT_EQ(open_one(read, kType, flipped).cause, Cause::bad_record_mac) << bit;
    }
    ReadProtection wrong_type = reader(suite);
    EXPECT_EQ(open_one(wrong_type, ContentType::alert, fragment).cause, Cause::bad_record_mac);
    ReadProtection wrong_number = reader(suite);
    wrong_number.set_sequence_number(1);
    EXPECT_EQ(open_one(wrong_number, kType, fragment).cause, Cause::bad_record_mac);
  });
}

TEST(Rfc7366_3, TheOrdersDoNotUnderstandEachOther) {
  for_every_block_cipher([](const CipherSuite& suite) {
    WriteProtection inside{testing::make_keys(kVersion, suite)};
    WriteProtection outside = writer(suite);
    for (std::size_t size = 0; size < 40; ++size) {
      ReadProtection reads_outside = reader(suite);
      ReadProtection reads_inside{testing::make_keys(kVersion, suite)};
      const Bytes first = seal_one(inside, kVersion, kType, pattern(size, 1));
      const Bytes second = seal_one(outside, kVersion, kType, pattern(size, 1));
      EXPECT_EQ(open_one(reads_outside, kType, fragment_of(first)).cause, Cause::bad_record_mac);
      EXPECT_EQ(open_one(reads_inside, kType, fragment_of(second)).cause, Cause::bad_record_mac);
    }
  });
}

// RFC 2246 §6.2.3.2 still says what padding is; a peer with the keys that gets it wrong hears the
// same as one without them.
TEST(Rfc7366_3, PaddingIsCheckedBehindTheMac) {
  for_every_block_cipher([](const CipherSuite& suite) {
    const std::size_t block = info(suite.bulk).block_size;
    for (std::size_t length = 0; length <= 255; ++length) {
      const std::size_t size = 64 + (block - (length + 1) % block) % block;
      Bytes padded = pattern(size, 77);
      padded.resize(size + length + 1, static_cast<std::uint8_t>(length));
      ReadProtection read = reader(suite);
      EXPECT_EQ(open_one(read, kType, authentic(suite, padded)).plaintext, pattern(size, 77));
      if (length == 0) {
        continue;
      }
      for (const std::size_t position : {std::size_t{0}, length / 2, length - 1}) {
        Bytes wrong = padded;
        wrong[size + position] ^= 1U;
        ReadProtection again = reader(suite);
        EXPECT_EQ(open_one(again, kType, authentic(suite, wrong)).cause, Cause::bad_record_mac)
            << length << " at " << position;
      }
    }
    // More padding than there are bytes; and nothing but padding, which is an empty fragment.
    for (std::size_t value = 0; value < 256; ++value) {
      ReadProtection read = reader(suite);
      const auto opened = open_one(
          read, kType, authentic(suite, Bytes(2 * block, static_cast<std::uint8_t>(value))));
      EXPECT_EQ(opened.plaintext.has_value(), value < 2 * block) << value;
      EXPECT_EQ(opened.cause,
                value < 2 * block ? std::nullopt : std::optional(Cause::bad_record_mac));
    }
  });
}

TEST(Rfc7366_3, ImpossibleLengthsAreBadRecordMac) {
  for_every_block_cipher([](const CipherSuite& suite) {
    const TrafficKeys keys = make_encrypt_then_mac_keys(kVersion, suite);
    const std::size_t block = info(suite.bulk).block_size;
    for (std::size_t size = 0; size <= 80; ++size) {
      ReadProtection garbage = reader(suite);
      EXPECT_EQ(open_one(garbage, kType, pattern(size, 5)).cause, Cause::bad_record_mac) << size;
      if (size % block != 0 || size == 0) {  // no ciphertext has this length, whatever its MAC
        Bytes fragment = pattern(size, 5);
        append(fragment, mac_of(keys, fragment));
        ReadProtection read = reader(suite);
        EXPECT_EQ(open_one(read, kType, fragment).cause, Cause::bad_record_mac) << size;
      }
    }
  });
}

// "The MAC SHALL be evaluated before any further processing such as decryption is performed": the
// bytes of a record that is not authentic are still what came; the records before it are delivered.
TEST(Rfc7366_3, NothingIsDecryptedBeforeItsMacIsRight) {
  for_every_block_cipher([](const CipherSuite& suite) {
    constexpr std::size_t kRecords = 4;
    for (std::size_t bad = 0; bad <= kRecords; ++bad) {
      WriteProtection write = writer(suite);
      std::vector<Bytes> wire;
      std::vector<OpenRecord> records;
      for (std::size_t i = 0; i < kRecords; ++i) {
        wire.push_back(fragment_of(seal_one(write, kVersion, kType, pattern(30 * i, 4))));
      }
      if (bad < kRecords) {
        wire[bad].front() ^= 0x80U;
      }
      const std::vector<Bytes> before = wire;
      for (Bytes& fragment : wire) {
        records.push_back({kType, fragment});
      }
      const OpenedBatch batch = reader(suite).open(records);
      EXPECT_EQ(batch.count, bad);
      EXPECT_EQ(batch.error.has_value(), bad < kRecords);
      for (std::size_t i = 0; i < kRecords; ++i) {
        if (i < bad) {
          EXPECT_EQ(to_bytes(records[i].fragment), pattern(30 * i, 4));
        } else {
          EXPECT_EQ(wire[i], before[i]) << "record " << i << " was touched";
        }
      }
    }
  });
}

TEST(Rfc7366_3, PlaintextAboveTheLimitIsRecordOverflow) {
  for_every_block_cipher([](const CipherSuite& suite) {
    const std::size_t block = info(suite.bulk).block_size;
    for (const std::size_t size : {kMaxPlaintext, kMaxPlaintext + 1}) {
      const std::size_t length = block - 1 - size % block;
      Bytes padded = pattern(size, 2);
      padded.resize(size + length + 1, static_cast<std::uint8_t>(length));
      ReadProtection read = reader(suite);
      EXPECT_EQ(open_one(read, kType, authentic(suite, padded)).cause,
                size > kMaxPlaintext ? std::optional(Cause::record_overflow) : std::nullopt);
    }
  });
}

TEST(Rfc7366_3, SealsABatchInPlaceAndShowsWhatItEncrypted) {
  for_every_block_cipher([](const CipherSuite& suite) {
    std::vector<Bytes> rooms;
    std::vector<Bytes> shown(3);
    std::vector<SealRecord> records;
    for (std::size_t i = 0; i < shown.size(); ++i) {
      rooms.push_back(testing::room_for(pattern(20 * i, 3)));
    }
    for (std::size_t i = 0; i < shown.size(); ++i) {
      records.push_back({kType, rooms[i], kRecordHeaderSize, 20 * i, {}, &shown[i]});
    }
    WriteProtection write = writer(suite);
    ASSERT_TRUE(write.seal(records, 0x0301).has_value());

    WriteProtection one_by_one = writer(suite);
    const std::size_t mac = info(suite.mac).hash_size;
    for (std::size_t i = 0; i < shown.size(); ++i) {
      const Bytes plaintext = pattern(20 * i, 3);
      const Bytes sealed = to_bytes(records[i].sealed);
      EXPECT_EQ(sealed, seal_one(one_by_one, kVersion, kType, plaintext));
      ASSERT_EQ(shown[i].size(), sealed.size() - kRecordHeaderSize);
      EXPECT_EQ(Bytes(shown[i].begin(), shown[i].begin() + static_cast<std::ptrdiff_t>(20 * i)),
                plaintext);
      // The MAC is not encrypted: it is shown as it goes out.
      EXPECT_EQ(Bytes(shown[i].end() - static_cast<std::ptrdiff_t>(mac), shown[i].end()),
                Bytes(sealed.end() - static_cast<std::ptrdiff_t>(mac), sealed.end()));
    }
  });
}

TEST(Rfc7366_3, SequenceNumbersEndHereToo) {
  for_every_block_cipher([](const CipherSuite& suite) {
    constexpr auto kEnd = std::numeric_limits<std::uint64_t>::max();
    WriteProtection write = writer(suite);
    write.set_sequence_number(kEnd - 1);
    Bytes last = fragment_of(seal_one(write, kVersion, kType, Bytes{1, 2}));
    EXPECT_TRUE(seal_one(write, kVersion, kType, Bytes{1}).empty());
    Bytes beyond(last.size());
    std::array records{OpenRecord{kType, last}, OpenRecord{kType, beyond}};
    ReadProtection read = reader(suite);
    read.set_sequence_number(kEnd - 1);
    const OpenedBatch batch = read.open(records);
    EXPECT_EQ(batch.count, 1U);
    EXPECT_EQ(to_bytes(records[0].fragment), (Bytes{1, 2}));
    ASSERT_TRUE(batch.error.has_value());
    EXPECT_EQ(batch.error->cause, Cause::sequence_number_exhausted);
  });
}

// The padding by itself, with the rules of both documents.
TEST(CbcUnpad, TakesWhatTheRuleAllows) {
  for (const std::size_t block : {8U, 16U}) {
    for (std::size_t value = 0; value < 256; ++value) {
      Bytes bytes = pattern(256, 3);
      bytes.back() = static_cast<std::uint8_t>(value);
      const auto ssl30 = cbc_unpad({PaddingRule::shorter_than_block, block}, bytes);
      EXPECT_EQ(ssl30, value < block ? std::optional<std::size_t>(255 - value) : std::nullopt);
      std::fill(bytes.end() - static_cast<std::ptrdiff_t>(value) - 1,
                bytes.end(),
                static_cast<std::uint8_t>(value));
      EXPECT_EQ(cbc_unpad({PaddingRule::all_bytes_are_length, block}, bytes), 255 - value);
    }
  }
  EXPECT_EQ(cbc_unpad({PaddingRule::all_bytes_are_length, 8}, Bytes{0}), 0U);
  EXPECT_EQ(cbc_unpad({PaddingRule::all_bytes_are_length, 8}, Bytes{1}), std::nullopt);
}

}  // namespace
}  // namespace heirloom
