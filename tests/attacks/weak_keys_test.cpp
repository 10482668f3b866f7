// Keys that are too weak, or the same too often: FREAK (Beurdouche and others 2015; CVE-2015-0204),
// Logjam (Adrian and others 2015; CVE-2015-4000) and Raccoon (Merget and others 2020;
// CVE-2020-1968).
//
// FREAK and Logjam make a server that still has export suites sign a short key, and show it to a
// client that has not asked for one. The defences: a temporary RSA key has no place in a suite
// without export limit (RFC 2246 §7.4.3), and a group has a minimum (Policy::min_dh_bits; the
// allowance dh512 lowers it, and the attack gets as far as a discrete logarithm away). Raccoon
// measures whether a shared secret began with zeros, which both versions cut off (RFC 2246 §8.1.2);
// it needs a server that uses its Diffie-Hellman key twice.
#include "attacks/between.hpp"
#include "message/server_key_exchange.hpp"
#include "support/pair.hpp"

#include <set>
#include <utility>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr std::uint16_t kRsa = 0x000a;        // RSA_WITH_3DES_EDE_CBC_SHA
constexpr std::uint16_t kRsaExport = 0x0003;  // RSA_EXPORT_WITH_RC4_40_MD5
constexpr std::uint16_t kDhe = 0x0016;        // DHE_RSA_WITH_3DES_EDE_CBC_SHA
constexpr std::uint16_t kDheExport = 0x0014;  // DHE_RSA_EXPORT_WITH_DES40_CBC_SHA

class WeakKeys : public ::testing::TestWithParam<ProtocolVersion> {
 protected:
  /// victims are a client that has one suite and a server that has an export suite as well.
  [[nodiscard]] static Pair victims(std::uint16_t suite,
                                    std::uint16_t weak,
                                    const std::vector<Allowance>& allowed = {}) {
    ClientOptions client = client_options();
    client.policy.min_version = client.policy.max_version = GetParam();
    allow(client.policy, allowed);
    client.policy.cipher_suites = {suite};
    client.policy.extensions.remove(Extension::extended_master_secret);
    ServerOptions server = server_options();
    server.policy = policy_for(GetParam(), suite);
    server.policy.cipher_suites = {suite, weak};
    return {build(std::move(client)), build(std::move(server))};
  }

  /// attack has the server take the weak suite, and the client think that it is its own.
  static void attack(Pair& pair, std::uint16_t suite, std::uint16_t weak) {
    carry(pair, offer_nothing_but(weak), answer_with(suite));
    EXPECT_EQ(pair.server.info().cipher_suite, weak) << "the server signs the weak key";
    EXPECT_EQ(pair.client.info().cipher_suite, suite);
  }

  /// served_key is the public value of the ServerKeyExchange that the client has just received.
  [[nodiscard]] static Bytes served_key(Pair& pair) {
    for (const Event& event : take_events(pair.client)) {
      if (event.handshake_type == HandshakeType::server_key_exchange && !event.message.empty()) {
        ByteView params = ByteView(event.message).subspan(kHandshakeHeaderSize);
        return wire::decode_front<message::ServerDHParams>(params).value().dh_Ys;
      }
    }
    return {};
  }
};

INSTANTIATE_TEST_SUITE_P(Versions,
                         WeakKeys,
                         ::testing::Values(ProtocolVersion::ssl30, ProtocolVersion::tls10));

TEST_P(WeakKeys, FreakFindsNoPlaceForATemporaryKey) {
  Pair honest = victims(kRsa, kRsaExport);
  carry(honest, as_it_is);
  ASSERT_EQ(honest.client.phase(), Phase::open);

  Pair pair = victims(kRsa, kRsaExport);
  attack(pair, kRsa, kRsaExport);
  EXPECT_EQ(pair.server.info().temporary_key_bits, 512U);
  expect_failed(pair.client, Cause::unexpected_message);
}

TEST_P(WeakKeys, LogjamFindsAMinimum) {
  Pair honest = victims(kDhe, kDheExport);
  carry(honest, as_it_is);
  ASSERT_EQ(honest.client.phase(), Phase::open);
  EXPECT_EQ(honest.client.info().temporary_key_bits, 1024U);

  Pair pair = victims(kDhe, kDheExport);
  attack(pair, kDhe, kDheExport);
  EXPECT_EQ(pair.server.info().temporary_key_bits, 512U);
  expect_failed(pair.client, Cause::key_exchange_too_weak);
}

// With dh512 the client goes on: it answers, and sends a Finished that nobody but who can compute
// the logarithm will take.
TEST_P(WeakKeys, LogjamNeedsOnlyTheLogarithmWhereShortGroupsAreAllowed) {
  Pair pair = victims(kDhe, kDheExport, {Allowance::dh512});
  attack(pair, kDhe, kDheExport);
  EXPECT_EQ(pair.client.info().temporary_key_bits, 512U);
  expect_failed(pair.client, Cause::alert_received);
  expect_failed(pair.server, Cause::bad_record_mac);
}

TEST_P(WeakKeys, RaccoonSeesEachKeyOnce) {
  ClientOptions client = client_options();
  client.policy = policy_for(GetParam(), kDhe);
  client.trace = Trace::messages;
  ServerOptions server = server_options();
  server.policy = client.policy;
  const auto client_config = build(std::move(client));
  const auto server_config = build(std::move(server));
  std::set<Bytes> keys;
  for (int i = 0; i < 4; ++i) {
    Pair pair(client_config, server_config);
    pair.run();
    ASSERT_EQ(pair.client.phase(), Phase::open);
    keys.insert(served_key(pair));
    ASSERT_TRUE(pair.client.renegotiate().has_value());
    pair.run();
    ASSERT_EQ(pair.client.info().handshakes, 2U);
    keys.insert(served_key(pair));
  }
  EXPECT_EQ(keys.count({}), 0U);
  EXPECT_EQ(keys.size(), 8U);
}

}  // namespace
}  // namespace heirloom::testing
