// The records of FORTEZZA_CBC (RFC 6101 D.5.1, §6.2.2): keys that are carried and not derived, and
// the eight bytes before a server's first record, against vectors that were made without the
// library.
#include "keys/traffic_keys.hpp"
#include "protocol/randoms.hpp"
#include "record/protection.hpp"
#include "support/record_support.hpp"
#include "support/vector_file.hpp"
#include "version/profile.hpp"

#include <algorithm>
#include <array>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

using testing::open_one;
using testing::seal_one;
using testing::VectorBlock;

constexpr auto kVersion = ProtocolVersion::ssl30;
constexpr auto kType = ContentType::application_data;

const CipherSuite& fortezza_suite(std::uint16_t id) {
  return *find_cipher_suite(id);
}

std::vector<VectorBlock> first_records() {
  std::vector<VectorBlock> chosen;
  for (auto& vector : testing::read_vectors("crypto/fortezza.txt")) {
    if (vector.text("kind") == "record") {
      chosen.push_back(std::move(vector));
    }
  }
  return chosen;
}

SecretBytes iv_field(const Bytes& live) {
  Bytes field(16, 0xee);  // the escrow field, at which nobody looks
  append(field, live);
  return SecretBytes(ByteView(field));
}

/// keys_of are those of both sides; the server's IV is the one that is named.
TrafficKeyPair keys_of(const VectorBlock& vector, std::string_view iv) {
  Randoms randoms{};
  std::ranges::copy(vector.bytes("client_random"), randoms.client.begin());
  std::ranges::copy(vector.bytes("server_random"), randoms.server.begin());
  Secret<48> master;
  std::ranges::copy(vector.bytes("master"), master.expose().begin());
  return derive_traffic_keys(
      profile_for(kVersion),
      fortezza_suite(0x001d),
      MasterSecret(std::move(master)),
      randoms,
      CarriedKeys{.client_write_key = SecretBytes(10),
                  .server_write_key = SecretBytes(ByteView(vector.bytes("server_key"))),
                  .client_write_iv = SecretBytes(24),
                  .server_write_iv = iv_field(vector.bytes(iv)),
                  .server_prefix = vector.bytes("prefix")});
}

ReadProtection reader_of(const VectorBlock& vector) {
  return ReadProtection(keys_of(vector, "server_write_iv").server_write);
}

WriteProtection writer_of(const VectorBlock& vector) {
  return WriteProtection(keys_of(vector, "own_iv").server_write);
}

Bytes fragment_of(const Bytes& record) {
  return {record.begin() + kRecordHeaderSize, record.end()};
}

// RFC 6101 §6.2.2: of the key_block FORTEZZA takes the MAC secrets, and RC4 its keys as well
// (D.5.2: it does not use what was carried).
TEST(Rfc6101_6_2_2, FortezzaTakesItsMacSecretsFromTheKeyBlock) {
  EXPECT_EQ(key_block_size(fortezza_suite(0x001c)), 40U);
  EXPECT_EQ(key_block_size(fortezza_suite(0x001d)), 40U);
  EXPECT_EQ(key_block_size(fortezza_suite(0x001e)), 72U);
  for (const VectorBlock& vector : first_records()) {
    const TrafficKeyPair keys = keys_of(vector, "server_write_iv");
    EXPECT_EQ(to_hex(keys.client_write.mac_secret.expose()) +
                  to_hex(keys.server_write.mac_secret.expose()),
              vector.text("key_block"));
    EXPECT_EQ(to_hex(keys.server_write.key.expose()), vector.text("server_key"));
    EXPECT_EQ(keys.server_write.first_record_prefix, vector.bytes("prefix"));
    EXPECT_TRUE(keys.client_write.first_record_prefix.empty());
  }
}

TEST(Rfc6101_D_5_1, AFirstServerRecordIsOpenedWhateverItsIv) {
  const auto vectors = first_records();
  ASSERT_EQ(vectors.size(), 2U);
  for (const VectorBlock& vector : vectors) {
    SCOPED_TRACE(vector.text("name"));
    ReadProtection read = reader_of(vector);
    EXPECT_EQ(open_one(read, kType, vector.bytes("fragment")).plaintext, vector.bytes("data"));
  }
}

// The vectors have zeros for padding, ours are 6 all of them: only the last block differs.
TEST(Rfc6101_D_5_1, AFirstServerRecordBeginsWithEightBytes) {
  const VectorBlock vector = first_records().at(0);
  WriteProtection write = writer_of(vector);
  const Bytes record = seal_one(write, kVersion, kType, vector.bytes("data"));
  EXPECT_EQ(to_hex(ByteView(record).first(kRecordHeaderSize)), "1703000028");
  Bytes expected = vector.bytes("fragment");
  expected.resize(32);
  append(expected, testing::from_hex("3d6e7310d32da198"));
  EXPECT_EQ(to_hex(fragment_of(record)), to_hex(expected));
}

TEST(Rfc6101_D_5_1, OnlyTheFirstRecordHasThem) {
  for (const VectorBlock& vector : first_records()) {
    SCOPED_TRACE(vector.text("name"));
    WriteProtection write = writer_of(vector);
    ReadProtection one_by_one = reader_of(vector);
    std::vector<Bytes> fragments;
    std::vector<Bytes> plaintexts;
    const std::array sizes{std::size_t{0}, std::size_t{3}, kMaxPlaintext};
    fragments.reserve(sizes.size());
    plaintexts.reserve(sizes.size());
    for (const std::size_t size : sizes) {
      plaintexts.push_back(testing::pattern(size, 3));
      fragments.push_back(fragment_of(seal_one(write, kVersion, kType, plaintexts.back())));
      EXPECT_EQ(fragments.back().size(), (fragments.size() == 1 ? 8 : 0) + (size + 28) / 8 * 8);
      EXPECT_EQ(open_one(one_by_one, kType, fragments.back()).plaintext, plaintexts.back());
    }
    std::vector<OpenRecord> batch;
    batch.reserve(fragments.size());
    for (Bytes& fragment : fragments) {
      batch.push_back({kType, fragment});
    }
    const OpenedBatch opened = reader_of(vector).open(batch);
    EXPECT_FALSE(opened.error.has_value());
    ASSERT_EQ(opened.count, plaintexts.size());
    for (std::size_t i = 0; i < batch.size(); ++i) {
      EXPECT_EQ(to_bytes(batch[i].fragment), plaintexts[i]);
    }
  }
}

// What is too short for the eight bytes, a MAC and its padding is refused like any other damage.
TEST(Rfc6101_D_5_1, AFirstRecordWithoutThemIsBadRecordMac) {
  const VectorBlock vector = first_records().at(1);
  const Bytes fragment = vector.bytes("fragment");
  for (std::size_t size = 0; size < fragment.size(); size += 8) {
    ReadProtection read = reader_of(vector);
    EXPECT_EQ(open_one(read, kType, to_bytes(ByteView(fragment).first(size))).cause,
              Cause::bad_record_mac)
        << size;
  }
  TrafficKeys keys = keys_of(vector, "server_write_iv").server_write;
  keys.first_record_prefix.clear();
  WriteProtection without(std::move(keys));
  ReadProtection read = reader_of(vector);
  EXPECT_EQ(open_one(read, kType, fragment_of(seal_one(without, kVersion, kType, Bytes(20)))).cause,
            Cause::bad_record_mac);
}

// The MAC knows nothing of them, and they are no part of what may be changed unseen: the block that
// follows depends on them.
TEST(Rfc6101_D_5_1, AChangedPrefixIsBadRecordMac) {
  for (const VectorBlock& vector : first_records()) {
    for (std::size_t i = 0; i < 8; ++i) {
      Bytes fragment = vector.bytes("fragment");
      fragment[i] ^= 1U;
      ReadProtection read = reader_of(vector);
      EXPECT_EQ(open_one(read, kType, fragment).cause, Cause::bad_record_mac) << i;
    }
  }
}

}  // namespace
}  // namespace heirloom
