// Every malformed form of the RSA-encrypted premaster secret has one outcome: the handshake goes on
// and fails where a wrong Finished fails, with the same bytes (Bleichenbacher 1998; Klima, Pokorny
// and Rosa 2003; ROBOT 2017; RFC 2246 §7.4.7.1).
#include "support/puppet/scene.hpp"
#include "support/test_pki.hpp"

#include <map>
#include <string>

#include <gtest/gtest.h>

namespace heirloom::testing {
namespace {

constexpr std::size_t kSize = 128;

/// good_block is 00 02, nonzero padding, 00, version and 46 bytes.
Bytes good_block(ProtocolVersion version) {
  Bytes block(kSize, 0x5a);
  block[0] = 0;
  block[1] = 2;
  block[kSize - 49] = 0;
  block[kSize - 48] = 3;
  block[kSize - 47] = static_cast<std::uint8_t>(version);
  return block;
}

std::map<std::string, Bytes> malformed(ProtocolVersion version) {
  const Bytes good = good_block(version);
  std::map<std::string, Bytes> forms;
  const auto with = [&](std::size_t at, std::uint8_t value) {
    Bytes block = good;
    block[at] = value;
    return block;
  };
  forms["block type 1"] = with(1, 1);
  forms["block type 0"] = with(1, 0);
  forms["block type 17"] = with(1, 0x11);
  forms["zero in the first eight bytes of padding"] = with(5, 0);
  forms["zero in the padding: a longer secret"] = with(kSize - 60, 0);
  forms["no separator"] = with(kSize - 49, 0x5a);
  forms["separator one early: 49 bytes"] = with(kSize - 50, 0);
  Bytes shorter = with(kSize - 49, 0x5a);
  shorter[kSize - 48] = 0;
  forms["separator one late: 47 bytes"] = shorter;
  Bytes nothing = good;
  std::fill(nothing.begin() + 2, nothing.end(), std::uint8_t{0x5a});
  forms["no secret at all"] = nothing;
  Bytes zero_secret = good;
  std::fill(zero_secret.begin() + 2, zero_secret.end() - 1, std::uint8_t{0x5a});
  zero_secret.back() = 0;
  forms["separator at the end: empty secret"] = zero_secret;
  forms["version too low"] =
      with(kSize - 47, static_cast<std::uint8_t>(version == ProtocolVersion::tls10 ? 0 : 9));
  forms["version 2.0"] = with(kSize - 48, 2);
  forms["version in the future"] = with(kSize - 47, 7);
  forms["all zeros"] = Bytes(kSize);
  forms["one"] = [] {
    Bytes one(kSize);
    one.back() = 1;
    return one;
  }();
  return forms;
}

class Premaster : public ::testing::TestWithParam<Combination> {
 protected:
  /// outcome plays a handshake with that ciphertext and describes everything that a peer can see.
  [[nodiscard]] static std::string outcome(Combination combination, const Bytes& ciphertext) {
    Scene scene(Side::server, combination, Shape::plain);
    scene.puppet().premaster_block = ciphertext;
    EXPECT_TRUE(scene.say(Symbol::client_hello));
    std::string seen;
    for (const Symbol symbol :
         {Symbol::client_key_exchange, Symbol::change_cipher_spec, Symbol::finished}) {
      seen += scene.say(symbol) ? "on " : "failed ";
      seen += std::to_string(scene.puppet().alerts.size()) + " ";
    }
    EXPECT_EQ(scene.engine().phase(), Phase::failed);
    seen += scene.engine().error() == nullptr ? "?" : std::string(scene.engine().error()->name());
    seen += " " + std::string(to_string(scene.last_alert().description));
    return seen;
  }

  /// encrypt applies the public key to a block as it stands: a PKCS#1 encryption without padding,
  /// by libcrypto's exponentiation through the puppet's own key.
  [[nodiscard]] static Bytes encrypt_raw(const Bytes& block);
};

}  // namespace
}  // namespace heirloom::testing

#include <openssl/bn.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

namespace heirloom::testing {
namespace {

Bytes Premaster::encrypt_raw(const Bytes& block) {
  const CertificateDer der = pki_certificate("rsa1024");
  const unsigned char* at = der.data();
  X509* certificate = d2i_X509(nullptr, &at, static_cast<long>(der.size()));
  EVP_PKEY* key = X509_get0_pubkey(certificate);
  const RSA* rsa = EVP_PKEY_get0_RSA(key);
  BN_CTX* context = BN_CTX_new();
  BIGNUM* message = BN_bin2bn(block.data(), static_cast<int>(block.size()), nullptr);
  BIGNUM* result = BN_new();
  EXPECT_EQ(BN_mod_exp(result, message, RSA_get0_e(rsa), RSA_get0_n(rsa), context), 1);
  Bytes out(kSize);
  EXPECT_EQ(BN_bn2binpad(result, out.data(), static_cast<int>(out.size())),
            static_cast<int>(kSize));
  BN_free(result);
  BN_free(message);
  BN_CTX_free(context);
  X509_free(certificate);
  return out;
}

INSTANTIATE_TEST_SUITE_P(Versions,
                         Premaster,
                         ::testing::Values(Combination{ProtocolVersion::ssl30, 0x000a},
                                           Combination{ProtocolVersion::tls10, 0x002f}));

TEST_P(Premaster, EveryMalformedFormHasOneOutcome) {
  // The reference: a well-formed block, whose secret the puppet does not use for its Finished.
  const std::string reference = outcome(GetParam(), encrypt_raw(good_block(GetParam().version)));
  for (const auto& [name, block] : malformed(GetParam().version)) {
    EXPECT_EQ(outcome(GetParam(), encrypt_raw(block)), reference) << name;
  }
  EXPECT_EQ(outcome(GetParam(), Bytes(kSize, 0xff)), reference) << "not below the modulus";
  EXPECT_NE(reference.find("bad_record_mac"), std::string::npos) << reference;
}

// A rollback shows: the version in the premaster secret is that of the ClientHello (RFC 2246
// F.1.2).
TEST_P(Premaster, TheVersionInsideMustBeTheOffered) {
  const auto attempt = [&](PremasterVersion rule, std::uint8_t minor) {
    Scene scene(Side::server, GetParam(), Shape::plain, [&](ClientOptions&, ServerOptions& server) {
      server.policy.premaster_version = rule;
    });
    scene.puppet().client_hello.client_version = static_cast<ProtocolVersion>(0x0302);
    Bytes premaster(48, 0x33);
    premaster[0] = 3;
    premaster[1] = minor;
    scene.puppet().premaster_override = premaster;
    for (const Symbol symbol : {Symbol::client_hello,
                                Symbol::client_key_exchange,
                                Symbol::change_cipher_spec,
                                Symbol::finished}) {
      (void)scene.say(symbol);
    }
    return scene.engine().phase() == Phase::open;
  };
  const auto negotiated = static_cast<std::uint8_t>(GetParam().version);
  EXPECT_TRUE(attempt(PremasterVersion::must_match_hello, 2));
  EXPECT_FALSE(attempt(PremasterVersion::must_match_hello, negotiated));
  // drift D24: some clients send the negotiated version; tolerated by name.
  EXPECT_TRUE(attempt(PremasterVersion::may_match_negotiated, negotiated));
  EXPECT_TRUE(attempt(PremasterVersion::may_match_negotiated, 2));
  EXPECT_FALSE(attempt(PremasterVersion::may_match_negotiated, 9));
}

}  // namespace
}  // namespace heirloom::testing
