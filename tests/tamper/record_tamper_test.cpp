// Every bit of a record, flipped one at a time, with every cipher and MAC at both versions: the
// answer is bad_record_mac, whatever was hit (RFC 6101 §5.2.3, RFC 2246 §6.2.3, §7.2.2).
#include "support/record_support.hpp"
#include "support/suite_shapes.hpp"

#include <gtest/gtest.h>

namespace heirloom {
namespace {

using testing::make_keys;
using testing::pattern;

constexpr auto kType = ContentType::application_data;

class RecordTamper : public ::testing::TestWithParam<ProtocolVersion> {
 protected:
  /// each runs a check with every cipher and MAC that the version has.
  template <class Check>
  void each(Check check) {
    for (const CipherSuite* const suite : testing::suites_by_shape()) {
      if (suite->versions.contains(GetParam())) {
        SCOPED_TRACE(cipher_suite_name(*suite, GetParam()));
        suite_ = suite;
        check();
      }
    }
  }

  [[nodiscard]] Bytes sealed(std::size_t size, std::uint64_t sequence_number) const {
    WriteProtection write{make_keys(GetParam(), *suite_)};
    write.set_sequence_number(sequence_number);
    return testing::seal_one(write, GetParam(), kType, pattern(size, 8));
  }

  [[nodiscard]] testing::Opened open(Bytes fragment, ContentType type, std::uint64_t number) const {
    ReadProtection read{make_keys(GetParam(), *suite_)};
    read.set_sequence_number(number);
    return testing::open_one(read, type, std::move(fragment));
  }

  const CipherSuite* suite_ = nullptr;
};

TEST_P(RecordTamper, EveryFlippedBitIsBadRecordMac) {
  each([&] {
    // Sizes at which plaintext, MAC and padding_length fill the blocks: in SSL 3.0 nothing covers
    // the content of the padding, so a record that has some has bits that may be flipped.
    const std::size_t block = info(suite_->bulk).block_size;
    const std::size_t mac = info(suite_->mac).hash_size;
    for (const std::size_t least : {std::size_t{0}, std::size_t{40}, std::size_t{64}}) {
      const std::size_t size = least + (block - (least + mac + 1) % block) % block;
      const Bytes record = sealed(size, 0);
      const Bytes fragment(record.begin() + kRecordHeaderSize, record.end());
      ASSERT_EQ(open(fragment, kType, 0).plaintext, pattern(size, 8));
      for (std::size_t bit = 0; bit < fragment.size() * 8; ++bit) {
        Bytes flipped = fragment;
        flipped[bit / 8] ^= static_cast<std::uint8_t>(1U << (bit % 8));
        ASSERT_EQ(open(flipped, kType, 0).cause, Cause::bad_record_mac) << size << " bit " << bit;
      }
    }
  });
}

TEST_P(RecordTamper, EveryFlippedBitOfTheTypeIsBadRecordMac) {
  each([&] {
    const Bytes record = sealed(30, 0);
    for (unsigned bit = 0; bit < 8; ++bit) {
      const auto type = static_cast<ContentType>(static_cast<unsigned>(kType) ^ (1U << bit));
      EXPECT_EQ(open(Bytes(record.begin() + kRecordHeaderSize, record.end()), type, 0).cause,
                Cause::bad_record_mac);
    }
  });
}

TEST_P(RecordTamper, EveryFlippedBitOfTheSequenceNumberIsBadRecordMac) {
  each([&] {
    const Bytes record = sealed(30, 0x0102030405060708);
    for (unsigned bit = 0; bit < 64; ++bit) {
      EXPECT_EQ(open(Bytes(record.begin() + kRecordHeaderSize, record.end()),
                     kType,
                     0x0102030405060708 ^ (std::uint64_t{1} << bit))
                    .cause,
                Cause::bad_record_mac);
    }
  });
}

TEST_P(RecordTamper, EveryTruncationIsBadRecordMac) {
  each([&] {
    const Bytes record = sealed(100, 0);
    const Bytes fragment(record.begin() + kRecordHeaderSize, record.end());
    for (std::size_t size = 0; size < fragment.size(); ++size) {
      EXPECT_EQ(open(Bytes(fragment.begin(), fragment.begin() + static_cast<std::ptrdiff_t>(size)),
                     kType,
                     0)
                    .cause,
                Cause::bad_record_mac)
          << size;
    }
  });
}

TEST_P(RecordTamper, EveryExtensionIsBadRecordMac) {
  each([&] {
    const Bytes record = sealed(100, 0);
    for (std::size_t more = 1; more <= 300; ++more) {
      Bytes fragment(record.begin() + kRecordHeaderSize, record.end());
      append(fragment, pattern(more, 3));
      EXPECT_EQ(open(fragment, kType, 0).cause, Cause::bad_record_mac) << more;
    }
  });
}

INSTANTIATE_TEST_SUITE_P(Versions,
                         RecordTamper,
                         ::testing::ValuesIn(testing::kBothVersions),
                         [](const auto& test) {
                           return test.param == ProtocolVersion::ssl30 ? "SSL30" : "TLS10";
                         });

}  // namespace
}  // namespace heirloom
