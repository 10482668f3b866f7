// attempt_rung: one connection to the box with one kind of hello.
#pragma once

#include "heirloom/certificate.hpp"
#include "heirloom/certificate_verifier.hpp"
#include "heirloom/credentials.hpp"
#include "heirloom/key_log.hpp"
#include "heirloom/policy.hpp"

#include "common/failure.hpp"
#include "common/stop.hpp"
#include "common/stream.hpp"
#include "common/tcp.hpp"
#include "ladder/box_facts.hpp"
#include "ladder/resumption.hpp"
#include "ladder/rung.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
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
  std::vector<std::string> application_protocols = {};  ///< --alpn
  SessionPtr session = nullptr;                         ///< --session-in, for the first connection
  /// AfterHandshake::renegotiate goes through another handshake on each connection of our engine.
  enum class AfterHandshake : std::uint8_t { nothing, renegotiate };
  AfterHandshake after_handshake = AfterHandshake::nothing;
  std::string authorities_file;  ///< PEM; who may vouch instead of the system's; empty: those
  /// What is said in plain text before TLS (STARTTLS); a Failure ends the climb.
  std::function<Outcome<bool>(TcpStream& plain, Deadline deadline)> prologue = {};
  std::optional<Deadline> last = std::nullopt;  ///< no attempt goes on beyond that
  std::chrono::milliseconds connect_time{10000};
  std::chrono::milliseconds silence{5000};          ///< after the hello
  std::chrono::milliseconds handshake_time{30000};  ///< slow boxes need ten seconds for RSA
  const StopSignal* stop = nullptr;
};

/// BoxConnected is a connection that works, its identity not yet judged.
struct BoxConnected {
  StreamPtr stream;
  BoxFacts facts;
  SessionSource session = {};  ///< for the next connection
};

struct RungAttempt {
  RungResult result;
  std::optional<BoxConnected> box;  ///< if complete
};

/// attempt_rung connects and shakes hands. Only what happens before TLS is a Failure; whatever the
/// box does afterwards is a result. `resume` is offered by a rung that it is for. A box whose
/// Diffie-Hellman group is too short is asked a second time, without the suites that need one.
[[nodiscard]] Outcome<RungAttempt> attempt_rung(Rung rung,
                                                bool sends_signal,
                                                const LadderSetup& setup,
                                                const Resumable& resume = {});

/// ResumingAttempt is an attempt that may have taken two connections.
struct ResumingAttempt {
  RungAttempt attempt;
  bool stumbled = false;  ///< with the session it did not work, without it did
};

/// attempt_resuming is attempt_rung; a box that breaks off over the session gets a full handshake.
[[nodiscard]] Outcome<ResumingAttempt> attempt_resuming(Rung rung,
                                                        bool sends_signal,
                                                        const LadderSetup& setup,
                                                        const Resumable& resume);

}  // namespace heirloom::app
