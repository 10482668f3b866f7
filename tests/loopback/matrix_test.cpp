// Every version × suite, from the tables: handshake, a megabyte each way, close, at several ways of
// cutting the wire. A loopback proves consistency only; tests/interop and tests/unit hold the rest.
#include "support/pair.hpp"
#include "support/test_pki.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

class Matrix : public ::testing::TestWithParam<Combination> {
 protected:
  [[nodiscard]] std::shared_ptr<const ClientConfig> client() const {
    ClientOptions options = client_options();
    options.policy = policy_for(GetParam().version, GetParam().suite);
    options.key_log = key_lines;
    return build(std::move(options));
  }

  [[nodiscard]] std::shared_ptr<const ServerConfig> server() const {
    ServerOptions options = server_options();
    options.policy = policy_for(GetParam().version, GetParam().suite);
    return build(std::move(options));
  }

  static Bytes message(std::size_t size) {
    Bytes bytes(size);
    std::uint32_t value = 1;
    for (auto& byte : bytes) {
      value = value * 1103515245 + 12345;
      byte = static_cast<std::uint8_t>(value >> 16U);
    }
    return bytes;
  }

  std::shared_ptr<KeyLines> key_lines = std::make_shared<KeyLines>();
};

TEST_P(Matrix, HandshakeDataAndClose) {
  Pair pair(client(), server());
  pair.run();
  ASSERT_EQ(pair.client.phase(), Phase::open)
      << (pair.client.error() != nullptr ? pair.client.error()->text() : "")
      << (pair.server.error() != nullptr ? pair.server.error()->text() : "");
  ASSERT_EQ(pair.server.phase(), Phase::open);
  EXPECT_EQ(pair.client.info().version, GetParam().version);
  EXPECT_EQ(pair.server.info().cipher_suite, GetParam().suite);
  EXPECT_TRUE(pair.client.info().has_secure_renegotiation);
  EXPECT_TRUE(pair.server.info().has_secure_renegotiation);
  EXPECT_EQ(pair.client.info().peer_key_bits, 1024U);
  ASSERT_EQ(key_lines->lines.size(), 1U);
  EXPECT_EQ(key_lines->lines[0].size(), 14 + 64 + 1 + 96U);

  const Bytes up = message(1000000);
  const Bytes down = message(777777);
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

TEST_P(Matrix, TheWireMayBeCutAnywhere) {
  Pair whole(client(), server());
  whole.run();
  whole.send_to_server(message(5000));
  whole.send_to_client(message(300));
  for (const std::size_t chunk : {1U, 2U, 7U, 1000U}) {
    Pair cut(client(), server());
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

TEST_P(Matrix, ResumesByIdAndKeepsTheParameters) {
  ServerOptions options = server_options();
  options.policy = policy_for(GetParam().version, GetParam().suite);
  options.sessions = make_memory_session_store();
  const auto server_config = build(std::move(options));
  Pair first(client(), server_config);
  first.run();
  ASSERT_NE(first.client.session(), nullptr);
  Pair second(client(), server_config, first.client.session());
  second.run();
  ASSERT_EQ(second.client.phase(), Phase::open);
  EXPECT_TRUE(second.client.info().is_resumed);
  EXPECT_TRUE(second.server.info().is_resumed);
  EXPECT_EQ(second.client.info().session_id, first.client.info().session_id);
  EXPECT_EQ(second.client.info().peer_chain, first.client.info().peer_chain);
  const Bytes data = message(40000);
  second.send_to_server(data);
  second.send_to_client(data);
  EXPECT_EQ(second.at_server, data);
  EXPECT_EQ(second.at_client, data);
}

TEST_P(Matrix, ClientAuthenticates) {
  ServerOptions options = server_options();
  options.policy = policy_for(GetParam().version, GetParam().suite);
  options.policy.client_authentication = ClientAuthentication::required;
  const Credentials identity = pki_credentials("client");
  options.verifier = verify_with_pin({certificate_fingerprint(identity.chain.front())});
  options.certificate_authorities = {*certificate_subject_name(identity.chain.back())};
  const auto server_config = build(std::move(options));
  ClientOptions with = client_options();
  with.policy = policy_for(GetParam().version, GetParam().suite);
  with.credentials = {identity};
  Pair pair(build(std::move(with)), server_config);
  pair.run();
  ASSERT_EQ(pair.server.phase(), Phase::open);
  EXPECT_EQ(pair.server.info().peer_chain, identity.chain);

  Pair without(client(), server_config);
  without.run();
  ASSERT_EQ(without.server.phase(), Phase::failed);
  EXPECT_EQ(without.server.error()->cause, Cause::client_certificate_required);
  EXPECT_EQ(without.client.error()->cause, Cause::alert_received);
  EXPECT_EQ(without.client.error()->alert->description, AlertDescription::handshake_failure);
}

INSTANTIATE_TEST_SUITE_P(
    All, Matrix, ::testing::ValuesIn(combinations()), [](const auto& parameter) {
      return name_of(parameter.param.version, *find_cipher_suite(parameter.param.suite));
    });

}  // namespace
}  // namespace heirloom::testing
