// An application that uses libssl reads libcrypto's error queue after its own calls. Whatever we do
// on the same thread, and whatever fails, must leave the queue as it was.
#include "heirloom/certificate.hpp"
#include "heirloom/certificate_verifier.hpp"
#include "heirloom/config.hpp"
#include "heirloom/credentials.hpp"
#include "heirloom/random.hpp"

#include "crypto/dh.hpp"
#include "crypto/dsa.hpp"
#include "crypto/ec.hpp"
#include "crypto/pem.hpp"
#include "crypto/private_key.hpp"
#include "crypto/rsa.hpp"
#include "crypto/x509.hpp"
#include "support/test_pki.hpp"

#include <functional>
#include <string>
#include <vector>

#include <gtest/gtest.h>
#include <openssl/err.h>

namespace heirloom {
namespace {

using testing::pki_chain;
using testing::pki_credentials;

struct Call {
  const char* name;
  std::function<void()> run;
};

std::vector<Call> calls_that_fail() {
  const auto credentials = pki_credentials("rsa1024");
  const auto expired = pki_chain("expired");
  const auto authorities = verify_with_authorities({.authorities = {expired.back()}});
  const Bytes garbage{0x30, 0x82, 0x01, 0x01, 0x02};
  return {
      {"describe_certificate", [=] { (void)describe_certificate(garbage); }},
      {"certificate_key", [=] { (void)crypto::certificate_key(garbage); }},
      {"certificate_subject_name", [=] { (void)certificate_subject_name(garbage); }},
      {"parse_pem_chain", [] { (void)parse_pem_chain("-----BEGIN CERTIFICATE-----\n!!\n"); }},
      {"parse_private_key", [] { (void)parse_private_key("-----BEGIN PRIVATE KEY-----\n!!\n"); }},
      {"load_credentials", [] { (void)load_credentials("/nonexistent", "/nonexistent"); }},
      {"make_credentials", [=] { (void)make_credentials(expired, credentials.key); }},
      {"decrypt_raw", [=] { (void)credentials.key->decrypt_raw(Bytes(128, 0xff)); }},
      {"sign", [=] { (void)credentials.key->sign(Bytes(128)); }},
      {"verify",
       [=] {
         (void)authorities->verify({expired,
                                    CertificateQuestion::Role::server,
                                    "localhost",
                                    std::chrono::system_clock::now()});
       }},
      {"from_modulus", [] { (void)crypto::RsaPublicKey::from_modulus({}, {}); }},
      {"check_group", [] { (void)crypto::check_group({}, crypto::GroupOrigin::file); }},
      {"parse_dh_group", [] { (void)crypto::parse_dh_group("-----BEGIN DH PARAMETERS-----\n!"); }},
      {"read_dh_parameters",
       [=] { (void)crypto::read_dh_parameters(garbage, crypto::DhParametersForm::x942); }},
      {"check_point", [] { (void)crypto::check_point(NamedCurve::secp256r1, Bytes(65, 4)); }},
      {"verify_ecdsa",
       [=] {
         (void)crypto::verify_ecdsa({NamedCurve::secp256r1, Bytes(65, 4)}, garbage, garbage);
       }},
      {"from_numbers", [=] { (void)crypto::DsaPublicKey::from_numbers({}, {}, garbage, {}); }},
      {"raw_dsa_signature", [=] { (void)crypto::raw_dsa_signature(garbage); }},
      {"old ciphers",
       [] {
         const auto file = crypto::read_file(testing::pki_file("rsa1024-pbe-md5-des.key"));
         (void)parse_private_key(crypto::as_text(file->expose()), "wrong");
       }},
      {"generate_rsa_key", [] { (void)crypto::generate_rsa_key(3); }},
      {"system_random",
       [] {
         Bytes bytes(32);
         (void)system_random()->fill(bytes);
       }},
  };
}

TEST(ErrorQueue, StaysEmpty) {
  ERR_clear_error();
  for (const auto& call : calls_that_fail()) {
    call.run();
    EXPECT_EQ(ERR_peek_error(), 0U) << call.name;
    ERR_clear_error();
  }
}

TEST(ErrorQueue, KeepsTheApplicationsErrors) {
  for (const auto& call : calls_that_fail()) {
    ERR_clear_error();
    ERR_raise(ERR_LIB_USER, 7);
    ERR_raise(ERR_LIB_USER, 8);
    call.run();
    EXPECT_EQ(ERR_GET_REASON(ERR_get_error()), 7) << call.name;
    EXPECT_EQ(ERR_GET_REASON(ERR_get_error()), 8) << call.name;
    EXPECT_EQ(ERR_get_error(), 0U) << call.name;
  }
}

}  // namespace
}  // namespace heirloom
