// Records that are compressed before they are protected (RFC 6101 §5.2.2, RFC 2246 §6.2.2, RFC
// 3749).
#include "crypto/cipher.hpp"
#include "record/record_mac.hpp"
#include "record/record_writer.hpp"
#include "support/record_support.hpp"
#include "support/record_vectors.hpp"
#include "support/suite_shapes.hpp"

#include <functional>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

using testing::open_one;
using testing::pattern;
using testing::seal_one;

constexpr auto kType = ContentType::application_data;

/// Kind is a cipher with its MAC, a version and an order.
struct Kind {
  ProtocolVersion version;
  const CipherSuite* suite;
  MacOrder mac_order;

  [[nodiscard]] TrafficKeys keys(CompressionMethod method = CompressionMethod::deflate) const {
    TrafficKeys keys = testing::make_keys(version, *suite);
    keys.mac_order = mac_order;
    keys.compression_method = method;
    return keys;
  }
};

void for_every_kind(const std::function<void(const Kind&)>& check) {
  for (const CipherSuite* const suite : testing::suites_by_shape()) {
    for (const ProtocolVersion version : testing::kBothVersions) {
      if (!suite->versions.contains(version)) {
        continue;
      }
      SCOPED_TRACE(cipher_suite_name(*suite, version));
      check({version, suite, MacOrder::mac_then_encrypt});
      if (info(suite->bulk).type == CipherType::block) {
        check({version, suite, MacOrder::encrypt_then_mac});
      }
    }
  }
}

Bytes fragment_of(const Bytes& record) {
  return {record.begin() + kRecordHeaderSize, record.end()};
}

Bytes compressed(Compressor& compressor, ByteView fragment) {
  Bytes out(fragment.size() + kMaxCompressionExpansion);
  out.resize(compressor.compress(fragment, out));
  return out;
}

/// authentic protects anything as the first record, as if it were the compressed form of something.
/// It may be longer than any plaintext, so nothing of WriteProtection helps.
Bytes authentic(const TrafficKeys& keys, ByteView anything) {
  Bytes fragment = to_bytes(anything);
  switch (keys.suite->mac) {
    case MacAlgorithm::md5:
      append(fragment, RecordMac<crypto::Md5>(keys).compute(0, kType, anything));
      break;
    case MacAlgorithm::sha:
      append(fragment, RecordMac<crypto::Sha1>(keys).compute(0, kType, anything));
      break;
  }
  if (info(keys.suite->bulk).type == CipherType::stream) {
    crypto::make_stream_cipher(keys.suite->bulk, keys.key.expose())->apply(fragment);
    return fragment;
  }
  const std::size_t block = info(keys.suite->bulk).block_size;
  const std::size_t padding = block - 1 - fragment.size() % block;
  fragment.resize(fragment.size() + padding + 1, static_cast<std::uint8_t>(padding));
  crypto::make_cbc_cipher(
      keys.suite->bulk, keys.key.expose(), keys.iv.expose(), crypto::CipherDirection::encrypt)
      ->apply(fragment);
  return fragment;
}

TEST(CompressedRecords, RoundTripWithOneHistoryForAllTypes) {
  for_every_kind([](const Kind& kind) {
    WriteProtection write{kind.keys()};
    ReadProtection read{kind.keys()};
    EXPECT_TRUE(read.decompresses());
    const Bytes page = pattern(2000, 6);
    std::size_t first = 0;
    for (const ContentType type : {ContentType::handshake, kType, ContentType::alert, kType}) {
      const Bytes record = seal_one(write, kind.version, type, page);
      EXPECT_EQ(open_one(read, type, fragment_of(record)).plaintext, page);
      if (first == 0) {
        first = record.size();
      } else {
        EXPECT_LT(record.size(), first / 5);
      }
    }
    for (const std::size_t size : {std::size_t{0}, std::size_t{0}, std::size_t{1}, kMaxPlaintext}) {
      const Bytes record = seal_one(write, kind.version, kType, pattern(size, 9));
      EXPECT_LE(record.size(), kRecordHeaderSize + size + WriteProtection::kMaxExpansion);
      EXPECT_EQ(open_one(read, kType, fragment_of(record)).plaintext, pattern(size, 9));
    }
  });
}

TEST(CompressedRecords, ABatchIsWhatItsRecordsAre) {
  for_every_kind([](const Kind& kind) {
    constexpr std::size_t kRecords = 5;
    std::vector<Bytes> rooms;
    std::vector<Bytes> shown(kRecords);
    std::vector<SealRecord> sealing;
    for (std::size_t i = 0; i < kRecords; ++i) {
      rooms.push_back(testing::room_for(pattern(100 * i, 7)));
    }
    for (std::size_t i = 0; i < kRecords; ++i) {
      sealing.push_back({kType, rooms[i], kRecordHeaderSize, 100 * i, {}, &shown[i]});
    }
    WriteProtection write{kind.keys()};
    ASSERT_TRUE(write.seal(sealing, testing::wire_version(kind.version)).has_value());

    WriteProtection one_by_one{kind.keys()};
    std::vector<Bytes> wire;
    std::vector<OpenRecord> opening;
    const auto compressor = make_compressor(CompressionMethod::deflate);
    for (std::size_t i = 0; i < kRecords; ++i) {
      const Bytes sealed = seal_one(one_by_one, kind.version, kType, pattern(100 * i, 7));
      EXPECT_EQ(to_bytes(sealing[i].sealed), sealed);
      // What goes into MAC and cipher is the compressed form.
      const Bytes expected = compressed(*compressor, pattern(100 * i, 7));
      ASSERT_GE(shown[i].size(), expected.size());
      EXPECT_TRUE(std::equal(expected.begin(), expected.end(), shown[i].begin()));
      wire.push_back(fragment_of(sealed));
    }
    wire.back().front() ^= 1U;
    for (Bytes& fragment : wire) {
      opening.push_back({kType, fragment});
    }
    const OpenedBatch batch = ReadProtection(kind.keys()).open(opening);
    EXPECT_EQ(batch.count, kRecords - 1);
    ASSERT_TRUE(batch.error.has_value());
    EXPECT_EQ(batch.error->cause, Cause::bad_record_mac);
    for (std::size_t i = 0; i < batch.count; ++i) {
      EXPECT_EQ(to_bytes(opening[i].fragment), pattern(100 * i, 7));
    }
  });
}

// Drift D120: nothing is said about a record's contents before its MAC has verified.
TEST(CompressedRecords, ABombIsDecompressionFailureOnlyIfAuthentic) {
  for_every_kind([](const Kind& kind) {
    if (kind.mac_order == MacOrder::encrypt_then_mac) {
      return;  // `authentic` makes the other order
    }
    const auto record_of = [](std::size_t size) {
      return compressed(*make_compressor(CompressionMethod::deflate), Bytes(size, 'x'));
    };
    for (const std::size_t size : {kMaxPlaintext, kMaxPlaintext + 1, std::size_t{5'000'000}}) {
      Bytes fragment = authentic(kind.keys(), record_of(size));
      ReadProtection read{kind.keys()};
      EXPECT_EQ(open_one(read, kType, fragment).cause,
                size > kMaxPlaintext ? std::optional(Cause::decompression_failure) : std::nullopt);
      fragment.front() ^= 1U;
      ReadProtection again{kind.keys()};
      EXPECT_EQ(open_one(again, kType, fragment).cause, Cause::bad_record_mac);
    }
    ReadProtection garbage{kind.keys()};
    EXPECT_EQ(open_one(garbage, kType, authentic(kind.keys(), pattern(100, 1))).cause,
              Cause::decompression_failure);
  });
}

// RFC 2246 §6.2.2: "The length should not exceed 2^14 + 1024", for the compressed form; without
// compression that is a plaintext, whose limit is lower.
TEST(CompressedRecords, ACompressedFragmentHasALimitOfItsOwn) {
  for_every_kind([](const Kind& kind) {
    if (kind.mac_order == MacOrder::encrypt_then_mac) {
      return;
    }
    // Stored blocks of nothing, five bytes each, make a record as long as one likes.
    Bytes nothing{0x78, 0x01};
    while (nothing.size() + 5 <= kMaxCompressed) {
      append(nothing, Bytes{0, 0, 0, 0xff, 0xff});
    }
    ASSERT_GT(nothing.size(), kMaxPlaintext);
    ReadProtection read{kind.keys()};
    EXPECT_EQ(open_one(read, kType, authentic(kind.keys(), nothing)).plaintext, Bytes());
    nothing.resize(kMaxCompressed + 1);
    ReadProtection again{kind.keys()};
    EXPECT_EQ(open_one(again, kType, authentic(kind.keys(), nothing)).cause,
              Cause::record_overflow);
  });
}

// The layout is another implementation's; the compressed bytes inside are zlib's there too.
TEST(CompressedRecords, OfAnotherImplementationAreOpened) {
  const auto connections = testing::read_record_vectors("records/compressed.txt");
  EXPECT_EQ(connections.size(), 4U);
  for (const testing::ConnectionVector& connection : connections) {
    ReadProtection read{connection.keys()};
    EXPECT_GE(connection.records.size(), 3U);
    for (const auto& record : connection.records) {
      const auto opened = open_one(read, record.type, fragment_of(record.record));
      EXPECT_EQ(opened.cause, std::nullopt) << connection.name;
      EXPECT_EQ(opened.plaintext, record.plaintext) << connection.name;
    }
    // Ours says the same to whoever has the keys.
    WriteProtection write{connection.keys()};
    ReadProtection again{connection.keys()};
    for (const auto& record : connection.records) {
      const Bytes sealed = seal_one(write, connection.version, record.type, record.plaintext);
      EXPECT_EQ(open_one(again, record.type, fragment_of(sealed)).plaintext, record.plaintext);
    }
  }
}

/// Watch keeps the plaintexts that a writer shows.
class Watch final : public Inspector {
 public:
  void message(Event::Direction /*direction*/, std::span<const std::uint8_t> /*message*/) override {
  }

  void record(const InspectedRecord& record) override {
    plaintexts.push_back(to_bytes(record.plaintext));
    unencrypted.push_back(to_bytes(record.unencrypted));
  }

  void derived(DerivedValue /*what*/, std::span<const std::uint8_t> /*value*/) override {}

  std::vector<Bytes> plaintexts;
  std::vector<Bytes> unencrypted;
};

// 1/n-1 splitting and records beyond the limit, compressed; and an inspector sees what was said.
TEST(CompressedRecords, AreSplitAndShownLikeOthers) {
  for_every_kind([](const Kind& kind) {
    Watch watch;
    RecordWriter writer;
    writer.set_version(testing::wire_version(kind.version));
    writer.activate(WriteProtection{kind.keys()});
    writer.show_to(&watch);
    const Bytes data = pattern(3 * kMaxPlaintext, 4);
    ByteView rest = data;
    while (!rest.empty()) {
      const ByteSpan room = writer.staging(rest.size());
      std::copy_n(rest.begin(), room.size(), room.begin());
      writer.staged(room.size());
      rest = rest.subspan(room.size());
    }
    ASSERT_TRUE(writer.flush(CbcSplitting::one_n_minus_one).has_value());
    ASSERT_TRUE(writer.write(ContentType::handshake, data).has_value());

    const bool splits = info(kind.suite->bulk).type == CipherType::block;
    ASSERT_EQ(writer.outgoing().size(), splits ? 7U : 6U);
    ASSERT_EQ(watch.plaintexts.size(), writer.outgoing().size());
    ReadProtection read{kind.keys()};
    Bytes received;
    for (std::size_t i = 0; i < watch.plaintexts.size(); ++i) {
      const Bytes record = to_bytes(writer.outgoing()[i]);
      const auto opened =
          open_one(read, static_cast<ContentType>(record.front()), fragment_of(record));
      ASSERT_EQ(opened.plaintext, watch.plaintexts[i]);
      EXPECT_NE(ByteView(watch.unencrypted[i]).first(1)[0], watch.plaintexts[i][0]);
      append(received, *opened.plaintext);
    }
    EXPECT_EQ(watch.plaintexts[0].size(), splits ? 1U : kMaxPlaintext);
    Bytes twice = data;
    append(twice, data);
    EXPECT_EQ(received, twice);
  });
}

}  // namespace
}  // namespace heirloom
