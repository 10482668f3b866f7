// Connections with exportable suites as OpenSSL 1.0.1 had them with itself: the keys that we derive
// open what it sealed (RFC 6101 §6.2.2.1, RFC 2246 §6.3.1, drift D37 to D40).
#include "protocol/randoms.hpp"
#include "support/record_support.hpp"
#include "support/suite_shapes.hpp"
#include "support/vector_file.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

using testing::VectorBlock;

TrafficKeyPair derive(const VectorBlock& vector, const CipherSuite& suite) {
  Secret<48> master;
  std::ranges::copy(vector.bytes("master"), master.expose().begin());
  Randoms randoms{};
  std::ranges::copy(vector.bytes("client_random"), randoms.client.begin());
  std::ranges::copy(vector.bytes("server_random"), randoms.server.begin());
  return derive_traffic_keys(profile_for(parse_version(vector.text("version")).value()),
                             suite,
                             MasterSecret(std::move(master)),
                             randoms);
}

/// opened_data opens the records one after the other and joins what is application data.
Bytes opened_data(TrafficKeys keys, ByteView records) {
  ReadProtection read{std::move(keys)};
  Bytes data;
  while (!records.empty()) {
    const std::size_t length = std::size_t{records[3]} << 8U | records[4];
    const auto type = static_cast<ContentType>(records[0]);
    const auto opened =
        testing::open_one(read, type, to_bytes(records.subspan(kRecordHeaderSize, length)));
    if (!opened.plaintext.has_value()) {
      ADD_FAILURE() << "a record was not opened";
      break;
    }
    if (type == ContentType::application_data) {
      append(data, *opened.plaintext);
    }
    records = records.subspan(kRecordHeaderSize + length);
  }
  return data;
}

TEST(ExportableRecords, OfOpensslAreOpened) {
  const auto vectors = testing::read_vectors("derivation/export_recorded.txt");
  EXPECT_EQ(vectors.size(), 6U);  // three suites at two versions
  for (const VectorBlock& vector : vectors) {
    SCOPED_TRACE(vector.text("name"));
    const CipherSuite suite =
        testing::suite_of_shape(vector.text("cipher"), vector.text("hash"), 512);
    TrafficKeyPair keys = derive(vector, suite);
    EXPECT_EQ(opened_data(std::move(keys.client_write), vector.bytes("client_records")),
              vector.bytes("client_text"));
    EXPECT_EQ(opened_data(std::move(keys.server_write), vector.bytes("server_records")),
              vector.bytes("server_text"));
  }
}

}  // namespace
}  // namespace heirloom
