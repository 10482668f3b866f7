// attempt_rung: one connection to the box with one kind of hello.
#pragma once

#include "heirloom/certificate.hpp"
#include "heirloom/certificate_verifier.hpp"
#include "heirloom/credentials.hpp"
#include "heirloom/key_log.hpp"
#include "heirloom/policy.hpp"
#include "heirloom/session.hpp"

#include "common/describe.hpp"
#include "common/failure.hpp"
#include "common/stop.hpp"
#include "common/stream.hpp"
#include "common/tcp.hpp"
#include "ladder/rung.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom::app {

/// LadderSetup is what all attempts share.
struct LadderSetup {
  HostPort where;
  /// Connect here instead of looking the name up (--resolve); empty: look it up.
  std::string address = {};
  AddressFamily family = AddressFamily::any;
  Policy policy;                         ///< of our engine, before a rung narrows it
  std::vector<Credentials> credentials;  ///< in order of preference
  std::string certificate_file;          ///< one of them for libssl
  std::string key_file;
  std::string passphrase;
  std::shared_ptr<KeyLog> key_log;
  TrustOptions trust;  ///< what a path to an authority is held to; the authorities come later
  std::string authorities_file;  ///< PEM; who may vouch instead of the system's; empty: those
  /// What is said in plain text before TLS (STARTTLS); a Failure ends the climb.
  std::function<Outcome<bool>(TcpStream& plain, Deadline deadline)> prologue = {};
  std::optional<Deadline> last = std::nullopt;  ///< no attempt goes on beyond that
  std::chrono::milliseconds connect_time{10000};
  std::chrono::milliseconds silence{5000};          ///< after the hello
  std::chrono::milliseconds handshake_time{30000};  ///< slow boxes need ten seconds for RSA
  const StopSignal* stop = nullptr;
};

/// BoxFacts is what one handshake has shown.
struct BoxFacts {
  Rung rung = Rung::system_defaults;
  std::string version;       ///< word of the pin file: "tls1.0"
  std::string version_text;  ///< "TLS 1.0"
  std::string suite;         ///< class, word of the pin file: "rc4-128"
  std::string suite_text;    ///< "TLS_RSA_WITH_RC4_128_MD5 (RC4-MD5, 0x0004)"
  Strength strength;
  CertificateChain chain;
  bool is_verified = false;   ///< by the system's authorities, name and dates included
  bool is_revoked = false;    ///< by one of the lists that were given
  std::string verify_text;    ///< what they say otherwise
  std::string address;        ///< of the box, as connected to
  bool is_resumed = false;    ///< an abbreviated handshake
  bool sends_signal = false;  ///< the hello that worked had the fallback signal
  HostPort local;             ///< our end of the connection
  std::chrono::steady_clock::time_point connected;  ///< when TCP stood
};

/// BoxConnected is a connection that works, its identity not yet judged.
struct BoxConnected {
  StreamPtr stream;
  BoxFacts facts;
  SessionPtr session;  ///< for the next connection; null if none
};

struct RungAttempt {
  RungResult result;
  std::optional<BoxConnected> box;  ///< if complete
};

/// attempt_rung connects and shakes hands. Only what happens before TLS is a Failure; whatever the
/// box does afterwards is a result. `resume` is for our engine. A box whose Diffie-Hellman group is
/// too short is asked a second time, without the suites that need one.
[[nodiscard]] Outcome<RungAttempt> attempt_rung(Rung rung,
                                                bool sends_signal,
                                                const LadderSetup& setup,
                                                SessionPtr resume = nullptr);

/// version_word gives the pin file's word for a version: "TLS 1.0" → "tls1.0".
[[nodiscard]] std::string version_word(std::string_view version_text);

/// suite_class gives the pin file's word for one of libssl's suites, by its OpenSSL name.
[[nodiscard]] std::string suite_class(const std::string& openssl_name);

/// fingerprint_of is "sha256:…" of the box's own certificate; empty if it showed none.
[[nodiscard]] std::string fingerprint_of(const CertificateChain& chain);

}  // namespace heirloom::app
