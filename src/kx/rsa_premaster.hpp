// The constant-time half of RSA key exchange: from a decrypted block to a premaster secret.
#pragma once

#include "heirloom/policy.hpp"
#include "heirloom/version.hpp"

#include "base/secret.hpp"

#include <cstdint>

namespace heirloom::kx {

inline constexpr std::size_t kRsaPremasterSize = 48;

/// PremasterCheck is what the block is compared with.
struct PremasterCheck {
  ProtocolVersion client_version;      ///< ClientHello.client_version
  ProtocolVersion negotiated_version;  ///< accepted in its place if `rule` says so
  PremasterVersion rule;
};

/// recover_premaster looks at a PKCS#1 block type 2 of the modulus' size (00 02, at least eight
/// nonzero bytes, 00, 48 bytes whose first two are the version) and returns its last 48 bytes if
/// all of that is right, and `fallback` if anything is wrong.
///
/// Security: time and memory accesses depend on the size of the block alone. Everything about its
/// content is merged with masks; there is no error to return (Bleichenbacher 1998; Klima, Pokorny,
/// Rosa 2003; RFC 2246 §7.4.7.1 note; drift D25, D119).
[[nodiscard]] PremasterSecret recover_premaster(ByteView block,
                                                const Secret<kRsaPremasterSize>& fallback,
                                                const PremasterCheck& check);

}  // namespace heirloom::kx
