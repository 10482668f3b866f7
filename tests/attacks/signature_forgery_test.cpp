// Forged RSA signatures: Bleichenbacher 2006 (CVE-2006-4339), which needs an exponent of 3 and a
// verifier that does not look behind the hash, and its kin: garbage in ASN.1 parameters
// (CVE-2006-4340), lengths that nobody checks (BERserk 2014, CVE-2014-1568), padding that may be
// anything (Kühn and others 2008).
//
// The defence: nothing is parsed. The one block that the document allows is made, and compared with
// all of what the signature decrypts to (src/crypto/rsa.cpp; RFC 2246 §4.7, RFC 2313 §10.2). The
// signatures that both versions make have no ASN.1 at all; those of certificates are verified by
// libcrypto, but for MD2 (src/crypto/md2_signature.cpp), which goes the same way as here.
#include "crypto/rsa.hpp"
#include "crypto/x509.hpp"
#include "support/test_pki.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <string>

#include <gtest/gtest.h>
#include <openssl/bn.h>

namespace heirloom::testing {
namespace {

const Bytes kDigest(36, 0xd1);      // MD5 and SHA-1, as both versions sign them
constexpr std::size_t kSize = 128;  // of the modulus of rsa1024

/// block is 00 01, so many bytes ff, 00, the digest, and zeros up to the size.
Bytes block(std::size_t padding, std::size_t size = kSize) {
  Bytes bytes{0, 1};
  bytes.resize(2 + padding, 0xff);
  bytes.push_back(0);
  append(bytes, kDigest);
  bytes.resize(size);
  return bytes;
}

constexpr std::size_t kWholePadding = kSize - 3 - 36;

std::map<std::string, Bytes> malformed_blocks() {
  const Bytes good = block(kWholePadding);
  std::map<std::string, Bytes> forms;
  const auto with = [&](std::size_t at, std::uint8_t value) {
    Bytes changed = good;
    changed[at] = value;
    return changed;
  };
  forms["first byte 1"] = with(0, 1);
  forms["block type 0"] = with(1, 0);
  forms["block type 2"] = with(1, 2);
  forms["no separator"] = with(kWholePadding + 2, 0xff);
  forms["first byte of padding"] = with(2, 0xfe);
  forms["last byte of padding"] = with(kWholePadding + 1, 0x00);
  forms["padding of zeros, type 0"] = [&] {
    Bytes zeros = good;
    std::fill_n(zeros.begin(), kWholePadding + 3, std::uint8_t{0});
    return zeros;
  }();
  forms["padding of anything"] = [&] {
    Bytes any = good;
    std::fill_n(any.begin() + 2, kWholePadding, std::uint8_t{0x5a});
    return any;
  }();
  for (const std::size_t padding : {std::size_t{0}, std::size_t{8}, kWholePadding - 1}) {
    Bytes garbage = block(padding);
    forms["zeros behind the hash, padding " + std::to_string(padding)] = garbage;
    std::fill(garbage.begin() + static_cast<std::ptrdiff_t>(padding + 39), garbage.end(), 0xa5);
    forms["garbage behind the hash, padding " + std::to_string(padding)] = garbage;
  }
  // The hash as an OCTET STRING, with short and with long lengths, alone and in a DigestInfo.
  for (const Bytes& prefix : {Bytes{0x04, 0x24},
                              Bytes{0x04, 0x81, 0x24},
                              Bytes{0x04, 0x84, 0, 0, 0, 0x24},
                              Bytes{0x30, 0x28, 0x30, 0x00, 0x04, 0x24}}) {
    Bytes wrapped = good;
    std::ranges::copy(prefix, wrapped.end() - static_cast<std::ptrdiff_t>(36 + prefix.size()));
    wrapped[wrapped.size() - 36 - prefix.size() - 1] = 0;
    forms["with " + to_hex(prefix)] = wrapped;
  }
  forms["half of the hash: SHA-1 alone"] = [&] {
    Bytes half = block(kWholePadding + 16, kSize + 16);
    half.resize(kSize);
    return half;
  }();
  return forms;
}

TEST(SignatureForgery, EveryBlockButTheOneIsRefused) {
  const Credentials signer = pki_credentials("rsa1024");
  const auto key = crypto::certificate_key(signer.chain.front());
  ASSERT_TRUE(key.has_value() && key->rsa.has_value());
  const auto signature_of = [&](const Bytes& of) {
    return signer.key->decrypt_raw(of).answer().value();
  };
  const Bytes good = signature_of(block(kWholePadding));
  ASSERT_TRUE(key->rsa->verify(kDigest, good));
  for (const auto& [name, form] : malformed_blocks()) {
    EXPECT_FALSE(key->rsa->verify(kDigest, signature_of(form))) << name;
  }
  Bytes longer = good;
  longer.insert(longer.begin(), 0);
  EXPECT_FALSE(key->rsa->verify(kDigest, longer));
}

/// cube_root is the least number whose cube is not below the given one.
Bytes cube_root(const Bytes& number) {
  const auto make = [] { return std::unique_ptr<BIGNUM, void (*)(BIGNUM*)>(BN_new(), BN_free); };
  const std::unique_ptr<BN_CTX, void (*)(BN_CTX*)> scratch(BN_CTX_new(), BN_CTX_free);
  const auto wanted = make();
  const auto low = make();
  const auto middle = make();
  const auto cube = make();
  BN_bin2bn(number.data(), static_cast<int>(number.size()), wanted.get());
  for (int bit = BN_num_bits(wanted.get()) / 3 + 1; bit >= 0; --bit) {
    BN_copy(middle.get(), low.get());
    BN_set_bit(middle.get(), bit);
    BN_sqr(cube.get(), middle.get(), scratch.get());
    BN_mul(cube.get(), cube.get(), middle.get(), scratch.get());
    if (BN_cmp(cube.get(), wanted.get()) < 0) {
      BN_copy(low.get(), middle.get());
    }
  }
  BN_add_word(low.get(), 1);
  Bytes root(number.size());
  EXPECT_EQ(BN_bn2binpad(low.get(), root.data(), static_cast<int>(root.size())),
            static_cast<int>(root.size()));
  return root;
}

/// cubed is what every verifier with exponent 3 sees: the cube is below the modulus.
Bytes cubed(const Bytes& signature) {
  const std::unique_ptr<BN_CTX, void (*)(BN_CTX*)> scratch(BN_CTX_new(), BN_CTX_free);
  const std::unique_ptr<BIGNUM, void (*)(BIGNUM*)> base(
      BN_bin2bn(signature.data(), static_cast<int>(signature.size()), nullptr), BN_free);
  const std::unique_ptr<BIGNUM, void (*)(BIGNUM*)> cube(BN_new(), BN_free);
  BN_sqr(cube.get(), base.get(), scratch.get());
  BN_mul(cube.get(), cube.get(), base.get(), scratch.get());
  Bytes out(signature.size());
  EXPECT_EQ(BN_bn2binpad(cube.get(), out.data(), static_cast<int>(out.size())),
            static_cast<int>(out.size()));
  return out;
}

// The attack as it was: no private key, one cube root. The modulus is any number of 3072 bits,
// nobody knows its factors.
TEST(SignatureForgery, ACubeRootIsNoSignature) {
  constexpr std::size_t kLong = 384;
  const Bytes wanted = block(8, kLong);
  const Bytes forged = cube_root(wanted);
  const std::size_t good_part = 2 + 8 + 1 + kDigest.size();
  ASSERT_TRUE(std::ranges::equal(ByteView(cubed(forged)).first(good_part),
                                 ByteView(wanted).first(good_part)))
      << "whoever looks no further takes it for a signature";
  const auto key = crypto::RsaPublicKey::from_modulus(Bytes(kLong, 0xff), Bytes{3});
  ASSERT_TRUE(key.has_value());
  EXPECT_FALSE(key->verify(kDigest, forged));
}

}  // namespace
}  // namespace heirloom::testing
