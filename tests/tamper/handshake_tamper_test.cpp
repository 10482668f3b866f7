// Tampering with a whole handshake: any change of any byte of either direction must be noticed
// before application data flows (RFC 2246 F.1.3), and records that are damaged afterwards are one
// alert with one shape.
#include "protocol/constants.hpp"
#include "session/session_access.hpp"
#include "support/pair.hpp"
#include "support/test_pki.hpp"

#include <cstddef>
#include <string>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

class HandshakeTamper : public ::testing::TestWithParam<Combination> {
 protected:
  [[nodiscard]] Pair pair(SessionPtr resume = nullptr) const {
    ClientOptions client = client_options();
    client.policy = policy_for(GetParam().version, GetParam().suite);
    ServerOptions server = server_options();
    server.policy = client.policy;
    server.sessions = store;
    return {build(std::move(client)), build(std::move(server)), std::move(resume)};
  }

  /// run_flipped carries a handshake with one bit of one direction changed, and returns whether
  /// both sides think that it succeeded.
  [[nodiscard]] bool both_establish(Pair& pair,
                                    Side direction,
                                    std::size_t byte,
                                    unsigned bit) const {
    std::size_t seen_up = 0;
    std::size_t seen_down = 0;
    const auto flip = [&](Bytes& wire, std::size_t& seen, bool is_victim) {
      if (is_victim && byte >= seen && byte < seen + wire.size()) {
        wire[byte - seen] = static_cast<std::uint8_t>(wire[byte - seen] ^ (1U << bit));
      }
      seen += wire.size();
    };
    while (true) {
      Bytes up = take_outgoing(pair.client);
      flip(up, seen_up, direction == Side::client);
      deliver(pair.server, up, pair.at_server);
      Bytes down = take_outgoing(pair.server);
      flip(down, seen_down, direction == Side::server);
      deliver(pair.client, down, pair.at_client);
      if (up.empty() && down.empty()) {
        break;
      }
    }
    return pair.client.phase() == Phase::open && pair.server.phase() == Phase::open;
  }

  void flip_every_byte(const SessionPtr& resume) const {
    Pair whole = pair(resume);
    whole.run();
    ASSERT_EQ(whole.client.phase(), Phase::open);
    std::size_t survivors = 0;
    for (const Side direction : {Side::client, Side::server}) {
      const std::size_t size =
          direction == Side::client ? whole.wire_to_server.size() : whole.wire_to_client.size();
      for (std::size_t byte = 0; byte < size; ++byte) {
        const unsigned bit = byte % 8;
        Pair victim = pair(resume);
        if (!both_establish(victim, direction, byte, bit)) {
          continue;
        }
        // The version in the header of the first record is the one thing that nothing protects: any
        // 3.x passes there (drift D36).
        EXPECT_TRUE(byte == 2) << "byte " << byte << " bit " << bit << " of the "
                               << (direction == Side::client ? "client" : "server");
        ++survivors;
      }
    }
    EXPECT_LE(survivors, 2U);
  }

  std::shared_ptr<SessionStore> store = make_memory_session_store();
};

INSTANTIATE_TEST_SUITE_P(All,
                         HandshakeTamper,
                         ::testing::Values(Combination{ProtocolVersion::ssl30, 0x0004},
                                           Combination{ProtocolVersion::ssl30, 0x000a},
                                           Combination{ProtocolVersion::tls10, 0x0005},
                                           Combination{ProtocolVersion::tls10, 0x002f}),
                         [](const auto& parameter) {
                           return name_of(parameter.param.version,
                                          *find_cipher_suite(parameter.param.suite));
                         });

TEST_P(HandshakeTamper, NoChangedByteOfAFullHandshakeGoesUnnoticed) {
  flip_every_byte(nullptr);
}

TEST_P(HandshakeTamper, NoChangedByteOfAResumptionGoesUnnoticed) {
  Pair first = pair();
  first.run();
  // Each flipped resumption ends in a fatal alert, which forgets the session: so each has its own.
  const auto again = [](const SessionPtr& session) {
    return detail::SessionAccess::make(session->facts(),
                                       detail::SessionAccess::master_secret(*session));
  };
  const SessionPtr of_client = first.client.session();
  const SessionPtr of_server = first.server.session();
  ASSERT_NE(of_client, nullptr);
  ASSERT_NE(of_server, nullptr);
  Pair whole = pair(of_client);
  whole.run();
  ASSERT_TRUE(whole.client.info().is_resumed);
  for (const Side direction : {Side::client, Side::server}) {
    const std::size_t size =
        direction == Side::client ? whole.wire_to_server.size() : whole.wire_to_client.size();
    for (std::size_t byte = 0; byte < size; ++byte) {
      store->insert(again(of_server));
      Pair victim = pair(again(of_client));
      if (both_establish(victim, direction, byte, byte % 8)) {
        EXPECT_EQ(byte, 2U) << "of the " << (direction == Side::client ? "client" : "server");
      }
    }
  }
}

// Whatever bit of a data record is wrong: the same cause, the same bytes out.
TEST_P(HandshakeTamper, EveryDamagedDataRecordLooksTheSame) {
  Bytes answer;
  for (std::size_t position = 5;; ++position) {
    Pair victim = pair();
    victim.run();
    ASSERT_EQ(victim.client.phase(), Phase::open);
    ASSERT_TRUE(victim.client.write(Bytes{'x'}).has_value());
    Bytes wire = take_outgoing(victim.client);
    if (position == wire.size()) {
      break;
    }
    wire[position] = static_cast<std::uint8_t>(wire[position] ^ (1U << (position % 8)));
    deliver(victim.server, wire, victim.at_server);
    ASSERT_EQ(victim.server.phase(), Phase::failed) << position;
    EXPECT_EQ(victim.server.error()->cause, Cause::bad_record_mac) << position;
    EXPECT_TRUE(victim.at_server.empty());
    const Bytes out = take_outgoing(victim.server);
    if (answer.empty()) {
      answer = out;
    }
    EXPECT_EQ(out, answer) << position;
  }
  EXPECT_FALSE(answer.empty());
}

}  // namespace
}  // namespace heirloom::testing
