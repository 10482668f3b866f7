// dh_groups: Diffie-Hellman groups by name, from a file, or new.
//
// Names are those of the primes: modp768 and modp1024 (RFC 2409 §6.1, §6.2), modp1536 to modp4096
// (RFC 3526), ffdhe2048 to ffdhe4096 (RFC 7919), and RFC 5114's three with small subgroups. A file
// may hold parameters, a key or a certificate: a client with a fixed Diffie-Hellman certificate
// needs the group of the server's (RFC 2246 §7.4.7.2).
#pragma once

#include "ca/libcrypto.hpp"
#include "common/failure.hpp"

#include <string>

namespace heirloom::app {

/// DhGroup is p, g and q; DSA's parameters are the same.
struct DhGroup {
  NumberPtr prime;
  NumberPtr generator;
  NumberPtr order;  ///< of the subgroup; null if a file does not say
};

/// find_dh_group takes a name or a file. "ca_group_unknown" if it is neither, "ca_group_malformed"
/// for a file without a group.
[[nodiscard]] Outcome<DhGroup> find_dh_group(const std::string& name_or_file);

/// group_of gives the group of a Diffie-Hellman or DSA key, or of parameters; a null prime for what
/// has none.
[[nodiscard]] DhGroup group_of(const EVP_PKEY* key);

/// make_dh_group gives the published group of that many bits, or a new one with a safe prime where
/// there is none. Null prime if libcrypto cannot.
[[nodiscard]] DhGroup make_dh_group(int bits);

}  // namespace heirloom::app
