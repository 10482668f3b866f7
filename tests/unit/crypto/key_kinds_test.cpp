// Certificates and private keys of every kind, made by the openssl command: what is read of them,
// what each key does, the forms of key files, and which key belongs to which certificate.
#include "heirloom/credentials.hpp"

#include "crypto/dh.hpp"
#include "crypto/dsa.hpp"
#include "crypto/pem.hpp"
#include "crypto/private_key.hpp"
#include "crypto/x509.hpp"
#include "support/test_pki.hpp"
#include "support/vector_file.hpp"

#include <algorithm>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

using testing::pki_certificate;
using testing::pki_chain;
using testing::pki_credentials;
using testing::pki_file;

crypto::CertificateKey key_of(const std::string& name) {
  auto key = crypto::certificate_key(pki_certificate(name));
  EXPECT_TRUE(key.has_value()) << name;
  return std::move(key).value();
}

std::string read_text(const std::string& name) {
  const auto bytes = crypto::read_file(pki_file(name));
  return std::string(crypto::as_text(bytes.value().expose()));
}

struct Kind {
  std::string name;
  PublicKeyAlgorithm algorithm;
  std::size_t bits;
  std::size_t size;  ///< of the private key
  PublicKeyAlgorithm signed_by;
};

std::vector<Kind> kinds() {
  using enum PublicKeyAlgorithm;
  return {
      {"rsa1024", rsa, 1024, 128, rsa},
      {"rsa1024-md5", rsa, 1024, 128, rsa},
      {"rsa2048-sha256", rsa, 2048, 256, rsa},
      {"dsa512", dsa, 512, 64, rsa},
      {"dsa1024", dsa, 1024, 128, rsa},
      {"dsa1024-dsa", dsa, 1024, 128, dsa},
      {"dsa-ca", dsa, 1024, 128, dsa},
      {"dh512", dh, 512, 64, rsa},
      {"dh512-dsa", dh, 512, 64, dsa},
      {"dh1024", dh, 1024, 128, rsa},
      {"dh1024-dsa", dh, 1024, 128, dsa},
      {"dh1024-x942", dh, 1024, 128, rsa},
      {"ec256", ec, 256, 32, rsa},
      {"ec256-ec", ec, 256, 32, ec},
      {"ec384", ec, 384, 48, rsa},
      {"ec521", ec, 521, 66, rsa},
      {"ec-ca", ec, 256, 32, ec},
  };
}

TEST(CertificateKeyKinds, AreReadWithTheKindThatSigned) {
  for (const Kind& kind : kinds()) {
    SCOPED_TRACE(kind.name);
    const auto key = key_of(kind.name);
    EXPECT_EQ(key.algorithm, kind.algorithm);
    EXPECT_EQ(key.signature_algorithm, kind.signed_by);
    EXPECT_EQ(key.bits, kind.bits);
    EXPECT_EQ(key.rsa.has_value(), kind.algorithm == PublicKeyAlgorithm::rsa);
    EXPECT_EQ(key.dsa.has_value(), kind.algorithm == PublicKeyAlgorithm::dsa);
    EXPECT_EQ(key.dh.has_value(), kind.algorithm == PublicKeyAlgorithm::dh);
    EXPECT_EQ(key.ec.has_value(), kind.algorithm == PublicKeyAlgorithm::ec);
  }
}

TEST(CertificateKeyKinds, HaveGroupAndValueOrCurveAndPoint) {
  const auto dh = key_of("dh1024");
  EXPECT_EQ(dh.dh->group.p, crypto::known_group_of_size(1024)->p);
  EXPECT_EQ(dh.dh->group.g, Bytes{2});
  EXPECT_EQ(dh.dh->group.name, crypto::known_group_of_size(1024)->name);
  const auto small = key_of("dh512");
  EXPECT_EQ(small.dh->group.p, crypto::known_group_of_size(512)->p);
  EXPECT_TRUE(small.dh->group.q.empty());
  const auto x942 = key_of("dh1024-x942");
  EXPECT_EQ(x942.dh->group.q.size(), 20U);
  EXPECT_TRUE(check_group(x942.dh->group, crypto::GroupOrigin::file).has_value());
  for (const auto* const key : {&dh, &small, &x942}) {
    EXPECT_TRUE(check_public_value(key->dh->group, key->dh->public_value).has_value());
  }
  EXPECT_EQ(key_of("ec256").ec->curve, NamedCurve::secp256r1);
  EXPECT_EQ(key_of("ec384").ec->curve, NamedCurve::secp384r1);
  EXPECT_EQ(key_of("ec521").ec->curve, NamedCurve::secp521r1);
  EXPECT_EQ(key_of("ec521").ec->point.size(), 133U);
  EXPECT_TRUE(crypto::check_point(NamedCurve::secp521r1, key_of("ec521").ec->point).has_value());
}

TEST(CertificateKeyKinds, HaveTheirUses) {
  EXPECT_TRUE(key_of("dh1024").may_agree);
  EXPECT_TRUE(key_of("dh1024-x942").may_agree);
  EXPECT_FALSE(key_of("dh1024-x942").may_sign);
  EXPECT_FALSE(key_of("dh-no-agreement").may_agree);
  EXPECT_TRUE(key_of("dsa1024-dsa").may_sign);
  EXPECT_FALSE(key_of("dsa-no-signature").may_sign);
  EXPECT_FALSE(key_of("ec-no-signature").may_sign);
}

/// replace puts other bytes of the same number in place of some that stand there once.
CertificateDer replaced(CertificateDer der, const Bytes& from, const Bytes& to) {
  const auto found = std::search(der.begin(), der.end(), from.begin(), from.end());
  EXPECT_NE(found, der.end());
  std::ranges::copy(to, found);
  return der;
}

TEST(CertificateKeyKinds, WithNumbersThatAreNoneAreRefused) {
  // The generator 2 becomes an OCTET STRING; the public value of X9.42 loses its type.
  const auto no_group = replaced(
      pki_certificate("dh1024"), {0x02, 0x01, 0x02, 0x03, 0x81}, {0x04, 0x01, 0x02, 0x03, 0x81});
  EXPECT_EQ(crypto::certificate_key(no_group).error().cause, Cause::certificate_malformed);
  const auto negative = replaced(
      pki_certificate("dh1024"), {0x02, 0x01, 0x02, 0x03, 0x81}, {0x02, 0x01, 0xfe, 0x03, 0x81});
  EXPECT_EQ(crypto::certificate_key(negative).error().cause, Cause::certificate_malformed);
  // A point that is off its curve.
  const Bytes point = key_of("ec256").ec->point;
  Bytes off = point;
  off.back() ^= 1;
  const auto wrong_point = crypto::certificate_key(replaced(pki_certificate("ec256"), point, off));
  ASSERT_FALSE(wrong_point.has_value());
  EXPECT_TRUE(wrong_point.error().cause == Cause::certificate_malformed ||
              wrong_point.error().cause == Cause::certificate_key_unsupported);
  // prime256v1 (1.2.840.10045.3.1.7) becomes prime239v1 (…3.1.4): none of ours.
  const auto other_curve = replaced(pki_certificate("ec256"),
                                    {0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x07},
                                    {0x86, 0x48, 0xce, 0x3d, 0x03, 0x01, 0x04});
  EXPECT_FALSE(crypto::certificate_key(other_curve).has_value());
}

TEST(PrivateKeyKinds, SayWhatTheyAreAndDoNoMore) {
  const Bytes digest(20, 0x11);
  for (const Kind& kind : kinds()) {
    if (kind.name.ends_with("-ca")) {
      continue;
    }
    SCOPED_TRACE(kind.name);
    const auto key = pki_credentials(kind.name).key;
    EXPECT_EQ(key->algorithm(), kind.algorithm);
    EXPECT_EQ(key->size(), kind.size);
    const bool can_decrypt = kind.algorithm == PublicKeyAlgorithm::rsa;
    const bool can_agree = kind.algorithm == PublicKeyAlgorithm::dh;
    EXPECT_EQ(key->decrypt_raw(Bytes{1}).answer().has_value(), can_decrypt);
    EXPECT_EQ(key->sign(digest).answer().has_value(), !can_agree);
    const Bytes peer = can_agree ? key_of(kind.name).dh->public_value : Bytes{4};
    EXPECT_EQ(key->agree(peer).answer().has_value(), can_agree);
    if (!can_decrypt) {
      EXPECT_EQ(key->decrypt_raw(Bytes{1}).answer().error().detail, "this key cannot decrypt");
    }
    if (!can_agree) {
      EXPECT_EQ(key->agree(Bytes{4}).answer().error().detail, "this key cannot agree");
      EXPECT_EQ(key->agree(Bytes{4}).answer().error().cause, Cause::private_key_failed);
    } else {
      EXPECT_EQ(key->sign(digest).answer().error().detail, "this key cannot sign");
    }
  }
}

// RFC 2246 §8.1.2: both sides of fixed Diffie-Hellman come to the same Z.
TEST(PrivateKeyKinds, AgreeWithTheOtherCertificate) {
  for (const std::string name : {"dh512", "dh1024", "dh512-dsa", "dh1024-dsa", "dh1024-x942"}) {
    SCOPED_TRACE(name);
    const auto server = pki_credentials(name).key;
    const auto client = pki_credentials("client-" + name).key;
    const auto one = server->agree(key_of("client-" + name).dh->public_value);
    const auto other = client->agree(key_of(name).dh->public_value);
    auto first = one;
    auto second = other;
    ASSERT_TRUE(first.answer().has_value() && second.answer().has_value());
    EXPECT_EQ(*first.answer(), *second.answer());
    EXPECT_EQ(first.answer()->size(), server->size());
    // And with an ephemeral value.
    const auto random = system_random();
    const auto pair = crypto::DhKeyPair::generate(key_of(name).dh->group, *random);
    auto z = server->agree(pair->public_value());
    EXPECT_TRUE(
        std::ranges::equal(*z.answer(), pair->agree(key_of(name).dh->public_value)->expose()));
    for (const Bytes& bad : {Bytes{}, Bytes{1}, Bytes(128, 0xff)}) {
      EXPECT_EQ(server->agree(bad).answer().error().cause, Cause::key_exchange_malformed);
    }
  }
  EXPECT_FALSE(pki_credentials("dh1024-x942").key->agree(Bytes{2}).answer().has_value())
      << "2 is not in the subgroup of order q";
}

TEST(PrivateKeyKinds, SignDifferentlyEachTime) {
  const Bytes digest(20, 0x22);
  for (const std::string name : {"dsa1024", "ec256"}) {
    const auto key = pki_credentials(name).key;
    EXPECT_NE(*key->sign(digest).answer(), *key->sign(digest).answer());
  }
}

TEST(PrivateKeyKinds, ServeManyThreads) {
  const auto key = pki_credentials("dsa1024").key;
  const auto dh = pki_credentials("dh512").key;
  const auto public_key = key_of("dsa1024");
  std::vector<std::thread> threads;
  std::array<bool, 4> results{};
  threads.reserve(results.size());
  for (auto& result : results) {
    threads.emplace_back([&] {
      result = true;
      for (int i = 0; i < 20; ++i) {
        const Bytes digest(20, static_cast<std::uint8_t>(i));
        result = result && public_key.dsa->verify(digest, *key->sign(digest).answer()) &&
                 dh->agree(Bytes{4}).answer().has_value();
      }
    });
  }
  for (auto& thread : threads) {
    thread.join();
  }
  EXPECT_TRUE(std::ranges::all_of(results, [](bool result) { return result; }));
}

TEST(PrivateKeyFiles, AreReadInEveryFormAndUnderOldCiphers) {
  struct File {
    std::string file;
    std::string certificate;
  };

  for (const auto& [file, certificate] : std::vector<File>{
           {"rsa1024-des.key", "rsa1024"},
           {"rsa1024-pbe-md5-des.key", "rsa1024"},
           {"dsa1024-des.key", "dsa1024"},
           {"dsa1024-pbe-sha1-rc2-64.key", "dsa1024"},
           {"ec256-des3.key", "ec256"},
           {"ec256-pkcs8.key", "ec256"},
           {"ec256-pbe-sha1-rc2-40.key", "ec256"},
           {"dh1024-pbe-md5-rc2-64.key", "dh1024"},
           {"dh512-pbe-sha1-3des.key", "dh512"},
       }) {
    SCOPED_TRACE(file);
    const auto key = parse_private_key(read_text(file), "heirloom");
    ASSERT_TRUE(key.has_value()) << key.error().text();
    EXPECT_TRUE(make_credentials({pki_certificate(certificate)}, *key).has_value());
    if (file != "ec256-pkcs8.key") {
      EXPECT_EQ(parse_private_key(read_text(file)).error().detail,
                "the key is encrypted and there is no passphrase");
      EXPECT_EQ(parse_private_key(read_text(file), "wrong").error().detail,
                "the passphrase is wrong");
    }
  }
}

TEST(PrivateKeyFiles, MayHoldOtherBlocksBeforeTheKey) {
  // What the openssl command writes in front of an EC key: the curve by name (P-256).
  const std::string parameters =
      "-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n";
  const std::string nonsense = "-----BEGIN NONSENSE-----\nAAAA\n-----END NONSENSE-----\n";
  for (const std::string& before : {parameters,
                                    nonsense,
                                    read_text("ec256.crt"),
                                    read_text("ec256.chain"),
                                    read_text("ec256.chain") + nonsense + parameters}) {
    for (const char* const file : {"ec256.key", "ec256-pkcs8.key", "ec256-des3.key"}) {
      const auto key = parse_private_key(before + read_text(file), "heirloom");
      ASSERT_TRUE(key.has_value()) << file << key.error().text();
      EXPECT_TRUE(make_credentials({pki_certificate("ec256")}, *key).has_value());
    }
  }
}

TEST(PrivateKeyFiles, OfOtherKindsAreRefused) {
  EXPECT_EQ(parse_private_key(read_text("ed25519.key")).error().detail,
            "the key is of type ED25519, which no cipher suite uses");
  EXPECT_EQ(parse_private_key(read_text("ec-brainpool.key")).error().detail,
            "the EC key is on a curve that no version here has");
}

TEST(MakeCredentials, TellsTheKeysOfEveryKindApart) {
  const std::vector<std::string> names{"rsa1024",
                                       "dsa512",
                                       "dsa1024",
                                       "dsa1024-dsa",
                                       "dh512",
                                       "client-dh512",
                                       "dh512-dsa",
                                       "dh1024",
                                       "dh1024-x942",
                                       "client-dh1024-x942",
                                       "ec256",
                                       "ec256-ec",
                                       "ec384"};
  for (const auto& key_name : names) {
    const auto key = parse_private_key(read_text(key_name + ".key"));
    ASSERT_TRUE(key.has_value()) << key_name;
    for (const auto& name : names) {
      const auto credentials = make_credentials(pki_chain(name), *key);
      EXPECT_EQ(credentials.has_value(), name == key_name) << key_name << " for " << name;
      if (!credentials.has_value()) {
        EXPECT_EQ(credentials.error().cause, Cause::config_invalid);
      }
    }
  }
}

// RFC 2246 §7.4.3: the temporary key of an exportable suite.
TEST(GenerateRsaKey, MakesAKeyThatDecryptsWhatItsNumbersEncrypt) {
  const auto temporary = crypto::generate_rsa_key(512);
  ASSERT_TRUE(temporary.has_value());
  EXPECT_EQ(temporary->modulus.size(), 64U);
  EXPECT_EQ(temporary->exponent, (Bytes{1, 0, 1}));
  EXPECT_EQ(temporary->key->algorithm(), PublicKeyAlgorithm::rsa);
  EXPECT_EQ(temporary->key->size(), 64U);
  const auto public_key =
      crypto::RsaPublicKey::from_modulus(temporary->modulus, temporary->exponent);
  ASSERT_TRUE(public_key.has_value());
  const auto random = system_random();
  const Bytes message(48, 0x33);
  auto block = temporary->key->decrypt_raw(public_key->encrypt(message, *random).value());
  ASSERT_TRUE(block.answer().has_value());
  EXPECT_TRUE(std::ranges::equal(ByteView(*block.answer()).last(48), message));
  EXPECT_NE(crypto::generate_rsa_key(512)->modulus, temporary->modulus);
  EXPECT_EQ(crypto::generate_rsa_key(0).error().cause, Cause::private_key_failed);
  EXPECT_EQ(crypto::generate_rsa_key(511).error().cause, Cause::private_key_failed);
}

}  // namespace
}  // namespace heirloom
