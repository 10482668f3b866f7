// What is sealed and opened under a token encryption key, and secrets that do not stay.
#include "crypto/fortezza_token.hpp"

#include "unit/crypto/fortezza_support.hpp"

#include <algorithm>
#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace heirloom::crypto {
namespace {

using testing::fortezza_vectors;
using testing::GivenRandom;
using testing::secret_key;

FortezzaIv iv_of(std::uint8_t byte) {
  FortezzaIv iv;
  iv.fill(byte);
  return iv;
}

FortezzaSecrets some_secrets() {
  FortezzaSecrets secrets{.client_write_key = secret_key(Bytes(kSkipjackKeySize, 1)),
                          .server_write_key = secret_key(Bytes(kSkipjackKeySize, 2)),
                          .client_write_iv = iv_of(3),
                          .server_write_iv = iv_of(4),
                          .premaster = {}};
  std::ranges::fill(secrets.premaster.expose(), std::uint8_t{5});
  return secrets;
}

std::string text_of(const FortezzaSecrets& secrets) {
  return to_hex(secrets.client_write_key.expose()) + to_hex(secrets.server_write_key.expose()) +
         to_hex(secrets.client_write_iv) + to_hex(secrets.server_write_iv) +
         to_hex(secrets.premaster.expose());
}

/// token_key is the key of the e-mail vector, with which the others wrap.
TokenKey token_key() {
  return TokenKey(secret_key(fortezza_vectors("kea").at(1).bytes("token_key")));
}

TEST(FortezzaSecrets, FailWithoutRandomBytes) {
  // All that is drawn: two keys of 10 bytes, a premaster of 48, two IVs of 8.
  for (std::size_t size = 0; size < 84; ++size) {
    GivenRandom some{Bytes(size)};
    const auto secrets = FortezzaSecrets::generate(ProtocolVersion::ssl30, some);
    ASSERT_FALSE(secrets.has_value()) << size;
    EXPECT_EQ(secrets.error().cause, Cause::random_failed);
  }
}

TEST(FortezzaSecrets, AreRandomButForTheVersionAndTheEscrowField) {
  Bytes bytes(84);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(i + 1);
  }
  GivenRandom random(bytes);
  const auto secrets = FortezzaSecrets::generate(ProtocolVersion::ssl30, random);
  ASSERT_TRUE(secrets.has_value());
  const auto drawn = [&](std::size_t from, std::size_t size) {
    return to_hex(ByteView(bytes).subspan(from, size));
  };
  EXPECT_EQ(to_hex(secrets->client_write_key.expose()), drawn(0, 10));
  EXPECT_EQ(to_hex(secrets->server_write_key.expose()), drawn(10, 10));
  EXPECT_EQ(to_hex(secrets->premaster.expose()), "0300" + drawn(22, 46));
  const std::string escrow = "54484953204953204e4f54204c454146";  // THIS IS NOT LEAF
  EXPECT_EQ(to_hex(secrets->client_write_iv), escrow + drawn(68, 8));
  EXPECT_EQ(to_hex(secrets->server_write_iv), escrow + drawn(76, 8));
}

TEST(TokenKey, SealsAsTheVectors) {
  const auto wraps = fortezza_vectors("wrap");
  const auto cbc = fortezza_vectors("cbc").at(0);
  FortezzaSecrets secrets = some_secrets();
  secrets.client_write_key = secret_key(wraps.at(0).bytes("key"));
  secrets.server_write_key = secret_key(wraps.at(1).bytes("key"));
  std::ranges::copy(cbc.bytes("plaintext"), secrets.premaster.expose().begin());
  FortezzaIv iv = iv_of(0x77);
  std::ranges::copy(cbc.bytes("iv"), iv.begin() + 16);
  const auto sealed = token_key().seal(secrets, iv);
  EXPECT_EQ(to_hex(sealed.client_write_key), wraps.at(0).text("wrapped"));
  EXPECT_EQ(to_hex(sealed.server_write_key), wraps.at(1).text("wrapped"));
  EXPECT_EQ(sealed.client_write_iv, secrets.client_write_iv);
  EXPECT_EQ(sealed.server_write_iv, secrets.server_write_iv);
  EXPECT_EQ(sealed.master_secret_iv, iv);
  EXPECT_EQ(to_hex(sealed.premaster), cbc.text("ciphertext"));
  const auto opened = token_key().open(sealed);
  ASSERT_TRUE(opened.has_value());
  EXPECT_EQ(text_of(*opened), text_of(secrets));
}

TEST(TokenKey, OpensNothingIfOneCheckWordIsWrong) {
  const auto sealed = token_key().seal(some_secrets(), iv_of(6));
  for (std::size_t i = 0; i < kWrappedKeySize; ++i) {
    auto changed = sealed;
    changed.client_write_key[i] ^= 1U;
    EXPECT_FALSE(token_key().open(changed).has_value()) << i;
    changed = sealed;
    changed.server_write_key[i] ^= 1U;
    EXPECT_FALSE(token_key().open(changed).has_value()) << i;
  }
  EXPECT_FALSE(TokenKey(secret_key(Bytes(kSkipjackKeySize))).open(sealed).has_value());
}

/// Memory holds one object, and can be looked at after it has gone.
template <class T>
class Memory {
 public:
  template <class... Arguments>
  explicit Memory(Arguments&&... arguments)
      : object_(std::construct_at(reinterpret_cast<T*>(bytes_),
                                  std::forward<Arguments>(arguments)...)) {}

  [[nodiscard]] T& object() { return *object_; }

  void destroy() { std::destroy_at(object_); }

  [[nodiscard]] bool holds(ByteView secret) const {
    // Volatile: what is read here was written behind the compiler's back.
    const volatile std::uint8_t* const bytes = bytes_;
    Bytes copy(sizeof bytes_);
    for (std::size_t i = 0; i < copy.size(); ++i) {
      copy[i] = bytes[i];
    }
    return std::ranges::search(copy, secret).begin() != copy.end();
  }

 private:
  alignas(T) std::uint8_t bytes_[sizeof(T)] = {};  // NOLINT(*-avoid-c-arrays)
  T* object_;
};

TEST(TokenKey, IsWipedBySealingAndByOpening) {
  const Bytes key = fortezza_vectors("kea").at(1).bytes("token_key");
  Memory<TokenKey> first(secret_key(key));
  EXPECT_TRUE(first.holds(key));
  const auto sealed = std::move(first.object()).seal(some_secrets(), iv_of(6));
  EXPECT_FALSE(first.holds(key));
  Memory<TokenKey> second(secret_key(key));
  EXPECT_TRUE(second.holds(key));
  EXPECT_TRUE(std::move(second.object()).open(sealed).has_value());
  EXPECT_FALSE(second.holds(key));
  Memory<TokenKey> unused(secret_key(key));
  EXPECT_TRUE(unused.holds(key));
  unused.destroy();
  EXPECT_FALSE(unused.holds(key));
}

TEST(FortezzaSecrets, AreWipedWhenTheyGo) {
  Memory<FortezzaSecrets> secrets(some_secrets());
  const auto holds = [&](std::uint8_t byte, std::size_t size) {
    return secrets.holds(Bytes(size, byte));
  };
  EXPECT_TRUE(holds(1, kSkipjackKeySize) && holds(2, kSkipjackKeySize) &&
              holds(5, kFortezzaPremasterSize));
  secrets.destroy();
  EXPECT_FALSE(holds(1, 4) || holds(2, 4) || holds(5, 4));
}

}  // namespace
}  // namespace heirloom::crypto
