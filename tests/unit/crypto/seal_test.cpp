#include "crypto/seal.hpp"

#include "support/vector_file.hpp"

#include <algorithm>
#include <array>

#include <gtest/gtest.h>

namespace heirloom::crypto {
namespace {

using testing::from_hex;

struct Vector {
  Bytes key;
  Bytes nonce;
  Bytes bound;
  Bytes plaintext;
  Bytes sealed;
};

// McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B: test cases 13 to 16.
std::vector<Vector> vectors() {
  const std::string key = "feffe9928665731c6d6a8f9467308308";
  const std::string plaintext =
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
      "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39";
  const std::string ciphertext =
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
      "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662";
  return {{from_hex(std::string(64, '0')),
           from_hex(std::string(24, '0')),
           {},
           {},
           from_hex("530f8afbc74536b9a963b4f1c4cb738b")},
          {from_hex(std::string(64, '0')),
           from_hex(std::string(24, '0')),
           {},
           Bytes(16, 0),
           from_hex("cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919")},
          {from_hex(key + key),
           from_hex("cafebabefacedbaddecaf888"),
           {},
           from_hex(plaintext + "1aafd255"),
           from_hex(ciphertext + "898015ad" + "b094dac5d93471bdec1a502270e3cc6c")},
          {from_hex(key + key),
           from_hex("cafebabefacedbaddecaf888"),
           from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
           from_hex(plaintext),
           from_hex(ciphertext + "76fc6ece0f4e1768cddf8853bb2d551b")}};
}

SealKey key_of(const Vector& vector) {
  return SealKey(vector.key.data(), kSealKeySize);
}

SealNonce nonce_of(const Vector& vector) {
  return SealNonce(vector.nonce.data(), kSealNonceSize);
}

TEST(Seal, GivesThePublishedResults) {
  for (const Vector& vector : vectors()) {
    EXPECT_EQ(seal(key_of(vector), nonce_of(vector), vector.bound, vector.plaintext),
              vector.sealed);
    const auto opened = open(key_of(vector), nonce_of(vector), vector.bound, vector.sealed);
    ASSERT_TRUE(opened.has_value());
    EXPECT_TRUE(std::ranges::equal(opened->expose(), vector.plaintext));
  }
}

TEST(Seal, OpensNothingThatWasChanged) {
  const Vector good = vectors().back();
  const auto opens = [](const Vector& vector) {
    return open(key_of(vector), nonce_of(vector), vector.bound, vector.sealed).has_value();
  };
  ASSERT_TRUE(opens(good));
  for (Bytes Vector::*part : {&Vector::key, &Vector::nonce, &Vector::bound, &Vector::sealed}) {
    for (std::size_t i = 0; i < (good.*part).size(); ++i) {
      Vector changed = good;
      (changed.*part)[i] ^= 1;
      EXPECT_FALSE(opens(changed)) << i;
    }
  }
  for (std::size_t size = 0; size < good.sealed.size(); ++size) {
    Vector shorter = good;
    shorter.sealed.resize(size);
    EXPECT_FALSE(opens(shorter)) << size;
  }
}

}  // namespace
}  // namespace heirloom::crypto
