// Both sides of an ephemeral agreement against agreements that an independent script computed, from
// the random bytes to the master secret; leading zeros of Z as deployed (RFC 6101 §6.1.2, RFC 2246
// §8.1.2, RFC 4492 §5.10; drift D23).
#include "crypto/dh.hpp"
#include "kx/key_exchange.hpp"
#include "support/pair.hpp"
#include "support/test_pki.hpp"
#include "support/vector_file.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace heirloom::kx {
namespace {

using testing::VectorBlock;

/// FixedRandom gives these bytes once.
class FixedRandom final : public RandomSource {
 public:
  explicit FixedRandom(Bytes bytes) : bytes_(std::move(bytes)) {}

  bool fill(std::span<std::uint8_t> out) noexcept override {
    if (out.size() != bytes_.size()) {
      return false;
    }
    std::ranges::copy(bytes_, out.begin());
    bytes_.clear();
    return true;
  }

 private:
  Bytes bytes_;
};

bool is_ssl(ProtocolVersion version) {
  return version == ProtocolVersion::ssl30;
}

/// End is one side: what it draws, and what it may know.
struct End {
  End(ProtocolVersion version, const VectorBlock& block, const char* exponent)
      : random(block.bytes(exponent)),
        suite(*find_cipher_suite(std::uint16_t(block.text("kind") == "dh" ? 0x0018 : 0xc016))),
        profile(profile_for(version)) {
    const Bytes hellos = block.bytes("hellos");
    std::copy_n(hellos.begin(), 32, randoms.client.begin());
    std::copy_n(hellos.begin() + 32, 32, randoms.server.begin());
    if (block.text("kind") == "dh") {
      ephemeral.group = *crypto::known_group_of_size(block.number("bits"));
    }
  }

  [[nodiscard]] KxContext context() {
    return {.profile = profile,
            .suite = suite,
            .randoms = randoms,
            .client_version = profile.version,
            .policy = policy,
            .random = random,
            .ephemeral = &ephemeral,
            .curve = NamedCurve::secp256r1};
  }

  /// master takes the premaster to the master secret, and checks it on the way.
  [[nodiscard]] Bytes master(PremasterSecret premaster, const VectorBlock& block) const {
    EXPECT_EQ(to_bytes(premaster.expose()), block.bytes("premaster"));
    const MasterSecret secret = profile.master_secret(std::move(premaster), randoms);
    return to_bytes(secret.expose());
  }

  Policy policy = Policy::museum();
  FixedRandom random;
  const CipherSuite& suite;
  const VersionProfile& profile;
  Randoms randoms{};
  Ephemeral ephemeral;
};

/// expect_at_end: the message ends with that value, behind the last byte of its length.
void expect_at_end(const Bytes& message, const Bytes& value) {
  ASSERT_GT(message.size(), value.size());
  EXPECT_EQ(to_bytes(ByteView(message).last(value.size())), value);
  EXPECT_EQ(message[message.size() - value.size() - 1], value.size() & 0xffU);
}

void check(ProtocolVersion version, const VectorBlock& block) {
  const Bytes expected = block.bytes(is_ssl(version) ? "master_ssl30" : "master_tls10");
  const Bytes other = block.bytes(is_ssl(version) ? "other_ssl30" : "other_tls10");
  EXPECT_EQ(expected == other, block.bytes("z").front() != 0);
  const auto kind =
      block.text("kind") == "dh" ? KeyExchangeKind::dh_anon : KeyExchangeKind::ecdh_anon;

  End server(version, block, "server_exponent");
  auto server_agreement = make_server_agreement(kind);
  auto offered = server_agreement->offer(server.context(), nullptr);
  ASSERT_TRUE(offered.has_value());
  expect_at_end(*offered, block.bytes("ys"));

  End client(version, block, "client_exponent");
  auto client_agreement = make_client_agreement(kind);
  ASSERT_TRUE(client_agreement->learn(client.context(), nullptr, {*offered}).has_value());
  auto responded = client_agreement->respond(client.context(), nullptr, nullptr);
  ASSERT_TRUE(responded.has_value());
  auto& response = std::get<ClientKeyAgreement::Response>(*responded);
  expect_at_end(response.message.exchange_keys, block.bytes("yc"));
  EXPECT_EQ(client.master(std::move(response.agreed.premaster), block), expected);

  auto accepted = server_agreement->accept(server.context(), response.message, nullptr, nullptr);
  ASSERT_TRUE(accepted.has_value());
  EXPECT_EQ(server.master(std::move(std::get<Agreed>(*accepted).premaster), block), expected);
}

TEST(Rfc2246_8_1_2, LeadingZerosOfZAreNotPartOfThePremaster) {
  std::size_t checked = 0;
  for (const VectorBlock& block : testing::read_vectors("derivation/agreements.txt")) {
    for (const ProtocolVersion version : {ProtocolVersion::ssl30, ProtocolVersion::tls10}) {
      SCOPED_TRACE(block.text("name") + ", " + std::string(to_string(version)));
      check(version, block);
      ++checked;
    }
  }
  EXPECT_EQ(checked, 14U);
}

Bytes recovered(ServerKeyAgreement& agreement, const PrivateKeyResult& made) {
  auto result = agreement.recover(made);
  EXPECT_TRUE(result.has_value());
  return to_bytes(std::get<Agreed>(*result).premaster.expose());
}

// The same of a fixed key, whose Z comes from a PrivateKey with all its zeros.
TEST(Rfc2246_8_1_2, NorAreThoseOfAFixedKey) {
  const auto agreement = make_server_agreement(KeyExchangeKind::dh_rsa);
  for (const VectorBlock& block : testing::read_vectors("derivation/agreements.txt")) {
    if (block.text("kind") == "dh") {
      EXPECT_EQ(recovered(*agreement, PrivateKeyResult(block.bytes("z"))),
                block.bytes("premaster"));
    }
  }
}

// What our own key cannot do ends in a secret that nobody knows, and not in an alert of its own.
TEST(FixedDh, AKeyThatFailsLeavesARandomPremaster) {
  const auto agreement = make_server_agreement(KeyExchangeKind::dh_rsa);
  const auto key = crypto::certificate_key(testing::pki_certificate("dh1024"));
  ASSERT_TRUE(key.has_value());
  testing::SeededRandom random(5);
  const Policy policy = Policy::museum();
  const Randoms randoms{};
  const KxContext context{.profile = profile_for(ProtocolVersion::tls10),
                          .suite = *find_cipher_suite(std::uint16_t{0x0010}),
                          .randoms = randoms,
                          .client_version = ProtocolVersion::tls10,
                          .policy = policy,
                          .random = random};
  message::ClientKeyExchange message;
  wire::encode(message.exchange_keys,
               message::ClientDiffieHellmanPublic{
                   crypto::DhKeyPair::from_private(key->dh->group, Bytes(20, 3))->public_value()});
  auto accepted = agreement->accept(context, message, &*key, nullptr);
  ASSERT_TRUE(accepted.has_value());
  EXPECT_TRUE(std::holds_alternative<AgreementNeeded>(*accepted));
  const Bytes premaster = recovered(*agreement, PrivateKeyResult(Cause::private_key_failed));
  EXPECT_GT(premaster.size(), 40U);
  EXPECT_FALSE(std::ranges::all_of(premaster, [](std::uint8_t b) { return b == 0; }));
}

}  // namespace
}  // namespace heirloom::kx
