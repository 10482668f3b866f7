#include "common/describe.hpp"

#include "heirloom/certificate.hpp"
#include "heirloom/cipher_suite.hpp"

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

Strength assess(ProtocolVersion version, std::uint16_t suite, std::size_t key_bits) {
  const CipherSuite* const row = find_cipher_suite(suite);
  Grade grade{Weakness::legacy, "no practical break is known, but the version is forbidden today"};
  if (row != nullptr) {
    grade = {row->weakness, std::string(row->why)};
    const bool has_padding = info(row->bulk).type == CipherType::block;
    if (version == ProtocolVersion::ssl30 && has_padding && grade.weakness <= Weakness::weak) {
      // Also for 3DES, which is weak by itself: SWEET32 takes hundreds of gigabytes, this does not.
      grade = {
          Weakness::weak,
          "SSL 3.0 does not protect its padding, so an active attacker can read cookies (POODLE)"};
    }
  }
  const std::string key = "the key of " + std::to_string(key_bits) + " bits ";
  if (key_bits != 0 && key_bits < 768) {
    worsen(grade, Weakness::broken, key + "can be factored in hours");
  } else if (key_bits != 0 && key_bits < 1024) {
    worsen(grade, Weakness::weak, key + "can be factored with effort");
  } else if (key_bits == 1024) {
    // Nobody has shown it; so the word stays what the suite deserves.
    grade.why += "; " + key + "is within reach of large organisations";
  }
  return {std::string(to_string(grade.weakness)), grade.why};
}

Strength assess(const ConnectionInfo& info, std::size_t key_bits) {
  return assess(
      info.version.value_or(ProtocolVersion::ssl30), info.cipher_suite.value_or(0), key_bits);
}

std::string describe_connection(const ConnectionInfo& info) {
  const ProtocolVersion version = info.version.value_or(ProtocolVersion::ssl30);
  std::string line =
      format_version(version) + ", " + describe_suite(info.cipher_suite.value_or(0), version);
  if (!info.peer_chain.empty()) {
    const auto certificate = describe_certificate(info.peer_chain.front());
    if (certificate) {
      line += ", " + std::string(to_string(certificate->key_algorithm)) + " key of " +
              std::to_string(certificate->key_bits) + " bits";
    }
    line += ", certificate " + format_fingerprint(certificate_fingerprint(info.peer_chain.front()));
  }
  if (info.is_resumed) {
    line += ", resumed";
  }
  return line;
}

}  // namespace heirloom::app
