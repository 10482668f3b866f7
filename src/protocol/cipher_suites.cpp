// The tables of cipher suites, bulk ciphers, MACs and key exchanges (RFC 6101 A.6 and C, RFC 2246
// A.5 and C, RFC 3268, RFC 4132, RFC 4162).
//
// A new suite of existing parts is one row of kCipherSuites: its name (cipher_suite_names.cpp), its
// place in the presets and in every test matrix follow.
#include "heirloom/cipher_suite.hpp"

#include <algorithm>
#include <array>
#include <cstddef>

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
    // RFC 6101 C has the sizes of the wrapped key, and an IV of 20 bytes, which its §5.6.7.2 has
    // with 24: 16 of escrow data, and the block's 8.
    {BulkCipher::fortezza_cbc, "FORTEZZA_CBC", CipherType::block, 0, 10, 80, 24, 8},
});

constexpr std::array kMacs = std::to_array<MacInfo>({
    {MacAlgorithm::md5, "MD5", 16, 48},
    {MacAlgorithm::sha, "SHA", 20, 40},
});

// Columns: kind, name, OpenSSL's name, anonymous, ServerKeyExchange, what the certificate's key
// does, its kind, who signed the certificate (RFC 2246 §7.4.2, §7.4.3; RFC 4492 §2).
constexpr std::array kKeyExchanges = [] {
  using enum KeyExchangeInfo::ServerKeyExchangeRule;
  using enum KeyExchangeInfo::Use;
  using Key = PublicKeyAlgorithm;
  // clang-format off
  return std::to_array<KeyExchangeInfo>({
    {KeyExchangeKind::rsa, "RSA", "", false, if_certificate_key_exceeds_export_limit, encipherment,
     Key::rsa, Key::other},
    {KeyExchangeKind::dh_dss, "DH_DSS", "DH-DSS", false, never, agreement, Key::dh, Key::dsa},
    {KeyExchangeKind::dh_rsa, "DH_RSA", "DH-RSA", false, never, agreement, Key::dh, Key::rsa},
    {KeyExchangeKind::dhe_dss, "DHE_DSS", "DHE-DSS", false, always, signature, Key::dsa, Key::other},
    {KeyExchangeKind::dhe_rsa, "DHE_RSA", "DHE-RSA", false, always, signature, Key::rsa, Key::other},
    {KeyExchangeKind::dh_anon, "DH_anon", "ADH", true, always, none, Key::other, Key::other},
    {KeyExchangeKind::ecdhe_ecdsa, "ECDHE_ECDSA", "ECDHE-ECDSA", false, always, signature, Key::ec,
     Key::other},
    {KeyExchangeKind::ecdhe_rsa, "ECDHE_RSA", "ECDHE-RSA", false, always, signature, Key::rsa,
     Key::other},
    {KeyExchangeKind::ecdh_anon, "ECDH_anon", "AECDH", true, always, none, Key::other, Key::other},
    {KeyExchangeKind::fortezza_kea, "FORTEZZA_KEA", "FZA", false, always, agreement, Key::kea,
     Key::other},
  });
  // clang-format on
}();

constexpr VersionSet kBoth{.ssl30 = true, .tls10 = true};
constexpr VersionSet kSsl30{.ssl30 = true, .tls10 = false};

/// Judgement is how bad a suite is. It follows from its parts, worst first.
struct Judgement {
  Weakness weakness;
  std::string_view why;
};

constexpr Judgement judge(bool is_anonymous, const BulkCipherInfo& bulk) {
  if (bulk.cipher == BulkCipher::null) {
    return {Weakness::broken, "not encrypted at all: anyone on the wire reads it"};
  }
  if (bulk.effective_key_bits == 40) {
    return {Weakness::broken, "its 40-bit key is found within minutes by searching all keys"};
  }
  if (bulk.effective_key_bits == 56) {
    return {Weakness::broken, "its 56-bit key is found within a day by searching all keys"};
  }
  if (bulk.effective_key_bits == 80) {
    return {Weakness::weak, "its 80-bit key is within reach of whoever spends enough on searching"};
  }
  if (is_anonymous) {
    return {Weakness::broken, "nobody shows who they are: whoever sits in between reads it"};
  }
  if (bulk.type == CipherType::stream) {
    return {
        Weakness::weak,
        "RC4's biases give up a cookie or password that is sent often enough (RC4 NOMORE, 2015)"};
  }
  if (bulk.block_size == 8) {
    return {Weakness::weak,
            "its 64-bit blocks repeat after some hundred gigabytes under one key (SWEET32, 2016)"};
  }
  return {
      Weakness::legacy,
      "BEAST and Lucky 13 are countered here, but CBC with SHA-1 at a forbidden version is left"};
}

constexpr CipherSuite row(std::uint16_t id,
                          KeyExchangeKind key_exchange,
                          BulkCipher bulk,
                          MacAlgorithm mac,
                          std::uint16_t export_limit_bits,
                          std::string_view source,
                          std::string_view openssl_name) {
  const Judgement judgement =
      judge(kKeyExchanges[static_cast<std::size_t>(key_exchange)].is_anonymous,
            kBulkCiphers[static_cast<std::size_t>(bulk)]);
  return {.id = id,
          .key_exchange = key_exchange,
          .bulk = bulk,
          .mac = mac,
          .export_limit_bits = export_limit_bits,
          .versions = key_exchange == KeyExchangeKind::fortezza_kea ? kSsl30 : kBoth,
          .weakness = judgement.weakness,
          .why = judgement.why,
          .source = source,
          .openssl_name = openssl_name};
}

// Sorted by id: id, key exchange, cipher, MAC, export limit in bits, source, OpenSSL's name.
// Deployed peers negotiate every one of them at both versions, AES, Camellia, SEED and elliptic
// curves at SSL 3.0 too, although their documents speak of TLS only (drift D115, D117). FORTEZZA is
// the exception: TLS has none, and 001E is a suite of Kerberos there (RFC 2712).
// clang-format off
constexpr std::array kCipherSuites = [] {
  using enum KeyExchangeKind;
  using enum BulkCipher;
  using enum MacAlgorithm;
  return std::array{
      row(0x0001, rsa, BulkCipher::null, md5, 0, "RFC 2246 A.5", "NULL-MD5"),
      row(0x0002, rsa, BulkCipher::null, sha, 0, "RFC 2246 A.5", "NULL-SHA"),
      row(0x0003, rsa, rc4_40, md5, 512, "RFC 2246 A.5", "EXP-RC4-MD5"),
      row(0x0004, rsa, rc4_128, md5, 0, "RFC 2246 A.5", "RC4-MD5"),
      row(0x0005, rsa, rc4_128, sha, 0, "RFC 2246 A.5", "RC4-SHA"),
      row(0x0006, rsa, rc2_cbc_40, md5, 512, "RFC 2246 A.5", "EXP-RC2-CBC-MD5"),
      row(0x0007, rsa, idea_cbc, sha, 0, "RFC 2246 A.5", "IDEA-CBC-SHA"),
      row(0x0008, rsa, des40_cbc, sha, 512, "RFC 2246 A.5", "EXP-DES-CBC-SHA"),
      row(0x0009, rsa, des_cbc, sha, 0, "RFC 2246 A.5", "DES-CBC-SHA"),
      row(0x000a, rsa, triple_des_ede_cbc, sha, 0, "RFC 2246 A.5", "DES-CBC3-SHA"),
      row(0x000b, dh_dss, des40_cbc, sha, 512, "RFC 2246 A.5", "EXP-DH-DSS-DES-CBC-SHA"),
      row(0x000c, dh_dss, des_cbc, sha, 0, "RFC 2246 A.5", "DH-DSS-DES-CBC-SHA"),
      row(0x000d, dh_dss, triple_des_ede_cbc, sha, 0, "RFC 2246 A.5", "DH-DSS-DES-CBC3-SHA"),
      row(0x000e, dh_rsa, des40_cbc, sha, 512, "RFC 2246 A.5", "EXP-DH-RSA-DES-CBC-SHA"),
      row(0x000f, dh_rsa, des_cbc, sha, 0, "RFC 2246 A.5", "DH-RSA-DES-CBC-SHA"),
      row(0x0010, dh_rsa, triple_des_ede_cbc, sha, 0, "RFC 2246 A.5", "DH-RSA-DES-CBC3-SHA"),
      row(0x0011, dhe_dss, des40_cbc, sha, 512, "RFC 2246 A.5", "EXP-EDH-DSS-DES-CBC-SHA"),
      row(0x0012, dhe_dss, des_cbc, sha, 0, "RFC 2246 A.5", "EDH-DSS-DES-CBC-SHA"),
      row(0x0013, dhe_dss, triple_des_ede_cbc, sha, 0, "RFC 2246 A.5", "EDH-DSS-DES-CBC3-SHA"),
      row(0x0014, dhe_rsa, des40_cbc, sha, 512, "RFC 2246 A.5", "EXP-EDH-RSA-DES-CBC-SHA"),
      row(0x0015, dhe_rsa, des_cbc, sha, 0, "RFC 2246 A.5", "EDH-RSA-DES-CBC-SHA"),
      row(0x0016, dhe_rsa, triple_des_ede_cbc, sha, 0, "RFC 2246 A.5", "EDH-RSA-DES-CBC3-SHA"),
      row(0x0017, dh_anon, rc4_40, md5, 512, "RFC 2246 A.5", "EXP-ADH-RC4-MD5"),
      row(0x0018, dh_anon, rc4_128, md5, 0, "RFC 2246 A.5", "ADH-RC4-MD5"),
      row(0x0019, dh_anon, des40_cbc, sha, 512, "RFC 2246 A.5", "EXP-ADH-DES-CBC-SHA"),
      row(0x001a, dh_anon, des_cbc, sha, 0, "RFC 2246 A.5", "ADH-DES-CBC-SHA"),
      row(0x001b, dh_anon, triple_des_ede_cbc, sha, 0, "RFC 2246 A.5", "ADH-DES-CBC3-SHA"),
      row(0x001c, fortezza_kea, BulkCipher::null, sha, 0, "RFC 6101 A.6", "FZA-NULL-SHA"),
      row(0x001d, fortezza_kea, fortezza_cbc, sha, 0, "RFC 6101 A.6", "FZA-FZA-CBC-SHA"),
      row(0x001e, fortezza_kea, rc4_128, sha, 0, "RFC 6101 A.6", "FZA-RC4-SHA"),
      row(0x002f, rsa, aes_128_cbc, sha, 0, "RFC 3268 §2", "AES128-SHA"),
      row(0x0030, dh_dss, aes_128_cbc, sha, 0, "RFC 3268 §2", "DH-DSS-AES128-SHA"),
      row(0x0031, dh_rsa, aes_128_cbc, sha, 0, "RFC 3268 §2", "DH-RSA-AES128-SHA"),
      row(0x0032, dhe_dss, aes_128_cbc, sha, 0, "RFC 3268 §2", "DHE-DSS-AES128-SHA"),
      row(0x0033, dhe_rsa, aes_128_cbc, sha, 0, "RFC 3268 §2", "DHE-RSA-AES128-SHA"),
      row(0x0034, dh_anon, aes_128_cbc, sha, 0, "RFC 3268 §2", "ADH-AES128-SHA"),
      row(0x0035, rsa, aes_256_cbc, sha, 0, "RFC 3268 §2", "AES256-SHA"),
      row(0x0036, dh_dss, aes_256_cbc, sha, 0, "RFC 3268 §2", "DH-DSS-AES256-SHA"),
      row(0x0037, dh_rsa, aes_256_cbc, sha, 0, "RFC 3268 §2", "DH-RSA-AES256-SHA"),
      row(0x0038, dhe_dss, aes_256_cbc, sha, 0, "RFC 3268 §2", "DHE-DSS-AES256-SHA"),
      row(0x0039, dhe_rsa, aes_256_cbc, sha, 0, "RFC 3268 §2", "DHE-RSA-AES256-SHA"),
      row(0x003a, dh_anon, aes_256_cbc, sha, 0, "RFC 3268 §2", "ADH-AES256-SHA"),
      row(0x0041, rsa, camellia_128_cbc, sha, 0, "RFC 4132 §2", "CAMELLIA128-SHA"),
      row(0x0042, dh_dss, camellia_128_cbc, sha, 0, "RFC 4132 §2", "DH-DSS-CAMELLIA128-SHA"),
      row(0x0043, dh_rsa, camellia_128_cbc, sha, 0, "RFC 4132 §2", "DH-RSA-CAMELLIA128-SHA"),
      row(0x0044, dhe_dss, camellia_128_cbc, sha, 0, "RFC 4132 §2", "DHE-DSS-CAMELLIA128-SHA"),
      row(0x0045, dhe_rsa, camellia_128_cbc, sha, 0, "RFC 4132 §2", "DHE-RSA-CAMELLIA128-SHA"),
      row(0x0046, dh_anon, camellia_128_cbc, sha, 0, "RFC 4132 §2", "ADH-CAMELLIA128-SHA"),
      row(0x0060, rsa, rc4_56, md5, 1024, "draft-ietf-tls-56-bit-ciphersuites", "EXP1024-RC4-MD5"),
      row(0x0061, rsa, rc2_cbc_56, md5, 1024, "draft-ietf-tls-56-bit-ciphersuites", "EXP1024-RC2-CBC-MD5"),
      row(0x0062, rsa, des_cbc, sha, 1024, "draft-ietf-tls-56-bit-ciphersuites", "EXP1024-DES-CBC-SHA"),
      row(0x0063, dhe_dss, des_cbc, sha, 1024, "draft-ietf-tls-56-bit-ciphersuites", "EXP1024-DHE-DSS-DES-CBC-SHA"),
      row(0x0064, rsa, rc4_56, sha, 1024, "draft-ietf-tls-56-bit-ciphersuites", "EXP1024-RC4-SHA"),
      row(0x0065, dhe_dss, rc4_56, sha, 1024, "draft-ietf-tls-56-bit-ciphersuites", "EXP1024-DHE-DSS-RC4-SHA"),
      row(0x0066, dhe_dss, rc4_128, sha, 0, "draft-ietf-tls-56-bit-ciphersuites", "DHE-DSS-RC4-SHA"),
      row(0x0084, rsa, camellia_256_cbc, sha, 0, "RFC 4132 §2", "CAMELLIA256-SHA"),
      row(0x0085, dh_dss, camellia_256_cbc, sha, 0, "RFC 4132 §2", "DH-DSS-CAMELLIA256-SHA"),
      row(0x0086, dh_rsa, camellia_256_cbc, sha, 0, "RFC 4132 §2", "DH-RSA-CAMELLIA256-SHA"),
      row(0x0087, dhe_dss, camellia_256_cbc, sha, 0, "RFC 4132 §2", "DHE-DSS-CAMELLIA256-SHA"),
      row(0x0088, dhe_rsa, camellia_256_cbc, sha, 0, "RFC 4132 §2", "DHE-RSA-CAMELLIA256-SHA"),
      row(0x0089, dh_anon, camellia_256_cbc, sha, 0, "RFC 4132 §2", "ADH-CAMELLIA256-SHA"),
      row(0x0096, rsa, seed_cbc, sha, 0, "RFC 4162 §2", "SEED-SHA"),
      row(0x0097, dh_dss, seed_cbc, sha, 0, "RFC 4162 §2", "DH-DSS-SEED-SHA"),
      row(0x0098, dh_rsa, seed_cbc, sha, 0, "RFC 4162 §2", "DH-RSA-SEED-SHA"),
      row(0x0099, dhe_dss, seed_cbc, sha, 0, "RFC 4162 §2", "DHE-DSS-SEED-SHA"),
      row(0x009a, dhe_rsa, seed_cbc, sha, 0, "RFC 4162 §2", "DHE-RSA-SEED-SHA"),
      row(0x009b, dh_anon, seed_cbc, sha, 0, "RFC 4162 §2", "ADH-SEED-SHA"),
      row(0xc006, ecdhe_ecdsa, BulkCipher::null, sha, 0, "RFC 4492 §6", "ECDHE-ECDSA-NULL-SHA"),
      row(0xc007, ecdhe_ecdsa, rc4_128, sha, 0, "RFC 4492 §6", "ECDHE-ECDSA-RC4-SHA"),
      row(0xc008, ecdhe_ecdsa, triple_des_ede_cbc, sha, 0, "RFC 4492 §6", "ECDHE-ECDSA-DES-CBC3-SHA"),
      row(0xc009, ecdhe_ecdsa, aes_128_cbc, sha, 0, "RFC 4492 §6", "ECDHE-ECDSA-AES128-SHA"),
      row(0xc00a, ecdhe_ecdsa, aes_256_cbc, sha, 0, "RFC 4492 §6", "ECDHE-ECDSA-AES256-SHA"),
      row(0xc010, ecdhe_rsa, BulkCipher::null, sha, 0, "RFC 4492 §6", "ECDHE-RSA-NULL-SHA"),
      row(0xc011, ecdhe_rsa, rc4_128, sha, 0, "RFC 4492 §6", "ECDHE-RSA-RC4-SHA"),
      row(0xc012, ecdhe_rsa, triple_des_ede_cbc, sha, 0, "RFC 4492 §6", "ECDHE-RSA-DES-CBC3-SHA"),
      row(0xc013, ecdhe_rsa, aes_128_cbc, sha, 0, "RFC 4492 §6", "ECDHE-RSA-AES128-SHA"),
      row(0xc014, ecdhe_rsa, aes_256_cbc, sha, 0, "RFC 4492 §6", "ECDHE-RSA-AES256-SHA"),
      row(0xc015, ecdh_anon, BulkCipher::null, sha, 0, "RFC 4492 §6", "AECDH-NULL-SHA"),
      row(0xc016, ecdh_anon, rc4_128, sha, 0, "RFC 4492 §6", "AECDH-RC4-SHA"),
      row(0xc017, ecdh_anon, triple_des_ede_cbc, sha, 0, "RFC 4492 §6", "AECDH-DES-CBC3-SHA"),
      row(0xc018, ecdh_anon, aes_128_cbc, sha, 0, "RFC 4492 §6", "AECDH-AES128-SHA"),
      row(0xc019, ecdh_anon, aes_256_cbc, sha, 0, "RFC 4492 §6", "AECDH-AES256-SHA"),
  };
}();

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
    const bool is_of_some_version = suite.versions.ssl30 || suite.versions.tls10;
    // Only the derivation of exportable suites makes a longer key of the key material.
    const BulkCipherInfo& bulk = kBulkCiphers[static_cast<std::size_t>(suite.bulk)];
    const bool key_is_filled =
        suite.is_exportable() || bulk.has_carried_keys() || bulk.key_material == bulk.expanded_key;
    // TLS_NULL_WITH_NULL_NULL "must not be negotiated" (RFC 2246 A.5).
    if (suite.id == 0 || !is_after_the_previous || !is_of_some_version || !key_is_filled) {
      return false;
    }
  }
  return true;
}

static_assert(suites_are_consistent());

consteval bool bulk_ciphers_are_consistent() {
  return std::ranges::all_of(kBulkCiphers, [](const BulkCipherInfo& row) {
    const bool is_block = row.type == CipherType::block;
    const bool has_block_iv = row.iv_size == row.block_size || row.has_carried_keys();
    return (is_block ? has_block_iv : row.iv_size == 0 && row.block_size == 1) &&
           row.effective_key_bits <= row.expanded_key * 8 && row.key_material <= row.expanded_key;
  });
}

static_assert(bulk_ciphers_are_consistent());

}  // namespace

std::span<const CipherSuite> cipher_suites() noexcept {
  return kCipherSuites;
}

const CipherSuite* find_cipher_suite(std::uint16_t id) noexcept {
  const auto* const row = std::ranges::lower_bound(kCipherSuites, id, {}, &CipherSuite::id);
  return row != kCipherSuites.end() && row->id == id ? row : nullptr;
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

std::vector<Allowance> needed_allowances(const CipherSuite& suite) {
  std::vector<Allowance> needed;
  if (suite.bulk == BulkCipher::null) {
    needed.push_back(Allowance::null_encryption);
  }
  if (suite.export_limit_bits != 0) {
    needed.push_back(Allowance::export_grade);
  }
  if (info(suite.key_exchange).is_anonymous) {
    needed.push_back(Allowance::anonymous);
  }
  if (suite.key_exchange == KeyExchangeKind::fortezza_kea) {
    needed.push_back(Allowance::fortezza);
  }
  return needed;
}

std::span<const Allowance> allowances() noexcept {
  static constexpr std::array kAll = {Allowance::null_encryption,
                                      Allowance::export_grade,
                                      Allowance::anonymous,
                                      Allowance::rsa512,
                                      Allowance::dh512,
                                      Allowance::fortezza};
  return kAll;
}

std::string_view to_string(Allowance allowance) noexcept {
  switch (allowance) {
    case Allowance::null_encryption:
      return "null";
    case Allowance::export_grade:
      return "export";
    case Allowance::anonymous:
      return "anon";
    case Allowance::rsa512:
      return "rsa512";
    case Allowance::dh512:
      return "dh512";
    case Allowance::fortezza:
      return "fortezza";
  }
  return "unknown";
}

std::optional<Allowance> parse_allowance(std::string_view text) noexcept {
  for (const Allowance allowance : allowances()) {
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
