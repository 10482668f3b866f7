// Every malformed form of the RSA-encrypted premaster secret has one outcome: the handshake goes on
// and fails where a wrong Finished fails, with the same bytes (Bleichenbacher 1998; Klima, Pokorny
// and Rosa 2003; ROBOT 2017; RFC 2246 §7.4.7.1).
#include "support/premaster_blocks.hpp"
#include "support/puppet/scene.hpp"

#include <string>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

class Premaster : public ::testing::TestWithParam<Combination> {
 protected:
  /// outcome plays a handshake with that ciphertext and describes everything that a peer can see.
  [[nodiscard]] static std::string outcome(Combination combination, const Bytes& ciphertext) {
    Scene scene(Side::server, combination, Shape::plain);
    scene.puppet().premaster_block = ciphertext;
    EXPECT_TRUE(scene.say(Symbol::client_hello));
    std::string seen;
    for (const Symbol symbol :
         {Symbol::client_key_exchange, Symbol::change_cipher_spec, Symbol::finished}) {
      seen += scene.say(symbol) ? "on " : "failed ";
      seen += std::to_string(scene.puppet().alerts.size()) + " ";
    }
    EXPECT_EQ(scene.engine().phase(), Phase::failed);
    seen += scene.engine().error() == nullptr ? "?" : std::string(scene.engine().error()->name());
    seen += " " + std::string(to_string(scene.last_alert().description));
    return seen;
  }
};

INSTANTIATE_TEST_SUITE_P(Versions,
                         Premaster,
                         ::testing::Values(Combination{ProtocolVersion::ssl30, 0x000a},
                                           Combination{ProtocolVersion::tls10, 0x002f}));

TEST_P(Premaster, EveryMalformedFormHasOneOutcome) {
  // The reference: a well-formed block, whose secret the puppet does not use for its Finished.
  const std::string reference =
      outcome(GetParam(), encrypt_raw(good_premaster_block(GetParam().version)));
  for (const auto& [name, block] : malformed_premaster_blocks(GetParam().version)) {
    EXPECT_EQ(outcome(GetParam(), encrypt_raw(block)), reference) << name;
  }
  EXPECT_EQ(outcome(GetParam(), Bytes(kPremasterBlock, 0xff)), reference)
      << "not below the modulus";
  EXPECT_NE(reference.find("bad_record_mac"), std::string::npos) << reference;
}

// A rollback shows: the version in the premaster secret is that of the ClientHello (RFC 2246
// F.1.2).
TEST_P(Premaster, TheVersionInsideMustBeTheOffered) {
  const auto attempt = [&](PremasterVersion rule, std::uint8_t minor) {
    Scene scene(Side::server, GetParam(), Shape::plain, [&](ClientOptions&, ServerOptions& server) {
      server.policy.premaster_version = rule;
    });
    scene.puppet().client_hello.client_version = static_cast<ProtocolVersion>(0x0302);
    Bytes premaster(48, 0x33);
    premaster[0] = 3;
    premaster[1] = minor;
    scene.puppet().premaster_override = premaster;
    for (const Symbol symbol : {Symbol::client_hello,
                                Symbol::client_key_exchange,
                                Symbol::change_cipher_spec,
                                Symbol::finished}) {
      (void)scene.say(symbol);
    }
    return scene.engine().phase() == Phase::open;
  };
  const auto negotiated = static_cast<std::uint8_t>(GetParam().version);
  EXPECT_TRUE(attempt(PremasterVersion::must_match_hello, 2));
  EXPECT_FALSE(attempt(PremasterVersion::must_match_hello, negotiated));
  // drift D24: some clients send the negotiated version; tolerated by name.
  EXPECT_TRUE(attempt(PremasterVersion::may_match_negotiated, negotiated));
  EXPECT_TRUE(attempt(PremasterVersion::may_match_negotiated, 2));
  EXPECT_FALSE(attempt(PremasterVersion::may_match_negotiated, 9));
}

}  // namespace
}  // namespace heirloom::testing
