// What both machines share: negotiated facts, the derivation of keys, the session that results.
#pragma once

#include "heirloom/cipher_suite.hpp"
#include "heirloom/session.hpp"

#include "base/secret.hpp"
#include "handshake/effects.hpp"
#include "keys/traffic_keys.hpp"
#include "protocol/randoms.hpp"
#include "version/profile.hpp"

#include <cstdint>

namespace heirloom {

/// Negotiated is what both hellos settled.
struct Negotiated {
  const VersionProfile* profile = nullptr;
  const CipherSuite* suite = nullptr;
  Randoms randoms{};
  ProtocolVersion client_version{};  ///< ClientHello.client_version
  Bytes session_id;                  ///< of the ServerHello; may be empty
};

/// make_random is gmt_unix_time and 28 random bytes (RFC 6101 §5.6.1.2, RFC 2246 §7.4.1.2).
[[nodiscard]] Result<Random> make_random(const Environment& environment);

/// log_secret writes the key log line, if there is a key log, and reveals the master secret.
void log_secret(const Environment& environment, const Randoms& randoms, const MasterSecret& master);

/// reveal tells a derived value to the inspector that may know it, if there is one.
void reveal(const Environment& environment, DerivedValue what, ByteView value);

/// derive_keys is derive_traffic_keys, and reveals what it makes.
[[nodiscard]] TrafficKeyPair derive_keys(const Environment& environment,
                                         const Negotiated& negotiated,
                                         const MasterSecret& master);

/// tell_negotiated copies what is settled into the connection's facts.
void tell_negotiated(Effects& effects, const Negotiated& negotiated);

/// make_session gives the session that this handshake established, null if the server gave no id.
[[nodiscard]] SessionPtr make_session(const Environment& environment,
                                      const Negotiated& negotiated,
                                      const MasterSecret& master,
                                      const CertificateChain& peer_chain);

/// send_finished sends change_cipher_spec, switches to the new keys and sends our Finished under
/// them, in that order (RFC 6101 §5.3, RFC 2246 §7.1).
void send_finished(const Negotiated& negotiated,
                   const MasterSecret& master,
                   Side sender,
                   TrafficKeys write_keys,
                   Transcript& transcript,
                   Effects& effects);

/// check_key_size compares a peer's key with the policy's limits.
[[nodiscard]] Result<void> check_key_size(const Policy& policy, std::size_t bits);

}  // namespace heirloom
