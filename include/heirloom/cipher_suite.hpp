// CipherSuite: the table of cipher suites (RFC 6101 A.6 and C, RFC 2246 A.5 and C, RFC 3268).
//
// A suite is a row of src/protocol/cipher_suites.cpp; its name is composed from its parts. What is
// iterated here is what the library negotiates: nothing is listed that it cannot do.
#pragma once

#include "heirloom/certificate.hpp"
#include "heirloom/export.hpp"
#include "heirloom/version.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom {

/// KeyExchangeKind is the first half of a suite's name.
enum class KeyExchangeKind : std::uint8_t {
  rsa,
  dh_dss,   ///< the server's certificate has a Diffie-Hellman key, signed with DSS
  dh_rsa,   ///< the same, signed with RSA
  dhe_dss,  ///< a key for this connection, signed with the certificate's DSS key
  dhe_rsa,
  dh_anon,  ///< no certificate: whoever sits in between is not noticed
  ecdhe_ecdsa,
  ecdhe_rsa,
  ecdh_anon,
  fortezza_kea,  ///< SSL 3.0 only; the server's certificate has a KEA key (RFC 6101 §5.6.3)
};

/// BulkCipher is the cipher of a suite (RFC 2246 appendix C). rc4_40, rc4_56, rc2_cbc_40,
/// rc2_cbc_56 and des40_cbc are RC4, RC2 and DES with keys that an export suite has made from less;
/// fortezza_cbc is SKIPJACK (RFC 6101 D.5).
enum class BulkCipher : std::uint8_t {
  null,
  rc4_40,
  rc4_56,
  rc4_128,
  rc2_cbc_40,
  rc2_cbc_56,
  idea_cbc,
  des40_cbc,
  des_cbc,
  triple_des_ede_cbc,
  aes_128_cbc,
  aes_256_cbc,
  camellia_128_cbc,
  camellia_256_cbc,
  seed_cbc,
  fortezza_cbc,
};

enum class CipherType : std::uint8_t { stream, block };

enum class MacAlgorithm : std::uint8_t { md5, sha };

/// Allowance is a weakness that a policy must name before it is accepted.
enum class Allowance : std::uint8_t {
  null_encryption,  ///< "null": suites without encryption
  export_grade,     ///< "export": suites of 40 and 56 bits with short key exchange keys
  anonymous,        ///< "anon": suites without a certificate
  rsa512,           ///< "rsa512": temporary RSA keys of 512 bits outside export suites
  dh512,            ///< "dh512": Diffie-Hellman groups of 512 bits outside export suites
  fortezza,         ///< "fortezza": suites with FORTEZZA, which SSL 3.0 alone has
};

/// Weakness says how bad a suite is, in words that a program can print.
enum class Weakness : std::uint8_t {
  legacy,  ///< no practical break when used as this library uses it, but the version is forbidden
  weak,    ///< breakable with money or with much traffic
  broken,  ///< readable by anyone who tries
};

/// VersionSet is a set of protocol versions.
struct VersionSet {
  bool ssl30 = false;
  bool tls10 = false;

  [[nodiscard]] HEIRLOOM_EXPORT bool contains(ProtocolVersion version) const noexcept;

  friend bool operator==(const VersionSet&, const VersionSet&) = default;
};

/// BulkCipherInfo is a row of RFC 2246 appendix C. Sizes are in bytes.
struct BulkCipherInfo {
  BulkCipher cipher;
  std::string_view name;  ///< as it stands in suite names: "3DES_EDE_CBC"
  CipherType type;
  std::size_t key_material;  ///< taken from the key_block
  std::size_t expanded_key;  ///< what the cipher is keyed with
  std::size_t effective_key_bits;
  std::size_t iv_size;
  std::size_t block_size;  ///< 1 for a stream cipher

  /// has_carried_keys is true for a cipher that takes nothing from the key_block: its keys and IVs
  /// are made apart and carried by the key exchange (RFC 6101 D.5).
  [[nodiscard]] constexpr bool has_carried_keys() const noexcept {
    return key_material == 0 && expanded_key != 0;
  }
};

struct MacInfo {
  MacAlgorithm mac;
  std::string_view name;  ///< as it stands in suite names: "SHA"
  std::size_t hash_size;
  std::size_t pad_size;  ///< of SSL 3.0's pad_1 and pad_2
};

/// KeyExchangeInfo holds the static facts of a key exchange method (RFC 2246 §7.4.2, §7.4.3).
struct KeyExchangeInfo {
  /// ServerKeyExchangeRule says when the server sends a ServerKeyExchange.
  enum class ServerKeyExchangeRule : std::uint8_t {
    never,
    always,
    if_certificate_key_exceeds_export_limit
  };
  /// Use is what the certificate's key must be good for.
  enum class Use : std::uint8_t { none, encipherment, signature, agreement };

  KeyExchangeKind kind;
  std::string_view name;          ///< as it stands in suite names: "RSA"
  std::string_view openssl_name;  ///< as it stands in OpenSSL's names; "" for RSA
  bool is_anonymous;              ///< no server Certificate, no CertificateRequest
  ServerKeyExchangeRule server_key_exchange;
  Use certificate_use;
  PublicKeyAlgorithm certificate_key;        ///< of the server's certificate; other: there is none
  PublicKeyAlgorithm certificate_signed_by;  ///< other: whoever
};

struct CipherSuite {
  std::uint16_t id;
  KeyExchangeKind key_exchange;
  BulkCipher bulk;
  MacAlgorithm mac;
  std::uint16_t export_limit_bits;  ///< 0, 512 or 1024: limit of the key exchange key (RFC 2246 C)
  VersionSet versions;              ///< at which deployed peers negotiate it
  Weakness weakness;
  std::string_view why;           ///< one sentence on the weakness
  std::string_view source;        ///< "RFC 2246 A.5"
  std::string_view openssl_name;  ///< "DES-CBC3-SHA"

  /// is_exportable says whether keys and IVs are derived as RFC 6101 §6.2.2.1 and RFC 2246 §6.3.1
  /// have it. It is a property of the suite: DES_CBC is used whole in most suites and derived once
  /// more in those of EXPORT1024.
  [[nodiscard]] constexpr bool is_exportable() const noexcept { return export_limit_bits != 0; }
};

/// cipher_suites is every suite of the library, sorted by id.
[[nodiscard]] HEIRLOOM_EXPORT std::span<const CipherSuite> cipher_suites() noexcept;

/// find_cipher_suite returns the row with that number, nullptr if the library does not have it.
[[nodiscard]] HEIRLOOM_EXPORT const CipherSuite* find_cipher_suite(std::uint16_t id) noexcept;

/// find_cipher_suite understands an IANA or SSL 3.0 name ("TLS_RSA_…", "SSL_RSA_…", "RSA_…"), an
/// OpenSSL name and hexadecimal ("0x000a", "000a"), in any case. nullptr if it is none of ours.
[[nodiscard]] HEIRLOOM_EXPORT const CipherSuite* find_cipher_suite(std::string_view name);

/// cipher_suite_name composes "SSL_RSA_WITH_…" for SSL 3.0 and "TLS_RSA_WITH_…" for TLS 1.0; a
/// suite that only the other version has is named as it is there.
[[nodiscard]] HEIRLOOM_EXPORT std::string cipher_suite_name(const CipherSuite& suite,
                                                            ProtocolVersion version);

/// bulk_ciphers is every row that info gives, in the order of the enumerators.
[[nodiscard]] HEIRLOOM_EXPORT std::span<const BulkCipherInfo> bulk_ciphers() noexcept;

[[nodiscard]] HEIRLOOM_EXPORT const BulkCipherInfo& info(BulkCipher cipher) noexcept;
[[nodiscard]] HEIRLOOM_EXPORT const MacInfo& info(MacAlgorithm mac) noexcept;
[[nodiscard]] HEIRLOOM_EXPORT const KeyExchangeInfo& info(KeyExchangeKind kind) noexcept;

/// needed_allowances is what a policy must name for this suite: it follows from the row's parts.
/// Empty for a suite that every preset offers.
[[nodiscard]] HEIRLOOM_EXPORT std::vector<Allowance> needed_allowances(const CipherSuite& suite);

/// allowances is every one there is.
[[nodiscard]] HEIRLOOM_EXPORT std::span<const Allowance> allowances() noexcept;

/// to_string gives the word of a command line: "null", "anon"; and of a report: "legacy", "weak",
/// "broken".
[[nodiscard]] HEIRLOOM_EXPORT std::string_view to_string(Allowance allowance) noexcept;
[[nodiscard]] HEIRLOOM_EXPORT std::string_view to_string(Weakness weakness) noexcept;
[[nodiscard]] HEIRLOOM_EXPORT std::optional<Allowance> parse_allowance(
    std::string_view text) noexcept;

}  // namespace heirloom
