// The bulk ciphers against published vectors, in one call and in several.
#include "crypto/cipher.hpp"

#include "support/vector_file.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace heirloom::crypto {
namespace {

using testing::read_vectors;

/// vectors_of gives the vectors of that kind: the published ones, then the longer chain.
std::vector<testing::VectorBlock> vectors_of(std::string_view kind) {
  std::vector<testing::VectorBlock> chosen;
  for (const char* const file : {"crypto/primitives.txt", "crypto/chains.txt"}) {
    for (auto& vector : read_vectors(file)) {
      if (vector.text("kind") == kind) {
        chosen.push_back(std::move(vector));
      }
    }
  }
  return chosen;
}

TEST(Rc4, AnswersTheKeyStreamsOfRfc6229) {
  std::size_t count = 0;
  for (const auto& vector : read_vectors("crypto/primitives.txt")) {
    if (vector.text("kind") != "rc4") {
      continue;
    }
    const std::size_t offset = vector.number("offset");
    const Bytes expected = vector.bytes("stream");
    // The short variants are keyed with 16 bytes like the long one (RFC 2246 appendix C).
    for (const BulkCipher cipher : {BulkCipher::rc4_40, BulkCipher::rc4_56, BulkCipher::rc4_128}) {
      Bytes stream(offset + expected.size());
      make_stream_cipher(cipher, vector.bytes("key"))->apply(stream);
      EXPECT_EQ(to_hex(ByteView(stream).subspan(offset)), to_hex(expected)) << offset;
    }
    ++count;
  }
  EXPECT_EQ(count, 20U);
}

TEST(Rc4, GoesOnFromCallToCall) {
  const Bytes key(16, 0x2a);
  Bytes whole(1000);
  make_stream_cipher(BulkCipher::rc4_128, key)->apply(whole);
  const auto cipher = make_stream_cipher(BulkCipher::rc4_128, key);
  Bytes parts(1000);
  std::size_t at = 0;
  for (std::size_t size = 0; at < parts.size(); ++size) {
    const std::size_t part = std::min(size, parts.size() - at);
    cipher->apply(ByteSpan(parts).subspan(at, part));
    at += part;
  }
  EXPECT_EQ(to_hex(parts), to_hex(whole));
}

TEST(NullCipher, ChangesNothing) {
  Bytes data{1, 2, 3};
  make_stream_cipher(BulkCipher::null, {})->apply(data);
  EXPECT_EQ(data, (Bytes{1, 2, 3}));
}

struct CbcCase {
  const char* kind;  ///< of its vectors
  BulkCipher cipher;
  std::size_t block;
  std::size_t vectors;  ///< in the files
};

constexpr auto kCbcCases =
    std::to_array<CbcCase>({{"rc2_cbc", BulkCipher::rc2_cbc_40, 8, 2},
                            {"rc2_cbc", BulkCipher::rc2_cbc_56, 8, 2},
                            {"idea_cbc", BulkCipher::idea_cbc, 8, 8},
                            {"des_cbc", BulkCipher::des40_cbc, 8, 14},
                            {"des_cbc", BulkCipher::des_cbc, 8, 14},
                            {"triple_des_cbc", BulkCipher::triple_des_ede_cbc, 8, 7},
                            {"aes_128_cbc", BulkCipher::aes_128_cbc, 16, 1},
                            {"aes_256_cbc", BulkCipher::aes_256_cbc, 16, 1},
                            {"camellia_128_cbc", BulkCipher::camellia_128_cbc, 16, 3},
                            {"camellia_256_cbc", BulkCipher::camellia_256_cbc, 16, 3},
                            {"seed_cbc", BulkCipher::seed_cbc, 16, 5}});

TEST(Cbc, AnswersThePublishedVectorsBothWays) {
  for (const CbcCase& test : kCbcCases) {
    SCOPED_TRACE(info(test.cipher).name);
    const auto vectors = vectors_of(test.kind);
    EXPECT_EQ(vectors.size(), test.vectors);
    for (const auto& vector : vectors) {
      Bytes data = vector.bytes("plaintext");
      make_cbc_cipher(
          test.cipher, vector.bytes("key"), vector.bytes("iv"), CipherDirection::encrypt)
          ->apply(data);
      EXPECT_EQ(to_hex(data), vector.text("ciphertext"));
      make_cbc_cipher(
          test.cipher, vector.bytes("key"), vector.bytes("iv"), CipherDirection::decrypt)
          ->apply(data);
      EXPECT_EQ(to_hex(data), vector.text("plaintext"));
    }
  }
}

TEST(Cbc, GoesOnFromCallToCallAtEverySplit) {
  for (const CbcCase& test : kCbcCases) {
    SCOPED_TRACE(info(test.cipher).name);
    for (const auto& vector : vectors_of(test.kind)) {
      const std::size_t size = vector.bytes("plaintext").size();
      for (std::size_t split = 0; split <= size; split += test.block) {
        Bytes data = vector.bytes("plaintext");
        const auto encrypt = make_cbc_cipher(
            test.cipher, vector.bytes("key"), vector.bytes("iv"), CipherDirection::encrypt);
        encrypt->apply(ByteSpan(data).first(split));
        encrypt->apply(ByteSpan(data).subspan(split));
        EXPECT_EQ(to_hex(data), vector.text("ciphertext")) << split;
        const auto decrypt = make_cbc_cipher(
            test.cipher, vector.bytes("key"), vector.bytes("iv"), CipherDirection::decrypt);
        decrypt->apply(ByteSpan(data).first(split));
        decrypt->apply(ByteSpan(data).subspan(split));
        EXPECT_EQ(to_hex(data), vector.text("plaintext")) << split;
      }
    }
  }
}

// Every block cipher is held to vectors above, FORTEZZA's in skipjack_test.cpp; a new one must be
// added there.
TEST(BlockCiphers, AreAllHeldToVectors) {
  std::size_t block_ciphers = 0;
  for (const BulkCipherInfo& row : bulk_ciphers()) {
    block_ciphers += row.type == CipherType::block && !row.has_carried_keys() ? 1U : 0U;
  }
  EXPECT_EQ(block_ciphers, kCbcCases.size());
}

TEST(Des, IgnoresTheParityBitsOfItsKey) {
  // The key block gives 8 bytes of material, of which DES looks at 56 bits (RFC 2246 appendix C).
  const auto encrypt = [](std::uint8_t byte) {
    Bytes data(8);
    make_cbc_cipher(BulkCipher::des_cbc, Bytes(8, byte), Bytes(8), CipherDirection::encrypt)
        ->apply(data);
    return to_hex(data);
  };
  EXPECT_EQ(encrypt(0x10), encrypt(0x11));
  EXPECT_NE(encrypt(0x10), encrypt(0x12));
}

}  // namespace
}  // namespace heirloom::crypto
