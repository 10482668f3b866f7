// key_maker: makes the key of a KeyPlan, and says what a key is.
#pragma once

#include "ca/key_plan.hpp"
#include "ca/mint.hpp"
#include "common/failure.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace heirloom::app {

/// generate_key makes a key. The failures of find_dh_group for a group that is named; "ca_minting"
/// if libcrypto cannot.
[[nodiscard]] Outcome<KeyPtr> generate_key(const KeyPlan& plan);

/// KeyFacts is what the program says of a key.
struct KeyFacts {
  KeyKind kind = KeyKind::rsa;
  DhForm form = DhForm::pkcs3;
  int bits = 0;
  std::string curve;  ///< "P-256"
};

/// facts_of looks at a key; empty for a kind that is not made here.
[[nodiscard]] std::optional<KeyFacts> facts_of(const EVP_PKEY* key);

/// to_string gives "RSA key of 512 bits", "EC key on P-256", "DH key of 512 bits (dhKeyAgreement)".
[[nodiscard]] std::string to_string(const KeyFacts& facts);

/// key_to_pem gives the traditional form of RSA, DSA and EC keys, which programs of the period
/// read, and PKCS #8 for Diffie-Hellman keys, which have no other.
[[nodiscard]] std::string key_to_pem(EVP_PKEY* key);

}  // namespace heirloom::app
