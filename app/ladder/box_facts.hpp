// box_facts: what one handshake has shown of a box, in the words of the pin file and of people.
#pragma once

#include "heirloom/certificate.hpp"

#include "common/describe.hpp"
#include "common/target.hpp"
#include "ladder/rung.hpp"

#include <chrono>
#include <string>
#include <string_view>

namespace heirloom {
struct ConnectionInfo;
}  // namespace heirloom

namespace heirloom::app {

struct LadderSetup;
struct ModernTlsInfo;

/// BoxFacts is what one handshake has shown.
struct BoxFacts {
  Rung rung = Rung::system_defaults;
  std::string version;       ///< word of the pin file: "tls1.0"
  std::string version_text;  ///< "TLS 1.0"
  std::string suite;         ///< class, word of the pin file: "rc4-128"
  std::string suite_text;    ///< "TLS_RSA_WITH_RC4_128_MD5 (RC4-MD5, 0x0004)"
  Strength strength;
  CertificateChain chain;
  bool is_verified = false;      ///< by the system's authorities, name and dates included
  bool is_revoked = false;       ///< by one of the lists that were given
  std::string verify_text;       ///< what they say otherwise
  std::string address;           ///< of the box, as connected to
  bool is_resumed = false;       ///< an abbreviated handshake
  bool is_renegotiated = false;  ///< there was a second handshake at once
  bool sends_signal = false;     ///< the hello that worked had the fallback signal
  HostPort local;                ///< our end of the connection
  std::chrono::steady_clock::time_point connected;  ///< when TCP stood
};

/// facts_of tells what our engine has seen. Its chain is judged as a browser would, with the
/// authorities of the setup.
[[nodiscard]] BoxFacts facts_of(const ConnectionInfo& info, const LadderSetup& setup);

/// facts_of tells what libssl has seen, and judged.
[[nodiscard]] BoxFacts facts_of(const ModernTlsInfo& info);

/// version_word gives the pin file's word for a version: "TLS 1.0" → "tls1.0".
[[nodiscard]] std::string version_word(std::string_view version_text);

/// suite_class gives the pin file's word for one of libssl's suites, by its OpenSSL name.
[[nodiscard]] std::string suite_class(const std::string& openssl_name);

/// fingerprint_of is "sha256:…" of the box's own certificate; empty if it showed none.
[[nodiscard]] std::string fingerprint_of(const CertificateChain& chain);

}  // namespace heirloom::app
