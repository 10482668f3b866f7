// The private key: both operations against the public ones, and reading it from PEM.
#include "heirloom/credentials.hpp"

#include "crypto/pem.hpp"
#include "crypto/x509.hpp"
#include "support/test_pki.hpp"

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

using testing::pki_certificate;
using testing::pki_credentials;
using testing::pki_file;

std::string read_text(const std::string& name) {
  const auto bytes = crypto::read_file(pki_file(name));
  return std::string(crypto::as_text(bytes.value().expose()));
}

crypto::RsaPublicKey public_key(const std::string& name) {
  auto key = crypto::certificate_key(pki_certificate(name));
  return std::move(*key->rsa);
}

TEST(PrivateKey, SignsWhatThePublicKeyVerifies) {
  const Bytes digest(36, 0x5a);
  for (const std::string name : {"rsa512", "rsa1024", "rsa2048", "rsa4096"}) {
    const auto credentials = pki_credentials(name);
    EXPECT_EQ(credentials.key->algorithm(), PublicKeyAlgorithm::rsa);
    EXPECT_EQ(credentials.key->size(), public_key(name).size());
    auto signature = credentials.key->sign(digest);
    ASSERT_FALSE(signature.is_pending());
    ASSERT_TRUE(signature.answer().has_value());
    EXPECT_TRUE(public_key(name).verify(digest, *signature.answer()));
    EXPECT_FALSE(public_key(name).verify(Bytes(36, 0x5b), *signature.answer()));
  }
}

TEST(PrivateKey, CannotSignMoreThanItHasRoomFor) {
  const auto credentials = pki_credentials("rsa512");
  EXPECT_TRUE(credentials.key->sign(Bytes(53)).answer().has_value());
  EXPECT_EQ(credentials.key->sign(Bytes(54)).answer().error().cause, Cause::private_key_failed);
}

TEST(PrivateKey, DecryptsToTheWholeBlockWhateverItsPaddingIs) {
  // RFC 2246 §7.4.7.1: nothing that a block's padding says may show in the call's outcome.
  const auto credentials = pki_credentials("rsa1024");
  const auto random = system_random();
  const auto key = public_key("rsa1024");
  const Bytes message(48, 0x77);
  auto block = credentials.key->decrypt_raw(key.encrypt(message, *random).value());
  ASSERT_TRUE(block.answer().has_value());
  ASSERT_EQ(block.answer()->size(), 128U);
  EXPECT_EQ(block.answer()->at(0), 0);
  EXPECT_EQ(block.answer()->at(1), 2);
  EXPECT_TRUE(std::ranges::equal(ByteView(*block.answer()).last(48), message));
  // 0 and 1 to any power, and random numbers: no padding at all.
  for (const std::uint8_t number : Bytes{0, 1}) {
    Bytes ciphertext(128);
    ciphertext.back() = number;
    auto answer = credentials.key->decrypt_raw(ciphertext);
    ASSERT_TRUE(answer.answer().has_value());
    EXPECT_EQ(*answer.answer(), ciphertext);
  }
  for (int i = 0; i < 20; ++i) {
    Bytes ciphertext(128);
    ASSERT_TRUE(random->fill(ciphertext));
    ciphertext[0] = 0;
    auto answer = credentials.key->decrypt_raw(ciphertext);
    ASSERT_TRUE(answer.answer().has_value());
    EXPECT_EQ(answer.answer()->size(), 128U);
  }
}

TEST(PrivateKey, RefusesCiphertextsThatAreNoneByPublicFacts) {
  const auto credentials = pki_credentials("rsa1024");
  for (const Bytes& ciphertext : {Bytes{}, Bytes(129), Bytes(128, 0xff)}) {
    auto answer = credentials.key->decrypt_raw(ciphertext);
    ASSERT_FALSE(answer.is_pending());
    EXPECT_EQ(answer.answer().error().cause, Cause::private_key_failed);
  }
  // A shorter one is a number like any other: leading zeros left out by the sender.
  EXPECT_EQ(credentials.key->decrypt_raw(Bytes{1}).answer()->size(), 128U);
}

TEST(PrivateKey, ServesManyThreads) {
  const auto credentials = pki_credentials("rsa1024");
  const auto key = public_key("rsa1024");
  std::vector<std::thread> threads;
  std::array<bool, 4> results{};
  for (auto& result : results) {
    threads.emplace_back([&] {
      result = true;
      for (int i = 0; i < 50; ++i) {
        const Bytes digest(36, static_cast<std::uint8_t>(i));
        result = result && key.verify(digest, *credentials.key->sign(digest).answer());
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  EXPECT_TRUE(std::ranges::all_of(results, [](bool result) { return result; }));
}

TEST(PrivateKey, IsReadFromEveryPemForm) {
  const auto certificate = pki_certificate("rsa1024");
  for (const std::string file : {"rsa1024-encrypted.key", "rsa1024-encrypted-pkcs8.key"}) {
    auto key = parse_private_key(read_text(file), "heirloom");
    ASSERT_TRUE(key.has_value()) << file << key.error().text();
    EXPECT_TRUE(make_credentials({certificate}, *key).has_value()) << file;
  }
  EXPECT_TRUE(parse_private_key(read_text("rsa1024.key")).has_value());
}

TEST(PrivateKey, SaysWhatIsWrongWithAPem) {
  const auto detail = [](std::string_view pem, std::string_view passphrase) {
    const auto key = parse_private_key(pem, passphrase);
    EXPECT_EQ(key.error().cause, Cause::config_invalid);
    return key.error().detail;
  };
  const std::string none = "there is no private key in PEM form in it";
  EXPECT_EQ(detail("", ""), none);
  EXPECT_EQ(detail("hello", ""), none);
  EXPECT_EQ(detail(read_text("rsa1024.crt"), ""), none);
  EXPECT_EQ(detail("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----\n", ""),
            none);
  for (const std::string file : {"rsa1024-encrypted.key", "rsa1024-encrypted-pkcs8.key"}) {
    EXPECT_EQ(detail(read_text(file), ""), "the key is encrypted and there is no passphrase");
    EXPECT_EQ(detail(read_text(file), "wrong"), "the passphrase is wrong");
    EXPECT_EQ(detail(read_text(file), std::string(5000, 'x')), "the passphrase is wrong");
  }
}

}  // namespace
}  // namespace heirloom
