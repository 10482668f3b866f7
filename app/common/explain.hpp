// explain: a protocol error as a sentence for a person, with the next command to type.
#pragma once

#include "heirloom/alert.hpp"
#include "heirloom/certificate.hpp"
#include "heirloom/error.hpp"
#include "heirloom/policy.hpp"

#include "common/failure.hpp"
#include "common/heirloom_stream.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom::app {

/// Attempt is what explain has to know of the command that failed.
struct Attempt {
  enum class Peer : std::uint8_t { server, client };
  std::string target;   ///< "10.0.0.5:443", the subject of the sentence
  std::string command;  ///< "heirloom connect 10.0.0.5:443": options are appended to it
  /// simpler is the options of a plainer hello that has not been tried yet ("--no-extensions");
  /// empty if there is none.
  std::string simpler;
  CertificateChain peer_chain;  ///< for the fingerprint; empty if the peer showed none
  Peer peer = Peer::server;
  std::size_t peer_key_bits = 0;   ///< of the certificate; 0 if no key was found in it
  const Policy* policy = nullptr;  ///< as server: for what it does not allow; null: unknown
  /// served is what of the policy's suites a server can serve, having the certificates for them.
  std::vector<std::uint16_t> served = {};
  /// anybody is the command without the options that say who the peer may be (--cafile and its
  /// like), so that one more can be added; empty if it has none of them.
  std::string anybody = {};
  bool certificate_was_wanted = false;    ///< as client: the server asked for a certificate
  bool has_shown_certificate = false;     ///< as client: and there was one to show
  bool has_secure_renegotiation = false;  ///< the peer has RFC 5746
};

/// explain_handshake turns a report that is not complete into exit code, sentence and next step.
[[nodiscard]] Failure explain_handshake(const HandshakeReport& report, const Attempt& attempt);

/// explain_error does the same for one error of the engine.
[[nodiscard]] Failure explain_error(const Error& error, const Attempt& attempt);

/// is_identity_cause is true for the causes that a pin or a CA file would answer.
[[nodiscard]] bool is_identity_cause(Cause cause) noexcept;

/// explain_alert says what a peer means by an alert: "it shares no cipher suite with the offer".
[[nodiscard]] std::string_view explain_alert(AlertDescription description) noexcept;

/// format_alert gives "handshake_failure (40)", and "unknown (200)" for a number without a name.
[[nodiscard]] std::string format_alert(AlertDescription description);

}  // namespace heirloom::app
