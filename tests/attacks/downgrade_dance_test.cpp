// The downgrade dance: POODLE (Möller, Duong, Kotowicz 2014; CVE-2014-3566) needs SSL 3.0, and gets
// it by breaking connections until the client tries an older version. A client that gives up TLS
// 1.0 so easily must say that it does: TLS_FALLBACK_SCSV (RFC 7507 §3, §4), to which a server that
// has more answers inappropriate_fallback. Policy::fallback switches the signal.
#include "attacks/between.hpp"
#include "support/pair.hpp"

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

/// dance is the second step of a client whose first connection has been broken: the attacker lets
/// nothing through that offers TLS 1.0, so the client comes back with SSL 3.0 alone.
Pair dance(SignalFallback signal, ProtocolVersion servers_highest) {
  ServerOptions server = server_options();
  server.policy.max_version = servers_highest;
  ClientOptions client = client_options();
  const Attack only_old = [](Bytes flight) {
    const bool is_new =
        is_hello(flight, HandshakeType::client_hello) && flight[kHelloVersion + 1] != 0;
    return is_new ? Bytes() : flight;
  };
  Pair first(build(client), build(server));
  carry(first, only_old);
  EXPECT_EQ(first.client.phase(), Phase::handshaking) << "as if the network were broken";
  EXPECT_FALSE(first.client.receive_end().has_value());

  client.policy.max_version = ProtocolVersion::ssl30;
  client.policy.fallback = signal;
  Pair second(build(client), build(server));
  carry(second, only_old);
  return second;
}

TEST(DowngradeDance, IsRefusedWhereTheClientSignalsIt) {
  const Pair pair = dance(SignalFallback::on, ProtocolVersion::tls10);
  expect_failed(pair.server, Cause::inappropriate_fallback);
  expect_failed(pair.client, Cause::alert_received);
  EXPECT_EQ(pair.client.error()->alert->description, AlertDescription::inappropriate_fallback);
}

TEST(DowngradeDance, SucceedsWithoutTheSignal) {
  const Pair pair = dance(SignalFallback::off, ProtocolVersion::tls10);
  ASSERT_EQ(pair.client.phase(), Phase::open);
  EXPECT_EQ(pair.client.info().version, ProtocolVersion::ssl30);
}

// An honest fallback to a server that has nothing newer is no attack.
TEST(DowngradeDance, AnOldServerIsReachedWithTheSignal) {
  const Pair pair = dance(SignalFallback::on, ProtocolVersion::ssl30);
  ASSERT_EQ(pair.client.phase(), Phase::open);
  EXPECT_EQ(pair.client.info().version, ProtocolVersion::ssl30);
}

}  // namespace
}  // namespace heirloom::testing
