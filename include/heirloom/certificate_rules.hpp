// CertificateRules: what a path of certificates may be made of, as plain data that can be printed
// and compared. A pinned certificate is bound by none of it: the pin is the trust.
#pragma once

#include "heirloom/export.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace heirloom {

/// SignatureHash is what a certificate or a revocation list was hashed with before it was signed,
/// weakest first. MD4 counts as MD2, SHA-0 and RIPEMD-160 as SHA-1, everything newer as SHA-2.
enum class SignatureHash : std::uint8_t { md2, md5, sha1, sha2 };

/// ChainOrder says what becomes of a chain whose certificates do not each certify the one before
/// (RFC 2246 §7.4.2: they must). Some servers send them in another order, or others among them.
enum class ChainOrder : std::uint8_t { as_specified, any };

/// KeyBits are the smallest and the largest key of one kind.
struct KeyBits {
  std::size_t min = 0;
  std::size_t max = 0;

  friend bool operator==(const KeyBits&, const KeyBits&) = default;
};

/// CertificateRules bind every certificate of a path, but for its end: an authority that the caller
/// trusts is not judged by who signed it, with what.
struct CertificateRules {
  KeyBits rsa{1024, 16384};
  KeyBits dsa{1024, 8192};
  KeyBits dh{768, 8192};
  KeyBits ec{160, 521};
  SignatureHash weakest_hash = SignatureHash::md5;
  ChainOrder chain_order = ChainOrder::as_specified;

  friend bool operator==(const CertificateRules&, const CertificateRules&) = default;
};

/// to_string gives "MD2", "MD5", "SHA-1" and "SHA-2".
[[nodiscard]] HEIRLOOM_EXPORT std::string_view to_string(SignatureHash hash) noexcept;

}  // namespace heirloom
