// Bleichenbacher 1998, Klima, Pokorny and Rosa 2003 (CVE-2003-0131), and their return as ROBOT in
// 2017 (Böck, Somorovsky and Young; CVE-2017-13099 and others) and CAT 2018: a server that can be
// made to behave in two ways, by what is wrong with an encrypted premaster secret, decrypts
// whatever it is asked to. ROBOT looked for the difference in all that a server shows: which alert,
// a reset or a timeout instead of one, after the whole flight or only a part of it.
//
// The defence: a random premaster secret takes the place of a bad one, the version in it is checked
// the same way, and the handshake fails where a wrong Finished fails (RFC 2246 §7.4.7.1). No policy
// switches it off. That it takes one time is proved in tests/ct/rsa_premaster_ct.cpp.
#include "support/premaster_blocks.hpp"
#include "support/puppet/scene.hpp"

#include <array>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

/// Flow is how much the attacker sends, and in how many pieces.
enum class Flow : std::uint8_t {
  message_by_message,
  at_once,
  key_exchange_alone,
  without_finished
};

constexpr std::array kFlows{
    Flow::message_by_message, Flow::at_once, Flow::key_exchange_alone, Flow::without_finished};

class Robot : public ::testing::TestWithParam<Combination> {
 protected:
  /// behaviour is everything that the server shows: after each piece what it sends, to the bit, and
  /// at last how it takes the end of the transport.
  [[nodiscard]] static std::string behaviour(Flow flow, const Bytes& ciphertext) {
    Scene scene(Side::server, GetParam(), Shape::plain);
    scene.puppet().premaster_block = ciphertext;
    EXPECT_TRUE(scene.say(Symbol::client_hello));
    Connection& server = scene.engine();
    std::string seen;
    for (const Bytes& piece : pieces(flow, scene.puppet())) {
      Bytes plaintext;
      deliver(server, piece, plaintext);
      seen += to_hex(take_outgoing(server)) + " " + std::string(to_string(server.phase())) + "; ";
    }
    (void)server.receive_end();
    seen += to_hex(take_outgoing(server));
    seen += server.error() == nullptr ? " content" : " " + std::string(server.error()->name());
    return seen;
  }

 private:
  [[nodiscard]] static std::vector<Bytes> pieces(Flow flow, Puppet& puppet) {
    std::vector<Bytes> said{puppet.say(Symbol::client_key_exchange)};
    if (flow == Flow::key_exchange_alone) {
      return said;
    }
    said.push_back(puppet.say(Symbol::change_cipher_spec));
    if (flow == Flow::without_finished) {
      return said;
    }
    said.push_back(puppet.say(Symbol::finished));
    if (flow == Flow::at_once) {
      Bytes all;
      for (const Bytes& piece : said) {
        append(all, piece);
      }
      return {all};
    }
    return said;
  }
};

INSTANTIATE_TEST_SUITE_P(Versions,
                         Robot,
                         ::testing::Values(Combination{ProtocolVersion::ssl30, 0x0005},
                                           Combination{ProtocolVersion::tls10, 0x002f}));

TEST_P(Robot, HearsOneAnswerHoweverItAsks) {
  for (const Flow flow : kFlows) {
    SCOPED_TRACE(static_cast<int>(flow));
    const std::string reference =
        behaviour(flow, encrypt_raw(good_premaster_block(GetParam().version)));
    for (const auto& [name, block] : malformed_premaster_blocks(GetParam().version)) {
      EXPECT_EQ(behaviour(flow, encrypt_raw(block)), reference) << name;
    }
    EXPECT_EQ(behaviour(flow, Bytes(kPremasterBlock, 0xff)), reference) << "above the modulus";
    EXPECT_EQ(behaviour(flow, Bytes(kPremasterBlock)), reference) << "0";
  }
}

// A length that no ciphertext has is known to be wrong without the key, so it may be said; but it
// is said in one way.
TEST_P(Robot, HearsNothingFromOtherLengths) {
  const std::string reference = behaviour(Flow::at_once, Bytes(kPremasterBlock - 1, 0x31));
  for (const std::size_t size : {1U, 48U, 64U, 127U, 129U, 256U}) {
    EXPECT_EQ(behaviour(Flow::at_once, Bytes(size, 0x31)), reference) << size;
    EXPECT_EQ(behaviour(Flow::at_once, Bytes(size)), reference) << size;
  }
}

}  // namespace
}  // namespace heirloom::testing
