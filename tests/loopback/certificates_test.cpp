// Certificates in a whole handshake: what the rules refuse and what the other side is told, and
// certificates that libcrypto cannot read (RFC 2246 §7.2.2, §7.4.2, §7.4.6).
#include "support/suite_setup.hpp"
#include "support/test_pki.hpp"

#include <functional>
#include <initializer_list>
#include <string>
#include <utility>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr ProtocolVersion kVersions[] = {ProtocolVersion::ssl30, ProtocolVersion::tls10};

/// odd_credentials have a certificate that libcrypto refuses; a program loads it like any other.
Credentials odd_credentials(const std::string& name) {
  auto loaded = load_credentials(pki_file(name + ".chain"), pki_file(name + ".key"));
  EXPECT_TRUE(loaded.has_value()) << loaded.error().text();
  return std::move(loaded).value();
}

const char* const kOddNames[] = {"padded-serial", "no-date"};

TEST(CertificateThatLibcryptoRefuses, IsUsedWhereItIsPinned) {
  for (const ProtocolVersion version : kVersions) {
    // RSA, RSA_EXPORT, DHE_RSA, DHE_RSA_EXPORT
    for (const std::uint16_t suite :
         std::initializer_list<std::uint16_t>{0x000a, 0x0003, 0x0016, 0x0014}) {
      for (const std::string name : kOddNames) {
        SCOPED_TRACE(name_of(Combination{version, suite}) + " " + name);
        const Credentials credentials = odd_credentials(name);
        ServerOptions server = server_options(Combination{version, suite});
        server.credentials = {credentials};
        ClientOptions client = client_options(Combination{version, suite});
        client.verifier = verify_with_pin({certificate_fingerprint(credentials.chain.front())});
        Pair pair(build(std::move(client)), build(std::move(server)));
        pair.run();
        ASSERT_EQ(pair.client.phase(), Phase::open);
        ASSERT_EQ(pair.server.phase(), Phase::open);
        pair.send_to_server(Bytes{1, 2, 3});
        EXPECT_EQ(pair.at_server, (Bytes{1, 2, 3}));
        EXPECT_EQ(pair.client.info().peer_chain, credentials.chain);
        EXPECT_EQ(pair.client.info().peer_key_bits, 1024U);
      }
    }
  }
}

TEST(CertificateThatLibcryptoRefuses, IsUsedAsAClientsWhereItIsPinned) {
  for (const ProtocolVersion version : kVersions) {
    for (const std::string name : kOddNames) {
      SCOPED_TRACE(name_of(Combination{version, 0x000a}) + " " + name);
      const Credentials credentials = odd_credentials(name);
      ClientOptions client = client_options(Combination{version, 0x000a});
      client.credentials = {credentials};
      ServerOptions server = server_options(Combination{version, 0x000a});
      server.policy.client_authentication = ClientAuthentication::required;
      server.certificate_authorities = {certificate_subject_name(pki_certificate("ca")).value()};
      server.verifier = verify_with_pin({certificate_fingerprint(credentials.chain.front())});
      Pair pair(build(std::move(client)), build(std::move(server)));
      pair.run();
      ASSERT_EQ(pair.server.phase(), Phase::open);
      EXPECT_EQ(pair.server.info().peer_chain, credentials.chain);
    }
  }
}

/// Refused is what a client's verifier has to say, and the alert that the server hears.
struct Refused {
  const char* name;  ///< the server's certificate
  std::function<void(TrustOptions&)> adjust;
  Cause cause;
  AlertDescription alert;
};

std::vector<std::uint8_t> first_list(const std::string& name) {
  return load_revocation_lists(pki_file(name)).value().front();
}

TEST(CertificateRules, AreTheClientsAndTheServerHearsWhy) {
  const Refused rows[] = {
      {"revoked",
       [](TrustOptions& trust) { trust.revocation_lists = {first_list("ca.crl")}; },
       Cause::certificate_revoked,
       AlertDescription::certificate_revoked},
      {"rsa1024",
       [](TrustOptions& trust) { trust.revocation_lists = {first_list("ca-expired.crl")}; },
       Cause::certificate_status_unknown,
       AlertDescription::certificate_unknown},
      {"rsa1024-md5",
       [](TrustOptions& trust) { trust.rules = Policy::strict().certificates; },
       Cause::certificate_signature_weak,
       AlertDescription::bad_certificate},
      {"expired",
       [](TrustOptions&) {},
       Cause::certificate_expired,
       AlertDescription::certificate_expired},
      {"rsa1024",
       [](TrustOptions& trust) { trust.rules.rsa.max = 1023; },
       Cause::certificate_key_too_large,
       AlertDescription::bad_certificate},
      {"constrained-outside",
       [](TrustOptions& trust) { trust.authorities = {pki_certificate("constrained-ca")}; },
       Cause::certificate_untrusted,
       AlertDescription::unknown_ca},
  };
  for (const ProtocolVersion version : kVersions) {
    for (const Refused& row : rows) {
      SCOPED_TRACE(std::string(row.name) + " " + std::string(cause_info(row.cause).name));
      TrustOptions trust{.authorities = {pki_certificate("ca")}, .check_host = false};
      row.adjust(trust);
      ClientOptions client = client_options(Combination{version, 0x000a});
      client.verifier = verify_with_authorities(std::move(trust));
      ServerOptions server = server_options(Combination{version, 0x000a});
      server.credentials = {pki_credentials(row.name)};
      Pair pair(build(std::move(client)), build(std::move(server)));
      pair.run();
      ASSERT_NE(pair.client.error(), nullptr);
      EXPECT_EQ(pair.client.error()->cause, row.cause);
      ASSERT_NE(pair.server.error(), nullptr);
      EXPECT_EQ(pair.server.error()->cause, Cause::alert_received);
      const auto heard =
          version == ProtocolVersion::ssl30 && row.cause == Cause::certificate_untrusted
              ? AlertDescription::bad_certificate  // drift D31
              : row.alert;
      EXPECT_EQ(pair.server.error()->alert->description, heard);
    }
  }
}

/// Sized is a certificate with the policy's fields for its kind.
struct Sized {
  std::uint16_t suite;
  const char* certificate;
  std::size_t bits;
  std::size_t Policy::*min;
  std::size_t Policy::*max;
};

void expect_sizes(const Sized& row, ProtocolVersion version) {
  struct Limits {
    std::size_t min;
    std::size_t max;
    Cause cause;
  };

  for (const Limits& limits :
       {Limits{row.bits, row.bits, Cause::internal_error},
        Limits{row.bits + 1, row.bits + 1, Cause::certificate_key_too_small},
        Limits{row.bits - 1, row.bits - 1, Cause::certificate_key_too_large}}) {
    SCOPED_TRACE(std::string(row.certificate) + " from " + std::to_string(limits.min) + " to " +
                 std::to_string(limits.max));
    ClientOptions client = client_options(Combination{version, row.suite});
    client.policy.*row.min = limits.min;
    client.policy.*row.max = limits.max;
    client.verifier = accept_any_certificate();  // the policy's sizes bind every verifier
    ServerOptions server = server_options(Combination{version, row.suite});
    server.credentials = {pki_credentials(row.certificate)};
    Pair pair(build(std::move(client)), build(std::move(server)));
    pair.run();
    if (limits.cause == Cause::internal_error) {
      EXPECT_EQ(pair.client.phase(), Phase::open);
      continue;
    }
    ASSERT_NE(pair.client.error(), nullptr);
    EXPECT_EQ(pair.client.error()->cause, limits.cause);
    ASSERT_NE(pair.server.error(), nullptr);
    EXPECT_EQ(pair.server.error()->alert->description, AlertDescription::bad_certificate);
  }
}

TEST(PolicySizes, BindTheKeyOfTheServersCertificate) {
  for (const Sized& row :
       {Sized{0x000a, "rsa1024", 1024, &Policy::min_rsa_bits, &Policy::max_rsa_bits},
        Sized{0x0013, "dsa1024", 1024, &Policy::min_dsa_bits, &Policy::max_dsa_bits},
        Sized{0x0010, "dh1024", 1024, &Policy::min_dh_bits, &Policy::max_dh_bits},
        Sized{0xc008, "ec384", 384, &Policy::min_ec_bits, &Policy::max_ec_bits}}) {
    for (const ProtocolVersion version : kVersions) {
      if (find_cipher_suite(row.suite)->versions.contains(version)) {
        expect_sizes(row, version);
      }
    }
  }
}

}  // namespace
}  // namespace heirloom::testing
