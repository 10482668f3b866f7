// suite_catalog: every cipher suite that has a number, whether this program has it or not.
//
// To learn whether a box accepts a suite it is enough to offer it and to read the ServerHello; the
// cipher itself is not needed. So the table is larger than the engine's (heirloom/cipher_suite.hpp)
// and libssl's together. What a suite is made of is read from its name, which is systematic.
#pragma once

#include "check/version.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom::app {

struct CatalogSuite {
  std::uint16_t id;
  std::string_view name;  ///< "TLS_RSA_WITH_RC4_128_MD5"
};

/// suite_catalog is sorted by number.
[[nodiscard]] std::span<const CatalogSuite> suite_catalog() noexcept;

/// suite_name is empty for a number without a name.
[[nodiscard]] std::string_view suite_name(std::uint16_t id) noexcept;

/// describe_offered_suite gives all names of a suite: "TLS_RSA_WITH_RC4_128_MD5 (RC4-MD5, 0x0004)".
[[nodiscard]] std::string describe_offered_suite(std::uint16_t id);

/// openssl_suite_name is what OpenSSL calls it; empty if it never had it or has lost it.
[[nodiscard]] std::string openssl_suite_name(std::uint16_t id);

/// suites_for lists what may be offered at a version, in batches of one hello. A batch is small
/// enough that the hello stays below 256 bytes: some load balancers hang on longer ones (RFC 7685
/// §1). Suites that need a password or a shared key are in batches of their own, because a server
/// that misses those refuses the whole hello (RFC 5054 §2.5.1.3).
[[nodiscard]] std::vector<std::vector<std::uint16_t>> suites_for(CheckVersion version);

}  // namespace heirloom::app
