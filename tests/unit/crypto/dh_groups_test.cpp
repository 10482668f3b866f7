// Diffie-Hellman groups: the table against the documents' formulas, files made by the openssl
// command, and the checks of a peer's group and of a file's.
#include "crypto/dh.hpp"
#include "crypto/library.hpp"
#include "support/vector_file.hpp"
#include "unit/crypto/dh_support.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

namespace heirloom::crypto {
namespace {

using testing::from_hex;
using testing::group_of;
using testing::known;
using testing::minus_one;
using testing::read_vectors;

TEST(DhGroups, AreThoseOfTheDocumentsAndOfOldServers) {
  std::size_t count = 0;
  for (const auto& vector : read_vectors("crypto/dh.txt")) {
    if (vector.text("kind") != "known") {
      continue;
    }
    const DhGroup* group = find_known_group(vector.bytes("p"), vector.bytes("g"));
    ASSERT_NE(group, nullptr) << vector.text("name");
    EXPECT_EQ(group->p, vector.bytes("p"));
    EXPECT_EQ(group->q, vector.has("q") ? vector.bytes("q") : Bytes{}) << vector.text("name");
    EXPECT_FALSE(group->name.empty());
    ++count;
  }
  EXPECT_EQ(count, 9U);
  EXPECT_EQ(count, known_dh_groups().size());
}

TEST(DhGroups, HaveSafePrimesAndTheOrderTheyClaim) {
  for (const DhGroup& group : known_dh_groups()) {
    SCOPED_TRACE(group.name);
    const BigNumber p = big_number(group.p);
    const BigNumber half(BN_dup(p.get()));
    ASSERT_EQ(BN_rshift1(half.get(), half.get()), 1);
    const BigNumberContext scratch(BN_CTX_new());
    if (group.bits() <= 1024) {  // larger ones take half a minute, and the vectors have them
      EXPECT_EQ(BN_check_prime(p.get(), scratch.get(), nullptr), 1);
      EXPECT_EQ(BN_check_prime(half.get(), scratch.get(), nullptr), 1);
    }
    const BigNumber power(BN_new());
    ASSERT_EQ(
        BN_mod_exp(power.get(), big_number(group.g).get(), half.get(), p.get(), scratch.get()), 1);
    EXPECT_EQ(BN_is_one(power.get()) == 1, !group.q.empty());
    if (!group.q.empty()) {
      EXPECT_EQ(number_bytes(half.get()), group.q);
    }
  }
}

TEST(DhGroups, AreFoundBySize) {
  EXPECT_EQ(known_group_of_size(511), nullptr);
  EXPECT_EQ(known(512).bits(), 512U);
  EXPECT_EQ(known(767).bits(), 512U);
  EXPECT_EQ(known(1024).bits(), 1024U);
  EXPECT_EQ(known(2048).bits(), 2048U);
  EXPECT_EQ(known(100000).bits(), 4096U);
}

TEST(DhGroups, AreTheSameWithLeadingZeros) {
  const DhGroup& group = known(1024);
  Bytes p = group.p;
  p.insert(p.begin(), 2, 0);
  EXPECT_EQ(find_known_group(p, Bytes{0, 2}), known_group_of_size(1024));
  EXPECT_EQ(find_known_group(group.p, Bytes{5}), nullptr);
  EXPECT_EQ(find_known_group({}, {}), nullptr);
  EXPECT_EQ(make_dh_group(p, Bytes{0, 2}).q, group.q);
  const DhGroup other = make_dh_group(p, Bytes{0, 5}, Bytes{0, 0, 7});
  EXPECT_EQ(other.p, group.p);
  EXPECT_EQ(other.g, Bytes{5});
  EXPECT_EQ(other.q, Bytes{7});
  EXPECT_TRUE(other.name.empty());
  EXPECT_EQ(DhGroup{}.bits(), 0U);
}

Result<void> checked(const DhGroup& group, GroupOrigin origin = GroupOrigin::peer) {
  return check_group(group, origin);
}

TEST(DhGroupCheck, TakesEveryGroupOfTheTableAndOfTheVectors) {
  for (const DhGroup& group : known_dh_groups()) {
    EXPECT_TRUE(checked(group, GroupOrigin::file).has_value()) << group.name;
  }
  std::size_t count = 0;
  for (const auto& vector : read_vectors("crypto/dh.txt")) {
    if (vector.has("q") && vector.text("name").starts_with("RFC 5114")) {
      const auto result = checked(group_of(vector), GroupOrigin::file);
      EXPECT_TRUE(result.has_value()) << vector.text("name");
      ++count;
    }
  }
  EXPECT_EQ(count, 3U);
}

TEST(DhGroupCheck, RefusesWhatIsNoGroup) {
  const auto refuses = [](const DhGroup& group, std::string_view detail) {
    for (const GroupOrigin origin : {GroupOrigin::peer, GroupOrigin::file}) {
      const auto result = checked(group, origin);
      EXPECT_FALSE(result.has_value()) << detail;
      EXPECT_EQ(result.error().cause, Cause::key_exchange_malformed);
      EXPECT_EQ(result.error().detail, detail);
    }
    EXPECT_EQ(DhKeyPair::generate(group, *system_random()).error().cause,
              Cause::key_exchange_malformed);
    EXPECT_FALSE(DhKeyPair::from_private(group, Bytes{2}).has_value());
  };
  const DhGroup good = known(1024);
  refuses({}, "the Diffie-Hellman prime is even");
  refuses({.p = minus_one(good.p), .g = {2}, .q = {}, .name = {}},
          "the Diffie-Hellman prime is even");
  refuses({.p = Bytes(1025, 0xff), .g = {2}, .q = {}, .name = {}},
          "the Diffie-Hellman prime has 8200 bits, more than 8192");
  for (const Bytes& g : {Bytes{}, Bytes{1}, minus_one(good.p), good.p, Bytes(129, 0xff)}) {
    refuses({.p = good.p, .g = g, .q = {}, .name = {}},
            "the Diffie-Hellman generator is out of range");
  }
  for (const Bytes& q : {Bytes{1}, Bytes(19, 0xff), good.p}) {
    refuses({.p = good.p, .g = {3}, .q = q, .name = {}},
            "the order given for the Diffie-Hellman generator is out of range");
  }
}

TEST(DhGroupCheck, TestsAFilesNumbersForBeingPrimeAndNotAPeers) {
  const auto only_file_refuses = [](const DhGroup& group, std::string_view detail) {
    EXPECT_TRUE(checked(group, GroupOrigin::peer).has_value()) << detail;
    EXPECT_EQ(checked(group, GroupOrigin::file).error().detail, detail);
  };
  const DhGroup good = known(1024);
  Bytes composite = good.p;
  composite[100] ^= 0x40;
  only_file_refuses({.p = composite, .g = {2}, .q = {}, .name = {}},
                    "the Diffie-Hellman modulus is no prime");
  // A q that is no prime, and one that is a prime and not the order of 3.
  Bytes not_prime = good.q;
  not_prime[100] ^= 0x40;
  Bytes other_prime = known(768).q;
  for (const Bytes& q : {not_prime, other_prime}) {
    only_file_refuses({.p = good.p, .g = {3}, .q = q, .name = {}},
                      "the order given for the Diffie-Hellman generator is not its order");
  }
}

// Made with: openssl dhparam 512, and openssl genpkey -genparam -algorithm DHX (1024 and 160 bits).
constexpr std::string_view kPkcs3 = R"(-----BEGIN DH PARAMETERS-----
MEYCQQC1hV/192t71DA6zLVpAtGM8z6je5MYnItp/4LWbrvmyuvHoLnz6yh6cHJX
IEREzw84DfWyU4p0vs98zQ5UO4+nAgEC
-----END DH PARAMETERS-----)";
constexpr std::string_view kX942 = R"(-----BEGIN X9.42 DH PARAMETERS-----
MIIBOwKBgQC+s3m340BulaLU0LCfkIO5WWmzsbH1FhAfK7nqSwEpUWGM5z/r2rAE
+WpQo8a6uaypo631sFlq6k5VoN6zGy+KItyAb7ciNS6Pqilo84R9Z7FG8dBMk9Sq
TAHhYKgCjIZHuAhbMcOjF2zsCMEueUsWaA3BruZRPWffgt9Ga+f3nQKBgQCt+WHO
NMIBfgRM77n1j/VHdBoehOwrt/Pq4jMjDJ9fhg8aPShGR7+0Mv34S3ha7R9jfnjI
xlc3KFmedUUoMmGrjWO8vV/WquIdz3okIVB4yaiaXsipVUEkfmbGFjxq7YzBlT0i
Qg0G4K0d7PSXOEeBrtDVLNf5gIQTF3sfhqNUCAIVAIsVzLcguRJ6WhflZ7hVQwcT
03EDMBoDFQA1060kze4MJtAQfBHGlhV1SZaACAIBVw==
-----END X9.42 DH PARAMETERS-----)";

TEST(ParseDhGroup, ReadsBothForms) {
  const auto plain = parse_dh_group(kPkcs3);
  ASSERT_TRUE(plain.has_value());
  EXPECT_EQ(plain->bits(), 512U);
  EXPECT_EQ(plain->g, Bytes{2});
  EXPECT_TRUE(plain->q.empty() && plain->name.empty());
  EXPECT_TRUE(checked(*plain, GroupOrigin::file).has_value());
  const auto with_order = parse_dh_group(kX942);
  ASSERT_TRUE(with_order.has_value());
  EXPECT_EQ(with_order->bits(), 1024U);
  EXPECT_EQ(with_order->q.size(), 20U);
  EXPECT_TRUE(checked(*with_order, GroupOrigin::file).has_value());
}

TEST(ParseDhGroup, FindsTheFirstGroupBehindOtherBlocks) {
  const std::string certificate = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  const auto group = parse_dh_group(certificate + std::string(kX942) + "\n" + std::string(kPkcs3));
  ASSERT_TRUE(group.has_value());
  EXPECT_EQ(group->bits(), 1024U);
}

TEST(ParseDhGroup, SaysWhatIsWrong) {
  const auto detail = [](std::string_view pem) {
    const auto group = parse_dh_group(pem);
    EXPECT_EQ(group.error().cause, Cause::config_invalid);
    return group.error().detail;
  };
  const std::string none = "there are no DH PARAMETERS in PEM form in it";
  EXPECT_EQ(detail(""), none);
  EXPECT_EQ(detail("hello"), none);
  EXPECT_EQ(detail("-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"), none);
  EXPECT_EQ(detail("-----BEGIN DH PARAMETERS-----\n!!!!\n-----END DH PARAMETERS-----\n"), none);
  EXPECT_EQ(detail("-----BEGIN DH PARAMETERS-----\nAAAA\n-----END DH PARAMETERS-----\n"),
            "the DH PARAMETERS in it cannot be read");
}

TEST(ReadDhParameters, RefusesEverythingButTheTwoForms) {
  using enum DhParametersForm;
  const Bytes two = from_hex("3006020117020105");
  EXPECT_EQ(read_dh_parameters(two, pkcs3)->p, Bytes{0x17});
  EXPECT_EQ(read_dh_parameters(two, pkcs3)->g, Bytes{5});
  EXPECT_FALSE(read_dh_parameters(two, x942).has_value());
  const Bytes three = from_hex("300902011702010502010b");
  EXPECT_EQ(read_dh_parameters(three, x942)->q, Bytes{11});
  EXPECT_TRUE(read_dh_parameters(three, pkcs3)->q.empty()) << "the length of an exponent";
  for (const char* const bad : {"",
                                "00",
                                "3000",
                                "3003020117",            // one number
                                "300602011702010500",    // a byte behind
                                "30060201ff020105",      // negative
                                "3006020100020105",      // zero
                                "3006040117020105",      // no INTEGER
                                "31060201170201053006",  // no SEQUENCE
                                "30060201170201"}) {     // cut off
    EXPECT_FALSE(read_dh_parameters(from_hex(bad), pkcs3).has_value()) << bad;
  }
}

}  // namespace
}  // namespace heirloom::crypto
