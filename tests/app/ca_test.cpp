// The authority of `reach --tls`, judged by libcrypto's path validation (RFC 5280 §6).
#include "ca/authority.hpp"
#include "ca/mint.hpp"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <stdlib.h>
#include <sys/stat.h>

namespace heirloom::app {
namespace {

namespace fs = std::filesystem;

class Authority : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = (fs::temp_directory_path() / "heirloom-ca-XXXXXX").string();
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    root_ = name;
    folder_ = root_ / "state" / "ca";
  }

  void TearDown() override { fs::remove_all(root_); }

  fs::path root_;
  fs::path folder_;
};

/// verify gives X509_V_OK or what libcrypto has against a server certificate for that name.
int verify(const LocalAuthority& authority, const std::string& chain_pem, const std::string& name) {
  const CertificatePtr root = certificate_from_pem(authority.certificate_pem());
  const CertificatePtr leaf = certificate_from_pem(chain_pem);
  X509_STORE* const store = X509_STORE_new();
  X509_STORE_add_cert(store, root.get());
  X509_STORE_CTX* const context = X509_STORE_CTX_new();
  X509_STORE_CTX_init(context, store, leaf.get(), nullptr);
  X509_VERIFY_PARAM* const wanted = X509_STORE_CTX_get0_param(context);
  X509_VERIFY_PARAM_set_flags(wanted, X509_V_FLAG_X509_STRICT);
  X509_VERIFY_PARAM_set_auth_level(wanted, 2);
  X509_STORE_CTX_set_default(context, "ssl_server");
  if (X509_VERIFY_PARAM_set1_ip_asc(wanted, name.c_str()) != 1) {
    X509_VERIFY_PARAM_set1_host(wanted, name.c_str(), name.size());
  }
  X509_verify_cert(context);
  const int error = X509_STORE_CTX_get_error(context);
  X509_STORE_CTX_free(context);
  X509_STORE_free(store);
  return error;
}

TEST_F(Authority, certificates_verify_for_their_names_only) {
  const auto authority = LocalAuthority::load_or_make(folder_);
  ASSERT_TRUE(authority.has_value());
  const auto issued = authority->issue({"10-0-0-5.localhost", "localhost", "127.0.0.1", "::1"});
  ASSERT_TRUE(issued.has_value());
  for (const char* name : {"10-0-0-5.localhost", "localhost", "127.0.0.1", "::1"}) {
    EXPECT_EQ(verify(*authority, issued->chain_pem, name), X509_V_OK) << name;
  }
  EXPECT_EQ(verify(*authority, issued->chain_pem, "10-0-0-6.localhost"),
            X509_V_ERR_HOSTNAME_MISMATCH);
}

TEST_F(Authority, names_of_other_machines_are_worth_nothing) {
  const auto authority = LocalAuthority::load_or_make(folder_);
  ASSERT_TRUE(authority.has_value());
  for (const char* name : {"bank.example", "localhost.example", "10.0.0.5", "2001:db8::1"}) {
    const auto issued = authority->issue({name});
    ASSERT_TRUE(issued.has_value());
    EXPECT_EQ(verify(*authority, issued->chain_pem, name), X509_V_ERR_PERMITTED_VIOLATION) << name;
  }
}

TEST_F(Authority, a_certificate_cannot_issue_another) {
  const auto authority = LocalAuthority::load_or_make(folder_);
  ASSERT_TRUE(authority.has_value());
  const auto issued = authority->issue({"localhost"});
  ASSERT_TRUE(issued.has_value());
  const CertificatePtr leaf = certificate_from_pem(issued->chain_pem);
  EXPECT_EQ(X509_check_ca(leaf.get()), 0);
  EXPECT_LE(issued->not_after, std::chrono::system_clock::now() + std::chrono::hours(24) * 398);
  EXPECT_LE(issued->not_after, authority->not_after());
}

TEST_F(Authority, is_made_once_and_kept_private) {
  const auto first = LocalAuthority::load_or_make(folder_);
  ASSERT_TRUE(first.has_value());
  EXPECT_TRUE(first->is_new());
  const auto second = LocalAuthority::load_or_make(folder_);
  ASSERT_TRUE(second.has_value());
  EXPECT_FALSE(second->is_new());
  EXPECT_EQ(first->certificate_pem(), second->certificate_pem());

  struct stat status {};

  ASSERT_EQ(::stat(first->key_file().c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0600U);
  ASSERT_EQ(::stat(folder_.c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 0777U, 0700U);
}

TEST_F(Authority, key_of_another_is_noticed) {
  const auto authority = LocalAuthority::load_or_make(folder_);
  ASSERT_TRUE(authority.has_value());
  std::ofstream(authority->key_file()) << to_pem(make_key().get());
  const auto loaded = LocalAuthority::load(folder_);
  ASSERT_FALSE(loaded.has_value());
  EXPECT_EQ(loaded.error().cause, "ca_damaged");
}

TEST_F(Authority, removal_leaves_nothing) {
  ASSERT_TRUE(LocalAuthority::load_or_make(folder_).has_value());
  ASSERT_TRUE(LocalAuthority::remove(folder_).has_value());
  EXPECT_FALSE(fs::exists(folder_));
  const auto again = LocalAuthority::remove(folder_);
  ASSERT_FALSE(again.has_value());
  EXPECT_EQ(again.error().cause, "ca_missing");
}

}  // namespace
}  // namespace heirloom::app
