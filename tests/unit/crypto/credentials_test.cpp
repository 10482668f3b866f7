// make_credentials and load_credentials: which key belongs to which certificate, and errors that
// name file and reason.
#include "heirloom/credentials.hpp"

#include "support/raw_certificate.hpp"
#include "support/test_pki.hpp"

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

using testing::pki_chain;
using testing::pki_credentials;
using testing::pki_file;

/// TemporaryDirectory is removed when the test ends.
class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string pattern = ::testing::TempDir() + "heirloom_credentials_XXXXXX";
    path_ = ::mkdtemp(pattern.data());
  }

  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  ~TemporaryDirectory() { std::filesystem::remove_all(path_); }

  [[nodiscard]] std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ + "/" + name) << text;
    return path_ + "/" + name;
  }

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// RemoteKey stands for a key in a module: it shows its kind and size and nothing else.
class RemoteKey final : public PrivateKey {
 public:
  RemoteKey(PublicKeyAlgorithm algorithm, std::size_t size) : algorithm_(algorithm), size_(size) {}

  [[nodiscard]] PublicKeyAlgorithm algorithm() const noexcept override { return algorithm_; }

  [[nodiscard]] std::size_t size() const noexcept override { return size_; }

  Pending<PrivateKeyResult> decrypt_raw(std::span<const std::uint8_t> /*ciphertext*/) override {
    return pending;
  }

  Pending<PrivateKeyResult> sign(std::span<const std::uint8_t> /*digest*/) override {
    return pending;
  }

 private:
  PublicKeyAlgorithm algorithm_;
  std::size_t size_;
};

TEST(MakeCredentials, TakesTheKeyOfTheFirstCertificateOnly) {
  const auto credentials = pki_credentials("rsa1024");
  EXPECT_FALSE(credentials.empty());
  EXPECT_EQ(credentials.chain, pki_chain("rsa1024"));
  const auto wrong = make_credentials(pki_chain("rsa2048"), credentials.key);
  EXPECT_EQ(wrong.error().cause, Cause::config_invalid);
  EXPECT_EQ(wrong.error().detail,
            "the private key does not belong to the certificate of "
            "CN=localhost,OU=rsa2048,O=Heirloom tests");
  // Same kind and size, another key.
  EXPECT_FALSE(make_credentials(pki_chain("no-san"), credentials.key).has_value());
  EXPECT_FALSE(make_credentials(pki_chain("dsa1024"), credentials.key).has_value());
}

TEST(MakeCredentials, WantsBothHalves) {
  const auto credentials = pki_credentials("rsa1024");
  EXPECT_EQ(make_credentials({}, credentials.key).error().cause, Cause::config_invalid);
  EXPECT_EQ(make_credentials(credentials.chain, nullptr).error().cause, Cause::config_invalid);
  EXPECT_EQ(make_credentials({{1, 2, 3}}, credentials.key).error().cause,
            Cause::certificate_malformed);
}

TEST(MakeCredentials, ComparesWhatAKeyElsewhereShows) {
  const auto make = [](PublicKeyAlgorithm algorithm, std::size_t size) {
    return make_credentials(pki_chain("rsa1024"), std::make_shared<RemoteKey>(algorithm, size));
  };
  EXPECT_TRUE(make(PublicKeyAlgorithm::rsa, 128).has_value());
  EXPECT_FALSE(make(PublicKeyAlgorithm::rsa, 256).has_value());
  EXPECT_FALSE(make(PublicKeyAlgorithm::dsa, 128).has_value());
}

TEST(LoadCredentials, NamesTheFileAndTheReason) {
  const TemporaryDirectory directory;
  const auto text = [](const std::string& chain, const std::string& key, Cause cause) {
    const auto credentials = load_credentials(chain, key);
    EXPECT_EQ(credentials.error().cause, cause) << credentials.error().detail;
    return credentials.error().detail;
  };
  const std::string chain = pki_file("rsa1024.chain");
  const std::string key = pki_file("rsa1024.key");
  const std::string missing = directory.path() + "/missing";
  EXPECT_EQ(text(missing, key, Cause::file_unreadable), missing + ": No such file or directory");
  EXPECT_EQ(text(chain, missing, Cause::file_unreadable), missing + ": No such file or directory");
  EXPECT_EQ(text(directory.path(), key, Cause::file_unreadable),
            directory.path() + ": Is a directory");
  const std::string empty = directory.write("empty", "");
  EXPECT_EQ(text(empty, key, Cause::certificate_malformed),
            empty + ": there is no PEM certificate in it");
  EXPECT_EQ(text(key, key, Cause::certificate_malformed),
            key + ": there is no PEM certificate in it");
  EXPECT_EQ(text(chain, chain, Cause::config_invalid),
            chain + ": there is no private key in PEM form in it");
  const std::string other = pki_file("rsa2048.key");
  EXPECT_EQ(text(chain, other, Cause::config_invalid),
            other +
                ": the private key does not belong to the certificate of "
                "CN=localhost,OU=rsa1024,O=Heirloom tests");
  const std::string encrypted = pki_file("rsa1024-encrypted.key");
  EXPECT_EQ(text(chain, encrypted, Cause::config_invalid),
            encrypted + ": the key is encrypted and there is no passphrase");
  EXPECT_TRUE(load_credentials(chain, encrypted, "heirloom").has_value());
}

// "padded-serial" and "no-date" are refused by libcrypto, and can be shown; who trusts certificates
// must be able to read them.
TEST(LoadCredentials, TakesACertificateThatLibcryptoRefuses) {
  for (const std::string name : {"padded-serial", "no-date"}) {
    SCOPED_TRACE(name);
    const std::string chain = pki_file(name + ".chain");
    const auto loaded = load_credentials(chain, pki_file(name + ".key"));
    ASSERT_TRUE(loaded.has_value()) << loaded.error().text();
    EXPECT_EQ(loaded->chain.size(), 2U);
    EXPECT_EQ(loaded->chain.front(), testing::raw_pki_certificate(name));
    for (const std::string other : {"rsa1024", "rsa512", "dsa1024", "dh1024", "ec256"}) {
      const auto wrong = load_credentials(chain, pki_file(other + ".key"));
      ASSERT_FALSE(wrong.has_value()) << other;
      EXPECT_EQ(wrong.error().cause, Cause::config_invalid);
      EXPECT_EQ(wrong.error().detail,
                pki_file(other + ".key") + ": the private key does not belong to the certificate");
    }
    const CertificateChain one = {testing::raw_pki_certificate(name)};
    const auto elsewhere = [&](PublicKeyAlgorithm algorithm, std::size_t size) {
      return make_credentials(one, std::make_shared<RemoteKey>(algorithm, size)).has_value();
    };
    EXPECT_TRUE(elsewhere(PublicKeyAlgorithm::rsa, 128));
    EXPECT_FALSE(elsewhere(PublicKeyAlgorithm::rsa, 64));
    EXPECT_FALSE(elsewhere(PublicKeyAlgorithm::dsa, 128));
    EXPECT_EQ(load_pem_certificates(chain).error().cause, Cause::certificate_malformed);
  }
}

TEST(CheckOwnResponse, IsAboutTheCertificateOfNowAndGood) {
  using namespace std::chrono_literals;
  const auto now = std::chrono::sys_days(2026y / 11 / 20);
  const auto check = [&](const std::string& certificate, const std::string& response) {
    Credentials own = pki_credentials(certificate);
    own.ocsp_response = testing::pki_response(response);
    const auto checked = check_own_response(own, now);
    return checked.has_value()
               ? "good"
               : std::string(checked.error().name()) + ": " + checked.error().detail;
  };
  for (const std::string response :
       {"rsa1024", "rsa1024-sha256-id", "rsa1024-delegated", "rsa1024-forged"}) {
    EXPECT_EQ(check("rsa1024", response), "good");  // whose signature it is, is for the client
  }
  EXPECT_EQ(check("chained", "chained"), "good");
  const std::string other =
      "certificate_status_invalid: the OCSP response is about other certificates";
  EXPECT_EQ(check("rsa2048", "rsa1024"), other);
  EXPECT_EQ(check("rsa1024", "chained"), other);
  EXPECT_EQ(check("rsa1024", "rsa1024-expired"),
            "certificate_status_invalid: the OCSP response is out of date since 2009-12-31 "
            "23:59:59 UTC");
  EXPECT_EQ(check("rsa1024", "rsa1024-future"),
            "certificate_status_invalid: the OCSP response is valid from 2090-01-01 00:00:00 UTC");
  EXPECT_EQ(check("revoked", "revoked").substr(0, 20), "certificate_revoked:");
  EXPECT_EQ(check("rsa1024", "rsa1024-unknown"),
            "certificate_status_invalid: the OCSP responder does not know the certificate");
  Credentials none = pki_credentials("rsa1024");
  EXPECT_TRUE(check_own_response(none, now).has_value());
  none.ocsp_response = {0x30, 0x00};
  EXPECT_EQ(check_own_response(none, now).error().cause, Cause::certificate_status_invalid);
}

TEST(LoadCredentials, ReadsBothFromOneFile) {
  const TemporaryDirectory directory;
  std::string text;
  for (const std::string name : {"rsa1024.key", "rsa1024.chain"}) {
    std::ifstream in(pki_file(name));
    text.append(std::istreambuf_iterator<char>(in), {});
  }
  const auto file = directory.write("both.pem", text);
  const auto credentials = load_credentials(file, file);
  ASSERT_TRUE(credentials.has_value());
  EXPECT_EQ(credentials->chain, pki_chain("rsa1024"));
}

TEST(LoadPemCertificates, NamesTheFile) {
  EXPECT_EQ(load_pem_certificates("/nonexistent").error().detail,
            "/nonexistent: No such file or directory");
  const auto key = pki_file("rsa1024.key");
  EXPECT_EQ(load_pem_certificates(key).error().detail, key + ": there is no PEM certificate in it");
}

TEST(LoadSystemAuthorities, ReadsTheFileThatTheVariableNames) {
  const TemporaryDirectory directory;
  std::string text = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
  text += format_pem(testing::pki_certificate("ca"));
  text += "-----BEGIN CERTIFICATE-----\n!!!!\n-----END CERTIFICATE-----\n";
  text += format_pem(testing::pki_certificate("other-ca"));
  ASSERT_EQ(::setenv("SSL_CERT_FILE", directory.write("bundle", text).c_str(), 1), 0);
  // What cannot be read is skipped: a system's bundle is not ours to mend.
  EXPECT_EQ(load_system_authorities(),
            (std::vector<CertificateDer>{testing::pki_certificate("ca"),
                                         testing::pki_certificate("other-ca")}));
  ASSERT_EQ(::setenv("SSL_CERT_FILE", (directory.path() + "/missing").c_str(), 1), 0);
  EXPECT_TRUE(load_system_authorities().empty());
  ASSERT_EQ(::unsetenv("SSL_CERT_FILE"), 0);
}

}  // namespace
}  // namespace heirloom
