// Cipher-suite rollback, change-cipher-spec dropping and key-exchange rollback: the attacks that
// Wagner and Schneier published in 1996 ("Analysis of the SSL 3.0 protocol"), on SSL 2.0 and on
// what SSL 3.0 left to implementations. FREAK (CVE-2015-0204) and Logjam (CVE-2015-4000) are their
// descendants.
//
// The defences: Finished covers both hellos (RFC 6101 §5.6.9, RFC 2246 §7.4.9); change_cipher_spec
// must come before Finished (RFC 2246 §7.1); a ServerKeyExchange is read as the suite has it, and
// its signature covers all of it (RFC 2246 §7.4.3). No policy switches any of these off, so each
// attack stands beside the same handshake without it, or with its aim as an honest wish.
#include "attacks/between.hpp"
#include "support/pair.hpp"

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr std::uint16_t kStrong = 0x000a;       // RSA_WITH_3DES_EDE_CBC_SHA
constexpr std::uint16_t kExport = 0x0003;       // RSA_EXPORT_WITH_RC4_40_MD5
constexpr std::uint16_t kEphemeral = 0x0016;    // DHE_RSA_WITH_3DES_EDE_CBC_SHA
constexpr std::uint16_t kUnencrypted = 0x0002;  // RSA_WITH_NULL_SHA
constexpr std::size_t kMacSize = 20;

class Rollback : public ::testing::TestWithParam<ProtocolVersion> {
 protected:
  /// pair has both ends allow these suites. Without extended master secret, so that the defence is
  /// Finished alone.
  static Pair pair(const std::vector<std::uint16_t>& suites) {
    ClientOptions client = client_options();
    client.policy = policy_for(GetParam(), suites.front());
    client.policy.cipher_suites = suites;
    client.policy.preference = Preference::client;
    client.policy.extensions.remove(Extension::extended_master_secret);
    client.policy.extensions.remove(Extension::encrypt_then_mac);
    ServerOptions server = server_options();
    server.policy = client.policy;
    return {build(std::move(client)), build(std::move(server))};
  }
};

INSTANTIATE_TEST_SUITE_P(Versions,
                         Rollback,
                         ::testing::Values(ProtocolVersion::ssl30, ProtocolVersion::tls10));

// §4.1 of the paper: the list of suites is rewritten to the weakest that both have.
TEST_P(Rollback, OfTheOfferedSuitesIsSeenInFinished) {
  Pair wished = pair({kExport});
  carry(wished, as_it_is);
  ASSERT_EQ(wished.client.phase(), Phase::open) << "both would speak it";

  Pair attack = pair({kStrong, kExport});
  carry(attack, offer_nothing_but(kExport));
  EXPECT_EQ(attack.server.info().cipher_suite, kExport) << "it got as far as that";
  expect_failed(attack.server, Cause::finished_mismatch);
  expect_failed(attack.client, Cause::alert_received);
}

// The other hello: the client takes the export suite for the server's choice, and does not find the
// temporary key of 512 bits that belongs to it: FREAK was that it made do with any.
TEST_P(Rollback, OfTheChosenSuiteIsSeen) {
  Pair attack = pair({kStrong, kExport});
  carry(attack, as_it_is, answer_with(kExport));
  expect_failed(attack.client, Cause::unexpected_message);

  // The same way round without any temporary key: seen in Finished.
  Pair quiet = pair({kStrong, kUnencrypted});
  carry(quiet, as_it_is, answer_with(kUnencrypted));
  EXPECT_EQ(quiet.client.phase(), Phase::failed);
  EXPECT_EQ(quiet.server.phase(), Phase::failed);
}

/// cut_exchange takes the signature off a ServerKeyExchange: two bytes of length and 128.
Bytes cut_exchange(const Bytes& flight) {
  constexpr std::size_t kSignature = 130;
  constexpr std::size_t kHeader = 4;
  if (!is_hello(flight, HandshakeType::server_hello)) {
    return flight;
  }
  Bytes messages;
  for (const Bytes& record : records_of(flight)) {
    append(messages, ByteView(record).subspan(kRecordHeaderSize));
  }
  Bytes changed;
  for (ByteView rest = messages; !rest.empty();) {
    const std::size_t size = kHeader + (static_cast<std::size_t>(rest[2]) << 8U) + rest[3];
    Bytes message = to_bytes(rest.first(size));
    rest = rest.subspan(size);
    if (message[0] == static_cast<std::uint8_t>(HandshakeType::server_key_exchange)) {
      message.resize(size - kSignature);
      put16(message, 2, static_cast<std::uint16_t>(message.size() - kHeader));
    }
    Bytes header = to_bytes(ByteView(flight).first(kRecordHeaderSize));
    put16(header, 3, static_cast<std::uint16_t>(message.size()));
    append(changed, header);
    append(changed, message);
  }
  return changed;
}

// §4.3: the server signs a Diffie-Hellman group, the client is told that it is an RSA key: prime
// and generator would be modulus and exponent, and a prime modulus hides nothing.
TEST_P(Rollback, OfTheKeyExchangeIsSeenInTheSignature) {
  for (const std::uint16_t suite : {kExport, kEphemeral}) {
    Pair honest = pair({suite, kStrong});
    carry(honest, as_it_is);
    ASSERT_EQ(honest.client.phase(), Phase::open) << suite;
  }
  // Read as an RSA key, what was signed has a value too many; if the attacker cuts the message
  // there, the server's public value stands where the signature should be.
  const std::pair<Attack, Cause> rows[] = {{as_it_is, Cause::message_malformed},
                                           {cut_exchange, Cause::params_signature_invalid}};
  for (const auto& [cut, cause] : rows) {
    Pair attack = pair({kExport, kEphemeral});
    carry(attack, offer_nothing_but(kEphemeral), [cut = cut](Bytes flight) {
      return cut(answer_with(kExport)(std::move(flight)));
    });
    EXPECT_EQ(attack.server.info().cipher_suite, kEphemeral);
    EXPECT_EQ(attack.client.info().cipher_suite, kExport);
    expect_failed(attack.client, cause);
    expect_failed(attack.server, Cause::alert_received);
  }
}

/// drop_change leaves out change_cipher_spec and what it would have protected: with a suite that
/// only authenticates, the MAC of Finished.
Bytes drop_change(const Bytes& flight) {
  Bytes rest;
  bool has_changed = false;
  for (Bytes record : records_of(flight)) {
    if (record[0] == 20) {
      has_changed = true;
      continue;
    }
    if (has_changed) {
      record.resize(record.size() - kMacSize);
      put16(record, 3, static_cast<std::uint16_t>(record.size() - kRecordHeaderSize));
    }
    append(rest, record);
  }
  return rest;
}

// §4.2: without change_cipher_spec an implementation that goes on with what is current has no keys
// at all, and from then on anything can be changed.
TEST_P(Rollback, DroppingChangeCipherSpecIsRefused) {
  Pair honest = pair({kUnencrypted});
  carry(honest, as_it_is);
  ASSERT_EQ(honest.client.phase(), Phase::open);

  Pair attack = pair({kUnencrypted});
  carry(attack, drop_change, drop_change);
  expect_failed(attack.server, Cause::unexpected_message);
  expect_failed(attack.client, Cause::alert_received);
}

}  // namespace
}  // namespace heirloom::testing
