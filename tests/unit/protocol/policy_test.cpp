#include "heirloom/policy.hpp"

#include <algorithm>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

/// names are OpenSSL's, in order, each with a space behind it.
std::string names(const Policy& policy) {
  std::string list;
  for (const std::uint16_t id : policy.cipher_suites) {
    list += std::string(find_cipher_suite(id)->openssl_name) + " ";
  }
  return list;
}

// Strongest cipher first; of one cipher, a key exchange with a key for this connection alone first.
constexpr std::string_view kStrict =
    "ECDHE-ECDSA-AES256-SHA ECDHE-RSA-AES256-SHA DHE-RSA-AES256-SHA DHE-DSS-AES256-SHA "
    "AES256-SHA DH-RSA-AES256-SHA DH-DSS-AES256-SHA "
    "DHE-RSA-CAMELLIA256-SHA DHE-DSS-CAMELLIA256-SHA CAMELLIA256-SHA DH-RSA-CAMELLIA256-SHA "
    "DH-DSS-CAMELLIA256-SHA "
    "ECDHE-ECDSA-AES128-SHA ECDHE-RSA-AES128-SHA DHE-RSA-AES128-SHA DHE-DSS-AES128-SHA "
    "AES128-SHA DH-RSA-AES128-SHA DH-DSS-AES128-SHA "
    "DHE-RSA-CAMELLIA128-SHA DHE-DSS-CAMELLIA128-SHA CAMELLIA128-SHA DH-RSA-CAMELLIA128-SHA "
    "DH-DSS-CAMELLIA128-SHA "
    "DHE-RSA-SEED-SHA DHE-DSS-SEED-SHA SEED-SHA DH-RSA-SEED-SHA DH-DSS-SEED-SHA "
    "ECDHE-ECDSA-DES-CBC3-SHA ECDHE-RSA-DES-CBC3-SHA EDH-RSA-DES-CBC3-SHA EDH-DSS-DES-CBC3-SHA "
    "DES-CBC3-SHA DH-RSA-DES-CBC3-SHA DH-DSS-DES-CBC3-SHA "
    "IDEA-CBC-SHA ";

// What full strength and block ciphers leave out: RC4, whose streams of MD5 come last, and DES.
constexpr std::string_view kOnlyDevice =
    "ECDHE-ECDSA-RC4-SHA ECDHE-RSA-RC4-SHA DHE-DSS-RC4-SHA RC4-SHA RC4-MD5 "
    "EDH-RSA-DES-CBC-SHA EDH-DSS-DES-CBC-SHA DES-CBC-SHA DH-RSA-DES-CBC-SHA DH-DSS-DES-CBC-SHA ";

// What has to be allowed by name stands behind all others: anonymous, export, NULL.
constexpr std::string_view kOnlyMuseum =
    "AECDH-AES256-SHA ADH-AES256-SHA ADH-CAMELLIA256-SHA AECDH-AES128-SHA ADH-AES128-SHA "
    "ADH-CAMELLIA128-SHA ADH-SEED-SHA AECDH-DES-CBC3-SHA ADH-DES-CBC3-SHA FZA-RC4-SHA "
    "AECDH-RC4-SHA ADH-RC4-MD5 FZA-FZA-CBC-SHA "
    "EXP1024-DHE-DSS-DES-CBC-SHA EXP1024-DES-CBC-SHA ADH-DES-CBC-SHA EXP1024-RC2-CBC-MD5 "
    "EXP1024-DHE-DSS-RC4-SHA EXP1024-RC4-SHA EXP1024-RC4-MD5 "
    "EXP-EDH-RSA-DES-CBC-SHA EXP-EDH-DSS-DES-CBC-SHA EXP-DES-CBC-SHA EXP-DH-RSA-DES-CBC-SHA "
    "EXP-DH-DSS-DES-CBC-SHA EXP-ADH-DES-CBC-SHA EXP-RC2-CBC-MD5 EXP-RC4-MD5 EXP-ADH-RC4-MD5 "
    "ECDHE-ECDSA-NULL-SHA ECDHE-RSA-NULL-SHA NULL-SHA FZA-NULL-SHA AECDH-NULL-SHA NULL-MD5 ";

std::string joined(std::initializer_list<std::string_view> parts) {
  std::string all;
  for (const std::string_view part : parts) {
    all += part;
  }
  return all;
}

TEST(Policy, StrictIsTls10WithBlockCiphersOfFullStrength) {
  const Policy policy = Policy::strict();
  EXPECT_EQ(policy.min_version, ProtocolVersion::tls10);
  EXPECT_EQ(policy.max_version, ProtocolVersion::tls10);
  EXPECT_EQ(names(policy), kStrict);
  EXPECT_EQ(policy.min_rsa_bits, 1024U);
  EXPECT_EQ(policy.min_dh_bits, 1024U);
  EXPECT_EQ(policy.min_temporary_rsa_bits, 1024U);
  EXPECT_EQ(policy.missing_close_notify, OnMissingCloseNotify::forget_session);
  EXPECT_EQ(policy.premaster_version, PremasterVersion::must_match_hello);
}

TEST(Policy, DeviceIsEverythingThatNeedsNoAllowance) {
  const Policy policy = Policy::device();
  EXPECT_EQ(policy.min_version, ProtocolVersion::ssl30);
  EXPECT_EQ(policy.max_version, ProtocolVersion::tls10);
  EXPECT_EQ(names(policy), joined({kStrict, kOnlyDevice}));
  EXPECT_EQ(policy.min_rsa_bits, 512U);
  EXPECT_EQ(policy.min_dh_bits, 768U);
  EXPECT_EQ(policy.min_temporary_rsa_bits, 1024U);
  EXPECT_EQ(policy.missing_close_notify, OnMissingCloseNotify::keep_session);
}

TEST(Policy, MuseumIsEverything) {
  const Policy policy = Policy::museum();
  EXPECT_EQ(policy.min_version, ProtocolVersion::ssl30);
  EXPECT_EQ(policy.max_version, ProtocolVersion::tls10);
  EXPECT_EQ(policy.cipher_suites.size(), cipher_suites().size());
  EXPECT_EQ(names(policy), joined({kStrict, kOnlyDevice, kOnlyMuseum}));
  EXPECT_EQ(policy.min_dh_bits, 512U);
  EXPECT_EQ(policy.min_temporary_rsa_bits, 512U);
}

TEST(Allow, AddsTheSuitesThatNeedNothingElse) {
  Policy policy = Policy::device();
  allow(policy, {Allowance::null_encryption});
  EXPECT_EQ(
      names(policy),
      joined({kStrict, kOnlyDevice, "ECDHE-ECDSA-NULL-SHA ECDHE-RSA-NULL-SHA NULL-SHA NULL-MD5 "}));
  policy = Policy::strict();
  policy.cipher_suites = {0x002f};
  allow(policy, {Allowance::anonymous});
  EXPECT_EQ(names(policy),
            "AES128-SHA AECDH-AES256-SHA ADH-AES256-SHA ADH-CAMELLIA256-SHA AECDH-AES128-SHA "
            "ADH-AES128-SHA ADH-CAMELLIA128-SHA ADH-SEED-SHA AECDH-DES-CBC3-SHA ADH-DES-CBC3-SHA "
            "AECDH-RC4-SHA ADH-RC4-MD5 ADH-DES-CBC-SHA ");
  allow(policy, {Allowance::anonymous});
  EXPECT_EQ(policy.cipher_suites.size(), 13U) << "twice is once";
  EXPECT_EQ(policy.min_dh_bits, 1024U) << "no key of another kind came in";
  policy.cipher_suites = {0x002f};
  allow(policy, {Allowance::fortezza});
  EXPECT_EQ(names(policy), "AES128-SHA FZA-RC4-SHA FZA-FZA-CBC-SHA ") << "NULL needs its own";
}

TEST(Allow, TogetherLetInWhatNeedsBoth) {
  Policy policy = Policy::device();
  allow(policy,
        {Allowance::export_grade,
         Allowance::anonymous,
         Allowance::null_encryption,
         Allowance::fortezza});
  EXPECT_EQ(names(policy), joined({kStrict, kOnlyDevice, kOnlyMuseum}));
}

TEST(Allow, LowersTheMinimumOfTemporaryKeys) {
  Policy policy = Policy::strict();
  allow(policy, {Allowance::dh512});
  EXPECT_EQ(policy.min_dh_bits, 512U);
  EXPECT_EQ(policy.min_temporary_rsa_bits, 1024U);
  allow(policy, {Allowance::rsa512});
  EXPECT_EQ(policy.min_temporary_rsa_bits, 512U);
  EXPECT_EQ(names(policy), kStrict) << "no suite needs them";
  policy.min_dh_bits = 256;
  allow(policy, {Allowance::dh512});
  EXPECT_EQ(policy.min_dh_bits, 256U) << "never up";
}

TEST(Policy, PresetsDefendAgainstBeastAndSignalRenegotiation) {
  for (const Policy& policy : {Policy::strict(), Policy::device(), Policy::museum()}) {
    EXPECT_EQ(policy.cbc_splitting, CbcSplitting::one_n_minus_one);
    EXPECT_TRUE(policy.extensions.has(Extension::renegotiation_info));
    EXPECT_TRUE(policy.extensions.has(Extension::server_name));
    EXPECT_FALSE(policy.extensions.has(Extension::status_request));
    EXPECT_EQ(policy.fallback, SignalFallback::off);
    EXPECT_EQ(policy.client_authentication, ClientAuthentication::none);
  }
}

// By name only: a hello of SSL 2.0 gives up the extensions.
TEST(Policy, OldHellosAreTakenButForStrictAndSentByNoPreset) {
  EXPECT_EQ(Policy::strict().accept_sslv2_hello, Sslv2Hello::off);
  EXPECT_EQ(Policy::device().accept_sslv2_hello, Sslv2Hello::on);
  EXPECT_EQ(Policy::museum().accept_sslv2_hello, Sslv2Hello::on);
  for (const Policy& policy : {Policy::strict(), Policy::device(), Policy::museum()}) {
    EXPECT_EQ(policy.send_sslv2_hello, Sslv2Hello::off);
  }
}

// By name only: without RFC 5746 the beginning of a connection can be somebody else's.
TEST(Policy, NoPresetRenegotiatesInsecurely) {
  for (const Policy& policy : {Policy::strict(), Policy::device(), Policy::museum()}) {
    EXPECT_EQ(policy.renegotiation, Renegotiation::only_secure);
    EXPECT_EQ(policy.changed_certificate, ChangedCertificate::refuse);
  }
}

TEST(Policy, CanBeCompared) {
  EXPECT_EQ(Policy::device(), Policy::device());
  EXPECT_NE(Policy::device(), Policy::museum());
  Policy changed = Policy::device();
  changed.limits.max_certificates = 1;
  EXPECT_NE(changed, Policy::device());
}

TEST(Policy, PrintsOneFieldALine) {
  Policy policy = Policy::strict();
  policy.cipher_suites = {0x0035, 0x0032, 0xc018};
  EXPECT_EQ(to_string(policy),
            "min_version = TLS 1.0\n"
            "max_version = TLS 1.0\n"
            "cipher_suites = TLS_RSA_WITH_AES_256_CBC_SHA, TLS_DHE_DSS_WITH_AES_128_CBC_SHA, "
            "TLS_ECDH_anon_WITH_AES_128_CBC_SHA\n"
            "preference = server\n"
            "min_rsa_bits = 1024\n"
            "max_rsa_bits = 16384\n"
            "min_dsa_bits = 1024\n"
            "max_dsa_bits = 8192\n"
            "min_ec_bits = 224\n"
            "max_ec_bits = 521\n"
            "min_dh_bits = 1024\n"
            "max_dh_bits = 8192\n"
            "min_temporary_rsa_bits = 1024\n"
            "named_curves = secp256r1, secp384r1, secp521r1\n"
            "certificates.rsa = 1024 to 16384\n"
            "certificates.dsa = 1024 to 8192\n"
            "certificates.dh = 1024 to 8192\n"
            "certificates.ec = 224 to 521\n"
            "certificates.weakest_hash = SHA-1\n"
            "certificates.chain_order = as_specified\n"
            "client_authentication = none\n"
            "cbc_splitting = one_n_minus_one\n"
            "extensions = server_name, max_fragment_length, elliptic_curves, ec_point_formats, "
            "application_layer_protocol_negotiation, padding, encrypt_then_mac, "
            "extended_master_secret, renegotiation_info\n"
            "wanted_fragment_length = any\n"
            "compression_methods = null\n"
            "renegotiation = only_secure\n"
            "refused_renegotiation = go_on\n"
            "changed_certificate = refuse\n"
            "unrecognized_name = ignore\n"
            "fallback = off\n"
            "accept_sslv2_hello = off\n"
            "send_sslv2_hello = off\n"
            "missing_close_notify = forget_session\n"
            "premaster_version = must_match_hello\n"
            "ssl30_dsa = der\n"
            "limits.max_handshake_message = 262144\n"
            "limits.max_certificates = 16\n"
            "limits.max_empty_records_in_a_row = 32\n"
            "limits.max_warnings_in_a_row = 8\n"
            "limits.max_handshake_messages = 64\n"
            "limits.max_session_age = 86400 s\n"
            "limits.max_renegotiations = 64\n"
            "limits.max_renegotiations_a_minute = 4\n"
            "limits.max_data_before_hello = 1048576\n");
}

TEST(Policy, PrintsEveryOtherChoiceToo) {
  Policy policy = Policy::device();
  policy.max_version = ProtocolVersion::ssl30;
  policy.cipher_suites = {0x0005, 0xabcd};
  policy.preference = Preference::client;
  policy.named_curves = {NamedCurve::secp521r1};
  policy.extensions = {Extension::status_request};
  policy.client_authentication = ClientAuthentication::required;
  policy.cbc_splitting = CbcSplitting::off;
  policy.unrecognized_name = UnrecognizedName::warn;
  policy.fallback = SignalFallback::on;
  policy.send_sslv2_hello = Sslv2Hello::on;
  policy.premaster_version = PremasterVersion::may_match_negotiated;
  policy.ssl30_dsa = DsaEncoding::raw;
  const std::string text = to_string(policy);
  for (const std::string_view line : {"max_version = SSL 3.0\n",
                                      "cipher_suites = SSL_RSA_WITH_RC4_128_SHA, 0xabcd\n",
                                      "preference = client\n",
                                      "named_curves = secp521r1\n",
                                      "extensions = status_request\n",
                                      "unrecognized_name = warn\n",
                                      "client_authentication = required\n",
                                      "cbc_splitting = off\n",
                                      "fallback = on\n",
                                      "accept_sslv2_hello = on\n",
                                      "send_sslv2_hello = on\n",
                                      "missing_close_notify = keep_session\n",
                                      "premaster_version = may_match_negotiated\n",
                                      "ssl30_dsa = raw\n"}) {
    EXPECT_NE(text.find(line), std::string::npos) << line;
  }
  policy.client_authentication = ClientAuthentication::optional;
  policy.unrecognized_name = UnrecognizedName::refuse;
  policy.extensions = {};
  for (const std::string_view line : {"client_authentication = optional\n",
                                      "unrecognized_name = refuse\n",
                                      "extensions = none\n"}) {
    EXPECT_NE(to_string(policy).find(line), std::string::npos) << line;
  }
}

}  // namespace
}  // namespace heirloom
