#include "ladder/box_facts.hpp"

#include "heirloom/certificate_verifier.hpp"
#include "heirloom/cipher_suite.hpp"
#include "heirloom/connection.hpp"
#include "heirloom/version.hpp"

#include "common/letter_case.hpp"
#include "common/modern_tls.hpp"
#include "ladder/attempt.hpp"
#include "pins/pin.hpp"

#include <algorithm>
#include <chrono>
#include <memory>
#include <utility>
#include <vector>

namespace heirloom::app {

namespace {

std::shared_ptr<CertificateVerifier> make_verifier(TrustOptions trust,
                                                   std::vector<CertificateDer> authorities) {
  trust.authorities = std::move(authorities);
  trust.rules.chain_order = ChainOrder::any;  // as libssl and browsers have it
  return verify_with_authorities(std::move(trust));
}

/// verifier_of knows the system's authorities, or those of the file. One that cannot be read
/// vouches for nobody; commands check it beforehand.
std::shared_ptr<CertificateVerifier> verifier_of(const LadderSetup& setup) {
  if (setup.authorities_file.empty()) {
    static const auto system = load_system_authorities();
    return make_verifier(setup.trust, system);
  }
  auto authorities = load_pem_certificates(setup.authorities_file);
  return make_verifier(
      setup.trust,
      authorities.has_value() ? *std::move(authorities) : std::vector<CertificateDer>());
}

/// ask_authorities judges a chain as a browser would, for boxes that our engine reached.
void ask_authorities(BoxFacts& facts, const LadderSetup& setup) {
  if (facts.chain.empty()) {
    facts.verify_text = "no certificate was shown";
    return;
  }
  const std::string& host = setup.where.host;
  const auto verifier = verifier_of(setup);
  const CertificateQuestion question{
      facts.chain, CertificateQuestion::Role::server, host, std::chrono::system_clock::now()};
  auto verdict = verifier->verify(question);
  facts.is_verified = !verdict.is_pending() && verdict.answer().has_value();
  if (!verdict.is_pending() && !verdict.answer().has_value()) {
    facts.is_revoked = verdict.answer().error().cause == Cause::certificate_revoked;
    facts.verify_text = verdict.answer().error().text();
  }
}

Strength assess_modern(const ModernTlsInfo& info) {
  if (version_rank(version_word(info.version)) >= version_rank("tls1.2")) {
    return {"modern", "nothing to complain about"};
  }
  return {"legacy",
          "no practical break is known, but " + info.version + " is forbidden by RFC 8996"};
}

/// weigh_key: libssl at security level 0 takes keys that make every version and suite worthless.
Strength weigh_key(Strength strength, const CertificateChain& chain) {
  constexpr std::size_t kUsual = 1024;
  constexpr std::uint16_t kSuiteWithRsa = 0x002f;
  constexpr std::uint16_t kSuiteWithDsa = 0x0032;
  const auto key = chain.empty() ? Result<CertificateInfo>(Cause::certificate_missing)
                                 : describe_certificate(chain.front());
  const bool is_dsa = key && key->key_algorithm == PublicKeyAlgorithm::dsa;
  const bool is_rsa = key && key->key_algorithm == PublicKeyAlgorithm::rsa;
  if ((!is_dsa && !is_rsa) || key->key_bits >= kUsual) {
    return strength;
  }
  return assess(ProtocolVersion::tls10, is_dsa ? kSuiteWithDsa : kSuiteWithRsa, key->key_bits);
}

}  // namespace

BoxFacts facts_of(const ConnectionInfo& info, const LadderSetup& setup) {
  BoxFacts facts;
  const ProtocolVersion version = info.version.value_or(ProtocolVersion::ssl30);
  const std::uint16_t suite = info.cipher_suite.value_or(0);
  const CipherSuite* const row = find_cipher_suite(suite);
  facts.version_text = format_version(version);
  facts.version = version_word(facts.version_text);
  facts.suite_text = describe_suite(suite, version);
  if (row != nullptr) {
    facts.suite = to_lower(heirloom::info(row->bulk).name);
    std::ranges::replace(facts.suite, '_', '-');
  }
  facts.chain = info.peer_chain;
  facts.is_resumed = info.is_resumed;
  facts.is_renegotiated = info.handshakes > 1;
  facts.strength = assess(info, info.peer_key_bits);
  ask_authorities(facts, setup);
  return facts;
}

BoxFacts facts_of(const ModernTlsInfo& info) {
  BoxFacts facts;
  facts.version_text = info.version;
  facts.version = version_word(info.version);
  facts.suite = suite_class(info.openssl_cipher);
  facts.suite_text = info.cipher + " (" + info.openssl_cipher + ")";
  facts.strength = weigh_key(assess_modern(info), info.peer_chain);
  facts.chain = info.peer_chain;
  facts.is_verified = info.is_verified;
  facts.is_revoked = info.is_revoked;
  facts.verify_text = info.verify_text;
  facts.is_resumed = info.is_resumed;
  return facts;
}

std::string version_word(std::string_view version_text) {
  std::string word = to_lower(version_text);
  std::erase(word, ' ');
  return word;
}

std::string suite_class(const std::string& openssl_name) {
  const auto has = [&openssl_name](std::string_view part) {
    return openssl_name.find(part) != std::string::npos;
  };
  if (has("GCM") || has("CCM") || has("CHACHA")) {
    return "aead";
  }
  if (has("CAMELLIA")) {
    return "camellia-cbc";
  }
  if (has("AES256")) {
    return "aes-256-cbc";
  }
  if (has("AES128")) {
    return "aes-128-cbc";
  }
  return has("NULL") ? "null" : "other";
}

std::string fingerprint_of(const CertificateChain& chain) {
  return chain.empty() ? std::string() : format_fingerprint(certificate_fingerprint(chain.front()));
}

}  // namespace heirloom::app
