// Every suite at every version it has, from the tables: handshake, data both ways, close, the wire
// cut in several ways, resumption, client certificates of every kind. A loopback proves consistency
// only; tests/interop and tests/unit hold the rest.
//
// One test goes through all suites of a version.
#include "heirloom/inspector.hpp"

#include "support/pair.hpp"
#include "support/suite_setup.hpp"
#include "support/suite_shapes.hpp"
#include "support/test_pki.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

Bytes message(std::size_t size) {
  Bytes bytes(size);
  std::uint32_t value = 1;
  for (auto& byte : bytes) {
    value = value * 1103515245 + 12345;
    byte = static_cast<std::uint8_t>(value >> 16U);
  }
  return bytes;
}

std::string trouble(const Pair& pair) {
  std::string text;
  for (const Connection* side : {&pair.client, &pair.server}) {
    text += side->error() != nullptr ? side->error()->text() + "; " : "";
  }
  return text;
}

/// MessageSizes keeps the type and the body's size of every handshake message that was sent.
class MessageSizes final : public Inspector {
 public:
  void message(Event::Direction direction, std::span<const std::uint8_t> message) override {
    if (direction == Event::Direction::sent) {
      sent.emplace_back(static_cast<HandshakeType>(message[0]), message.size() - 4);
    }
  }

  void record(const InspectedRecord& /*record*/) override {}

  void derived(DerivedValue /*what*/, std::span<const std::uint8_t> /*value*/) override {}

  [[nodiscard]] bool has(HandshakeType type) const {
    return std::ranges::any_of(sent, [&](const auto& one) { return one.first == type; });
  }

  [[nodiscard]] bool has(HandshakeType type, std::size_t size) const {
    return std::ranges::find(sent, std::pair(type, size)) != sent.end();
  }

  std::vector<std::pair<HandshakeType, std::size_t>> sent;
};

class Matrix : public ::testing::TestWithParam<ProtocolVersion> {};

std::shared_ptr<const ClientConfig> client(Combination combination) {
  return build(client_options(combination));
}

std::shared_ptr<const ServerConfig> server(Combination combination) {
  return build(server_options(combination));
}

/// demanding_server wants a certificate, and takes that identity alone.
ServerOptions demanding_server(Combination combination, const Credentials& identity) {
  ServerOptions options = server_options(combination);
  options.policy.client_authentication = ClientAuthentication::required;
  options.verifier = verify_with_pin({certificate_fingerprint(identity.chain.front())});
  options.certificate_authorities = {*certificate_subject_name(identity.chain.back())};
  return options;
}

/// has_new_shape says whether it is the first suite with its cipher and MAC: there the record layer
/// is given much to do.
bool has_new_shape(const CipherSuite& suite) {
  const auto shapes = suites_by_shape();
  return std::ranges::find(shapes, &suite) != shapes.end();
}

/// talk_and_close carries data both ways and ends the connection.
void talk_and_close(Pair& pair, std::size_t size) {
  const Bytes up = message(size);
  const Bytes down = message(size * 7 / 9);
  pair.send_to_server(up);
  pair.send_to_client(down);
  EXPECT_EQ(pair.at_server, up);
  EXPECT_EQ(pair.at_client, down);
  pair.client.close();
  pair.run();
  EXPECT_EQ(pair.client.phase(), Phase::closed);
  EXPECT_EQ(pair.server.phase(), Phase::closed);
  EXPECT_TRUE(pair.client.receive_end().has_value());
  EXPECT_TRUE(pair.server.receive_end().has_value());
}

TEST_P(Matrix, HandshakeDataAndClose) {
  for (const Combination& combination : combinations(GetParam())) {
    SCOPED_TRACE(name_of(combination));
    const CipherSuite& suite = *find_cipher_suite(combination.suite);
    const auto key_lines = std::make_shared<KeyLines>();
    ClientOptions options = client_options(combination);
    options.key_log = key_lines;
    Pair pair(build(std::move(options)), server(combination));
    pair.run();
    ASSERT_EQ(pair.client.phase(), Phase::open) << trouble(pair);
    ASSERT_EQ(pair.server.phase(), Phase::open);
    EXPECT_EQ(pair.client.info().version, combination.version);
    EXPECT_EQ(pair.server.info().cipher_suite, combination.suite);
    EXPECT_TRUE(pair.client.info().has_secure_renegotiation);
    EXPECT_TRUE(pair.server.info().has_secure_renegotiation);
    EXPECT_EQ(pair.client.info().peer_key_bits, server_identity(suite).bits);
    EXPECT_EQ(pair.client.info().peer_chain.empty(), info(suite.key_exchange).is_anonymous);
    ASSERT_EQ(key_lines->lines.size(), 1U);
    EXPECT_EQ(key_lines->lines[0].size(), 14 + 64 + 1 + 96U);
    talk_and_close(pair, has_new_shape(suite) ? 300000 : 20000);
  }
}

// Cutting is about records and messages: one suite of each key exchange and type of
// cipher has them all.
TEST_P(Matrix, TheWireMayBeCutAnywhere) {
  std::set<std::pair<KeyExchangeKind, CipherType>> seen;
  for (const Combination& combination : combinations(GetParam())) {
    const CipherSuite& suite = *find_cipher_suite(combination.suite);
    if (!seen.emplace(suite.key_exchange, info(suite.bulk).type).second) {
      continue;
    }
    SCOPED_TRACE(name_of(combination));
    Pair whole(client(combination), server(combination));
    whole.run();
    whole.send_to_server(message(5000));
    whole.send_to_client(message(300));
    for (const std::size_t chunk : {1U, 2U, 7U, 1000U}) {
      Pair cut(client(combination), server(combination));
      cut.run_cut(chunk);
      ASSERT_EQ(cut.client.phase(), Phase::open) << chunk;
      ASSERT_TRUE(cut.client.write(message(5000)).has_value());
      cut.run_cut(chunk);
      ASSERT_TRUE(cut.server.write(message(300)).has_value());
      cut.run_cut(chunk);
      EXPECT_EQ(cut.at_server, whole.at_server) << chunk;
      EXPECT_EQ(cut.at_client, whole.at_client) << chunk;
      EXPECT_EQ(cut.wire_to_server, whole.wire_to_server) << chunk;
      EXPECT_EQ(cut.wire_to_client, whole.wire_to_client) << chunk;
    }
  }
}

TEST_P(Matrix, ResumesByIdAndKeepsTheParameters) {
  for (const Combination& combination : combinations(GetParam())) {
    SCOPED_TRACE(name_of(combination));
    ServerOptions options = server_options(combination);
    options.sessions = make_memory_session_store();
    const auto server_config = build(std::move(options));
    Pair first(client(combination), server_config);
    first.run();
    if (info(find_cipher_suite(combination.suite)->bulk).has_carried_keys()) {
      // RFC 6101 D.5.3: "not to resume" is one of the two choices.
      ASSERT_EQ(first.client.phase(), Phase::open) << trouble(first);
      EXPECT_EQ(first.client.session(), nullptr);
      EXPECT_TRUE(first.client.info().session_id.empty());
      continue;
    }
    ASSERT_NE(first.client.session(), nullptr) << trouble(first);
    Pair second(client(combination), server_config, first.client.session());
    second.run();
    ASSERT_EQ(second.client.phase(), Phase::open) << trouble(second);
    EXPECT_TRUE(second.client.info().is_resumed);
    EXPECT_TRUE(second.server.info().is_resumed);
    EXPECT_EQ(second.client.info().session_id, first.client.info().session_id);
    EXPECT_EQ(second.client.info().cipher_suite, combination.suite);
    EXPECT_EQ(second.client.info().peer_chain, first.client.info().peer_chain);
    const Bytes data = message(4000);
    second.send_to_server(data);
    second.send_to_client(data);
    EXPECT_EQ(second.at_server, data);
    EXPECT_EQ(second.at_client, data);
  }
}

/// kEmptyYcSize is the size of a FortezzaKeys of a client whose certificate has its KEA key.
constexpr std::size_t kEmptyYcSize = 313;

/// check_authentication: a key that signs proves itself with CertificateVerify, a Diffie-Hellman
/// key of the server's group by the agreement alone, with an empty ClientKeyExchange (RFC 2246
/// §7.4.7.2, §7.4.8), and a KEA key with an empty y_c (RFC 6101 §5.6.7.2).
void check_authentication(Combination combination, const TestIdentity& identity) {
  const Credentials credentials = steady_credentials(identity.name);
  const PublicKeyAlgorithm kind = credentials.key->algorithm();
  const bool is_fixed = kind == PublicKeyAlgorithm::dh;
  const bool is_kea = kind == PublicKeyAlgorithm::kea;
  const auto seen = std::make_shared<MessageSizes>();
  ClientOptions with = client_options(combination);
  with.credentials = {credentials};
  with.inspector = seen;
  Pair pair(build(std::move(with)), build(demanding_server(combination, credentials)));
  pair.run();
  ASSERT_EQ(pair.server.phase(), Phase::open) << trouble(pair);
  EXPECT_EQ(pair.client.phase(), Phase::open);
  EXPECT_EQ(pair.server.info().peer_chain, credentials.chain);
  EXPECT_EQ(pair.server.info().peer_key_bits, identity.bits);
  EXPECT_EQ(seen->has(HandshakeType::certificate_verify), !is_fixed && !is_kea);
  EXPECT_EQ(seen->has(HandshakeType::client_key_exchange, 0), is_fixed);
  EXPECT_EQ(seen->has(HandshakeType::client_key_exchange, kEmptyYcSize), is_kea);
  pair.send_to_client(message(10));
  EXPECT_EQ(pair.at_client, message(10));
}

/// check_refusal: a client that has nothing to show says so in the way of its version.
void check_refusal(Combination combination) {
  const auto seen = std::make_shared<MessageSizes>();
  ClientOptions without = client_options(combination);
  without.inspector = seen;
  Pair pair(build(std::move(without)),
            build(demanding_server(combination, steady_credentials("client"))));
  pair.run();
  ASSERT_EQ(pair.server.phase(), Phase::failed);
  EXPECT_EQ(pair.server.error()->cause, Cause::client_certificate_required);
  EXPECT_EQ(pair.client.error()->cause, Cause::alert_received);
  EXPECT_EQ(pair.client.error()->alert->description, AlertDescription::handshake_failure);
  EXPECT_EQ(seen->has(HandshakeType::certificate), combination.version != ProtocolVersion::ssl30);
}

/// check_anonymous: RFC 2246 §7.4.4: "A non-anonymous server can optionally request a certificate",
/// so one without does not ask, and does not serve where policy insists.
void check_anonymous(Combination combination) {
  const Credentials identity = steady_credentials("client");
  ServerOptions asking = demanding_server(combination, identity);
  asking.policy.client_authentication = ClientAuthentication::optional;
  const auto seen = std::make_shared<MessageSizes>();
  asking.inspector = seen;
  ClientOptions with = client_options(combination);
  with.credentials = {identity};
  const auto client_config = build(std::move(with));
  Pair pair(client_config, build(std::move(asking)));
  pair.run();
  ASSERT_EQ(pair.server.phase(), Phase::open) << trouble(pair);
  EXPECT_TRUE(pair.server.info().peer_chain.empty());
  EXPECT_FALSE(seen->has(HandshakeType::certificate_request));
  Pair refused(client_config, build(demanding_server(combination, identity)));
  refused.run();
  ASSERT_EQ(refused.server.phase(), Phase::failed);
  EXPECT_EQ(refused.server.error()->cause, Cause::no_common_cipher_suite);
}

TEST_P(Matrix, ClientAuthenticates) {
  for (const Combination& combination : combinations(GetParam())) {
    SCOPED_TRACE(name_of(combination));
    const auto identities = client_identities(*find_cipher_suite(combination.suite));
    if (identities.empty()) {
      check_anonymous(combination);
      continue;
    }
    for (const TestIdentity& identity : identities) {
      SCOPED_TRACE(identity.name);
      check_authentication(combination, identity);
    }
    check_refusal(combination);
  }
}

INSTANTIATE_TEST_SUITE_P(Versions,
                         Matrix,
                         ::testing::Values(ProtocolVersion::ssl30, ProtocolVersion::tls10),
                         [](const auto& test) {
                           return test.param == ProtocolVersion::ssl30 ? "SSL30" : "TLS10";
                         });

// RFC 2246 §7.4.3: a certificate key that keeps the export limit is used as it is; a longer one
// signs a temporary key that keeps it.
TEST(RsaExport, HasATemporaryKeyUnlessTheCertificateKeepsTheLimit) {
  for (const Combination& combination : combinations()) {
    const CipherSuite& suite = *find_cipher_suite(combination.suite);
    if (suite.key_exchange != KeyExchangeKind::rsa || !suite.is_exportable()) {
      continue;
    }
    SCOPED_TRACE(name_of(combination));
    const std::string within = suite.export_limit_bits == 512 ? "rsa512" : "rsa1024";
    for (const std::string& name : {within, server_identity(suite).name}) {
      const auto seen = std::make_shared<MessageSizes>();
      ClientOptions client = client_options(combination);
      client.verifier =
          verify_with_pin({certificate_fingerprint(steady_credentials(name).chain.front())});
      ServerOptions server = server_options(combination);
      server.credentials = {steady_credentials(name)};
      server.inspector = seen;
      Pair pair(build(std::move(client)), build(std::move(server)));
      pair.run();
      ASSERT_EQ(pair.client.phase(), Phase::open) << name << ": " << trouble(pair);
      EXPECT_EQ(seen->has(HandshakeType::server_key_exchange), name != within) << name;
      talk_and_close(pair, 1000);
    }
  }
}

}  // namespace
}  // namespace heirloom::testing
