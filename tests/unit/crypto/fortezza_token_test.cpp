// The token: keys and domains, a whole exchange in each form, and secrets that do not stay.
#include "crypto/fortezza_token.hpp"

#include "unit/crypto/fortezza_support.hpp"

#include <algorithm>
#include <memory>
#include <string>

#include <gtest/gtest.h>

namespace heirloom::crypto {
namespace {

using testing::array_of;
using testing::fortezza_domain;
using testing::fortezza_vectors;
using testing::GivenRandom;
using testing::secret_key;

KeaKeyPair key_of(const char* name) {
  return KeaKeyPair::from_private(fortezza_domain(), fortezza_vectors("kea").at(0).bytes(name))
      .value();
}

FortezzaToken token_with(const char* name) {
  FortezzaToken token;
  EXPECT_TRUE(token.add_key(key_of(name)).has_value());
  return token;
}

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

TEST(FortezzaToken, AgreesWithAnotherInBothForms) {
  const DomainIdentifier id = fortezza_domain().identifier();
  const FortezzaToken client = token_with("x_initiator");
  const FortezzaToken server = token_with("x_responder");
  const Bytes server_key = to_bytes(server.find_key(id)->public_value());
  for (const ResponderRandom form : {ResponderRandom::fresh, ResponderRandom::one}) {
    const auto random = system_random();
    const auto response = server.respond(id, form, *random);
    ASSERT_TRUE(response.has_value());
    EXPECT_EQ(response->random_value() == kKeaValueOne, form == ResponderRandom::one);
    auto initiation = client.initiate(id, server_key, response->random_value(), *random);
    ASSERT_TRUE(initiation.has_value());
    EXPECT_EQ(initiation->public_value, client.find_key(id)->public_value());

    auto agreed = response->agree(initiation->public_value, initiation->random_value);
    ASSERT_TRUE(agreed.has_value());
    const auto sealed = std::move(initiation->key).seal(some_secrets(), iv_of(6));
    const auto opened = std::move(*agreed).open(sealed);
    ASSERT_TRUE(opened.has_value());
    EXPECT_EQ(text_of(*opened), text_of(some_secrets()));
  }
}

TEST(FortezzaToken, AgreesOnTheKeysOfTheVectors) {
  const DomainIdentifier id = fortezza_domain().identifier();
  for (const auto& vector : fortezza_vectors("kea")) {
    SCOPED_TRACE(vector.text("name"));
    const bool is_two_party = vector.has("r_responder");
    GivenRandom server_random(is_two_party ? vector.bytes("r_responder") : Bytes{});
    GivenRandom client_random(vector.bytes("r_initiator"));
    const FortezzaToken server = token_with("x_responder");
    const auto response = server.respond(
        id, is_two_party ? ResponderRandom::fresh : ResponderRandom::one, server_random);
    ASSERT_TRUE(response.has_value());
    auto initiation =
        token_with("x_initiator")
            .initiate(
                id, server.find_key(id)->public_value(), response->random_value(), client_random);
    ASSERT_TRUE(initiation.has_value());
    // The token key is not given out; what it wraps is.
    const auto expected = TokenKey(secret_key(vector.bytes("token_key"))).seal(some_secrets(), {});
    const auto sealed = std::move(initiation->key).seal(some_secrets(), {});
    EXPECT_EQ(to_hex(sealed.client_write_key), to_hex(expected.client_write_key));
    auto agreed = response->agree(initiation->public_value, initiation->random_value);
    ASSERT_TRUE(agreed.has_value());
    EXPECT_TRUE(std::move(*agreed).open(expected).has_value());
  }
}

TEST(FortezzaToken, MakesAKeyForAnExchangeIfItHasNone) {
  const DomainIdentifier id = fortezza_domain().identifier();
  FortezzaToken client;
  const FortezzaToken server = token_with("x_responder");
  const KeaValue server_key = server.find_key(id)->public_value();
  const auto random = system_random();
  const auto unknown = client.initiate(id, server_key, kKeaValueOne, *random);
  ASSERT_FALSE(unknown.has_value());
  EXPECT_EQ(unknown.error().cause, Cause::certificate_key_unsupported);
  EXPECT_NE(unknown.error().detail.find("4de5f91f03d353e42f8d"), std::string::npos);

  ASSERT_TRUE(client.add_domain(fortezza_domain()).has_value());
  const auto one = client.initiate(id, server_key, kKeaValueOne, *random);
  const auto other = client.initiate(id, server_key, kKeaValueOne, *random);
  ASSERT_TRUE(one.has_value() && other.has_value());
  EXPECT_NE(one->public_value, other->public_value);
  EXPECT_NE(one->public_value, one->random_value);
  EXPECT_EQ(client.find_key(id), nullptr);
  // A server needs one.
  const auto refused = client.respond(id, ResponderRandom::one, *random);
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().cause, Cause::config_invalid);
}

TEST(FortezzaToken, HasOneKeyForADomain) {
  FortezzaToken token = token_with("x_initiator");
  EXPECT_TRUE(token.add_domain(fortezza_domain()).has_value());
  EXPECT_EQ(token.add_key(key_of("x_responder")).error().cause, Cause::config_invalid);
  EXPECT_EQ(token.find_key({}), nullptr);
  EXPECT_EQ(token.find_domain({}), nullptr);
}

TEST(FortezzaToken, FailsWithoutRandomBytes) {
  const DomainIdentifier id = fortezza_domain().identifier();
  const FortezzaToken token = token_with("x_initiator");
  const KeaValue value = token.find_key(id)->public_value();
  GivenRandom empty({});
  EXPECT_EQ(token.respond(id, ResponderRandom::fresh, empty).error().cause, Cause::random_failed);
  EXPECT_EQ(token.initiate(id, value, value, empty).error().cause, Cause::random_failed);
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
