#include "keys/traffic_keys.hpp"

#include "protocol/randoms.hpp"
#include "support/vector_file.hpp"
#include "version/profile.hpp"

#include <algorithm>
#include <type_traits>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

using testing::read_vectors;
using testing::VectorBlock;

TrafficKeyPair derive(const VectorBlock& vector) {
  Secret<48> master;
  std::ranges::copy(vector.bytes("master"), master.expose().begin());
  Randoms randoms{};
  std::ranges::copy(vector.bytes("client_random"), randoms.client.begin());
  std::ranges::copy(vector.bytes("server_random"), randoms.server.begin());
  return derive_traffic_keys(profile_for(parse_version(vector.text("version")).value()),
                             *find_cipher_suite(vector.text("suite")),
                             MasterSecret(std::move(master)),
                             randoms);
}

void check_suites_of(std::string_view version) {
  std::size_t count = 0;
  for (const VectorBlock& vector : read_vectors("derivation/derivation.txt")) {
    if (vector.text("kind") != "traffic_keys" || vector.text("version") != version) {
      continue;
    }
    SCOPED_TRACE(vector.text("name"));
    const TrafficKeyPair keys = derive(vector);
    EXPECT_EQ(to_bytes(keys.client_write.mac_secret.expose()), vector.bytes("client_mac"));
    EXPECT_EQ(to_bytes(keys.server_write.mac_secret.expose()), vector.bytes("server_mac"));
    EXPECT_EQ(to_bytes(keys.client_write.key.expose()), vector.bytes("client_key"));
    EXPECT_EQ(to_bytes(keys.server_write.key.expose()), vector.bytes("server_key"));
    EXPECT_EQ(to_bytes(keys.client_write.iv.expose()), vector.bytes("client_iv"));
    EXPECT_EQ(to_bytes(keys.server_write.iv.expose()), vector.bytes("server_iv"));
    ++count;
  }
  EXPECT_EQ(count, cipher_suites().size());
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

// RFC 2246 §6.3: "The client_write_IV and server_write_IV are only generated for non-export block
// ciphers."
TEST(Rfc2246_6_3, StreamCiphersHaveNoIv) {
  for (const CipherSuite& suite : cipher_suites()) {
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
    const TrafficKeyPair keys =
        derive_traffic_keys(kSsl30Profile, suite, MasterSecret(), Randoms{});
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
