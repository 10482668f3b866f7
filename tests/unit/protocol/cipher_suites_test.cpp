#include "heirloom/cipher_suite.hpp"

#include "support/vector_file.hpp"

#include <algorithm>
#include <cctype>
#include <set>
#include <string>

#include <gtest/gtest.h>

namespace heirloom {
namespace {

using testing::read_vectors;
using testing::VectorBlock;

std::string lower(std::string text) {
  std::ranges::transform(
      text, text.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return text;
}

std::uint16_t id_of(const VectorBlock& entry) {
  return static_cast<std::uint16_t>(std::stoul(entry.text("id"), nullptr, 16));
}

const std::vector<VectorBlock>& registry() {
  static const auto kEntries = read_vectors("registry/cipher_suites.txt");
  return kEntries;
}

/// words_of joins them as the registry file has them: "export,anon", "none".
std::string words_of(const std::vector<Allowance>& needed) {
  std::string words;
  for (const Allowance allowance : needed) {
    words += (words.empty() ? "" : ",") + std::string(to_string(allowance));
  }
  return words.empty() ? "none" : words;
}

TEST(CipherSuites, AreThoseOfTheRegistryFile) {
  ASSERT_EQ(cipher_suites().size(), registry().size());
  for (std::size_t i = 0; i < registry().size(); ++i) {
    const CipherSuite& suite = cipher_suites()[i];
    const VectorBlock& entry = registry()[i];
    EXPECT_EQ(suite.id, id_of(entry));
    EXPECT_EQ(cipher_suite_name(suite, ProtocolVersion::tls10), entry.text("iana"));
    EXPECT_EQ(cipher_suite_name(suite, ProtocolVersion::ssl30), entry.text("ssl30"));
    EXPECT_EQ(suite.openssl_name, entry.text("openssl"));
    EXPECT_EQ(words_of(needed_allowances(suite)), entry.text("allowance"));
  }
}

TEST(CipherSuites, AreFoundByNumber) {
  for (const VectorBlock& entry : registry()) {
    const CipherSuite* const suite = find_cipher_suite(id_of(entry));
    ASSERT_NE(suite, nullptr);
    EXPECT_EQ(suite->id, id_of(entry));
  }
  for (const int id :
       {0x0000, 0x001f, 0x002e, 0x003b, 0x0067, 0x00ff, 0x5600, 0xc001, 0xc00b, 0xffff}) {
    EXPECT_EQ(find_cipher_suite(static_cast<std::uint16_t>(id)), nullptr) << id;
  }
}

TEST(CipherSuites, AreFoundByEverySpelling) {
  for (const VectorBlock& entry : registry()) {
    const CipherSuite* const expected = find_cipher_suite(id_of(entry));
    const std::string iana = entry.text("iana");
    for (const std::string& spelling : {iana,
                                        lower(iana),
                                        entry.text("ssl30"),
                                        iana.substr(4),
                                        lower(iana.substr(4)),
                                        entry.text("openssl"),
                                        lower(entry.text("openssl")),
                                        entry.text("id"),
                                        "0x" + entry.text("id"),
                                        "0X" + entry.text("id")}) {
      EXPECT_EQ(find_cipher_suite(std::string_view(spelling)), expected) << spelling;
    }
  }
}

TEST(CipherSuites, OtherNamesAreNotFound) {
  for (const std::string_view name : {"",
                                      "TLS_",
                                      "SSL_",
                                      "0x",
                                      "5",
                                      "0x5",
                                      "00005",
                                      "0x00050",
                                      "0x00g5",
                                      "+005",
                                      "-005",
                                      "0x-005",
                                      "RC4",
                                      "RC4-SHA ",
                                      "TLS_TLS_RSA_WITH_RC4_128_SHA",
                                      "TLS_RC4-SHA",
                                      "TLS_NULL_WITH_NULL_NULL",
                                      "0000",
                                      "TLS_KRB5_WITH_IDEA_CBC_SHA"}) {
    EXPECT_EQ(find_cipher_suite(name), nullptr) << name;
  }
}

// RFC 2246 A.5: "TLS_NULL_WITH_NULL_NULL is specified and is the initial state of a TLS connection
// … but must not be negotiated"
TEST(Rfc2246_A_5, NullWithNullNullIsNoSuite) {
  EXPECT_EQ(find_cipher_suite(std::uint16_t{0}), nullptr);
  for (const CipherSuite& suite : cipher_suites()) {
    EXPECT_NE(suite.id, 0);
  }
}

TEST(CipherSuites, SayWhyTheyAreWeak) {
  for (const CipherSuite& suite : cipher_suites()) {
    EXPECT_GT(suite.why.size(), 20U) << suite.openssl_name;
    EXPECT_NE(suite.why.back(), '.') << suite.openssl_name;
    EXPECT_TRUE(suite.source.starts_with("RFC ") || suite.source.starts_with("draft-ietf-tls-56"))
        << suite.openssl_name;
  }
}

TEST(CipherSuites, AreAsBadAsTheirCipher) {
  const auto weakness = [](std::string_view name) { return find_cipher_suite(name)->weakness; };
  EXPECT_EQ(weakness("NULL-MD5"), Weakness::broken);
  EXPECT_EQ(weakness("NULL-SHA"), Weakness::broken);
  EXPECT_EQ(weakness("DES-CBC-SHA"), Weakness::broken);
  EXPECT_EQ(weakness("RC4-MD5"), Weakness::weak);
  EXPECT_EQ(weakness("RC4-SHA"), Weakness::weak);
  EXPECT_EQ(weakness("DES-CBC3-SHA"), Weakness::weak);
  EXPECT_EQ(weakness("AES128-SHA"), Weakness::legacy);
  EXPECT_EQ(weakness("IDEA-CBC-SHA"), Weakness::weak);
  EXPECT_EQ(weakness("AES256-SHA"), Weakness::legacy);
  EXPECT_EQ(weakness("CAMELLIA128-SHA"), Weakness::legacy);
  EXPECT_EQ(weakness("CAMELLIA256-SHA"), Weakness::legacy);
  EXPECT_EQ(weakness("SEED-SHA"), Weakness::legacy);
  EXPECT_EQ(weakness("EXP-RC4-MD5"), Weakness::broken);
  EXPECT_EQ(weakness("EXP1024-RC4-SHA"), Weakness::broken);
  EXPECT_EQ(weakness("DHE-RSA-AES256-SHA"), Weakness::legacy);
  EXPECT_EQ(weakness("ADH-AES256-SHA"), Weakness::broken);
  EXPECT_EQ(weakness("AECDH-DES-CBC3-SHA"), Weakness::broken);
  EXPECT_EQ(weakness("FZA-NULL-SHA"), Weakness::broken);
  EXPECT_EQ(weakness("FZA-FZA-CBC-SHA"), Weakness::weak);
  EXPECT_EQ(weakness("FZA-RC4-SHA"), Weakness::weak);
}

// The export names of RFC 2246 A.5 and of the 56-bit draft are composed as well.
TEST(CipherSuiteName, HasTheExportWordOfItsLimit) {
  CipherSuite suite = *find_cipher_suite("RC4-MD5");
  suite.export_limit_bits = 512;
  EXPECT_EQ(cipher_suite_name(suite, ProtocolVersion::tls10), "TLS_RSA_EXPORT_WITH_RC4_128_MD5");
  suite.export_limit_bits = 1024;
  EXPECT_EQ(cipher_suite_name(suite, ProtocolVersion::ssl30),
            "SSL_RSA_EXPORT1024_WITH_RC4_128_MD5");
}

// RFC 2246 C: columns Type, Key Material, Expanded Key Material, Effective Key Bits, IV Size, Block
// Size. RFC 3268 for AES, RFC 4132 for Camellia, RFC 4162 for SEED, the 56-bit draft for RC4_56 and
// RC2_CBC_56.
TEST(Rfc2246_C, BulkCiphersHaveTheStatedSizes) {
  struct Row {
    BulkCipher cipher;
    std::string_view name;
    CipherType type;
    std::size_t material, expanded, bits, iv, block;
  };

  for (const Row& row : {
           Row{BulkCipher::null, "NULL", CipherType::stream, 0, 0, 0, 0, 1},
           Row{BulkCipher::rc4_40, "RC4_40", CipherType::stream, 5, 16, 40, 0, 1},
           Row{BulkCipher::rc4_56, "RC4_56", CipherType::stream, 7, 16, 56, 0, 1},
           Row{BulkCipher::rc4_128, "RC4_128", CipherType::stream, 16, 16, 128, 0, 1},
           Row{BulkCipher::rc2_cbc_40, "RC2_CBC_40", CipherType::block, 5, 16, 40, 8, 8},
           Row{BulkCipher::rc2_cbc_56, "RC2_CBC_56", CipherType::block, 7, 16, 56, 8, 8},
           Row{BulkCipher::idea_cbc, "IDEA_CBC", CipherType::block, 16, 16, 128, 8, 8},
           Row{BulkCipher::des40_cbc, "DES40_CBC", CipherType::block, 5, 8, 40, 8, 8},
           Row{BulkCipher::des_cbc, "DES_CBC", CipherType::block, 8, 8, 56, 8, 8},
           Row{BulkCipher::triple_des_ede_cbc,
               "3DES_EDE_CBC",
               CipherType::block,
               24,
               24,
               168,
               8,
               8},
           Row{BulkCipher::aes_128_cbc, "AES_128_CBC", CipherType::block, 16, 16, 128, 16, 16},
           Row{BulkCipher::aes_256_cbc, "AES_256_CBC", CipherType::block, 32, 32, 256, 16, 16},
           Row{BulkCipher::camellia_128_cbc,
               "CAMELLIA_128_CBC",
               CipherType::block,
               16,
               16,
               128,
               16,
               16},
           Row{BulkCipher::camellia_256_cbc,
               "CAMELLIA_256_CBC",
               CipherType::block,
               32,
               32,
               256,
               16,
               16},
           Row{BulkCipher::seed_cbc, "SEED_CBC", CipherType::block, 16, 16, 128, 16, 16},
           // RFC 6101 C misprints this row; its §5.6.7.2 has IVs of 24 bytes.
           Row{BulkCipher::fortezza_cbc, "FORTEZZA_CBC", CipherType::block, 0, 10, 80, 24, 8},
       }) {
    const BulkCipherInfo& found = info(row.cipher);
    EXPECT_EQ(found.cipher, row.cipher);
    EXPECT_EQ(found.name, row.name);
    EXPECT_EQ(found.type, row.type) << row.name;
    EXPECT_EQ(found.key_material, row.material) << row.name;
    EXPECT_EQ(found.expanded_key, row.expanded) << row.name;
    EXPECT_EQ(found.effective_key_bits, row.bits) << row.name;
    EXPECT_EQ(found.iv_size, row.iv) << row.name;
    EXPECT_EQ(found.block_size, row.block) << row.name;
  }
}

// RFC 6101 C: hash size 16 and 20, padding size 48 and 40
TEST(Rfc6101_C, MacsHaveTheStatedSizes) {
  EXPECT_EQ(info(MacAlgorithm::md5).name, "MD5");
  EXPECT_EQ(info(MacAlgorithm::md5).hash_size, 16U);
  EXPECT_EQ(info(MacAlgorithm::md5).pad_size, 48U);
  EXPECT_EQ(info(MacAlgorithm::sha).name, "SHA");
  EXPECT_EQ(info(MacAlgorithm::sha).hash_size, 20U);
  EXPECT_EQ(info(MacAlgorithm::sha).pad_size, 40U);
}

// The table of RFC 2246 §7.4.2 (what a certificate's key must be good for), the two lists of §7.4.3
// (when a ServerKeyExchange is sent), and the table of RFC 4492 §2.
TEST(KeyExchangeInfo, SaysWhatTheDocumentsSay) {
  using enum KeyExchangeKind;
  using Rule = KeyExchangeInfo::ServerKeyExchangeRule;
  using Use = KeyExchangeInfo::Use;
  using Key = PublicKeyAlgorithm;

  struct Row {
    KeyExchangeKind kind;
    std::string_view name, openssl_name;
    Rule server_key_exchange;
    Use use;
    Key key, signed_by;
  };

  constexpr auto kIfLonger = Rule::if_certificate_key_exceeds_export_limit;
  for (const Row& row : {
           Row{rsa, "RSA", "", kIfLonger, Use::encipherment, Key::rsa, Key::other},
           Row{dh_dss, "DH_DSS", "DH-DSS", Rule::never, Use::agreement, Key::dh, Key::dsa},
           Row{dh_rsa, "DH_RSA", "DH-RSA", Rule::never, Use::agreement, Key::dh, Key::rsa},
           Row{dhe_dss, "DHE_DSS", "DHE-DSS", Rule::always, Use::signature, Key::dsa, Key::other},
           Row{dhe_rsa, "DHE_RSA", "DHE-RSA", Rule::always, Use::signature, Key::rsa, Key::other},
           Row{dh_anon, "DH_anon", "ADH", Rule::always, Use::none, Key::other, Key::other},
           Row{ecdhe_ecdsa,
               "ECDHE_ECDSA",
               "ECDHE-ECDSA",
               Rule::always,
               Use::signature,
               Key::ec,
               Key::other},
           Row{ecdhe_rsa,
               "ECDHE_RSA",
               "ECDHE-RSA",
               Rule::always,
               Use::signature,
               Key::rsa,
               Key::other},
           Row{ecdh_anon, "ECDH_anon", "AECDH", Rule::always, Use::none, Key::other, Key::other},
           Row{fortezza_kea,
               "FORTEZZA_KEA",
               "FZA",
               Rule::always,
               Use::agreement,
               Key::kea,
               Key::other},
       }) {
    const KeyExchangeInfo& found = info(row.kind);
    EXPECT_EQ(found.kind, row.kind);
    EXPECT_EQ(found.name, row.name);
    EXPECT_EQ(found.openssl_name, row.openssl_name) << row.name;
    EXPECT_EQ(found.is_anonymous, row.use == Use::none) << row.name;
    EXPECT_EQ(found.server_key_exchange, row.server_key_exchange) << row.name;
    EXPECT_EQ(found.certificate_use, row.use) << row.name;
    EXPECT_EQ(found.certificate_key, row.key) << row.name;
    EXPECT_EQ(found.certificate_signed_by, row.signed_by) << row.name;
  }
}

// RFC 6101 A.6. TLS has none of them, and has given 001E to Kerberos (RFC 2712).
TEST(Rfc6101_A_6, TheSuitesOfFortezzaAreThoseOfSsl30Alone) {
  for (const CipherSuite& suite : cipher_suites()) {
    const bool is_fortezza = suite.id >= 0x001c && suite.id <= 0x001e;
    EXPECT_EQ(suite.key_exchange == KeyExchangeKind::fortezza_kea, is_fortezza) << suite.id;
    EXPECT_EQ(suite.versions, (VersionSet{.ssl30 = true, .tls10 = !is_fortezza})) << suite.id;
  }
  EXPECT_EQ(find_cipher_suite(std::uint16_t{0x001c})->bulk, BulkCipher::null);
  EXPECT_EQ(find_cipher_suite(std::uint16_t{0x001d})->bulk, BulkCipher::fortezza_cbc);
  EXPECT_EQ(find_cipher_suite(std::uint16_t{0x001e})->bulk, BulkCipher::rc4_128);
}

// RFC 2246 D.1: EXPORT suites keep to 512 bits, those of the 56-bit draft to 1024 (drift D116).
TEST(CipherSuites, HaveTheExportLimitOfTheirName) {
  for (const CipherSuite& suite : cipher_suites()) {
    const std::string name = cipher_suite_name(suite, ProtocolVersion::tls10);
    const bool is_1024 = name.find("_EXPORT1024_") != std::string::npos;
    const bool is_512 = name.find("_EXPORT_") != std::string::npos;
    EXPECT_EQ(suite.export_limit_bits, is_1024 ? 1024 : is_512 ? 512 : 0) << name;
    EXPECT_EQ(suite.is_exportable(), is_1024 || is_512) << name;
  }
}

TEST(Allowance, IsReadFromTheWordOfTheCommandLine) {
  EXPECT_EQ(parse_allowance("null"), Allowance::null_encryption);
  EXPECT_EQ(parse_allowance("export"), Allowance::export_grade);
  EXPECT_EQ(parse_allowance("anon"), Allowance::anonymous);
  EXPECT_EQ(parse_allowance("rsa512"), Allowance::rsa512);
  EXPECT_EQ(parse_allowance("dh512"), Allowance::dh512);
  EXPECT_EQ(parse_allowance("fortezza"), Allowance::fortezza);
  EXPECT_FALSE(parse_allowance("none").has_value());
  EXPECT_FALSE(parse_allowance("").has_value());
  EXPECT_FALSE(parse_allowance("NULL").has_value());
  EXPECT_FALSE(parse_allowance("anything").has_value());
}

TEST(Weakness, HasAWordForAReport) {
  EXPECT_EQ(to_string(Weakness::legacy), "legacy");
  EXPECT_EQ(to_string(Weakness::weak), "weak");
  EXPECT_EQ(to_string(Weakness::broken), "broken");
}

}  // namespace
}  // namespace heirloom
