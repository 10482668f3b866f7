// SWEET32 (Bhargavan and Leurent 2016; CVE-2016-2183): under one key of a cipher with blocks of 64
// bits two blocks of ciphertext become equal after some 2^32, and then the difference of what they
// hide is known. Who makes a browser send a cookie for some hundred gigabytes reads it.
//
// The defence: Limits::max_short_block_bytes. Half way another handshake makes new keys; where it
// cannot, the connection ends at the limit, and the next one has another key. Here the limit is a
// few thousand bytes. With the highest limit there is none.
#include "protocol/constants.hpp"
#include "support/pair.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr std::uint64_t kLimit = 4096;
constexpr std::size_t kPiece = 100;

constexpr Combination kShortBlocks[] = {{ProtocolVersion::ssl30, 0x000a},  // 3DES
                                        {ProtocolVersion::tls10, 0x000a},
                                        {ProtocolVersion::tls10, 0x0007},   // IDEA
                                        {ProtocolVersion::tls10, 0x0009}};  // DES
constexpr Combination kOthers[] = {{ProtocolVersion::tls10, 0x0035},        // AES
                                   {ProtocolVersion::tls10, 0x0005}};       // RC4

/// Limited is what each side is set up with.
struct Limited {
  std::uint64_t client = kLimit;
  std::uint64_t server = kLimit;
  Renegotiation renegotiation = Renegotiation::only_secure;
  std::size_t max_renegotiations = 1000;
};

/// Victims are a client and a server that meet more than once.
class Victims {
 public:
  Victims(Combination combination, const Limited& limited) {
    ClientOptions client = client_options();
    client.policy = policy_for(combination.version, combination.suite);
    client.policy.extensions.remove(Extension::encrypt_then_mac);
    client.policy.renegotiation = limited.renegotiation;
    client.policy.limits.max_renegotiations = limited.max_renegotiations;
    client.policy.limits.max_renegotiations_a_minute = limited.max_renegotiations;
    ServerOptions server = server_options();
    server.policy = client.policy;
    server.sessions = make_memory_session_store();
    client.policy.limits.max_short_block_bytes = limited.client;
    server.policy.limits.max_short_block_bytes = limited.server;
    client_ = build(std::move(client));
    server_ = build(std::move(server));
  }

  [[nodiscard]] Pair meet(SessionPtr resume = nullptr) const {
    Pair pair(client_, server_, std::move(resume));
    pair.run();
    EXPECT_EQ(pair.client.phase(), Phase::open);
    return pair;
  }

 private:
  std::shared_ptr<const ClientConfig> client_;
  std::shared_ptr<const ServerConfig> server_;
};

Pair open_pair(Combination combination, const Limited& limited) {
  return Victims(combination, limited).meet();
}

/// Way is who sends.
enum class Way : std::uint8_t { up, down };

/// talk sends so many bytes of application data, a piece at a time; false if it came to an end.
bool talk(Pair& pair, Way way, std::size_t bytes) {
  Connection& from = way == Way::up ? pair.client : pair.server;
  for (std::size_t sent = 0; sent < bytes; sent += kPiece) {
    if (!from.write(Bytes(kPiece, 'x')).has_value()) {
      return false;
    }
    pair.run();
    if (pair.client.error() != nullptr || pair.server.error() != nullptr) {
      return false;
    }
  }
  return true;
}

TEST(Sweet32, KeysAreRenewedHalfWay) {
  for (const Combination& combination : kShortBlocks) {
    for (const Way way : {Way::up, Way::down}) {
      for (const Limited& limited :
           {Limited{.server = UINT64_MAX}, Limited{.client = UINT64_MAX}}) {
        SCOPED_TRACE(name_of(combination.version, *find_cipher_suite(combination.suite)));
        Pair pair = open_pair(combination, limited);
        ASSERT_TRUE(talk(pair, way, 10 * kLimit));
        EXPECT_EQ((way == Way::up ? pair.at_server : pair.at_client).size(),
                  (10 * kLimit + kPiece - 1) / kPiece * kPiece);
        EXPECT_GT(pair.client.info().handshakes, 20U);
        EXPECT_FALSE(pair.client.info().was_renegotiated_insecurely);
      }
    }
  }
}

// Each of the records of the other ciphers is worth as much as the first.
TEST(Sweet32, OtherCiphersHaveNoLimit) {
  for (const Combination& combination : kOthers) {
    Pair pair = open_pair(combination, {});
    ASSERT_TRUE(talk(pair, Way::up, 3 * kLimit));
    EXPECT_EQ(pair.client.info().handshakes, 1U);
  }
}

/// expect_end sends until one side has had enough, and looks at what it knows then.
void expect_end(Pair& pair, Way way, Side first) {
  ASSERT_FALSE(talk(pair, way, 10 * kLimit));
  const Connection& ends = first == Side::client ? pair.client : pair.server;
  ASSERT_NE(ends.error(), nullptr);
  EXPECT_EQ(ends.error()->cause, Cause::key_exhausted);
  EXPECT_FALSE(ends.error()->alert.has_value()) << "nothing that ends the session";
  const std::size_t arrived = (way == Way::up ? pair.at_server : pair.at_client).size();
  EXPECT_GT(arrived, kLimit / 3);
  EXPECT_LT(arrived, kLimit);
}

TEST(Sweet32, WithoutNewKeysTheConnectionEnds) {
  for (const Combination& combination : kShortBlocks) {
    SCOPED_TRACE(name_of(combination.version, *find_cipher_suite(combination.suite)));
    for (const Way way : {Way::up, Way::down}) {
      const Side sender = way == Way::up ? Side::client : Side::server;
      const Limited never{.renegotiation = Renegotiation::never};
      const Victims victims(combination, never);
      Pair both = victims.meet();
      expect_end(both, way, sender);
      EXPECT_EQ(both.client.info().handshakes, 1U);
      // What it reads, too, is under one key.
      Limited reader = never;
      (way == Way::up ? reader.client : reader.server) = UINT64_MAX;
      Pair one = open_pair(combination, reader);
      expect_end(one, way, way == Way::up ? Side::server : Side::client);
      // The session is as good as before, and makes another key.
      Pair next = victims.meet(both.client.session());
      EXPECT_TRUE(next.client.info().is_resumed);
      EXPECT_TRUE(talk(next, way, kPiece));
    }
  }
}

TEST(Sweet32, APeerThatRefusesIsServedToTheEndOfItsKey) {
  const Limited refused{.server = UINT64_MAX, .max_renegotiations = 0};
  Pair pair = open_pair({ProtocolVersion::tls10, 0x000a}, refused);
  expect_end(pair, Way::up, Side::client);
  EXPECT_EQ(pair.client.info().handshakes, 1U);
}

// The limit is in bytes of records, with MAC and padding; the Finished counts. What reaches the
// limit still goes, and nothing behind it.
TEST(Sweet32, TheLimitIsMetAndNotExceeded) {
  const Combination combination{ProtocolVersion::tls10, 0x000a};
  const auto pieces_until = [&](std::uint64_t limit) {
    Pair pair =
        open_pair(combination,
                  {.client = limit, .server = UINT64_MAX, .renegotiation = Renegotiation::never});
    std::size_t pieces = 0;
    while (talk(pair, Way::up, kPiece)) {
      ++pieces;
    }
    return pieces;
  };
  // Finished has 12 bytes, its header 4, the MAC 20: with padding 40. A piece of 100 bytes is two
  // records, of 1 and of 99 bytes: 24 and 120.
  constexpr std::uint64_t kFinished = 40;
  constexpr std::uint64_t kTwoRecords = 24 + 120;
  EXPECT_EQ(pieces_until(kFinished), 0U);
  EXPECT_EQ(pieces_until(kFinished + 1), 1U);
  EXPECT_EQ(pieces_until(kFinished + kTwoRecords), 1U);
  EXPECT_EQ(pieces_until(kFinished + kTwoRecords + 1), 2U);
}

TEST(Sweet32, HasNoLimitIfThePolicyHasNone) {
  Pair pair =
      open_pair({ProtocolVersion::tls10, 0x000a}, {.client = UINT64_MAX, .server = UINT64_MAX});
  EXPECT_TRUE(talk(pair, Way::up, 3 * kLimit));
  EXPECT_EQ(pair.client.info().handshakes, 1U);
  for (const Policy& preset : {Policy::strict(), Policy::device(), Policy::museum()}) {
    EXPECT_EQ(preset.limits.max_short_block_bytes, std::uint64_t{1} << 32U);
  }
}

}  // namespace
}  // namespace heirloom::testing
