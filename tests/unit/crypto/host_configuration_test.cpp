// The host's openssl.cnf must not matter. This program runs with one that takes every algorithm of
// the default provider away, as a hardened or broken host may have it, and does everything once.
#include "heirloom/certificate_verifier.hpp"
#include "heirloom/credentials.hpp"
#include "heirloom/random.hpp"

#include "crypto/cipher.hpp"
#include "crypto/hash.hpp"
#include "crypto/x509.hpp"
#include "support/test_pki.hpp"

#include <cstdlib>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <openssl/evp.h>

namespace heirloom {
namespace {

using testing::pki_certificate;
using testing::pki_chain;
using testing::pki_credentials;
using testing::pki_file;

class HostConfiguration : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    std::string pattern = ::testing::TempDir() + "heirloom_openssl_cnf_XXXXXX";
    const int file = ::mkstemp(pattern.data());
    ASSERT_GE(file, 0);
    path_ = pattern;
    std::ofstream(path_) << "openssl_conf = all\n[all]\nalg_section = algorithms\nproviders = p\n"
                            "[algorithms]\ndefault_properties = provider=nobody\n"
                            "[p]\nnull = n\n[n]\nactivate = 1\n";
    ASSERT_EQ(::setenv("OPENSSL_CONF", path_.c_str(), 1), 0);
  }

  static void TearDownTestSuite() { (void)std::remove(path_.c_str()); }

  static std::string path_;
};

std::string HostConfiguration::path_;

TEST_F(HostConfiguration, DoesNotReachTheLibrary) {
  Bytes bytes(16);
  EXPECT_TRUE(system_random()->fill(bytes));
  Bytes block(16);
  crypto::make_cbc_cipher(
      BulkCipher::aes_128_cbc, Bytes(16), Bytes(16), crypto::CipherDirection::encrypt)
      ->apply(block);
  EXPECT_EQ(to_hex(block), "66e94bd4ef8a2c3b884cfa59ca342b2e");  // FIPS 197, a well-known block
  EXPECT_EQ(to_hex(crypto::Md5().finish()), "d41d8cd98f00b204e9800998ecf8427e");
  EXPECT_EQ(to_hex(crypto::sha256({})).substr(0, 8), "e3b0c442");

  const auto credentials = pki_credentials("rsa512");
  const auto key = crypto::certificate_key(pki_certificate("rsa512"));
  ASSERT_TRUE(key.has_value());
  const Bytes digest(36, 1);
  EXPECT_TRUE(key->rsa->verify(digest, credentials.key->sign(digest).answer().value()));
  const auto ciphertext = key->rsa->encrypt(digest, *system_random());
  EXPECT_TRUE(credentials.key->decrypt_raw(*ciphertext).answer().has_value());

  for (const std::string file : {"rsa1024-encrypted.key", "rsa1024-encrypted-pkcs8.key"}) {
    const auto loaded = load_credentials(pki_file("rsa1024.chain"), pki_file(file), "heirloom");
    EXPECT_TRUE(loaded.has_value()) << loaded.error().detail;
  }

  const auto chain = pki_chain("rsa1024-md5");
  const auto verifier = verify_with_authorities({.authorities = {chain.back()}});
  auto verdict =
      verifier->verify({chain,
                        CertificateQuestion::Role::server,
                        "localhost",
                        std::chrono::sys_days(std::chrono::year_month_day(
                            std::chrono::year(2026), std::chrono::month(1), std::chrono::day(1)))});
  EXPECT_TRUE(verdict.answer().has_value()) << verdict.answer().error().detail;
  EXPECT_TRUE(describe_certificate(pki_certificate("device"))->is_self_signed);

  // Only now does anybody read the file: it is as hostile as this test says.
  EXPECT_EQ(EVP_MD_fetch(nullptr, "SHA256", nullptr), nullptr);
}

}  // namespace
}  // namespace heirloom
