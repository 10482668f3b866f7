#include "heirloom/config.hpp"

#include "kx/local_keys.hpp"
#include "support/test_pki.hpp"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

class FakeKey final : public PrivateKey {
 public:
  explicit FakeKey(PublicKeyAlgorithm algorithm) : algorithm_(algorithm) {}

  [[nodiscard]] PublicKeyAlgorithm algorithm() const noexcept override { return algorithm_; }

  [[nodiscard]] std::size_t size() const noexcept override { return 128; }

  Pending<PrivateKeyResult> decrypt_raw(std::span<const std::uint8_t> /*ciphertext*/) override {
    return pending;
  }

  Pending<PrivateKeyResult> sign(std::span<const std::uint8_t> /*digest*/) override {
    return pending;
  }

 private:
  PublicKeyAlgorithm algorithm_;
};

/// credentials are a certificate and a key of the same kind, or of another.
Credentials credentials(const std::string& certificate = "rsa1024",
                        PublicKeyAlgorithm algorithm = PublicKeyAlgorithm::rsa) {
  return {.chain = {testing::pki_certificate(certificate)},
          .key = std::make_shared<FakeKey>(algorithm)};
}

ClientOptions client() {
  ClientOptions options;
  options.verifier = accept_any_certificate();
  return options;
}

ServerOptions server() {
  ServerOptions options;
  options.credentials = {credentials()};
  return options;
}

std::string reason(ClientOptions options) {
  const auto config = ClientConfig::build(std::move(options));
  if (config.has_value()) {
    return "it was built";
  }
  EXPECT_EQ(config.error().cause, Cause::config_invalid);
  return config.error().detail;
}

std::string reason(ServerOptions options) {
  const auto config = ServerConfig::build(std::move(options));
  if (config.has_value()) {
    return "it was built";
  }
  EXPECT_EQ(config.error().cause, Cause::config_invalid);
  return config.error().detail;
}

std::string reason(const Policy& policy) {
  ClientOptions for_client = client();
  for_client.policy = policy;
  ServerOptions for_server = server();
  for_server.policy = policy;
  const std::string text = reason(std::move(for_client));
  EXPECT_EQ(reason(std::move(for_server)), text) << "client and server judge a policy differently";
  return text;
}

TEST(Config, EveryPresetCanBeBuilt) {
  for (const Policy& policy : {Policy::strict(), Policy::device(), Policy::museum()}) {
    EXPECT_EQ(reason(policy), "it was built");
  }
}

TEST(Config, HasNoNullRandomSourceAndClock) {
  const auto for_client = ClientConfig::build(client());
  ASSERT_TRUE(for_client.has_value());
  EXPECT_NE((*for_client)->options().random, nullptr);
  EXPECT_NE((*for_client)->options().clock, nullptr);
  EXPECT_EQ((*for_client)->options().key_log, nullptr);
  const auto for_server = ServerConfig::build(server());
  ASSERT_TRUE(for_server.has_value());
  EXPECT_NE((*for_server)->options().random, nullptr);
  EXPECT_NE((*for_server)->options().clock, nullptr);
  EXPECT_EQ((*for_server)->options().sessions, nullptr);
}

TEST(Config, KeepsTheStrategiesThatItWasGiven) {
  ClientOptions options = client();
  options.random = system_random();
  options.clock = system_clock();
  const auto random = options.random;
  const auto clock = options.clock;
  const auto config = ClientConfig::build(options);
  ASSERT_TRUE(config.has_value());
  EXPECT_EQ((*config)->options().random, random);
  EXPECT_EQ((*config)->options().clock, clock);
  EXPECT_EQ((*config)->options().policy, options.policy);
  EXPECT_EQ((*config)->options().verifier, options.verifier);
}

TEST(Config, RefusesVersionsInTheWrongOrder) {
  Policy policy = Policy::device();
  policy.min_version = ProtocolVersion::tls10;
  policy.max_version = ProtocolVersion::ssl30;
  EXPECT_EQ(reason(policy), "the minimum version, TLS 1.0, is above the maximum, SSL 3.0");
}

TEST(Config, RefusesVersionsThatTheLibraryHasNot) {
  Policy policy = Policy::device();
  policy.max_version = static_cast<ProtocolVersion>(0x0303);
  EXPECT_EQ(reason(policy), "version 3.3 is not supported");
  policy = Policy::device();
  policy.min_version = static_cast<ProtocolVersion>(0x0002);
  EXPECT_EQ(reason(policy), "version 0.2 is not supported");
}

TEST(Config, RefusesSuitesThatTheLibraryHasNot) {
  Policy policy = Policy::device();
  policy.cipher_suites.push_back(0x1301);
  EXPECT_EQ(reason(policy), "cipher suite 0x1301 is not supported");
}

// RFC 2246 A.5: it "must not be negotiated".
TEST(Config, RefusesNullWithNullNull) {
  Policy policy = Policy::museum();
  policy.cipher_suites.push_back(0x0000);
  EXPECT_EQ(reason(policy), "cipher suite 0x0000 is not supported");
}

TEST(Config, RefusesASuiteThatIsListedTwice) {
  Policy policy = Policy::device();
  policy.cipher_suites = {0x0005, 0x0004, 0x0005};
  EXPECT_EQ(reason(policy), "cipher suite TLS_RSA_WITH_RC4_128_SHA is listed twice");
}

TEST(Config, RefusesAnEmptyListOfSuites) {
  Policy policy = Policy::device();
  policy.cipher_suites.clear();
  EXPECT_EQ(reason(policy), "no cipher suite is left");
}

TEST(Config, RefusesKeySizesInTheWrongOrder) {
  Policy policy = Policy::device();
  policy.min_rsa_bits = 4096;
  policy.max_rsa_bits = 2048;
  EXPECT_EQ(reason(policy), "min_rsa_bits, 4096, is above max_rsa_bits, 2048");
}

TEST(Config, RefusesLimitsThatAllowNoHandshake) {
  const std::string expected =
      "a limit of 0 for handshake messages or certificates allows no handshake";
  Policy policy = Policy::device();
  policy.limits.max_handshake_message = 0;
  EXPECT_EQ(reason(policy), expected);
  policy = Policy::device();
  policy.limits.max_certificates = 0;
  EXPECT_EQ(reason(policy), expected);
  policy = Policy::device();
  policy.limits.max_handshake_messages = 0;
  EXPECT_EQ(reason(policy), expected);
}

// RFC 2246 F.1.4: "An upper limit of 24 hours is suggested for session ID lifetimes"
TEST(Config, LetsSessionsLiveADayAtMost) {
  const std::string expected = "max_session_age must be from 0 to 86400 seconds";
  Policy policy = Policy::device();
  EXPECT_EQ(policy.limits.max_session_age, std::chrono::hours(24));
  policy.limits.max_session_age = std::chrono::seconds(86401);
  EXPECT_EQ(reason(policy), expected);
  policy.limits.max_session_age = std::chrono::seconds(-1);
  EXPECT_EQ(reason(policy), expected);
  policy.limits.max_session_age = std::chrono::seconds(0);
  EXPECT_EQ(reason(policy), "it was built");
}

TEST(ClientConfig, NeedsAVerifier) {
  ClientOptions options = client();
  options.verifier = nullptr;
  EXPECT_EQ(reason(std::move(options)), "there is no certificate verifier");
}

TEST(ClientConfig, MayHaveCredentials) {
  ClientOptions options = client();
  options.credentials = {credentials()};
  EXPECT_EQ(reason(std::move(options)), "it was built");
}

TEST(ClientConfig, RefusesHalfOfTheCredentials) {
  ClientOptions without_key = client();
  without_key.credentials = {{.chain = {{0x30, 0x00}}, .key = nullptr}};
  EXPECT_EQ(reason(std::move(without_key)),
            "the credentials have a certificate but no private key");
  ClientOptions without_chain = client();
  without_chain.credentials = {{.chain = {}, .key = credentials().key}};
  EXPECT_EQ(reason(std::move(without_chain)),
            "the credentials have a private key but no certificate");
}

TEST(ClientConfig, MayHaveOneOfEachKind) {
  ClientOptions options = client();
  options.credentials = {credentials(),
                         credentials("client-dsa", PublicKeyAlgorithm::dsa),
                         credentials("client-ec", PublicKeyAlgorithm::ec),
                         credentials("client-dh1024", PublicKeyAlgorithm::dh)};
  EXPECT_EQ(reason(std::move(options)), "it was built");
}

TEST(ClientConfig, RefusesAPrivateKeyOfAnotherKindThanTheCertificate) {
  ClientOptions options = client();
  options.credentials = {credentials(), credentials("rsa1024", PublicKeyAlgorithm::dsa)};
  EXPECT_EQ(reason(std::move(options)),
            "the certificate has a key of kind RSA, the private key is of kind DSA");
}

TEST(ServerConfig, NeedsCredentials) {
  EXPECT_EQ(reason(ServerOptions()), "a server needs a certificate and its private key");
}

TEST(ServerConfig, RefusesHalfOfTheCredentials) {
  ServerOptions without_key = server();
  without_key.credentials.front().key = nullptr;
  EXPECT_EQ(reason(std::move(without_key)),
            "the credentials have a certificate but no private key");
  ServerOptions without_chain = server();
  without_chain.credentials.front().chain.clear();
  EXPECT_EQ(reason(std::move(without_chain)),
            "the credentials have a private key but no certificate");
}

TEST(ServerConfig, RefusesAPrivateKeyOfAnotherKindThanTheCertificate) {
  ServerOptions options = server();
  options.credentials = {credentials("dh1024", PublicKeyAlgorithm::ec)};
  EXPECT_EQ(reason(std::move(options)),
            "the certificate has a key of kind DH, the private key is of kind EC");
}

TEST(ServerConfig, RefusesACertificateThatCannotBeRead) {
  ServerOptions options = server();
  options.credentials.front().chain = {{0x30, 0x00}};
  EXPECT_NE(reason(std::move(options)).find("certificate"), std::string::npos);
}

// RFC 2246 §7.4.2: a certificate is sent "whenever the agreed-upon key exchange method is not an
// anonymous one".
TEST(ServerConfig, NeedsNoCertificateIfEverySuiteIsAnonymous) {
  ServerOptions options;
  options.policy.cipher_suites = {0x001b, 0xc018};
  EXPECT_EQ(reason(options), "it was built");
  options.policy.cipher_suites.push_back(0x002f);
  EXPECT_EQ(reason(options), "a server needs a certificate and its private key");
}

TEST(ServerConfig, RefusesWhatIsNoGroup) {
  ServerOptions options = server();
  options.dh_group_pem =
      "-----BEGIN DH PARAMETERS-----\nMAYCAQcCAQI=\n-----END DH PARAMETERS-----\n";
  EXPECT_NE(reason(options).find("Diffie-Hellman group"), std::string::npos);
  options.dh_group_pem = "nothing";
  EXPECT_NE(reason(options), "it was built");
}

// The table has 1024, 1536 and so on: never less than the policy wants of others.
TEST(ServerConfig, OffersNoGroupBelowThePolicysMinimum) {
  const auto bits = [](std::size_t minimum) {
    ServerOptions options = server();
    options.policy.min_dh_bits = minimum;
    const auto config = ServerConfig::build(std::move(options));
    return config.has_value() ? (*config)->local_keys().ephemeral.group.bits() : 0;
  };
  EXPECT_EQ(bits(512), 1024U);
  EXPECT_EQ(bits(1024), 1024U);
  EXPECT_EQ(bits(1025), 1536U);
  EXPECT_EQ(bits(4096), 4096U);
  ServerOptions options = server();
  options.policy.min_dh_bits = 4097;
  EXPECT_EQ(reason(options), "no built-in Diffie-Hellman group has 4097 bits, and none was given");
  options.policy.cipher_suites = {0x000a, 0xc012};
  EXPECT_EQ(reason(options), "it was built");
}

/// PreparedKeys notes what it is told to prepare.
class PreparedKeys final : public TemporaryRsaKeys {
 public:
  Result<TemporaryRsaKey> take(std::size_t /*bits*/) override { return Cause::private_key_failed; }

  void prepare(std::size_t bits) override { prepared.insert(bits); }

  std::set<std::size_t> prepared;
};

// RFC 2246 D.1: a handshake should not have to wait for a temporary key.
TEST(ServerConfig, HasTemporaryKeysMadeForWhatItServes) {
  struct Served {
    Policy policy;
    const char* certificate;
    std::set<std::size_t> prepared;
  };

  Policy tls = Policy::device();
  tls.min_version = ProtocolVersion::tls10;
  for (const Served& served : {Served{Policy::museum(), "rsa512", {}},
                               Served{Policy::museum(), "rsa1024", {512}},
                               Served{Policy::museum(), "rsa2048", {512, 1024}},
                               Served{Policy::museum(), "no-digital-signature", {}},
                               Served{Policy::museum(), "dsa1024", {}},
                               Served{Policy::device(), "rsa1024", {}},
                               // At SSL 3.0 beside a certificate that only signs (drift D118).
                               Served{Policy::device(), "no-key-encipherment", {1024}},
                               Served{tls, "no-key-encipherment", {}}}) {
    SCOPED_TRACE(served.certificate);
    const auto keys = std::make_shared<PreparedKeys>();
    ServerOptions options = server();
    options.policy = served.policy;
    options.credentials = {testing::pki_credentials(served.certificate)};
    options.temporary_rsa_keys = keys;
    EXPECT_EQ(reason(std::move(options)), "it was built");
    EXPECT_EQ(keys->prepared, served.prepared);
  }
}

// RFC 2246 §7.4.4: who requires a client's certificate cannot be anonymous.
TEST(ServerConfig, ServesNoAnonymousSuiteToClientsThatMustShowACertificate) {
  const auto serves_anonymous = [](ClientAuthentication authentication) {
    ServerOptions options = server();
    options.policy = Policy::museum();
    options.policy.client_authentication = authentication;
    options.verifier = accept_any_certificate();
    options.certificate_authorities = {{0x30, 0x00}};
    const auto served = (*ServerConfig::build(std::move(options)))->served_suites();
    EXPECT_FALSE(served.empty());
    return std::ranges::any_of(served, [](std::uint16_t id) {
      return info(find_cipher_suite(id)->key_exchange).is_anonymous;
    });
  };
  EXPECT_TRUE(serves_anonymous(ClientAuthentication::none));
  EXPECT_TRUE(serves_anonymous(ClientAuthentication::optional));
  EXPECT_FALSE(serves_anonymous(ClientAuthentication::required));
}

TEST(Config, NeedsACurveForSuitesWithCurves) {
  Policy policy = Policy::device();
  policy.named_curves.clear();
  EXPECT_EQ(reason(policy), "there are suites with elliptic curves, but no curve is left");
  policy.cipher_suites = {0x002f};
  EXPECT_EQ(reason(policy), "it was built");
}

TEST(ServerConfig, NeedsAVerifierToAskForClientCertificates) {
  for (const auto mode : {ClientAuthentication::optional, ClientAuthentication::required}) {
    ServerOptions options = server();
    options.policy.client_authentication = mode;
    options.certificate_authorities = {{0x30, 0x00}};
    EXPECT_EQ(reason(std::move(options)),
              "the policy asks for client certificates, but there is no verifier for them");
  }
}

// RFC 2246 §7.4.4: "DistinguishedName certificate_authorities<3..2^16-1>"
TEST(ServerConfig, NeedsAnAuthorityToAskForClientCertificates) {
  ServerOptions options = server();
  options.policy.client_authentication = ClientAuthentication::required;
  options.verifier = accept_any_certificate();
  EXPECT_EQ(reason(options), "the policy asks for client certificates, but no authority is named");
  options.certificate_authorities = {{}};
  EXPECT_EQ(reason(options), "the name of a certificate authority is empty");
  options.certificate_authorities = {{0x30, 0x00}};
  EXPECT_EQ(reason(options), "it was built");
}

// RFC 2246 §7.4.4: the whole list must fit its two-byte length.
TEST(ServerConfig, RefusesMoreAuthoritiesThanAMessageHolds) {
  ServerOptions options = server();
  options.policy.client_authentication = ClientAuthentication::required;
  options.verifier = accept_any_certificate();
  options.certificate_authorities.assign(66, std::vector<std::uint8_t>(1006, 0x30));
  EXPECT_EQ(reason(options), "the names of the certificate authorities take more than 65535 bytes");
  options.certificate_authorities.resize(65);
  EXPECT_EQ(reason(options), "it was built");
}

}  // namespace
}  // namespace heirloom
