// The three policies and their printed form.
//
// The presets choose from the table of suites, so a new row finds its place in them by itself:
// strongest cipher first, SHA before MD5.
#include "heirloom/policy.hpp"

#include "base/bytes.hpp"

#include <algorithm>
#include <array>
#include <iterator>
#include <tuple>
#include <utility>

namespace heirloom {
namespace {

// Strongest first; of equals, what most have looked at. DES stands behind RC4: its key can be
// searched, RC4 needs much traffic; so does SKIPJACK, whose key is of 80 bits. Of keys of one
// length, RC4's stands last: its first bytes can be told from random ones without any key.
constexpr std::array kCipherPreference = {BulkCipher::aes_256_cbc,
                                          BulkCipher::camellia_256_cbc,
                                          BulkCipher::aes_128_cbc,
                                          BulkCipher::camellia_128_cbc,
                                          BulkCipher::seed_cbc,
                                          BulkCipher::triple_des_ede_cbc,
                                          BulkCipher::idea_cbc,
                                          BulkCipher::rc4_128,
                                          BulkCipher::fortezza_cbc,
                                          BulkCipher::des_cbc,
                                          BulkCipher::rc2_cbc_56,
                                          BulkCipher::rc4_56,
                                          BulkCipher::des40_cbc,
                                          BulkCipher::rc2_cbc_40,
                                          BulkCipher::rc4_40,
                                          BulkCipher::null};
static_assert(kCipherPreference.size() == static_cast<std::size_t>(BulkCipher::fortezza_cbc) + 1);

// A key for this connection alone before the certificate's; anonymous ones last.
constexpr std::array kKeyExchangePreference = {KeyExchangeKind::ecdhe_ecdsa,
                                               KeyExchangeKind::ecdhe_rsa,
                                               KeyExchangeKind::dhe_rsa,
                                               KeyExchangeKind::dhe_dss,
                                               KeyExchangeKind::rsa,
                                               KeyExchangeKind::dh_rsa,
                                               KeyExchangeKind::dh_dss,
                                               KeyExchangeKind::fortezza_kea,
                                               KeyExchangeKind::ecdh_anon,
                                               KeyExchangeKind::dh_anon};
constexpr std::array kMacPreference = {MacAlgorithm::sha, MacAlgorithm::md5};

// What has to be allowed by name stands behind everything else: an anonymous suite with a long key
// is worth less than one with a certificate and a shorter key.
auto rank(const CipherSuite& suite) {
  return std::tuple(!needed_allowances(suite).empty(),
                    std::ranges::find(kCipherPreference, suite.bulk) - kCipherPreference.begin(),
                    std::ranges::find(kMacPreference, suite.mac) - kMacPreference.begin(),
                    std::ranges::find(kKeyExchangePreference, suite.key_exchange) -
                        kKeyExchangePreference.begin(),
                    suite.id);
}

template <class Condition>
std::vector<std::uint16_t> suites_that(Condition condition) {
  std::vector<const CipherSuite*> chosen;
  for (const CipherSuite& suite : cipher_suites()) {
    if (condition(suite)) {
      chosen.push_back(&suite);
    }
  }
  std::ranges::sort(chosen, {}, [](const CipherSuite* suite) { return rank(*suite); });
  std::vector<std::uint16_t> ids;
  std::ranges::transform(chosen, std::back_inserter(ids), &CipherSuite::id);
  return ids;
}

bool is_strict(const CipherSuite& suite) {
  return needed_allowances(suite).empty() && info(suite.bulk).type == CipherType::block &&
         info(suite.bulk).effective_key_bits >= 128;
}

bool needs_no_allowance(const CipherSuite& suite) {
  return needed_allowances(suite).empty();
}

std::string_view word(ClientAuthentication value) {
  switch (value) {
    case ClientAuthentication::none:
      return "none";
    case ClientAuthentication::optional:
      return "optional";
    case ClientAuthentication::required:
      return "required";
  }
  return "unknown";
}

std::string_view word(Preference value) {
  switch (value) {
    case Preference::server:
      return "server";
    case Preference::client:
      return "client";
  }
  return "unknown";
}

std::string_view word(CbcSplitting value) {
  switch (value) {
    case CbcSplitting::off:
      return "off";
    case CbcSplitting::one_n_minus_one:
      return "one_n_minus_one";
  }
  return "unknown";
}

std::string_view word(Renegotiation value) {
  switch (value) {
    case Renegotiation::never:
      return "never";
    case Renegotiation::only_secure:
      return "only_secure";
    case Renegotiation::any:
      return "any";
  }
  return "unknown";
}

std::string_view word(RefusedRenegotiation value) {
  switch (value) {
    case RefusedRenegotiation::go_on:
      return "go_on";
    case RefusedRenegotiation::close:
      return "close";
  }
  return "unknown";
}

std::string_view word(ChangedCertificate value) {
  switch (value) {
    case ChangedCertificate::refuse:
      return "refuse";
    case ChangedCertificate::judge:
      return "judge";
  }
  return "unknown";
}

std::string_view word(UnrecognizedName value) {
  switch (value) {
    case UnrecognizedName::ignore:
      return "ignore";
    case UnrecognizedName::warn:
      return "warn";
    case UnrecognizedName::refuse:
      return "refuse";
  }
  return "unknown";
}

std::string_view word(SignalFallback value) {
  switch (value) {
    case SignalFallback::off:
      return "off";
    case SignalFallback::on:
      return "on";
  }
  return "unknown";
}

std::string_view word(Sslv2Hello value) {
  switch (value) {
    case Sslv2Hello::off:
      return "off";
    case Sslv2Hello::on:
      return "on";
  }
  return "unknown";
}

std::string_view word(OnMissingCloseNotify value) {
  switch (value) {
    case OnMissingCloseNotify::keep_session:
      return "keep_session";
    case OnMissingCloseNotify::forget_session:
      return "forget_session";
  }
  return "unknown";
}

std::string_view word(PremasterVersion value) {
  switch (value) {
    case PremasterVersion::must_match_hello:
      return "must_match_hello";
    case PremasterVersion::may_match_negotiated:
      return "may_match_negotiated";
  }
  return "unknown";
}

std::string_view word(DsaEncoding value) {
  switch (value) {
    case DsaEncoding::der:
      return "der";
    case DsaEncoding::raw:
      return "raw";
  }
  return "unknown";
}

std::string_view word(ChainOrder value) {
  switch (value) {
    case ChainOrder::as_specified:
      return "as_specified";
    case ChainOrder::any:
      return "any";
  }
  return "unknown";
}

std::string range(const KeyBits& bits) {
  return std::to_string(bits.min) + " to " + std::to_string(bits.max);
}

std::string hexadecimal(std::uint16_t id) {
  const std::array bytes = {static_cast<std::uint8_t>(id >> 8U),
                            static_cast<std::uint8_t>(id & 0xffU)};
  return "0x" + to_hex(bytes);
}

std::string suite_list(const Policy& policy) {
  std::string list;
  for (const std::uint16_t id : policy.cipher_suites) {
    const CipherSuite* const suite = find_cipher_suite(id);
    list += list.empty() ? "" : ", ";
    list += suite == nullptr ? hexadecimal(id) : cipher_suite_name(*suite, policy.max_version);
  }
  return list;
}

std::string curve_list(const Policy& policy) {
  std::string list;
  for (const NamedCurve curve : policy.named_curves) {
    list += list.empty() ? "" : ", ";
    list += to_string(curve);
  }
  return list;
}

std::string method_list(const Policy& policy) {
  std::string list;
  for (const CompressionMethod method : policy.compression_methods) {
    list += list.empty() ? "" : ", ";
    list += to_string(method);
  }
  return list;
}

class Lines {
 public:
  void add(std::string_view name, std::string_view value) {
    text_.append(name).append(" = ").append(value).append("\n");
  }

  void add(std::string_view name, std::uint64_t value) { add(name, std::to_string(value)); }

  [[nodiscard]] std::string take() { return std::move(text_); }

 private:
  std::string text_;
};

}  // namespace

Policy Policy::strict() {
  Policy policy;
  policy.min_version = ProtocolVersion::tls10;
  static const auto kSuites = suites_that(is_strict);  // sorted once, like the next two
  policy.cipher_suites = kSuites;
  policy.min_rsa_bits = 1024;
  policy.min_dsa_bits = 1024;
  policy.min_ec_bits = 224;
  policy.min_dh_bits = 1024;
  policy.certificates.dh.min = 1024;
  policy.certificates.ec.min = 224;
  policy.certificates.weakest_hash = SignatureHash::sha1;
  policy.missing_close_notify = OnMissingCloseNotify::forget_session;
  policy.accept_sslv2_hello = Sslv2Hello::off;
  return policy;
}

Policy Policy::device() {
  Policy policy;
  static const auto kSuites = suites_that(needs_no_allowance);
  policy.cipher_suites = kSuites;
  return policy;
}

Policy Policy::museum() {
  Policy policy;
  static const auto kSuites = suites_that([](const CipherSuite&) { return true; });
  policy.cipher_suites = kSuites;
  policy.min_dh_bits = 512;
  policy.min_temporary_rsa_bits = 512;
  policy.certificates.rsa.min = 512;
  policy.certificates.dsa.min = 512;
  policy.certificates.dh.min = 512;
  policy.certificates.weakest_hash = SignatureHash::md2;
  policy.certificates.chain_order = ChainOrder::any;
  return policy;
}

void allow(Policy& policy, const std::vector<Allowance>& allowed) {
  const auto is_allowed = [&](Allowance needed) {
    return std::ranges::find(allowed, needed) != allowed.end();
  };
  for (const std::uint16_t id : suites_that([&](const CipherSuite& suite) {
         const std::vector<Allowance> needed = needed_allowances(suite);
         return !needed.empty() && std::ranges::all_of(needed, is_allowed);
       })) {
    if (std::ranges::find(policy.cipher_suites, id) == policy.cipher_suites.end()) {
      policy.cipher_suites.push_back(id);
    }
  }
  if (is_allowed(Allowance::export_grade)) {
    // A certificate for the export suites with fixed Diffie-Hellman has no longer key.
    policy.certificates.dh.min = std::min<std::size_t>(policy.certificates.dh.min, 512);
  }
  if (is_allowed(Allowance::dh512)) {
    policy.min_dh_bits = std::min<std::size_t>(policy.min_dh_bits, 512);
  }
  if (is_allowed(Allowance::rsa512)) {
    policy.min_temporary_rsa_bits = std::min<std::size_t>(policy.min_temporary_rsa_bits, 512);
  }
}

std::string to_string(const Policy& policy) {
  const Limits& limits = policy.limits;
  Lines lines;
  lines.add("min_version", to_string(policy.min_version));
  lines.add("max_version", to_string(policy.max_version));
  lines.add("cipher_suites", suite_list(policy));
  lines.add("preference", word(policy.preference));
  lines.add("min_rsa_bits", policy.min_rsa_bits);
  lines.add("max_rsa_bits", policy.max_rsa_bits);
  lines.add("min_dsa_bits", policy.min_dsa_bits);
  lines.add("max_dsa_bits", policy.max_dsa_bits);
  lines.add("min_ec_bits", policy.min_ec_bits);
  lines.add("max_ec_bits", policy.max_ec_bits);
  lines.add("min_dh_bits", policy.min_dh_bits);
  lines.add("max_dh_bits", policy.max_dh_bits);
  lines.add("min_temporary_rsa_bits", policy.min_temporary_rsa_bits);
  lines.add("named_curves", curve_list(policy));
  lines.add("certificates.rsa", range(policy.certificates.rsa));
  lines.add("certificates.dsa", range(policy.certificates.dsa));
  lines.add("certificates.dh", range(policy.certificates.dh));
  lines.add("certificates.ec", range(policy.certificates.ec));
  lines.add("certificates.weakest_hash", to_string(policy.certificates.weakest_hash));
  lines.add("certificates.chain_order", word(policy.certificates.chain_order));
  lines.add("client_authentication", word(policy.client_authentication));
  lines.add("cbc_splitting", word(policy.cbc_splitting));
  lines.add("extensions", to_string(policy.extensions));
  lines.add("wanted_fragment_length",
            policy.wanted_fragment_length.has_value()
                ? std::to_string(bytes_of(*policy.wanted_fragment_length))
                : "any");
  lines.add("compression_methods", method_list(policy));
  lines.add("renegotiation", word(policy.renegotiation));
  lines.add("refused_renegotiation", word(policy.refused_renegotiation));
  lines.add("changed_certificate", word(policy.changed_certificate));
  lines.add("unrecognized_name", word(policy.unrecognized_name));
  lines.add("fallback", word(policy.fallback));
  lines.add("accept_sslv2_hello", word(policy.accept_sslv2_hello));
  lines.add("send_sslv2_hello", word(policy.send_sslv2_hello));
  lines.add("missing_close_notify", word(policy.missing_close_notify));
  lines.add("premaster_version", word(policy.premaster_version));
  lines.add("ssl30_dsa", word(policy.ssl30_dsa));
  lines.add("limits.max_handshake_message", limits.max_handshake_message);
  lines.add("limits.max_certificates", limits.max_certificates);
  lines.add("limits.max_empty_records_in_a_row", limits.max_empty_records_in_a_row);
  lines.add("limits.max_warnings_in_a_row", limits.max_warnings_in_a_row);
  lines.add("limits.max_handshake_messages", limits.max_handshake_messages);
  lines.add("limits.max_session_age", std::to_string(limits.max_session_age.count()) + " s");
  lines.add("limits.max_renegotiations", limits.max_renegotiations);
  lines.add("limits.max_renegotiations_a_minute", limits.max_renegotiations_a_minute);
  lines.add("limits.max_data_before_hello", limits.max_data_before_hello);
  return lines.take();
}

}  // namespace heirloom
