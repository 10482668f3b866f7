// Blocks of PKCS#1 as an RSA-encrypted premaster secret can have them, well-formed and not, and a
// public key applied to a block as it stands.
#pragma once

#include "heirloom/version.hpp"

#include "base/bytes.hpp"
#include "support/test_pki.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include <gtest/gtest.h>
#include <openssl/bn.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

namespace heirloom::testing {

/// kPremasterBlock is the size of a block for the certificate rsa1024.
inline constexpr std::size_t kPremasterBlock = 128;

/// good_premaster_block is 00 02, nonzero padding, 00, version and 46 bytes.
inline Bytes good_premaster_block(ProtocolVersion version) {
  constexpr std::size_t kSize = kPremasterBlock;
  Bytes block(kSize, 0x5a);
  block[0] = 0;
  block[1] = 2;
  block[kSize - 49] = 0;
  block[kSize - 48] = 3;
  block[kSize - 47] = static_cast<std::uint8_t>(version);
  return block;
}

/// malformed_premaster_blocks are all the ways to be wrong, by name.
inline std::map<std::string, Bytes> malformed_premaster_blocks(ProtocolVersion version) {
  constexpr std::size_t kSize = kPremasterBlock;
  const Bytes good = good_premaster_block(version);
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
  forms["first byte 1"] = with(0, 1);
  for (std::size_t at = 2; at < kSize - 49; ++at) {
    forms["zero at " + std::to_string(at)] = with(at, 0);
  }
  forms["all zeros"] = Bytes(kSize);
  forms["one"] = [] {
    Bytes one(kSize);
    one.back() = 1;
    return one;
  }();
  return forms;
}

/// encrypt_raw applies the public key of rsa1024 to a block as it stands: a PKCS#1 encryption
/// without padding, by libcrypto's exponentiation.
inline Bytes encrypt_raw(const Bytes& block) {
  const CertificateDer der = pki_certificate("rsa1024");
  const unsigned char* at = der.data();
  X509* certificate = d2i_X509(nullptr, &at, static_cast<long>(der.size()));
  EVP_PKEY* key = X509_get0_pubkey(certificate);
  const RSA* rsa = EVP_PKEY_get0_RSA(key);
  BN_CTX* context = BN_CTX_new();
  BIGNUM* message = BN_bin2bn(block.data(), static_cast<int>(block.size()), nullptr);
  BIGNUM* result = BN_new();
  EXPECT_EQ(BN_mod_exp(result, message, RSA_get0_e(rsa), RSA_get0_n(rsa), context), 1);
  Bytes out(kPremasterBlock);
  EXPECT_EQ(BN_bn2binpad(result, out.data(), static_cast<int>(out.size())),
            static_cast<int>(kPremasterBlock));
  BN_free(result);
  BN_free(message);
  BN_CTX_free(context);
  X509_free(certificate);
  return out;
}

}  // namespace heirloom::testing
