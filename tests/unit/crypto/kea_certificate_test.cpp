// Certificates with KEA keys (RFC 3279 §2.3.4) where every other certificate goes: their keys,
// their private keys, and the verifiers. They are the openssl command's, which knows no KEA.
#include "heirloom/certificate_verifier.hpp"
#include "heirloom/config.hpp"
#include "heirloom/credentials.hpp"

#include "crypto/fortezza_certificate.hpp"
#include "crypto/private_key.hpp"
#include "crypto/x509.hpp"
#include "crypto/x509_parse.hpp"
#include "support/test_pki.hpp"
#include "support/vector_file.hpp"
#include "unit/crypto/path_question.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <string>

#include <gtest/gtest.h>
#include <openssl/evp.h>

namespace heirloom::crypto {
namespace {

using testing::from_hex;
using testing::pki_certificate;
using testing::pki_chain;
using testing::pki_credentials;
using testing::pki_file;

/// Ask is about a certificate that dsa-ca has signed, which is an authority here.
testing::PathQuestion ask(const std::string& name) {
  testing::PathQuestion question{.chain = pki_chain(name)};
  question.trust.authorities = {pki_certificate("dsa-ca")};
  return question;
}

TEST(KeaCertificate, HasAKeyAndADomain) {
  const auto key = certificate_key(pki_certificate("kea"));
  ASSERT_TRUE(key.has_value()) << key.error().text();
  EXPECT_EQ(key->algorithm, PublicKeyAlgorithm::kea);
  EXPECT_EQ(key->bits, 1024U);
  EXPECT_EQ(key->signature_algorithm, PublicKeyAlgorithm::dsa);
  ASSERT_TRUE(key->kea.has_value());
  EXPECT_EQ(to_bytes(key->kea->domain_identifier), from_hex("4de5f91f03d353e42f8d"));
  EXPECT_TRUE(key->may_agree);
  EXPECT_FALSE(key->may_sign);
  const auto info = describe_certificate(pki_certificate("kea"));
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(to_string(info->key_algorithm), "KEA");
  EXPECT_EQ(info->key_bits, 1024U);
  EXPECT_FALSE(info->is_self_signed);
  // RFC 3279 §2.3.4: keyAgreement, and not encipherOnly and decipherOnly at once.
  for (const std::string name : {"kea-no-agreement", "kea-both-only"}) {
    const auto other = certificate_key(pki_certificate(name));
    ASSERT_TRUE(other.has_value()) << name;
    EXPECT_FALSE(other->may_agree) << name;
  }
}

// The key file is one of Diffie-Hellman, or of DSA; which domain it is of only the file says.
TEST(KeaCertificate, TakesAPrivateKeyOfItsDomain) {
  for (const std::string name : {"kea", "kea-other-domain", "kea-dsa-key"}) {
    SCOPED_TRACE(name);
    const Credentials own = pki_credentials(name);
    ASSERT_EQ(own.key->algorithm(), PublicKeyAlgorithm::kea);
    EXPECT_EQ(own.key->size(), 128U);
    const auto key = certificate_key(own.chain.front());
    ASSERT_TRUE(key.has_value());
    const auto* kea = dynamic_cast<const KeaPrivateKey*>(own.key.get());
    ASSERT_NE(kea, nullptr);
    EXPECT_EQ(kea->domain().identifier(), key->kea->domain_identifier);
    // g^x is the certificate's public value.
    auto value = own.key->agree(kea->domain().group().g);
    ASSERT_FALSE(value.is_pending());
    ASSERT_TRUE(value.answer().has_value());
    Bytes padded(128 - key->kea->public_value.size());
    append(padded, key->kea->public_value);
    EXPECT_EQ(*value.answer(), padded);
    EXPECT_EQ(own.key->agree(Bytes{1}).answer().error().cause, Cause::key_exchange_malformed);
    EXPECT_EQ(own.key->sign(Bytes(20)).answer().error().cause, Cause::private_key_failed);
    EXPECT_EQ(own.key->decrypt_raw(Bytes(128)).answer().error().cause, Cause::private_key_failed);
  }
}

TEST(KeaCertificate, RefusesAPrivateKeyThatIsNotItsOwn) {
  struct Row {
    const char* key;
    const char* why;
  };

  for (const Row& row : {Row{"client-kea", "does not belong to the certificate"},
                         Row{"kea-other-domain", "does not belong to the certificate"},
                         Row{"dh1024-x942", "does not belong to the certificate"},
                         Row{"dsa1024", "does not belong to the certificate"},
                         Row{"dh1024", "order of a KEA domain has 160 bits"},
                         Row{"dsa512", "has 1024 bits, this one 512"},
                         Row{"rsa1024", "no KEA key has the form"},
                         Row{"ec256", "no KEA key has the form"}}) {
    SCOPED_TRACE(row.key);
    const auto made =
        load_credentials(pki_file("kea.chain"), pki_file(std::string(row.key) + ".key"));
    ASSERT_FALSE(made.has_value());
    EXPECT_EQ(made.error().cause, Cause::config_invalid);
    EXPECT_NE(made.error().detail.find(row.why), std::string::npos) << made.error().detail;
  }
  // A certificate of Diffie-Hellman or DSA keeps its key as it is.
  EXPECT_EQ(pki_credentials("dh1024-x942").key->algorithm(), PublicKeyAlgorithm::dh);
  EXPECT_EQ(pki_credentials("dsa1024").key->algorithm(), PublicKeyAlgorithm::dsa);
}

TEST(KeaCertificate, IsVerifiedAsAnyOther) {
  EXPECT_EQ(ask("kea").accepted(), 2U);
  auto client = ask("client-kea");
  client.role = CertificateQuestion::Role::client;
  EXPECT_EQ(client.accepted(), 2U);
  EXPECT_EQ(ask("kea-expired").refused().cause, Cause::certificate_expired);
  EXPECT_EQ(ask("kea-wrong-name").refused().cause, Cause::certificate_name_mismatch);
  auto elsewhere = ask("kea-wrong-name");
  elsewhere.host = "elsewhere.heirloom.test";
  EXPECT_EQ(elsewhere.accepted(), 2U);
  auto untrusted = ask("kea");
  untrusted.trust.authorities = {pki_certificate("ca")};
  EXPECT_EQ(untrusted.refused().cause, Cause::certificate_untrusted);
  // keyUsage: a server's certificate must be good for something that a server does.
  EXPECT_EQ(ask("kea-no-agreement").accepted(), 2U);  // the suite refuses it, not the path
  // What is accepted is what was sent, to the byte.
  const auto verdict = ask("kea").verdict();
  ASSERT_TRUE(verdict.has_value());
  EXPECT_EQ(verdict->verified_chain.front(), pki_certificate("kea"));
}

// The signature covers the key that is really there, though libcrypto is shown another one.
TEST(KeaCertificate, IsRefusedWithAnyByteChanged) {
  const CertificateDer good = pki_certificate("kea");
  const auto key = certificate_key(good);
  ASSERT_TRUE(key.has_value());
  const auto value = std::search(
      good.begin(), good.end(), key->kea->public_value.begin(), key->kea->public_value.end());
  ASSERT_NE(value, good.end());
  const auto at = static_cast<std::size_t>(value - good.begin());
  // The public value's first and last byte, the domain in front of it, the signature's last byte.
  for (const std::size_t place : {at, at + 127, at - 6, good.size() - 1}) {
    SCOPED_TRACE(place);
    auto question = ask("kea");
    question.chain.front()[place] ^= 1U;
    EXPECT_EQ(question.refused().cause, Cause::certificate_signature_invalid);
  }
}

TEST(KeaCertificate, KeepsTheRulesOfDiffieHellmanKeys) {
  auto question = ask("kea");
  question.trust.rules.dh = {.min = 1025, .max = 4096};
  const Error small = question.refused();
  EXPECT_EQ(small.cause, Cause::certificate_key_too_small);
  EXPECT_EQ(small.detail,
            "CN=localhost,OU=kea,O=Heirloom tests: its key has 1024 bits, 1025 are required");
  question.trust.rules.dh = {.min = 512, .max = 1023};
  EXPECT_EQ(question.refused().cause, Cause::certificate_key_too_large);
  question.trust.rules.dh = {.min = 1024, .max = 1024};
  question.trust.rules.weakest_hash = SignatureHash::sha2;
  EXPECT_EQ(question.refused().cause, Cause::certificate_signature_weak);
}

// One that is trusted by name, by pin, or whatever it is.
TEST(KeaCertificate, IsTrustedWithoutAnAuthority) {
  auto question = ask("kea");
  question.trust.authorities = {pki_certificate("kea")};
  EXPECT_EQ(question.accepted(), 1U);
  question.chain = {pki_certificate("kea")};
  EXPECT_EQ(question.accepted(), 1U);
  question.trust.authorities = {pki_certificate("client-kea")};
  EXPECT_EQ(question.refused().cause, Cause::certificate_untrusted);
  const CertificateQuestion pinned{.chain = question.chain,
                                   .role = CertificateQuestion::Role::server,
                                   .host = "localhost",
                                   .now = testing::kNow};
  const auto fingerprint = certificate_fingerprint(question.chain.front());
  EXPECT_TRUE(verify_with_pin({fingerprint})->verify(pinned).answer().has_value());
  EXPECT_TRUE(accept_any_certificate()->verify(pinned).answer().has_value());
}

// It cannot sign, so it is nobody's issuer, whatever its extensions say.
TEST(KeaCertificate, IssuesNothing) {
  auto question = ask("kea");
  question.chain = {pki_certificate("rsa1024"), pki_certificate("kea")};
  EXPECT_EQ(question.refused().cause, Cause::certificate_untrusted);
  question.trust.authorities = {pki_certificate("kea")};
  EXPECT_EQ(question.refused().cause, Cause::certificate_untrusted);
}

// What stands in for the key does not leave the path: the key is read from the certificate.
TEST(KeaCertificate, IsEncodedAsItWasRead) {
  for (const std::string name : {"kea", "rsa1024"}) {
    const auto certificate = parse_for_path(pki_certificate(name));
    ASSERT_TRUE(certificate.has_value());
    EXPECT_EQ(x509_der(certificate->get()), pki_certificate(name));
    EXPECT_EQ(key_algorithm_of(certificate->get()),
              name == "kea" ? PublicKeyAlgorithm::kea : PublicKeyAlgorithm::rsa);
  }
  EXPECT_EQ(parse_for_path(Bytes{0x30, 0x00}).error().cause, Cause::certificate_malformed);
}

// Which domain it is both ends must have been told, from a file in either form.
TEST(KeaDomainFile, IsReadInBothForms) {
  const std::string file = pki_file("kea-other-domain.pem");
  const auto pem = load_kea_domain(file);
  ASSERT_TRUE(pem.has_value()) << pem.error().text();
  const auto key = certificate_key(pki_certificate("kea-other-domain"));
  ASSERT_TRUE(key.has_value());
  const auto identifier = kea_domain_identifier(*pem);
  ASSERT_TRUE(identifier.has_value());
  EXPECT_EQ(*identifier, key->kea->domain_identifier);

  std::ifstream text(file);
  const std::string whole((std::istreambuf_iterator<char>(text)), {});
  EXPECT_EQ(*pem, whole);
  // The same in DER, decoded here.
  const std::size_t begin = whole.find('\n') + 1;
  std::string lines = whole.substr(begin, whole.find("-----END") - begin);
  std::erase(lines, '\n');
  Bytes der(lines.size() / 4 * 3);
  EVP_DecodeBlock(der.data(),
                  reinterpret_cast<const unsigned char*>(lines.data()),
                  static_cast<int>(lines.size()));
  der.resize(der.size() - static_cast<std::size_t>(std::ranges::count(lines, '=')));
  const std::string other = ::testing::TempDir() + "heirloom-kea-domain.der";
  std::ofstream(other, std::ios::binary)
      .write(reinterpret_cast<const char*>(der.data()), static_cast<std::streamsize>(der.size()));
  const auto from_der = load_kea_domain(other);
  ASSERT_TRUE(from_der.has_value()) << from_der.error().text();
  EXPECT_EQ(*from_der, *pem);
  std::remove(other.c_str());

  for (const std::string name : {"kea.crt", "dsa512.key", "no-such-file"}) {
    const auto none = load_kea_domain(pki_file(name));
    ASSERT_FALSE(none.has_value()) << name;
    EXPECT_EQ(none.error().cause,
              name == "no-such-file" ? Cause::file_unreadable : Cause::config_invalid);
    EXPECT_NE(none.error().detail.find(name), std::string::npos);
  }
  EXPECT_EQ(kea_domain_identifier("").error().cause, Cause::config_invalid);
}

}  // namespace
}  // namespace heirloom::crypto
