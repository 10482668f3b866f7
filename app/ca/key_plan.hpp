// KeyPlan: which key to make, from the words of the command line. Nothing is made here.
//
// The sizes are those that peers of the two protocols had: RSA 512 to 4096 bits, DSA 512 to 3072
// with the subgroups of FIPS 186, Diffie-Hellman 512 to 4096, and libcrypto's named curves.
#pragma once

#include "common/failure.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace heirloom::app {

enum class KeyKind : std::uint8_t { rsa, dsa, dh, ec };

/// DhForm is how a Diffie-Hellman key names itself in a certificate. RFC 2459 §7.3.2 wants X9.42's
/// dhpublicnumber, with the order of the subgroup. Deployed is PKCS #3's dhKeyAgreement, without
/// it: OpenSSL 1.0.2, the one widespread implementation of fixed Diffie-Hellman, takes no other for
/// its own key.
enum class DhForm : std::uint8_t { pkcs3, x942 };

/// KeyWords are the options that describe a key, as typed.
struct KeyWords {
  std::string type = "rsa";
  std::optional<int> bits;
  std::optional<int> subgroup;
  std::string curve;
  std::string group;
  std::string dh_oid;
  std::string fortezza;  ///< "kea", "kea-dss", or empty
};

struct KeyPlan {
  KeyKind kind = KeyKind::rsa;
  int bits = 0;           ///< of the modulus; 0 for EC, and for a group that is named
  int subgroup_bits = 0;  ///< DSA; that of FORTEZZA, where the group must have it
  std::string curve;      ///< EC: libcrypto's name
  std::string group;      ///< DH and DSA: a name or a file; empty: by bits
  DhForm form = DhForm::pkcs3;
};

/// plan_key fills in defaults: RSA 2048, DSA 1024 with 160, DH 2048, EC P-256, and RFC 5114's group
/// of 1024 bits for FORTEZZA. ExitCode::usage with "ca_key_options" for an option of another kind
/// of key, "ca_key_size" for a size that is not made, "ca_curve_unknown" for a curve that libcrypto
/// does not know.
[[nodiscard]] Outcome<KeyPlan> plan_key(const KeyWords& words);

/// unfit_for_fortezza is the failure for a key or group that KEA has no place for:
/// ExitCode::usage, "ca_fortezza_key".
[[nodiscard]] Failure unfit_for_fortezza();

/// has_key_words is true if any of the options was typed that describe a new key; --fortezza is
/// none of them, because it goes with a key that exists as well.
[[nodiscard]] bool has_key_words(const KeyWords& words);

/// to_string gives "RSA", "DSA", "DH" or "EC".
[[nodiscard]] std::string to_string(KeyKind kind);

}  // namespace heirloom::app
