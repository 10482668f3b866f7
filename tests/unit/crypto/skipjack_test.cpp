// SKIPJACK, its CBC with FORTEZZA's long IVs, and the key wrap.
#include "crypto/skipjack.hpp"

#include "crypto/cipher_families.hpp"
#include "crypto/hash.hpp"
#include "keys/traffic_keys.hpp"
#include "protocol/randoms.hpp"
#include "record/record_mac.hpp"
#include "unit/crypto/fortezza_support.hpp"

#include <string>

#include <gtest/gtest.h>

namespace heirloom::crypto {
namespace {

using testing::array_of;
using testing::fortezza_vectors;
using testing::skipjack_key;
using testing::VectorBlock;

using Block = std::array<std::uint8_t, kSkipjackBlockSize>;

/// long_iv is the cipher's IV behind sixteen bytes that must not matter.
Bytes long_iv(ByteView iv, std::uint8_t escrow) {
  Bytes out(16, escrow);
  append(out, iv);
  return out;
}

TEST(Skipjack, AnswersThePublishedAndTheComputedVectorsBothWays) {
  std::size_t published = 0;
  const auto vectors = fortezza_vectors("skipjack");
  for (const auto& vector : vectors) {
    SCOPED_TRACE(vector.text("name"));
    const auto key = skipjack_key(vector, "key");
    Block block = array_of<kSkipjackBlockSize>(vector.bytes("plaintext"));
    skipjack_encrypt(key, block);
    EXPECT_EQ(to_hex(block), vector.text("ciphertext"));
    skipjack_decrypt(key, block);
    EXPECT_EQ(to_hex(block), vector.text("plaintext"));
    published += vector.text("source") == "published" ? 1U : 0U;
  }
  EXPECT_EQ(published, 30U);
  EXPECT_EQ(vectors.size(), 38U);
}

TEST(FortezzaCbc, AnswersTheVectorsAtEverySplitAndIgnoresTheEscrowField) {
  const auto vectors = fortezza_vectors("cbc");
  ASSERT_EQ(vectors.size(), 2U);
  for (const auto& vector : vectors) {
    const Bytes key = vector.bytes("key");
    const Bytes iv = vector.bytes("iv");
    const std::size_t size = vector.bytes("plaintext").size();
    for (std::size_t split = 0; split <= size; split += kSkipjackBlockSize) {
      Bytes data = vector.bytes("plaintext");
      const auto encrypt = make_fortezza_cbc(key, long_iv(iv, 0), CipherDirection::encrypt);
      encrypt->apply(ByteSpan(data).first(split));
      encrypt->apply(ByteSpan(data).subspan(split));
      EXPECT_EQ(to_hex(data), vector.text("ciphertext")) << split;
      const auto decrypt = make_fortezza_cbc(key, long_iv(iv, 0xff), CipherDirection::decrypt);
      decrypt->apply(ByteSpan(data).first(split));
      decrypt->apply(ByteSpan(data).subspan(split));
      EXPECT_EQ(to_hex(data), vector.text("plaintext")) << split;
    }
  }
}

// RFC 6101 D.5.1: a server's first record begins with eight bytes that the client drops, so that
// the server need not encrypt with the IV that the client has sent.
TEST(FortezzaCbc, OpensAServersFirstRecordWhateverItsIv) {
  const auto vectors = fortezza_vectors("record");
  ASSERT_EQ(vectors.size(), 2U);
  for (const auto& vector : vectors) {
    SCOPED_TRACE(vector.text("name"));
    const VersionProfile& profile = profile_for(ProtocolVersion::ssl30);
    Randoms randoms{};
    std::ranges::copy(vector.bytes("client_random"), randoms.client.begin());
    std::ranges::copy(vector.bytes("server_random"), randoms.server.begin());
    const MasterSecret master = profile.master_secret(
        PremasterSecret(SecretBytes(ByteView(vector.bytes("premaster")))), randoms);
    EXPECT_EQ(to_hex(master.expose()), vector.text("master"));

    // Of the key block a suite of FORTEZZA takes the MAC secrets, as one without encryption does.
    const CipherSuite* const suite = find_cipher_suite("SSL_RSA_WITH_NULL_SHA");
    const TrafficKeyPair keys = derive_traffic_keys(profile, *suite, master, randoms);
    EXPECT_EQ(to_hex(keys.client_write.mac_secret.expose()) +
                  to_hex(keys.server_write.mac_secret.expose()),
              vector.text("key_block"));
    const Bytes content = vector.bytes("data");
    const auto mac = RecordMac<Sha1>(keys.server_write)
                         .compute(0, static_cast<ContentType>(vector.number("type")), content);
    EXPECT_EQ(to_hex(mac), vector.text("mac"));

    Bytes plaintext = vector.bytes("prefix");
    append(plaintext, content);
    append(plaintext, mac);
    append(plaintext, Bytes{0, 0, 0, 0, 0, 0, 6});
    Bytes fragment = plaintext;
    const Bytes key = vector.bytes("server_key");
    make_fortezza_cbc(key, long_iv(vector.bytes("own_iv"), 0), CipherDirection::encrypt)
        ->apply(fragment);
    EXPECT_EQ(to_hex(fragment), vector.text("fragment"));
    make_fortezza_cbc(key, long_iv(vector.bytes("server_write_iv"), 0), CipherDirection::decrypt)
        ->apply(fragment);
    EXPECT_EQ(to_hex(ByteView(fragment).subspan(8)), to_hex(ByteView(plaintext).subspan(8)));
  }
}

TEST(FortezzaWrap, AnswersTheVectorsBothWays) {
  const auto vectors = fortezza_vectors("wrap");
  ASSERT_EQ(vectors.size(), 3U);
  for (const auto& vector : vectors) {
    const auto wrapping = skipjack_key(vector, "wrapping");
    EXPECT_EQ(to_hex(wrap_key(wrapping, skipjack_key(vector, "key"))), vector.text("wrapped"));
    const UnwrappedKey unwrapped =
        unwrap_key(wrapping, array_of<kWrappedKeySize>(vector.bytes("wrapped")));
    EXPECT_EQ(to_hex(unwrapped.key.expose()), vector.text("key"));
    EXPECT_EQ(unwrapped.is_valid, ~constant_time::Mask{0});
  }
}

TEST(FortezzaWrap, SeesEveryBitThatIsChanged) {
  for (const auto& vector : fortezza_vectors("wrap")) {
    const auto wrapping = skipjack_key(vector, "wrapping");
    for (std::size_t bit = 0; bit < kWrappedKeySize * 8; ++bit) {
      auto wrapped = array_of<kWrappedKeySize>(vector.bytes("wrapped"));
      wrapped[bit / 8] = static_cast<std::uint8_t>(wrapped[bit / 8] ^ (1U << bit % 8));
      EXPECT_EQ(unwrap_key(wrapping, wrapped).is_valid, constant_time::Mask{0}) << bit;
    }
  }
}

}  // namespace
}  // namespace heirloom::crypto
