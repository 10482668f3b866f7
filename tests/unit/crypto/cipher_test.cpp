// The bulk ciphers against published vectors, in one call and in several.
#include "crypto/cipher.hpp"

#include "support/vector_file.hpp"

#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace heirloom::crypto {
namespace {

using testing::read_vectors;

TEST(Rc4, AnswersTheKeyStreamsOfRfc6229) {
  std::size_t count = 0;
  for (const auto& vector : read_vectors("crypto/primitives.txt")) {
    if (vector.text("kind") != "rc4") {
      continue;
    }
    const std::size_t offset = vector.number("offset");
    const Bytes expected = vector.bytes("stream");
    Bytes stream(offset + expected.size());
    make_stream_cipher(BulkCipher::rc4_128, vector.bytes("key"))->apply(stream);
    EXPECT_EQ(to_hex(ByteView(stream).subspan(offset)), to_hex(expected)) << offset;
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
  const char* kind;
  BulkCipher cipher;
  std::size_t block;
  std::size_t vectors;  ///< in the file
};

class Cbc : public ::testing::TestWithParam<CbcCase> {};

TEST_P(Cbc, AnswersThePublishedVectorsBothWays) {
  std::size_t count = 0;
  for (const auto& vector : read_vectors("crypto/primitives.txt")) {
    if (vector.text("kind") != GetParam().kind) {
      continue;
    }
    Bytes data = vector.bytes("plaintext");
    make_cbc_cipher(
        GetParam().cipher, vector.bytes("key"), vector.bytes("iv"), CipherDirection::encrypt)
        ->apply(data);
    EXPECT_EQ(to_hex(data), vector.text("ciphertext"));
    make_cbc_cipher(
        GetParam().cipher, vector.bytes("key"), vector.bytes("iv"), CipherDirection::decrypt)
        ->apply(data);
    EXPECT_EQ(to_hex(data), vector.text("plaintext"));
    ++count;
  }
  EXPECT_EQ(count, GetParam().vectors);
}

TEST_P(Cbc, GoesOnFromCallToCallAtEverySplit) {
  for (const auto& vector : read_vectors("crypto/primitives.txt")) {
    if (vector.text("kind") != GetParam().kind) {
      continue;
    }
    const std::size_t size = vector.bytes("plaintext").size();
    for (std::size_t split = 0; split <= size; split += GetParam().block) {
      Bytes data = vector.bytes("plaintext");
      const auto encrypt = make_cbc_cipher(
          GetParam().cipher, vector.bytes("key"), vector.bytes("iv"), CipherDirection::encrypt);
      encrypt->apply(ByteSpan(data).first(split));
      encrypt->apply(ByteSpan(data).subspan(split));
      EXPECT_EQ(to_hex(data), vector.text("ciphertext")) << split;
      const auto decrypt = make_cbc_cipher(
          GetParam().cipher, vector.bytes("key"), vector.bytes("iv"), CipherDirection::decrypt);
      decrypt->apply(ByteSpan(data).first(split));
      decrypt->apply(ByteSpan(data).subspan(split));
      EXPECT_EQ(to_hex(data), vector.text("plaintext")) << split;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(
    Vectors,
    Cbc,
    ::testing::Values(CbcCase{"des_cbc", BulkCipher::des_cbc, 8, 14},
                      CbcCase{"triple_des_cbc", BulkCipher::triple_des_ede_cbc, 8, 7},
                      CbcCase{"aes_128_cbc", BulkCipher::aes_128_cbc, 16, 1},
                      CbcCase{"aes_256_cbc", BulkCipher::aes_256_cbc, 16, 1}),
    [](const auto& test) { return std::string(test.param.kind); });

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
