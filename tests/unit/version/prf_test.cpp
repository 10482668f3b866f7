#include "version/prf.hpp"

#include "crypto/hash.hpp"
#include "support/vector_file.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

using testing::read_vectors;
using testing::VectorBlock;

Bytes tls10(ByteView secret, std::string_view label, ByteView seed, std::size_t size) {
  Bytes out(size);
  tls10_prf(secret, label, seed, {}, out);
  return out;
}

Bytes ssl30(ByteView secret, ByteView seed, std::size_t size) {
  Bytes out(size);
  ssl30_prf(secret, seed, {}, out);
  return out;
}

std::vector<VectorBlock> vectors_of(std::string_view kind) {
  std::vector<VectorBlock> chosen;
  for (const char* const file : {"derivation/published.txt", "derivation/derivation.txt"}) {
    for (VectorBlock& block : read_vectors(file)) {
      if (block.text("kind") == kind) {
        chosen.push_back(std::move(block));
      }
    }
  }
  return chosen;
}

// RFC 2246 §5: "PRF(secret, label, seed) = P_MD5(S1, label + seed) XOR P_SHA-1(S2, label + seed)"
TEST(Rfc2246_5, PrfGivesTheOutputOfOthers) {
  const auto vectors = vectors_of("prf");
  ASSERT_EQ(vectors.size(), 11U);
  for (const VectorBlock& vector : vectors) {
    const Bytes expected = vector.bytes("output");
    EXPECT_EQ(
        tls10(vector.bytes("secret"), vector.text("label"), vector.bytes("seed"), expected.size()),
        expected)
        << vector.text("name");
  }
}

TEST(Rfc2246_5, PublishedVectorHasThePublishedDigest) {
  const VectorBlock vector = read_vectors("derivation/published.txt").front();
  const Bytes output =
      tls10(vector.bytes("secret"), vector.text("label"), vector.bytes("seed"), 104);
  const auto digest = crypto::Md5().update(output).finish();
  EXPECT_EQ(Bytes(digest.begin(), digest.end()), vector.bytes("output_md5"));
}

// RFC 2246 §5: "P_hash can be iterated as many times as is necessary … with the extra bytes
// discarded"
TEST(Rfc2246_5, ShorterOutputIsAPrefixOfLongerOutput) {
  const Bytes secret{1, 2, 3, 4, 5, 6};
  const Bytes seed{7, 8};
  const Bytes longest = tls10(secret, "label", seed, 100);
  for (std::size_t size = 0; size < longest.size(); ++size) {
    const Bytes shorter = tls10(secret, "label", seed, size);
    EXPECT_TRUE(std::ranges::equal(shorter, ByteView(longest).first(size))) << size;
  }
}

// RFC 2246 §5: "S1 is taken from the first half of the secret, S2 from the second half. Their
// length is created by rounding up … sharing … the last byte of S1"
TEST(Rfc2246_5, HalvesOfAnOddSecretShareTheMiddleByte) {
  const Bytes seed{9};
  // With the shared byte doubled, a secret of 4 bytes has the halves of one of 3.
  EXPECT_EQ(tls10(Bytes{1, 2, 3}, "x", seed, 40), tls10(Bytes{1, 2, 2, 3}, "x", seed, 40));
  EXPECT_NE(tls10(Bytes{1, 2, 3}, "x", seed, 40), tls10(Bytes{1, 2, 3, 3}, "x", seed, 40));
}

// RFC 2246 §5: the label is taken "in the exact form it is given without a length byte or trailing
// null character": "slithy toves" is 73 6c 69 74 68 79 20 74 6f 76 65 73
TEST(Rfc2246_5, LabelIsItsBytesAndNothingElse) {
  const Bytes secret{1, 2, 3, 4};
  const Bytes label{0x73, 0x6c, 0x69, 0x74, 0x68, 0x79, 0x20, 0x74, 0x6f, 0x76, 0x65, 0x73};
  const Bytes seed{5, 6, 7};
  Bytes label_and_seed = label;
  append(label_and_seed, seed);
  EXPECT_EQ(tls10(secret, "slithy toves", seed, 64), tls10(secret, "", label_and_seed, 64));
}

TEST(Rfc2246_5, SecretMayBeEmpty) {
  const Bytes seed{1};
  const Bytes output = tls10({}, "IV block", seed, 16);
  EXPECT_NE(output, Bytes(16));
  EXPECT_NE(output, tls10(Bytes{0, 0xff}, "IV block", seed, 16));
}

TEST(Prf, SeedIsTheConcatenationOfItsParts) {
  const Bytes secret{1, 2, 3};
  const Bytes whole{4, 5, 6, 7};
  Bytes out(50);
  tls10_prf(secret, "label", ByteView(whole).first(1), ByteView(whole).subspan(1), out);
  EXPECT_EQ(out, tls10(secret, "label", whole, 50));
  ssl30_prf(secret, ByteView(whole).first(3), ByteView(whole).subspan(3), out);
  EXPECT_EQ(out, ssl30(secret, whole, 50));
}

// RFC 6101 §6.1 and §6.2.2: MD5(secret + SHA('A' + secret + seed)) + MD5(secret + SHA('BB' + …)) +
// …
TEST(Rfc6101_6_2_2, LadderGivesTheOutputOfOthers) {
  const auto vectors = vectors_of("ssl30_prf");
  ASSERT_EQ(vectors.size(), 6U);
  for (const VectorBlock& vector : vectors) {
    const Bytes expected = vector.bytes("output");
    EXPECT_EQ(ssl30(vector.bytes("secret"), vector.bytes("seed"), expected.size()), expected)
        << vector.text("name");
  }
}

// RFC 6101 §6.2.2: the output of the last round is cut to what is needed.
TEST(Rfc6101_6_2_2, ShorterOutputIsAPrefixOfLongerOutput) {
  const Bytes secret{1, 2, 3, 4, 5, 6};
  const Bytes longest = ssl30(secret, {}, 416);
  for (const std::size_t size : {0U, 1U, 15U, 16U, 17U, 32U, 136U, 415U}) {
    EXPECT_TRUE(std::ranges::equal(ssl30(secret, {}, size), ByteView(longest).first(size))) << size;
  }
}

TEST(Ssl30PrfDeathTest, StopsAtTheEndOfTheAlphabet) {
  EXPECT_DEATH(static_cast<void>(ssl30(Bytes{1}, {}, 417)), "");
}

}  // namespace
}  // namespace heirloom
