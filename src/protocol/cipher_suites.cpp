// The tables of cipher suites, bulk ciphers, MACs and key exchanges (RFC 6101 A.6 and C, RFC 2246
// A.5 and C, RFC 3268, RFC 4132, RFC 4162).
//
// A new suite of existing parts is one row of kCipherSuites: its name, its place in the presets and
// in every test matrix follow.
#include "heirloom/cipher_suite.hpp"

#include "protocol/cipher_suite_names.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <system_error>

namespace heirloom {
namespace {

// Columns: cipher, name, type, key material, expanded key, effective bits, IV, block (RFC 2246 C;
// RFC 3268 for AES, RFC 4132 for Camellia, RFC 4162 for SEED, draft-ietf-tls-56-bit-ciphersuites
// for RC4_56 and RC2_CBC_56).
constexpr std::array kBulkCiphers = std::to_array<BulkCipherInfo>({
    {BulkCipher::null, "NULL", CipherType::stream, 0, 0, 0, 0, 1},
    {BulkCipher::rc4_40, "RC4_40", CipherType::stream, 5, 16, 40, 0, 1},
    {BulkCipher::rc4_56, "RC4_56", CipherType::stream, 7, 16, 56, 0, 1},
    {BulkCipher::rc4_128, "RC4_128", CipherType::stream, 16, 16, 128, 0, 1},
    {BulkCipher::rc2_cbc_40, "RC2_CBC_40", CipherType::block, 5, 16, 40, 8, 8},
    {BulkCipher::rc2_cbc_56, "RC2_CBC_56", CipherType::block, 7, 16, 56, 8, 8},
    {BulkCipher::idea_cbc, "IDEA_CBC", CipherType::block, 16, 16, 128, 8, 8},
    {BulkCipher::des40_cbc, "DES40_CBC", CipherType::block, 5, 8, 40, 8, 8},
    {BulkCipher::des_cbc, "DES_CBC", CipherType::block, 8, 8, 56, 8, 8},
    {BulkCipher::triple_des_ede_cbc, "3DES_EDE_CBC", CipherType::block, 24, 24, 168, 8, 8},
    {BulkCipher::aes_128_cbc, "AES_128_CBC", CipherType::block, 16, 16, 128, 16, 16},
    {BulkCipher::aes_256_cbc, "AES_256_CBC", CipherType::block, 32, 32, 256, 16, 16},
    {BulkCipher::camellia_128_cbc, "CAMELLIA_128_CBC", CipherType::block, 16, 16, 128, 16, 16},
    {BulkCipher::camellia_256_cbc, "CAMELLIA_256_CBC", CipherType::block, 32, 32, 256, 16, 16},
    {BulkCipher::seed_cbc, "SEED_CBC", CipherType::block, 16, 16, 128, 16, 16},
});

constexpr std::array kMacs = std::to_array<MacInfo>({
    {MacAlgorithm::md5, "MD5", 16, 48},
    {MacAlgorithm::sha, "SHA", 20, 40},
});

constexpr std::array kKeyExchanges = std::to_array<KeyExchangeInfo>({
    {.kind = KeyExchangeKind::rsa,
     .name = "RSA",
     .openssl_name = "",
     .is_anonymous = false,
     .server_key_exchange = KeyExchangeInfo::ServerKeyExchangeRule::never,
     .certificate_use = KeyExchangeInfo::Use::encipherment},
});

constexpr VersionSet kBoth{.ssl30 = true, .tls10 = true};

constexpr std::string_view kWhyNull = "not encrypted at all: anyone on the wire reads it";
constexpr std::string_view kWhyRc4 =
    "RC4's biases give up a cookie or password that is sent often enough (RC4 NOMORE, 2015)";
constexpr std::string_view kWhyDes = "its 56-bit key is found within a day by searching all keys";
constexpr std::string_view kWhyBlockOf64 =
    "its 64-bit blocks repeat after some hundred gigabytes under one key (SWEET32, 2016)";
constexpr std::string_view kWhyBlockOf128 =
    "BEAST and Lucky 13 are countered here, but CBC with SHA-1 at a forbidden version is left";

// Sorted by id. Deployed peers negotiate AES, Camellia and SEED at SSL 3.0 as well, although RFC
// 3268, RFC 4132 and RFC 4162 speak of TLS only.
// clang-format off
constexpr std::array kCipherSuites = std::to_array<CipherSuite>({
    {0x0001, KeyExchangeKind::rsa, BulkCipher::null, MacAlgorithm::md5, 0, kBoth,
     Allowance::null_encryption, Weakness::broken, kWhyNull, "RFC 2246 A.5", "NULL-MD5"},
    {0x0002, KeyExchangeKind::rsa, BulkCipher::null, MacAlgorithm::sha, 0, kBoth,
     Allowance::null_encryption, Weakness::broken, kWhyNull, "RFC 2246 A.5", "NULL-SHA"},
    {0x0004, KeyExchangeKind::rsa, BulkCipher::rc4_128, MacAlgorithm::md5, 0, kBoth,
     Allowance::none, Weakness::weak, kWhyRc4, "RFC 2246 A.5", "RC4-MD5"},
    {0x0005, KeyExchangeKind::rsa, BulkCipher::rc4_128, MacAlgorithm::sha, 0, kBoth,
     Allowance::none, Weakness::weak, kWhyRc4, "RFC 2246 A.5", "RC4-SHA"},
    {0x0007, KeyExchangeKind::rsa, BulkCipher::idea_cbc, MacAlgorithm::sha, 0, kBoth,
     Allowance::none, Weakness::weak, kWhyBlockOf64, "RFC 2246 A.5", "IDEA-CBC-SHA"},
    {0x0009, KeyExchangeKind::rsa, BulkCipher::des_cbc, MacAlgorithm::sha, 0, kBoth,
     Allowance::none, Weakness::broken, kWhyDes, "RFC 2246 A.5", "DES-CBC-SHA"},
    {0x000a, KeyExchangeKind::rsa, BulkCipher::triple_des_ede_cbc, MacAlgorithm::sha, 0, kBoth,
     Allowance::none, Weakness::weak, kWhyBlockOf64, "RFC 2246 A.5", "DES-CBC3-SHA"},
    {0x002f, KeyExchangeKind::rsa, BulkCipher::aes_128_cbc, MacAlgorithm::sha, 0, kBoth,
     Allowance::none, Weakness::legacy, kWhyBlockOf128, "RFC 3268 §2", "AES128-SHA"},
    {0x0035, KeyExchangeKind::rsa, BulkCipher::aes_256_cbc, MacAlgorithm::sha, 0, kBoth,
     Allowance::none, Weakness::legacy, kWhyBlockOf128, "RFC 3268 §2", "AES256-SHA"},
    {0x0041, KeyExchangeKind::rsa, BulkCipher::camellia_128_cbc, MacAlgorithm::sha, 0, kBoth,
     Allowance::none, Weakness::legacy, kWhyBlockOf128, "RFC 4132 §2", "CAMELLIA128-SHA"},
    {0x0084, KeyExchangeKind::rsa, BulkCipher::camellia_256_cbc, MacAlgorithm::sha, 0, kBoth,
     Allowance::none, Weakness::legacy, kWhyBlockOf128, "RFC 4132 §2", "CAMELLIA256-SHA"},
    {0x0096, KeyExchangeKind::rsa, BulkCipher::seed_cbc, MacAlgorithm::sha, 0, kBoth,
     Allowance::none, Weakness::legacy, kWhyBlockOf128, "RFC 4162 §2", "SEED-SHA"},
});

// clang-format on

// Each property table is indexed by its enumerator.
template <class Table, class Projection>
consteval bool is_indexed_by(const Table& table, Projection enumerator) {
  for (std::size_t i = 0; i < table.size(); ++i) {
    if (static_cast<std::size_t>(table[i].*enumerator) != i) {
      return false;
    }
  }
  return true;
}

static_assert(is_indexed_by(kBulkCiphers, &BulkCipherInfo::cipher));
static_assert(is_indexed_by(kMacs, &MacInfo::mac));
static_assert(is_indexed_by(kKeyExchanges, &KeyExchangeInfo::kind));

consteval bool suites_are_consistent() {
  for (std::size_t i = 0; i < kCipherSuites.size(); ++i) {
    const CipherSuite& suite = kCipherSuites[i];
    const bool is_after_the_previous = i == 0 || kCipherSuites[i - 1].id < suite.id;
    const bool null_needs_allowance =
        (suite.bulk == BulkCipher::null) == (suite.allowance == Allowance::null_encryption);
    const bool is_of_some_version = suite.versions.ssl30 || suite.versions.tls10;
    // Only the derivation of exportable suites makes a longer key of the key material.
    const BulkCipherInfo& bulk = kBulkCiphers[static_cast<std::size_t>(suite.bulk)];
    const bool key_is_filled = suite.is_exportable() || bulk.key_material == bulk.expanded_key;
    // TLS_NULL_WITH_NULL_NULL "must not be negotiated" (RFC 2246 A.5).
    if (suite.id == 0 || !is_after_the_previous || !null_needs_allowance || !is_of_some_version ||
        !key_is_filled) {
      return false;
    }
  }
  return true;
}

static_assert(suites_are_consistent());

consteval bool bulk_ciphers_are_consistent() {
  return std::ranges::all_of(kBulkCiphers, [](const BulkCipherInfo& row) {
    const bool is_block = row.type == CipherType::block;
    return (is_block ? row.iv_size == row.block_size : row.iv_size == 0 && row.block_size == 1) &&
           row.effective_key_bits <= row.expanded_key * 8 && row.key_material <= row.expanded_key;
  });
}

static_assert(bulk_ciphers_are_consistent());

constexpr std::string_view export_word(std::uint16_t limit_bits) {
  if (limit_bits == 0) {
    return "";
  }
  return limit_bits == 512 ? "_EXPORT" : "_EXPORT1024";
}

constexpr char to_upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

bool equal_ignoring_case(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, {}, to_upper, to_upper);
}

bool starts_with_ignoring_case(std::string_view text, std::string_view prefix) {
  return text.size() >= prefix.size() && equal_ignoring_case(text.substr(0, prefix.size()), prefix);
}

std::string_view without_version_prefix(std::string_view name) {
  const bool has_prefix =
      starts_with_ignoring_case(name, "TLS_") || starts_with_ignoring_case(name, "SSL_");
  return has_prefix ? name.substr(4) : name;
}

/// parse_hexadecimal reads exactly four digits, with or without "0x".
std::optional<std::uint16_t> parse_hexadecimal(std::string_view text) {
  const std::string_view digits = starts_with_ignoring_case(text, "0x") ? text.substr(2) : text;
  std::uint16_t value = 0;
  const char* const end = digits.data() + digits.size();
  const auto parsed = std::from_chars(digits.data(), end, value, 16);
  if (digits.size() != 4 || parsed.ec != std::errc{} || parsed.ptr != end) {
    return std::nullopt;
  }
  return value;
}

}  // namespace

std::span<const CipherSuite> cipher_suites() noexcept {
  return kCipherSuites;
}

const CipherSuite* find_cipher_suite(std::uint16_t id) noexcept {
  const auto* const row = std::ranges::lower_bound(kCipherSuites, id, {}, &CipherSuite::id);
  return row != kCipherSuites.end() && row->id == id ? row : nullptr;
}

const CipherSuite* find_cipher_suite(std::string_view name) {
  if (const auto id = parse_hexadecimal(name)) {
    return find_cipher_suite(*id);
  }
  const std::string_view base = without_version_prefix(name);
  const auto* const row = std::ranges::find_if(kCipherSuites, [&](const CipherSuite& suite) {
    return equal_ignoring_case(suite.openssl_name, name) ||
           equal_ignoring_case(suite_base_name(suite), base);
  });
  return row == kCipherSuites.end() ? nullptr : row;
}

std::string suite_base_name(const CipherSuite& suite) {
  std::string name(info(suite.key_exchange).name);
  name += export_word(suite.export_limit_bits);
  name += "_WITH_";
  name += info(suite.bulk).name;
  name += '_';
  name += info(suite.mac).name;
  return name;
}

std::span<const BulkCipherInfo> bulk_ciphers() noexcept {
  return kBulkCiphers;
}

const BulkCipherInfo& info(BulkCipher cipher) noexcept {
  return kBulkCiphers[static_cast<std::size_t>(cipher)];
}

const MacInfo& info(MacAlgorithm mac) noexcept {
  return kMacs[static_cast<std::size_t>(mac)];
}

const KeyExchangeInfo& info(KeyExchangeKind kind) noexcept {
  return kKeyExchanges[static_cast<std::size_t>(kind)];
}

std::string_view to_string(Allowance allowance) noexcept {
  switch (allowance) {
    case Allowance::none:
      return "none";
    case Allowance::null_encryption:
      return "null";
  }
  return "unknown";
}

std::optional<Allowance> parse_allowance(std::string_view text) noexcept {
  for (const Allowance allowance : {Allowance::none, Allowance::null_encryption}) {
    if (to_string(allowance) == text) {
      return allowance;
    }
  }
  return std::nullopt;
}

std::string_view to_string(Weakness weakness) noexcept {
  switch (weakness) {
    case Weakness::legacy:
      return "legacy";
    case Weakness::weak:
      return "weak";
    case Weakness::broken:
      return "broken";
  }
  return "unknown";
}

}  // namespace heirloom
