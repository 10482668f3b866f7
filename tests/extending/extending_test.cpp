// The worked example of docs/extending.md: this program's table has that page's row, and nothing
// else was changed. The suite must be known by every name, stand in the presets, and carry data at
// both versions.
#include "support/pair.hpp"
#include "support/suite_setup.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr std::uint16_t kAdded = 0xff07;

TEST(Extending, OneRowMakesASuiteKnown) {
  const CipherSuite* const suite = find_cipher_suite(kAdded);
  ASSERT_NE(suite, nullptr);
  EXPECT_EQ(find_cipher_suite("TLS_DHE_RSA_WITH_IDEA_CBC_SHA"), suite);
  EXPECT_EQ(find_cipher_suite("DHE-RSA-IDEA-CBC-SHA"), suite);
  EXPECT_EQ(&cipher_suites().back(), suite);
  EXPECT_EQ(suite->weakness, Weakness::weak);
  for (const Policy& policy : {Policy::device(), Policy::museum()}) {
    EXPECT_EQ(std::ranges::count(policy.cipher_suites, kAdded), 1);
  }
}

TEST(Extending, OneRowMakesASuiteWork) {
  const auto all = combinations();
  EXPECT_EQ(std::ranges::count(all, kAdded, &Combination::suite), 2);
  for (const ProtocolVersion version : {ProtocolVersion::ssl30, ProtocolVersion::tls10}) {
    const Combination combination{version, kAdded};
    SCOPED_TRACE(name_of(combination));
    Pair pair(build(client_options(combination)), build(server_options(combination)));
    pair.run();
    ASSERT_EQ(pair.client.phase(), Phase::open);
    EXPECT_EQ(pair.client.info().version, version);
    EXPECT_EQ(pair.server.info().cipher_suite, kAdded);
    pair.send_to_server(Bytes(40000, 'c'));
    pair.send_to_client(Bytes(40000, 's'));
    EXPECT_EQ(pair.at_server, Bytes(40000, 'c'));
    EXPECT_EQ(pair.at_client, Bytes(40000, 's'));
  }
}

}  // namespace
}  // namespace heirloom::testing
