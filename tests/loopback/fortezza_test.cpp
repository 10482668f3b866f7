// FORTEZZA between two of ours (RFC 6101 §5.6.3, §5.6.7.2, D.5): both forms of KEA, domains,
// resumption, renegotiation, and private keys that take their time. What holds for every suite is
// in matrix_test.cpp.
#include "heirloom/inspector.hpp"

#include "attacks/between.hpp"
#include "session/session_access.hpp"
#include "support/suite_setup.hpp"
#include "support/test_pki.hpp"

#include <array>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr std::array<std::uint16_t, 3> kSuites = {0x001c, 0x001d, 0x001e};
constexpr auto kSsl30 = ProtocolVersion::ssl30;

Combination at_ssl30(std::uint16_t suite) {
  return {kSsl30, suite};
}

std::string trouble(const Pair& pair) {
  std::string text;
  for (const Connection* side : {&pair.client, &pair.server}) {
    text += side->error() != nullptr ? side->error()->text() + "; " : "";
  }
  return text;
}

/// Bodies keeps the body of the last message of each type that was sent.
class Bodies final : public Inspector {
 public:
  void message(Event::Direction direction, std::span<const std::uint8_t> message) override {
    if (direction == Event::Direction::sent) {
      last[static_cast<HandshakeType>(message[0])] = Bytes(message.begin() + 4, message.end());
    }
  }

  void record(const InspectedRecord& /*record*/) override {}

  void derived(DerivedValue what, std::span<const std::uint8_t> value) override {
    values[what] = to_bytes(value);
  }

  std::map<HandshakeType, Bytes> last;
  std::map<DerivedValue, Bytes> values;
};

void expect_data_both_ways(Pair& pair) {
  ASSERT_EQ(pair.client.phase(), Phase::open) << trouble(pair);
  ASSERT_EQ(pair.server.phase(), Phase::open) << trouble(pair);
  for (const std::size_t size : {std::size_t{1}, std::size_t{40000}}) {
    pair.at_server.clear();
    pair.at_client.clear();
    pair.send_to_server(Bytes(size, 'u'));
    pair.send_to_client(Bytes(size, 'd'));
    EXPECT_EQ(pair.at_server, Bytes(size, 'u'));
    EXPECT_EQ(pair.at_client, Bytes(size, 'd'));
  }
}

Bytes number_one() {
  Bytes one(128);
  one.back() = 1;
  return one;
}

/// demand makes a server want a certificate and take that one alone.
void demand(ServerOptions& server, const Credentials& identity) {
  server.policy.client_authentication = ClientAuthentication::required;
  server.verifier = verify_with_pin({certificate_fingerprint(identity.chain.front())});
  server.certificate_authorities = {*certificate_subject_name(identity.chain.back())};
}

// RFC 6101 §5.6.3: r_s is "server random number for FORTEZZA KEA"; Netscape's servers sent 1.
TEST(Rfc6101_5_6_3, FortezzasServerRandomIsFreshOrOne) {
  for (const std::uint16_t suite : kSuites) {
    std::vector<Bytes> values;
    for (const KeaServerRandom random :
         {KeaServerRandom::fresh, KeaServerRandom::one, KeaServerRandom::fresh}) {
      const auto seen = std::make_shared<Bodies>();
      ServerOptions server = server_options(at_ssl30(suite), 2 + values.size());
      server.kea_random = random;
      server.inspector = seen;
      Pair pair(build(client_options(at_ssl30(suite))), build(std::move(server)));
      pair.run();
      expect_data_both_ways(pair);
      const Bytes& params = seen->last[HandshakeType::server_key_exchange];
      EXPECT_EQ(params.size(), 128U);
      EXPECT_EQ(params == number_one(), random == KeaServerRandom::one);
      EXPECT_EQ(pair.client.info().temporary_key_bits, random == KeaServerRandom::one ? 0 : 1024);
      EXPECT_EQ(pair.server.info().temporary_key_bits, pair.client.info().temporary_key_bits);
      values.push_back(params);
    }
    EXPECT_NE(values[0], values[2]);
  }
}

// RFC 6101 §6.1.3: "a random 48-byte premaster secret … encrypted under the TEK"; its first bytes
// are those that Netscape's servers compared.
TEST(Rfc6101_6_1_3, FortezzasPremasterBeginsWithTheVersion) {
  for (const std::uint16_t suite : kSuites) {
    const auto seen = std::make_shared<Bodies>();
    ClientOptions client = client_options(at_ssl30(suite));
    client.inspector = seen;
    client.reveal_secrets = RevealSecrets::yes;
    Pair pair(build(std::move(client)), build(server_options(at_ssl30(suite))));
    pair.run();
    const Bytes premaster = seen->values[DerivedValue::pre_master_secret];
    ASSERT_EQ(premaster.size(), 48U);
    EXPECT_EQ(to_hex(ByteView(premaster).first(2)), "0300");
    EXPECT_NE(Bytes(premaster.begin() + 2, premaster.begin() + 10), Bytes(8));
    const Bytes keys = seen->last[HandshakeType::client_key_exchange];
    EXPECT_EQ(keys.size(), 441U);  // 1 + 128 of y_c, and 312
    EXPECT_EQ(Bytes(keys.begin() + 257, keys.begin() + 297), Bytes(40)) << "y_signature";
    // The bulk cipher has what was carried, or what the key_block has.
    const Bytes carried = Bytes(keys.begin() + 321, keys.begin() + 345);
    EXPECT_EQ(seen->values[DerivedValue::client_write_iv] == carried, suite == 0x001d);
  }
}

// RFC 6101 §5.6.7.2 and §5.6.8: what each kind of certificate means for y_c, y_signature and
// CertificateVerify.
TEST(Rfc6101_5_6_7_2, ACertificateHasTheValueOrSignsIt) {
  for (const std::uint16_t suite : kSuites) {
    for (const std::string name : {"client-kea", "client-dsa"}) {
      for (const KeaServerRandom random : {KeaServerRandom::fresh, KeaServerRandom::one}) {
        SCOPED_TRACE(name);
        const Credentials identity = steady_credentials(name);
        const bool is_kea = name == "client-kea";
        const auto seen = std::make_shared<Bodies>();
        const auto asked = std::make_shared<Bodies>();
        ClientOptions client = client_options(at_ssl30(suite));
        client.credentials = {steady_credentials("client"), identity};
        client.inspector = seen;
        ServerOptions server = server_options(at_ssl30(suite));
        server.inspector = asked;
        server.kea_random = random;
        demand(server, identity);
        Pair pair(build(std::move(client)), build(std::move(server)));
        pair.run();
        expect_data_both_ways(pair);
        EXPECT_EQ(pair.server.info().peer_chain, identity.chain);
        const Bytes request = asked->last[HandshakeType::certificate_request];
        EXPECT_EQ(to_hex(ByteView(request).first(2)), "0114") << "one type, 20";
        const Bytes keys = seen->last[HandshakeType::client_key_exchange];
        ASSERT_EQ(keys.size(), is_kea ? 313U : 441U);
        const std::size_t signature = is_kea ? 129 : 257;
        EXPECT_EQ(Bytes(keys.begin() + static_cast<std::ptrdiff_t>(signature),
                        keys.begin() + static_cast<std::ptrdiff_t>(signature + 40)) == Bytes(40),
                  is_kea);
        // Raw: a length of two bytes, r and s.
        EXPECT_EQ(seen->last[HandshakeType::certificate_verify].size(), is_kea ? 0U : 42U);
      }
    }
  }
}

TEST(Fortezza, IsRenegotiatedWithAPrefixForEachNewWriteState) {
  for (const std::uint16_t suite : kSuites) {
    for (const Side asks : {Side::client, Side::server}) {
      Pair pair(build(client_options(at_ssl30(suite))), build(server_options(at_ssl30(suite))));
      pair.run();
      expect_data_both_ways(pair);
      for (std::size_t handshakes = 2; handshakes <= 3; ++handshakes) {
        Connection& side = asks == Side::client ? pair.client : pair.server;
        ASSERT_TRUE(side.renegotiate().has_value());
        pair.run();
        expect_data_both_ways(pair);
        EXPECT_EQ(pair.client.info().handshakes, handshakes);
        EXPECT_TRUE(pair.server.info().has_secure_renegotiation);
      }
    }
  }
}

// RFC 6101 D.5.3: "not to resume" is one of two choices; the other repeats key and IV.
TEST(Rfc6101_D_5_3, FortezzaCbcIsNotResumedWhoeverWouldLetIt) {
  const auto session = [](std::uint16_t suite) {
    Session::Facts facts{.id = Bytes(32, 7),
                         .version = kSsl30,
                         .cipher_suite = suite,
                         .server_name = "localhost",
                         .peer_chain = steady_credentials("kea").chain,
                         .created = FixedClock().now()};
    return detail::SessionAccess::make(std::move(facts), MasterSecret());
  };
  Policy policy = allowing_policy(at_ssl30(0x001e));
  policy.cipher_suites = {0x001d, 0x001e};
  // The id leads to FORTEZZA_CBC at the server, and to RC4 at the client, or the other way round.
  for (const auto& [of_client, of_server] :
       {std::pair{0x001d, 0x001d}, std::pair{0x001e, 0x001d}, std::pair{0x001d, 0x001e}}) {
    ClientOptions client = client_options(at_ssl30(0x001d));
    client.policy = policy;
    ServerOptions server = server_options(at_ssl30(0x001d));
    server.policy = policy;
    server.sessions = make_memory_session_store();
    Session::Facts facts = session(static_cast<std::uint16_t>(of_server))->facts();
    facts.peer_chain.clear();
    server.sessions->insert(detail::SessionAccess::make(std::move(facts), MasterSecret()));
    Pair pair(build(std::move(client)),
              build(std::move(server)),
              session(static_cast<std::uint16_t>(of_client)));
    pair.run();
    expect_data_both_ways(pair);
    EXPECT_FALSE(pair.client.info().is_resumed);
    // The hello names the session of RC4 alone: its length is the byte behind the random.
    EXPECT_EQ(pair.wire_to_server.at(kHelloSessionId), of_client == 0x001e ? 32 : 0);
    EXPECT_EQ(pair.client.session(), nullptr) << "the suite is 001d now, and gets no id";
  }
}

std::string text_of(const std::string& file) {
  std::ifstream stream(pki_file(file));
  return {std::istreambuf_iterator<char>(stream), {}};
}

// RFC 3279 §2.3.4: the certificate names its domain and does not have it.
TEST(Fortezza, NeedsTheDomainAtBothEnds) {
  const std::string domain = text_of("kea-other-domain.pem");
  const Credentials identity = steady_credentials("kea-other-domain");
  ServerOptions without = server_options(at_ssl30(0x001d));
  without.credentials = {identity};
  const auto refused = ServerConfig::build(std::move(without));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().cause, Cause::config_invalid);
  for (const bool is_known : {false, true}) {
    ServerOptions server = server_options(at_ssl30(0x001d));
    server.credentials = {identity};
    server.kea_domain_pems = {domain};
    ClientOptions client = client_options(at_ssl30(0x001d));
    client.verifier = verify_with_pin({certificate_fingerprint(identity.chain.front())});
    if (is_known) {
      client.kea_domain_pems = {domain};
    }
    Pair pair(build(std::move(client)), build(std::move(server)));
    pair.run();
    if (is_known) {
      expect_data_both_ways(pair);
      continue;
    }
    expect_failed(pair.client, Cause::certificate_key_unsupported);
    ASSERT_TRUE(pair.server.error()->alert.has_value());
    EXPECT_EQ(pair.server.error()->alert->description, AlertDescription::unsupported_certificate);
  }
  ClientOptions broken = client_options(at_ssl30(0x001d));
  broken.kea_domain_pems = {"no domain"};
  EXPECT_EQ(ClientConfig::build(std::move(broken)).error().cause, Cause::config_invalid);
}

/// LaterKey keeps its answer until it is fetched.
class LaterKey final : public PrivateKey {
 public:
  explicit LaterKey(std::shared_ptr<PrivateKey> key) : key_(std::move(key)) {}

  [[nodiscard]] PublicKeyAlgorithm algorithm() const noexcept override { return key_->algorithm(); }

  [[nodiscard]] std::size_t size() const noexcept override { return key_->size(); }

  Pending<PrivateKeyResult> decrypt_raw(std::span<const std::uint8_t> bytes) override {
    return later(key_->decrypt_raw(bytes));
  }

  Pending<PrivateKeyResult> sign(std::span<const std::uint8_t> bytes) override {
    return later(key_->sign(bytes));
  }

  Pending<PrivateKeyResult> agree(std::span<const std::uint8_t> bytes) override {
    return later(key_->agree(bytes));
  }

  std::optional<PrivateKeyResult> answer;

 private:
  Pending<PrivateKeyResult> later(Pending<PrivateKeyResult> now) {
    answer = std::move(now).answer();
    return pending;
  }

  std::shared_ptr<PrivateKey> key_;
};

/// answer_while_parked gives the key's answers, and counts them.
std::size_t answer_while_parked(Pair& pair, Connection& side, LaterKey& key) {
  std::size_t answers = 0;
  while (side.phase() == Phase::parked && key.answer.has_value()) {
    EXPECT_TRUE(side.resolve(*std::exchange(key.answer, std::nullopt)).has_value());
    ++answers;
    pair.run();
  }
  return answers;
}

TEST(Fortezza, WaitsForPrivateKeysAsOftenAsItNeedsThem) {
  struct Case {
    KeaServerRandom random;
    std::string shown;
    std::size_t of_server;
    std::size_t of_client;
  };

  // The e-mail form takes the server's key twice; a DSS key signs y_c and the CertificateVerify.
  for (const Case& each : {Case{KeaServerRandom::fresh, "client-kea", 1, 1},
                           Case{KeaServerRandom::one, "client-kea", 2, 1},
                           Case{KeaServerRandom::fresh, "client-dsa", 1, 2},
                           Case{KeaServerRandom::one, "client-dsa", 2, 2}}) {
    SCOPED_TRACE(each.shown);
    ClientOptions client = client_options(at_ssl30(0x001d));
    ServerOptions server = server_options(at_ssl30(0x001d));
    Credentials identity = steady_credentials(each.shown);
    demand(server, identity);
    const auto of_client = std::make_shared<LaterKey>(identity.key);
    identity.key = of_client;
    client.credentials = {identity};
    const auto of_server = std::make_shared<LaterKey>(server.credentials.front().key);
    server.credentials.front().key = of_server;
    server.kea_random = each.random;
    Pair pair(build(std::move(client)), build(std::move(server)));
    pair.run();
    EXPECT_EQ(answer_while_parked(pair, pair.client, *of_client), each.of_client);
    EXPECT_EQ(answer_while_parked(pair, pair.server, *of_server), each.of_server);
    expect_data_both_ways(pair);
  }
}

// No CertificateVerify follows a KEA key: that the client has it shows in the token key.
TEST(Fortezza, AClientWithoutTheKeyOfItsCertificateIsRefused) {
  for (const std::uint16_t suite : kSuites) {
    for (const KeaServerRandom random : {KeaServerRandom::fresh, KeaServerRandom::one}) {
      Credentials identity = steady_credentials("client-kea");
      ClientOptions client = client_options(at_ssl30(suite));
      ServerOptions server = server_options(at_ssl30(suite));
      demand(server, identity);
      server.kea_random = random;
      identity.key = steady_credentials("kea").key;  // of the same domain
      client.credentials = {identity};
      Pair pair(build(std::move(client)), build(std::move(server)));
      pair.run();
      expect_failed(pair.server, Cause::wrapped_key_invalid);
      EXPECT_EQ(pair.client.error()->alert->description, AlertDescription::handshake_failure);
    }
  }
}

// What a private key cannot do ends the handshake with an alert of ours, and not with a wrong key.
TEST(Fortezza, EndsWithAPrivateKeyThatFails) {
  for (const PrivateKeyResult& bad : {PrivateKeyResult(Cause::private_key_failed),
                                      PrivateKeyResult(Bytes(127)),
                                      PrivateKeyResult(Bytes())}) {
    ClientOptions client = client_options(at_ssl30(0x001d));
    ServerOptions server = server_options(at_ssl30(0x001d));
    const auto key = std::make_shared<LaterKey>(server.credentials.front().key);
    server.credentials.front().key = key;
    Pair pair(build(std::move(client)), build(std::move(server)));
    pair.run();
    ASSERT_EQ(pair.server.phase(), Phase::parked);
    EXPECT_FALSE(pair.server.resolve(bad).has_value());
    pair.run();
    expect_failed(pair.server, Cause::private_key_failed);
    EXPECT_EQ(pair.client.error()->alert->description, AlertDescription::handshake_failure);
  }
}

}  // namespace
}  // namespace heirloom::testing
