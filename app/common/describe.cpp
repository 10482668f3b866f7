#include "common/describe.hpp"

#include "heirloom/certificate.hpp"
#include "heirloom/cipher_suite.hpp"
#include "heirloom/compression_method.hpp"

#include "common/output.hpp"

namespace heirloom::app {

namespace {

/// Grade orders findings; a higher one is worse.
struct Grade {
  Weakness weakness;
  std::string why;
};

void worsen(Grade& grade, Weakness weakness, std::string why) {
  if (weakness > grade.weakness) {
    grade = {weakness, std::move(why)};
  }
}

/// Key is one of the keys that a connection stands on.
struct Key {
  PublicKeyAlgorithm algorithm;
  std::size_t bits;  ///< 0: unknown, or there is none
  std::string name;  ///< "the key"
};

/// temporary_key names the kind of what a key exchange makes for one connection.
Key temporary_key(KeyExchangeKind kind, std::size_t bits) {
  switch (kind) {
    case KeyExchangeKind::rsa:
      return {PublicKeyAlgorithm::rsa, bits, "the temporary key"};
    case KeyExchangeKind::dh_dss:
    case KeyExchangeKind::dh_rsa:
    case KeyExchangeKind::dhe_dss:
    case KeyExchangeKind::dhe_rsa:
    case KeyExchangeKind::dh_anon:
      return {PublicKeyAlgorithm::dh, bits, "the Diffie-Hellman group"};
    case KeyExchangeKind::fortezza_kea:
      return {PublicKeyAlgorithm::kea, bits, "the temporary KEA key"};
    case KeyExchangeKind::ecdhe_ecdsa:
    case KeyExchangeKind::ecdhe_rsa:
    case KeyExchangeKind::ecdh_anon:
      break;
  }
  return {PublicKeyAlgorithm::ec, bits, "the curve"};
}

/// how_it_falls says what is done to a short key; a discrete logarithm costs about what factoring
/// does.
std::string how_it_falls(PublicKeyAlgorithm algorithm) {
  switch (algorithm) {
    case PublicKeyAlgorithm::dh:
    case PublicKeyAlgorithm::dsa:
    case PublicKeyAlgorithm::kea:
      return "can be computed back ";
    case PublicKeyAlgorithm::rsa:
    case PublicKeyAlgorithm::ec:
    case PublicKeyAlgorithm::other:
      break;
  }
  return "can be factored ";
}

/// weigh judges a key. Curves are left out: the shortest here has 160 bits, which nobody has
/// broken.
void weigh(Grade& grade, const Key& key) {
  if (key.bits == 0 || key.algorithm == PublicKeyAlgorithm::ec) {
    return;
  }
  const std::string what = key.name + " of " + std::to_string(key.bits) + " bits ";
  const std::string falls = what + how_it_falls(key.algorithm);
  if (key.bits < 768) {
    const bool is_group = key.algorithm == PublicKeyAlgorithm::dh;
    worsen(grade, Weakness::broken, falls + (is_group ? "in hours (Logjam, 2015)" : "in hours"));
  } else if (key.bits < 1024) {
    worsen(grade, Weakness::weak, falls + "with effort");
  } else if (key.bits == 1024) {
    // Nobody has shown it; so the word stays what the suite deserves.
    grade.why += "; " + what + "is within reach of large organisations";
  }
}

}  // namespace

std::string format_hex16(std::uint16_t value) {
  constexpr std::string_view digits = "0123456789abcdef";
  std::string out = "0x";
  for (unsigned shift = 16; shift != 0; shift -= 4) {
    out += digits[(static_cast<unsigned>(value) >> (shift - 4)) & 15U];
  }
  return out;
}

std::string format_version(ProtocolVersion version) {
  return is_supported(version) ? std::string(to_string(version))
                               : "version " + format_hex16(static_cast<std::uint16_t>(version));
}

std::string describe_suite(std::uint16_t suite, ProtocolVersion version) {
  const CipherSuite* const row = find_cipher_suite(suite);
  if (row == nullptr) {
    return "suite " + format_hex16(suite);
  }
  return cipher_suite_name(*row, version) + " (" + std::string(row->openssl_name) + ", " +
         format_hex16(suite) + ")";
}

std::string allowance_words(std::span<const Allowance> allowed) {
  std::string words;
  for (const Allowance allowance : allowed) {
    words += (words.empty() ? "" : ",") + std::string(to_string(allowance));
  }
  return words;
}

Strength assess(ProtocolVersion version,
                std::uint16_t suite,
                std::size_t key_bits,
                std::size_t temporary_key_bits) {
  const CipherSuite* const row = find_cipher_suite(suite);
  Grade grade{Weakness::legacy, "no practical break is known, but the version is forbidden today"};
  if (row == nullptr) {
    weigh(grade, {PublicKeyAlgorithm::rsa, key_bits, "the key"});
    return {std::string(to_string(grade.weakness)), grade.why};
  }
  grade = {row->weakness, std::string(row->why)};
  const bool has_padding = info(row->bulk).type == CipherType::block;
  if (version == ProtocolVersion::ssl30 && has_padding && grade.weakness <= Weakness::weak) {
    // Also for 3DES, which is weak by itself: SWEET32 takes hundreds of gigabytes, this does not.
    grade = {
        Weakness::weak,
        "SSL 3.0 does not protect its padding, so an active attacker can read cookies (POODLE)"};
  }
  weigh(grade, {info(row->key_exchange).certificate_key, key_bits, "the key"});
  weigh(grade, temporary_key(row->key_exchange, temporary_key_bits));
  return {std::string(to_string(grade.weakness)), grade.why};
}

Strength assess(const ConnectionInfo& info, std::size_t key_bits) {
  return assess(info.version.value_or(ProtocolVersion::ssl30),
                info.cipher_suite.value_or(0),
                key_bits,
                info.temporary_key_bits);
}

std::size_t own_key_bits(const ConnectionInfo& info) {
  if (info.own_chain.empty()) {
    return 0;
  }
  const auto certificate = describe_certificate(info.own_chain.front());
  return certificate ? certificate->key_bits : 0;
}

std::string describe_key(const CertificateChain& chain) {
  if (chain.empty()) {
    return "";
  }
  const auto certificate = describe_certificate(chain.front());
  return certificate ? std::string(to_string(certificate->key_algorithm)) + " key of " +
                           std::to_string(certificate->key_bits) + " bits"
                     : "a key that cannot be read";
}

std::string describe_temporary_key(const ConnectionInfo& info) {
  if (info.curve.has_value()) {
    return "curve " + std::string(to_string(*info.curve));
  }
  const CipherSuite* const row = find_cipher_suite(info.cipher_suite.value_or(0));
  if (info.temporary_key_bits == 0 || row == nullptr) {
    return "";
  }
  return (row->key_exchange == KeyExchangeKind::rsa ? "temporary RSA key of "
                                                    : "Diffie-Hellman group of ") +
         std::to_string(info.temporary_key_bits) + " bits";
}

std::string_view resumed_by(const ConnectionInfo& info) {
  if (!info.is_resumed) {
    return "";
  }
  return info.is_resumed_by_ticket ? "ticket" : "id";
}

std::string describe_compression(const ConnectionInfo& info) {
  const auto method = find_compression_method(info.compression_method);
  return method.has_value() ? std::string(to_string(*method))
                            : "method " + std::to_string(info.compression_method);
}

std::string describe_session(const ConnectionInfo& info) {
  std::string line =
      info.is_resumed ? "resumed by " + std::string(resumed_by(info)) : "full handshake";
  line += info.has_extended_master_secret ? ", extended master secret" : "";
  line += info.has_encrypt_then_mac ? ", encrypt-then-MAC" : "";
  line += info.compression_method == 0 ? "" : ", compressed with " + describe_compression(info);
  if (!info.application_protocol.empty()) {
    line += ", protocol " + escape_text(info.application_protocol);
  }
  return line +
         (info.has_secure_renegotiation ? ", secure renegotiation" : ", no secure renegotiation");
}

std::string describe_connection(const ConnectionInfo& info) {
  const ProtocolVersion version = info.version.value_or(ProtocolVersion::ssl30);
  std::string line =
      format_version(version) + ", " + describe_suite(info.cipher_suite.value_or(0), version);
  if (const std::string temporary = describe_temporary_key(info); !temporary.empty()) {
    line += ", " + temporary;
  }
  if (info.peer_chain.empty()) {
    line += info.is_resumed ? "" : ", no certificate";
  } else {
    if (describe_certificate(info.peer_chain.front())) {
      line += ", " + describe_key(info.peer_chain);
    }
    line += ", certificate " + format_fingerprint(certificate_fingerprint(info.peer_chain.front()));
  }
  if (!info.own_chain.empty()) {
    line += ", own certificate with " + describe_key(info.own_chain);
  }
  return line + ", " + describe_session(info);
}

}  // namespace heirloom::app
