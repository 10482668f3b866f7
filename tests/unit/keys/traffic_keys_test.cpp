#include "keys/traffic_keys.hpp"

#include "protocol/randoms.hpp"
#include "support/suite_shapes.hpp"
#include "support/vector_file.hpp"
#include "version/profile.hpp"

#include <algorithm>
#include <set>
#include <type_traits>
#include <utility>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

using testing::read_vectors;
using testing::VectorBlock;

const VersionProfile& profile_of(const VectorBlock& vector) {
  return profile_for(parse_version(vector.text("version")).value());
}

Randoms randoms_of(const VectorBlock& vector) {
  Randoms randoms{};
  std::ranges::copy(vector.bytes("client_random"), randoms.client.begin());
  std::ranges::copy(vector.bytes("server_random"), randoms.server.begin());
  return randoms;
}

MasterSecret master_of(const VectorBlock& vector) {
  Secret<48> master;
  std::ranges::copy(vector.bytes("master"), master.expose().begin());
  return MasterSecret(std::move(master));
}

void check_keys(const VectorBlock& vector, const CipherSuite& suite) {
  SCOPED_TRACE(vector.text("name"));
  const TrafficKeyPair keys =
      derive_traffic_keys(profile_of(vector), suite, master_of(vector), randoms_of(vector));
  EXPECT_EQ(to_bytes(keys.client_write.mac_secret.expose()), vector.bytes("client_mac"));
  EXPECT_EQ(to_bytes(keys.server_write.mac_secret.expose()), vector.bytes("server_mac"));
  EXPECT_EQ(to_bytes(keys.client_write.key.expose()), vector.bytes("client_key"));
  EXPECT_EQ(to_bytes(keys.server_write.key.expose()), vector.bytes("server_key"));
  EXPECT_EQ(to_bytes(keys.client_write.iv.expose()), vector.bytes("client_iv"));
  EXPECT_EQ(to_bytes(keys.server_write.iv.expose()), vector.bytes("server_iv"));
}

using Shapes = std::set<std::pair<BulkCipher, MacAlgorithm>>;

enum class Kind { exportable, full };

/// shapes_of_table are the ciphers with their MACs of the suites of that kind.
Shapes shapes_of_table(Kind kind) {
  Shapes shapes;
  for (const CipherSuite& suite : cipher_suites()) {
    if (suite.is_exportable() == (kind == Kind::exportable) &&
        !info(suite.bulk).has_carried_keys()) {  // unit/record/fortezza_records_test.cpp
      shapes.emplace(suite.bulk, suite.mac);
    }
  }
  return shapes;
}

void check_suites_of(std::string_view version) {
  Shapes seen;
  for (const VectorBlock& vector : read_vectors("derivation/derivation.txt")) {
    if (vector.text("kind") == "traffic_keys" && vector.text("version") == version) {
      const CipherSuite& suite = *find_cipher_suite(vector.text("suite"));
      check_keys(vector, suite);
      seen.emplace(suite.bulk, suite.mac);
    }
  }
  EXPECT_EQ(seen, shapes_of_table(Kind::full));
}

CipherSuite exportable_suite(const VectorBlock& vector) {
  return testing::suite_of_shape(vector.text("cipher"),
                                 vector.text("hash"),
                                 static_cast<std::uint16_t>(vector.number("export_limit_bits")));
}

/// for_each_export calls `check` with every vector of exportable suites at that version.
template <class Check>
void for_each_export(std::string_view version, Check check) {
  std::size_t count = 0;
  for (const VectorBlock& vector : read_vectors("derivation/export.txt")) {
    if (vector.text("version") == version) {
      check(vector);
      ++count;
    }
  }
  EXPECT_EQ(count, 14U);  // seven shapes of suites, two connections each
}

void check_final_key(const VectorBlock& vector, Side writer) {
  const std::string side = writer == Side::client ? "client" : "server";
  const Bytes expected = vector.bytes(side + "_key");
  Bytes key(expected.size());
  profile_of(vector).final_write_key(
      writer, vector.bytes(side + "_key_material"), randoms_of(vector), key);
  EXPECT_EQ(key, expected) << vector.text("name");
}

void check_ivs(const VectorBlock& vector) {
  const Bytes client = vector.bytes("client_iv");
  Bytes block(2 * client.size());
  profile_of(vector).iv_block(randoms_of(vector), block);
  Bytes expected = client;
  append(expected, vector.bytes("server_iv"));
  EXPECT_EQ(block, expected) << vector.text("name");
}

// RFC 2246 §6.3: "the key_block is partitioned as follows: client_write_MAC_secret,
// server_write_MAC_secret, client_write_key, server_write_key, client_write_IV, server_write_IV"
TEST(Rfc2246_6_3, KeyBlockIsCutInTheStatedOrder) {
  check_suites_of("TLS 1.0");
}

// RFC 6101 §6.2.2: the same order
TEST(Rfc6101_6_2_2, KeyBlockIsCutInTheStatedOrder) {
  check_suites_of("SSL 3.0");
}

// RFC 6101 §6.2.2: "final_client_write_key = MD5(client_write_key + ClientHello.random +
// ServerHello.random); final_server_write_key = MD5(server_write_key + ServerHello.random +
// ClientHello.random)", trimmed from the end.
TEST(Rfc6101_6_2_2, ExportableKeysAreMd5OfKeyMaterialAndRandoms) {
  for_each_export("SSL 3.0", [](const VectorBlock& vector) {
    check_final_key(vector, Side::client);
    check_final_key(vector, Side::server);
  });
}

// RFC 6101 §6.2.2: "client_write_IV = MD5(ClientHello.random + ServerHello.random); server_write_IV
// = MD5(ServerHello.random + ClientHello.random)"
TEST(Rfc6101_6_2_2, ExportableIvsAreMd5OfTheRandoms) {
  for_each_export("SSL 3.0", check_ivs);
}

// RFC 2246 §6.3: "final_client_write_key = PRF(SecurityParameters.client_write_key, "client write
// key", SecurityParameters.client_random + SecurityParameters.server_random)", and the server's
// likewise with the same order of randoms.
TEST(Rfc2246_6_3, ExportableKeysArePrfOfKeyMaterialAndRandoms) {
  for_each_export("TLS 1.0", [](const VectorBlock& vector) {
    check_final_key(vector, Side::client);
    check_final_key(vector, Side::server);
  });
}

// RFC 2246 §6.3: "iv_block = PRF("", "IV block", SecurityParameters.client_random +
// SecurityParameters.server_random)"
TEST(Rfc2246_6_3, ExportableIvsArePrfWithoutASecret) {
  for_each_export("TLS 1.0", check_ivs);
}

// RFC 6101 §6.2.2.1 and RFC 2246 §6.3.1 work SSL_RSA_EXPORT_WITH_RC2_CBC_40_MD5 through; the others
// go the same way.
TEST(Rfc6101_6_2_2_1, ExportableSuitesGoTheWayOfTheExample) {
  for_each_export("SSL 3.0",
                  [](const VectorBlock& vector) { check_keys(vector, exportable_suite(vector)); });
}

TEST(Rfc2246_6_3_1, ExportableSuitesGoTheWayOfTheExample) {
  for_each_export("TLS 1.0",
                  [](const VectorBlock& vector) { check_keys(vector, exportable_suite(vector)); });
}

// RFC 6101 §6.2.2.1: "five random bytes for each of the two encryption keys and 16 bytes for each
// of the MAC keys, for a total of 42 bytes of key material": no IVs.
TEST(Rfc6101_6_2_2_1, KeyBlockOfTheExampleHasFortyTwoBytes) {
  EXPECT_EQ(key_block_size(testing::suite_of_shape("RC2_CBC_40", "MD5", 512)), 42U);
  for (const VectorBlock& vector : read_vectors("derivation/export.txt")) {
    EXPECT_EQ(key_block_size(exportable_suite(vector)), vector.bytes("key_block").size())
        << vector.text("name");
  }
}

TEST(TrafficKeys, HaveVectorsForEveryExportableSuite) {
  Shapes seen;
  for (const VectorBlock& vector : read_vectors("derivation/export.txt")) {
    const CipherSuite suite = exportable_suite(vector);
    seen.emplace(suite.bulk, suite.mac);
  }
  EXPECT_TRUE(std::ranges::includes(seen, shapes_of_table(Kind::exportable)));
}

// The draft of the 56-bit suites gives DES 8 bytes of key material and derives its keys all the
// same: what makes a suite exportable is not its cipher.
TEST(TrafficKeys, OfDesAreDerivedOnceMoreInAnExportableSuite) {
  const CipherSuite plain = testing::suite_of_shape("DES_CBC", "SHA");
  const CipherSuite exportable = testing::suite_of_shape("DES_CBC", "SHA", 1024);
  for (const VersionProfile* const profile : {&kSsl30Profile, &kTls10Profile}) {
    const TrafficKeyPair once = derive_traffic_keys(*profile, plain, MasterSecret(), Randoms{});
    const TrafficKeyPair twice =
        derive_traffic_keys(*profile, exportable, MasterSecret(), Randoms{});
    EXPECT_EQ(to_bytes(once.client_write.mac_secret.expose()),
              to_bytes(twice.client_write.mac_secret.expose()));
    EXPECT_NE(to_bytes(once.client_write.key.expose()), to_bytes(twice.client_write.key.expose()));
    EXPECT_NE(to_bytes(once.client_write.iv.expose()), to_bytes(twice.client_write.iv.expose()));
  }
}

// RFC 2246 §6.3: "The client_write_IV and server_write_IV are only generated for non-export block
// ciphers."
TEST(Rfc2246_6_3, StreamCiphersHaveNoIv) {
  for (const CipherSuite& suite : cipher_suites()) {
    if (!suite.versions.tls10) {
      continue;
    }
    const TrafficKeyPair keys =
        derive_traffic_keys(kTls10Profile, suite, MasterSecret(), Randoms{});
    const bool is_stream = info(suite.bulk).type == CipherType::stream;
    EXPECT_EQ(keys.client_write.iv.size() == 0, is_stream) << suite.openssl_name;
    EXPECT_EQ(keys.server_write.iv.size() == 0, is_stream) << suite.openssl_name;
  }
}

// RFC 2246 §6.3: "The cipher spec which is defined in this document which requires the most
// material is 3DES_EDE_CBC_SHA: it requires 2 x 24 byte keys, 2 x 20 byte MAC secrets, and 2 x 8
// byte IVs, for a total of 104 bytes of key material."
TEST(Rfc2246_6_3, TripleDesTakesAHundredAndFourBytes) {
  const TrafficKeyPair keys = derive_traffic_keys(
      kTls10Profile, *find_cipher_suite("DES-CBC3-SHA"), MasterSecret(), Randoms{});
  std::size_t total = 0;
  for (const TrafficKeys* const side : {&keys.client_write, &keys.server_write}) {
    total += side->mac_secret.size() + side->key.size() + side->iv.size();
  }
  EXPECT_EQ(total, 104U);
}

TEST(TrafficKeys, KnowTheirProfileAndSuiteAndFillTheKeyOfTheCipher) {
  for (const CipherSuite& suite : cipher_suites()) {
    CarriedKeys carried;
    carried.client_write_key = SecretBytes(10);
    carried.server_write_key = SecretBytes(10);
    const TrafficKeyPair keys =
        derive_traffic_keys(kSsl30Profile, suite, MasterSecret(), Randoms{}, std::move(carried));
    for (const TrafficKeys* const side : {&keys.client_write, &keys.server_write}) {
      EXPECT_EQ(side->profile, &kSsl30Profile);
      EXPECT_EQ(side->suite, &suite);
      EXPECT_EQ(side->key.size(), info(suite.bulk).expanded_key);
    }
  }
}

// RFC 2246 §6.1: a pending state becomes current once.
TEST(TrafficKeys, CanOnlyBeMoved) {
  static_assert(!std::is_copy_constructible_v<TrafficKeys>);
  static_assert(!std::is_copy_assignable_v<TrafficKeys>);
  TrafficKeyPair keys = derive_traffic_keys(
      kTls10Profile, *find_cipher_suite("AES128-SHA"), MasterSecret(), Randoms{});
  const TrafficKeys moved = std::move(keys.client_write);
  EXPECT_EQ(moved.key.size(), 16U);
  EXPECT_EQ(keys.client_write.key.size(), 0U);  // NOLINT(bugprone-use-after-move): is the test
}

}  // namespace
}  // namespace heirloom
