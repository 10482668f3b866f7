// Messages out of their order, or read as something else: CCS injection (Kikuchi 2014;
// CVE-2014-0224), SKIP-TLS and its kin in SMACK (Beurdouche and others 2015; CVE-2014-6593,
// CVE-2015-0205), and parameters of one key exchange read as those of another (Mavrogiannopoulos,
// Vercauteren, Velichkov and Preneel 2012).
//
// The defences: a state accepts the messages that it names and no other, change_cipher_spec is one
// of them (docs/state-machine.md; RFC 2246 §7.1, §7.3); the signature of a ServerKeyExchange covers
// all of it and is read as the suite has it (RFC 2246 §7.4.3), of curves only those with a name. No
// policy switches any of it off. tests/state/ plays every sequence of four messages; here are the
// ones that made history.
#include "attacks/between.hpp"
#include "support/pair.hpp"
#include "support/puppet/scene.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

using S = Symbol;

class StateConfusion : public ::testing::TestWithParam<Combination> {};

INSTANTIATE_TEST_SUITE_P(Versions,
                         StateConfusion,
                         ::testing::Values(Combination{ProtocolVersion::ssl30, 0x000a},
                                           Combination{ProtocolVersion::tls10, 0x002f}));

/// inject puts a change_cipher_spec before the record with that number of one direction.
Attack inject(std::size_t place, std::size_t& passed, ProtocolVersion version) {
  return [place, &passed, version](const Bytes& flight) {
    Bytes changed;
    for (const Bytes& record : records_of(flight)) {
      if (passed++ == place) {
        append(changed, Bytes{20, 3, static_cast<std::uint8_t>(version), 0, 1, 1});
      }
      append(changed, record);
    }
    return changed;
  };
}

Pair honest_pair(Combination combination) {
  ClientOptions client = client_options();
  client.policy = policy_for(combination.version, combination.suite);
  ServerOptions server = server_options();
  server.policy = client.policy;
  return {build(std::move(client)), build(std::move(server))};
}

/// expect_noticed injects before one record on its way to one of the two.
void expect_noticed(Combination combination, Side victim, std::size_t place, Cause cause) {
  SCOPED_TRACE(std::to_string(static_cast<int>(victim)) + " " + std::to_string(place));
  Pair pair = honest_pair(combination);
  std::size_t passed = 0;
  const Attack attack = inject(place, passed, combination.version);
  const bool is_server = victim == Side::server;
  carry(pair, is_server ? attack : as_it_is, is_server ? as_it_is : attack);
  expect_failed(is_server ? pair.server : pair.client, cause);
}

// Before the keys there is nothing to change to. Just before the real one it is taken for it, and
// the real one is then a record without a MAC.
TEST_P(StateConfusion, AnInjectedChangeCipherSpecEndsTheHandshakeWhereverItIs) {
  std::size_t up = 0;
  std::size_t down = 0;
  Pair honest = honest_pair(GetParam());
  carry(
      honest, inject(SIZE_MAX, up, GetParam().version), inject(SIZE_MAX, down, GetParam().version));
  ASSERT_EQ(honest.client.phase(), Phase::open);
  ASSERT_GE(up, 4U);
  ASSERT_GE(down, 5U);
  for (const auto& [victim, records] : {std::pair(Side::server, up), {Side::client, down}}) {
    for (std::size_t place = 0; place < records; ++place) {
      const bool has_keys = place + 2 >= records;
      expect_noticed(GetParam(),
                     victim,
                     place,
                     has_keys ? Cause::bad_record_mac : Cause::change_cipher_spec_unexpected);
    }
  }
}

// As it was done: both sides at once, behind the hellos, when neither has a master secret.
TEST_P(StateConfusion, AnInjectedChangeCipherSpecOnBothSidesToo) {
  Pair pair = honest_pair(GetParam());
  deliver(pair.server, take_outgoing(pair.client), pair.at_server);
  deliver(pair.client, take_outgoing(pair.server), pair.at_client);
  const Bytes change{20, 3, static_cast<std::uint8_t>(GetParam().version), 0, 1, 1};
  deliver(pair.server, change, pair.at_server);
  expect_failed(pair.server, Cause::change_cipher_spec_unexpected);
  deliver(pair.client, change, pair.at_client);
  EXPECT_EQ(pair.client.error(), nullptr) << "here the server's may come, and nothing but Finished";
  carry(pair, as_it_is);
  EXPECT_EQ(pair.client.phase(), Phase::failed);
}

/// expect_refused plays a script whose last symbol must end the connection.
void expect_refused(Side side, Combination combination, Shape shape, const std::vector<S>& script) {
  SCOPED_TRACE(to_string(script));
  Scene scene(side, combination, shape);
  for (std::size_t i = 0; i + 1 < script.size(); ++i) {
    ASSERT_TRUE(scene.say(script[i])) << to_string(script[i]);
  }
  EXPECT_FALSE(scene.say(script.back()));
  EXPECT_TRUE(scene.plaintext().empty());
  EXPECT_EQ(scene.last_alert().description, AlertDescription::unexpected_message);
}

// A server that says Finished, or data, before anybody has proved anything, in the clear. JSSE took
// the first of these.
TEST_P(StateConfusion, AServerThatSkipsIsNotBelieved) {
  const std::vector<std::vector<S>> scripts{
      {S::server_hello, S::finished},
      {S::server_hello, S::certificate, S::finished},
      {S::server_hello, S::certificate, S::application_data},
      {S::server_hello, S::change_cipher_spec},
      {S::server_hello, S::certificate, S::change_cipher_spec},
      {S::server_hello, S::server_hello_done},
      {S::server_hello, S::certificate, S::server_hello_done, S::finished},
      {S::server_hello, S::certificate, S::server_hello_done, S::application_data},
      {S::server_hello, S::certificate, S::server_key_exchange},
      {S::server_hello, S::certificate, S::certificate},
  };
  for (const auto& script : scripts) {
    expect_refused(Side::client, GetParam(), Shape::plain, script);
  }
}

// A client that leaves out its key, its proof, or its change_cipher_spec.
TEST_P(StateConfusion, AClientThatSkipsIsNotBelieved) {
  const std::vector<std::vector<S>> plain{
      {S::finished},
      {S::client_hello, S::finished},
      {S::client_hello, S::change_cipher_spec},
      {S::client_hello, S::application_data},
      {S::client_hello, S::client_key_exchange, S::finished},
      {S::client_hello, S::client_key_exchange, S::application_data},
      {S::client_hello, S::certificate_verify},
  };
  for (const auto& script : plain) {
    expect_refused(Side::server, GetParam(), Shape::plain, script);
  }
  const std::vector<std::vector<S>> with_certificate{
      {S::client_hello, S::client_key_exchange},
      {S::client_hello, S::certificate, S::certificate_verify},
      {S::client_hello, S::certificate, S::client_key_exchange, S::change_cipher_spec},
      {S::client_hello, S::certificate, S::client_key_exchange, S::finished},
  };
  for (const auto& script : with_certificate) {
    expect_refused(Side::server, GetParam(), Shape::with_client_certificate, script);
  }
}

/// told_otherwise has the server sign the parameters of one suite, and tells the client of another.
Pair told_otherwise(ProtocolVersion version,
                    const std::vector<std::uint16_t>& suites,
                    std::uint16_t signed_for,
                    std::uint16_t told) {
  ClientOptions client = client_options();
  client.policy = policy_for(version, told);
  client.policy.cipher_suites = suites;
  client.policy.extensions.remove(Extension::encrypt_then_mac);
  ServerOptions server = server_options();
  server.policy = client.policy;
  Pair pair(build(std::move(client)), build(std::move(server)));
  carry(pair, offer_nothing_but(signed_for), answer_with(told));
  EXPECT_EQ(pair.server.info().cipher_suite, signed_for);
  EXPECT_EQ(pair.client.info().cipher_suite, told);
  return pair;
}

void expect_no_confusion(ProtocolVersion version, const std::vector<std::uint16_t>& suites) {
  constexpr std::array kUnreadable{
      Cause::message_malformed, Cause::params_signature_invalid, Cause::key_exchange_malformed};
  for (const std::uint16_t signed_for : suites) {
    for (const std::uint16_t told : suites) {
      SCOPED_TRACE(std::to_string(signed_for) + " told as " + std::to_string(told));
      const Pair pair = told_otherwise(version, suites, signed_for, told);
      ASSERT_NE(pair.client.error(), nullptr);
      const Cause cause = pair.client.error()->cause;
      // Where it is the same, the changed list of suites is seen in Finished.
      EXPECT_EQ(cause == Cause::alert_received, signed_for == told);
      EXPECT_EQ(std::ranges::find(kUnreadable, cause) != kUnreadable.end(), signed_for != told)
          << pair.client.error()->text();
    }
  }
}

// The paper has curve parameters read as a group. SSL 3.0 has no suites with curves here.
TEST(CrossProtocol, ParametersOfOneExchangeAreNeverThoseOfAnother) {
  constexpr std::uint16_t kRsaExport = 0x0003;
  constexpr std::uint16_t kDhe = 0x0016;
  constexpr std::uint16_t kEcdhe = 0xc012;
  expect_no_confusion(ProtocolVersion::ssl30, {kRsaExport, kDhe});
  expect_no_confusion(ProtocolVersion::tls10, {kRsaExport, kDhe, kEcdhe});
}

}  // namespace
}  // namespace heirloom::testing
