// The one version that has FORTEZZA (RFC 6101 A.6): what is offered, chosen and taken where TLS 1.0
// can be the outcome. 001E is a suite of Kerberos there (RFC 2712).
#include "attacks/between.hpp"
#include "support/suite_setup.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr std::array<std::uint16_t, 3> kSuites = {0x001c, 0x001d, 0x001e};

Combination at_ssl30(std::uint16_t suite) {
  return {ProtocolVersion::ssl30, suite};
}

/// suites_of are those of a ClientHello.
std::vector<std::uint16_t> suites_of(const Bytes& flight) {
  std::vector<std::uint16_t> suites;
  const std::size_t list = kHelloSessionId + 1 + flight.at(kHelloSessionId);
  const std::size_t size = static_cast<std::size_t>(flight.at(list) << 8U) + flight.at(list + 1);
  for (std::size_t at = list + 2; at < list + 2 + size; at += 2) {
    suites.push_back(static_cast<std::uint16_t>(flight.at(at) << 8U | flight.at(at + 1)));
  }
  return suites;
}

std::size_t count_fortezza(const std::vector<std::uint16_t>& suites) {
  return static_cast<std::size_t>(
      std::ranges::count_if(suites, [](std::uint16_t id) { return id >= 0x1c && id <= 0x1e; }));
}

TEST(FortezzaVersion, IsOfferedUpToSsl30Only) {
  for (const ProtocolVersion highest : {ProtocolVersion::ssl30, ProtocolVersion::tls10}) {
    ClientOptions client = client_options();
    client.policy = Policy::museum();
    client.policy.max_version = highest;
    const auto config = build(std::move(client));
    Connection connection = Connection::client(config, {.host = "localhost"});
    EXPECT_EQ(count_fortezza(suites_of(take_outgoing(connection))),
              highest == ProtocolVersion::ssl30 ? 3U : 0U);
  }
  ClientOptions nothing_left = client_options(at_ssl30(0x001d));
  nothing_left.policy.max_version = ProtocolVersion::tls10;
  const auto refused = ClientConfig::build(std::move(nothing_left));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().cause, Cause::config_invalid);
}

TEST(FortezzaVersion, IsRefusedByAServerThatAnswersWithTls10) {
  for (const std::uint16_t suite : kSuites) {
    for (const ProtocolVersion highest : {ProtocolVersion::ssl30, ProtocolVersion::tls10}) {
      ServerOptions server = server_options(at_ssl30(suite));
      server.policy.max_version = highest;
      Pair pair(build(client_options(at_ssl30(suite))), build(std::move(server)));
      carry(pair, say_version(HandshakeType::client_hello, 0x0301));
      ASSERT_NE(pair.server.error(), nullptr);
      // At SSL 3.0 it is taken; that the hello was changed shows at the end.
      EXPECT_EQ(pair.server.error()->cause,
                highest == ProtocolVersion::tls10 ? Cause::no_common_cipher_suite
                                                  : Cause::finished_mismatch);
    }
    // A server of both versions that is asked for SSL 3.0 has it.
    ServerOptions server = server_options(at_ssl30(suite));
    server.policy.max_version = ProtocolVersion::tls10;
    Pair pair(build(client_options(at_ssl30(suite))), build(std::move(server)));
    pair.run();
    ASSERT_EQ(pair.client.phase(), Phase::open);
    EXPECT_EQ(pair.client.info().version, ProtocolVersion::ssl30);
    EXPECT_EQ(pair.client.info().cipher_suite, suite);
  }
}

TEST(FortezzaVersion, IsNotTakenFromAServerThatWasNotOfferedIt) {
  for (const std::uint16_t suite : kSuites) {
    ClientOptions client = client_options();
    client.policy = Policy::museum();
    Pair pair(build(std::move(client)), build(server_options()));
    carry(pair, as_it_is, answer_with(suite));
    expect_failed(pair.client, Cause::cipher_suite_not_offered);
  }
}

}  // namespace
}  // namespace heirloom::testing
