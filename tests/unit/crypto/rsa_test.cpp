// RSA public-key operations against the openssl command's signatures and libcrypto's own PKCS#1.
#include "crypto/rsa.hpp"

#include "crypto/x509.hpp"
#include "support/test_pki.hpp"
#include "support/vector_file.hpp"

#include <algorithm>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

namespace heirloom::crypto {
namespace {

using testing::pki_certificate;
using testing::pki_file;
using testing::read_vectors;

TEST(RsaPublicKey, TellsGoodSignaturesFromForgedOnes) {
  std::size_t accepted = 0;
  std::size_t refused = 0;
  for (const auto& vector : read_vectors("crypto/rsa.txt")) {
    const auto key = RsaPublicKey::from_modulus(vector.bytes("modulus"), vector.bytes("exponent"));
    ASSERT_TRUE(key.has_value()) << vector.text("name");
    const bool is_good = vector.text("accepted") == "yes";
    EXPECT_EQ(key->verify(vector.bytes("digest"), vector.bytes("signature")), is_good)
        << vector.text("name");
    ++(is_good ? accepted : refused);
  }
  EXPECT_EQ(accepted, 14U);
  EXPECT_GE(refused, 75U);
}

TEST(RsaPublicKey, RefusesASignatureOfAnotherLengthOrNotBelowTheModulus) {
  const auto vector = read_vectors("crypto/rsa.txt").front();
  const auto key = RsaPublicKey::from_modulus(vector.bytes("modulus"), vector.bytes("exponent"));
  const Bytes digest = vector.bytes("digest");
  Bytes signature = vector.bytes("signature");
  ASSERT_TRUE(key->verify(digest, signature));
  EXPECT_FALSE(key->verify(digest, ByteView(signature).subspan(1)));
  EXPECT_FALSE(key->verify(digest, {}));
  signature.insert(signature.begin(), 0);
  EXPECT_FALSE(key->verify(digest, signature));
  EXPECT_FALSE(key->verify(digest, vector.bytes("modulus")));
  EXPECT_FALSE(key->verify(digest, Bytes(key->size(), 0xff)));
  // A digest that leaves less than eight bytes of padding has no valid block at all.
  EXPECT_FALSE(key->verify(Bytes(key->size() - 10), vector.bytes("signature")));
}

TEST(RsaPublicKey, RefusesNumbersThatAreNoKey) {
  const Bytes exponent{1, 0, 1};
  Bytes modulus(64, 0xc5);
  EXPECT_TRUE(RsaPublicKey::from_modulus(modulus, exponent).has_value());
  EXPECT_FALSE(RsaPublicKey::from_modulus({}, exponent).has_value());
  EXPECT_FALSE(RsaPublicKey::from_modulus(modulus, {}).has_value());
  EXPECT_FALSE(RsaPublicKey::from_modulus(modulus, Bytes{1}).has_value());
  EXPECT_FALSE(RsaPublicKey::from_modulus(modulus, Bytes{0}).has_value());
  EXPECT_FALSE(RsaPublicKey::from_modulus(modulus, Bytes{4}).has_value());
  EXPECT_FALSE(RsaPublicKey::from_modulus(modulus, modulus).has_value());
  EXPECT_TRUE(RsaPublicKey::from_modulus(modulus, Bytes{3}).has_value());
  EXPECT_FALSE(RsaPublicKey::from_modulus(Bytes(31, 0xff), exponent).has_value());
  EXPECT_TRUE(RsaPublicKey::from_modulus(Bytes(2048, 0xff), exponent).has_value());
  EXPECT_FALSE(RsaPublicKey::from_modulus(Bytes(2049, 0xff), exponent).has_value());
  EXPECT_FALSE(RsaPublicKey::from_modulus(Bytes(1024, 0xff), Bytes(9, 0xff)).has_value());
  modulus.back() = 0xc4;
  EXPECT_FALSE(RsaPublicKey::from_modulus(modulus, exponent).has_value());
}

TEST(RsaPublicKey, CountsBitsAndBytesWithoutLeadingZeros) {
  Bytes modulus(65, 0xff);
  modulus[0] = 0;
  const auto key = RsaPublicKey::from_modulus(modulus, Bytes{3});
  EXPECT_EQ(key->size(), 64U);
  EXPECT_EQ(key->bits(), 512U);
}

/// decrypt_with_libcrypto undoes PKCS#1 block type 2 by libcrypto's own code.
Bytes decrypt_with_libcrypto(const std::string& key_file, ByteView ciphertext) {
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> file(std::fopen(key_file.c_str(), "r"),
                                                             std::fclose);
  const std::unique_ptr<EVP_PKEY, void (*)(EVP_PKEY*)> key(
      PEM_read_PrivateKey(file.get(), nullptr, nullptr, nullptr), EVP_PKEY_free);
  const std::unique_ptr<EVP_PKEY_CTX, void (*)(EVP_PKEY_CTX*)> context(
      EVP_PKEY_CTX_new(key.get(), nullptr), EVP_PKEY_CTX_free);
  Bytes plain(static_cast<std::size_t>(EVP_PKEY_get_size(key.get())));
  std::size_t size = plain.size();
  EXPECT_EQ(EVP_PKEY_decrypt_init(context.get()), 1);
  EXPECT_EQ(EVP_PKEY_CTX_set_rsa_padding(context.get(), RSA_PKCS1_PADDING), 1);
  EXPECT_EQ(
      EVP_PKEY_decrypt(context.get(), plain.data(), &size, ciphertext.data(), ciphertext.size()),
      1);
  plain.resize(size);
  return plain;
}

TEST(RsaPublicKey, EncryptsWhatLibcryptoDecrypts) {
  const auto random = system_random();
  for (const std::string name : {"rsa512", "rsa1024", "rsa2048", "rsa4096"}) {
    const auto key = certificate_key(pki_certificate(name));
    ASSERT_TRUE(key.has_value());
    Bytes message(48);
    ASSERT_TRUE(random->fill(message));
    const auto once = key->rsa->encrypt(message, *random);
    const auto again = key->rsa->encrypt(message, *random);
    ASSERT_TRUE(once.has_value() && again.has_value());
    EXPECT_EQ(once->size(), key->rsa->size());
    EXPECT_NE(*once, *again) << "the padding must be random";
    EXPECT_EQ(decrypt_with_libcrypto(pki_file(name + ".key"), *once), message);
    EXPECT_EQ(decrypt_with_libcrypto(pki_file(name + ".key"), *again), message);
  }
}

/// ScriptedRandom repeats a pattern, which may have zeros.
class ScriptedRandom final : public RandomSource {
 public:
  explicit ScriptedRandom(Bytes pattern) : pattern_(std::move(pattern)) {}

  bool fill(std::span<std::uint8_t> out) noexcept override {
    for (auto& byte : out) {
      byte = pattern_[at_++ % pattern_.size()];
    }
    return true;
  }

 private:
  Bytes pattern_;
  std::size_t at_ = 0;
};

class FailingRandom final : public RandomSource {
 public:
  bool fill(std::span<std::uint8_t> /*out*/) noexcept override { return false; }
};

TEST(RsaPublicKey, PadsWithTheSourcesBytesOtherThanZero) {
  const auto key = certificate_key(pki_certificate("rsa512"));
  const auto credentials = testing::pki_credentials("rsa512");
  ScriptedRandom random({0, 0x11, 0, 0, 0x22});
  const auto ciphertext = key->rsa->encrypt(Bytes(48, 0x33), random);
  ASSERT_TRUE(ciphertext.has_value());
  auto block = credentials.key->decrypt_raw(*ciphertext);
  EXPECT_EQ(to_hex(block.answer().value()),
            "0002"
            "11221122112211221122112211"
            "00" +
                to_hex(Bytes(48, 0x33)));
}

TEST(RsaPublicKey, RefusesToEncryptWithoutRandomBytesOrRoom) {
  const auto key = certificate_key(pki_certificate("rsa512"));
  FailingRandom failing;
  EXPECT_EQ(key->rsa->encrypt(Bytes(48), failing).error().cause, Cause::random_failed);
  ScriptedRandom zeros({0});
  EXPECT_EQ(key->rsa->encrypt(Bytes(48), zeros).error().cause, Cause::random_failed);
  const auto random = system_random();
  EXPECT_TRUE(key->rsa->encrypt(Bytes(53), *random).has_value());
  EXPECT_EQ(key->rsa->encrypt(Bytes(54), *random).error().cause, Cause::key_exchange_malformed);
}

}  // namespace
}  // namespace heirloom::crypto
