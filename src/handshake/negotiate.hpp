// Negotiation: versions, suites, compression and the signals of a hello. One of the few places that
// may compare protocol versions (scripts/check_version_branches.py).
#pragma once

#include "heirloom/cipher_suite.hpp"
#include "heirloom/policy.hpp"
#include "heirloom/result.hpp"
#include "heirloom/session.hpp"

#include "handshake/curves.hpp"
#include "kx/local_keys.hpp"
#include "message/client_hello.hpp"
#include "message/server_hello.hpp"
#include "version/profile.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace heirloom {

// As client.

/// offered_version is ClientHello.client_version: the highest that policy allows, or the version of
/// the session to be resumed (RFC 2246 E: a client that knows the server's version starts with it).
[[nodiscard]] ProtocolVersion offered_version(const Policy& policy, const Session* resume);

/// offered_cipher_suites is the policy's list as far as the offered version has the suites: what
/// SSL 3.0 alone has may mean something else at TLS 1.0, as 001E does (RFC 2712), and it is the
/// server who chooses the version. The list must include the suite of a session that is offered
/// (RFC 6101 §5.6.1.2). It does: a session whose suite the policy has not is not offered
/// (may_offer).
[[nodiscard]] std::vector<std::uint16_t> offered_cipher_suites(const Policy& policy,
                                                               ProtocolVersion offered);

/// add_signals puts the signalling values of a first handshake behind them: another one has
/// renegotiation_info instead (RFC 5746 §3.5), and its version is settled. The fallback value is
/// left out when resuming (drift D112).
void add_signals(std::vector<std::uint16_t>& list, const Policy& policy, const Session* resume);

/// offered_compression_methods is the policy's list. "If the session_id field is not empty …, it
/// must include the compression_method from that session" (RFC 6101 §5.6.1.2): a session whose
/// method the policy has not is not offered (may_offer).
[[nodiscard]] std::vector<std::uint8_t> offered_compression_methods(const Policy& policy);

/// record_version_of_first_hello is what the record that carries the first ClientHello says: the
/// lowest version that we would accept, because old servers look at it (RFC 2246 E).
[[nodiscard]] std::uint16_t record_version_of_first_hello(const Policy& policy);

/// accept_server_version checks ServerHello.server_version. version_too_high,
/// version_not_acceptable.
[[nodiscard]] Result<const VersionProfile*> accept_server_version(ProtocolVersion server_version,
                                                                  ProtocolVersion offered,
                                                                  const Policy& policy);

/// accept_cipher_suite finds the suite that a ServerHello names. cipher_suite_not_offered.
[[nodiscard]] Result<const CipherSuite*> accept_cipher_suite(std::uint16_t id,
                                                             std::span<const std::uint16_t> offered,
                                                             ProtocolVersion version);

/// accept_compression_method finds the method that a ServerHello names. compression_not_offered.
[[nodiscard]] Result<CompressionMethod> accept_compression_method(
    std::uint8_t number, std::span<const std::uint8_t> offered);

// As server.

/// choose_version is the lower of client_version and our highest (RFC 6101 §5.6.1.3, RFC 2246
/// §7.4.1.3). version_too_low if that is below our minimum; inappropriate_fallback if the hello
/// signals a retry and we have a higher version than it offers (RFC 7507 §3).
[[nodiscard]] Result<const VersionProfile*> choose_version(const message::ClientHello& hello,
                                                           const Policy& policy);

/// keep_version is choose_version in another handshake of a connection of that version. RFC is
/// silent: a change would mix the rules of both, for instance about the length of verify_data.
/// version_too_low.
[[nodiscard]] Result<const VersionProfile*> keep_version(const message::ClientHello& hello,
                                                         ProtocolVersion version);

/// Choice is a suite with what it needs of us.
struct Choice {
  const CipherSuite* suite = nullptr;
  const kx::LocalKey* certificate = nullptr;       ///< null if the suite has none
  std::optional<NamedCurve> curve = std::nullopt;  ///< if the suite computes on one
  CompressionMethod compression_method = CompressionMethod::null;
  std::optional<MaxFragmentLength> kept_fragment_length = std::nullopt;  ///< of a resumed session
  const Session* session = nullptr;  ///< that is resumed; null in a full handshake
};

/// find_certificate is the first of ours whose key and signature are of the suite's kind (RFC 2246
/// §7.4.2) and, for a key on a curve, on one that the client has (RFC 4492 §5.1: "The server must
/// consider the extensions in both cases"). Null if there is none, or the suite needs none.
[[nodiscard]] const kx::LocalKey* find_certificate(const CipherSuite& suite,
                                                   const VersionProfile& profile,
                                                   const kx::LocalKeys& own,
                                                   const CurveOffer& offer = {});

/// choose_cipher_suite takes the first suite that both sides list and that we can serve: with a
/// certificate for it, on a curve that the client has (RFC 4492 §4); not an anonymous one if a
/// client certificate is required, which an anonymous server must not ask for (RFC 2246 §7.4.4).
/// Whose order counts is the policy's to say. no_common_cipher_suite, extension_malformed.
/// 0x0000 and the signalling values are in no list of ours, so they are never chosen.
[[nodiscard]] Result<Choice> choose_cipher_suite(const message::ClientHello& hello,
                                                 const Policy& policy,
                                                 const VersionProfile& profile,
                                                 const kx::LocalKeys& own,
                                                 ClientAuthentication authentication);

/// has_signal is true if a signalling value stands among the suites.
[[nodiscard]] bool has_signal(const message::ClientHello& hello, std::uint16_t signal);

/// check_compression: every list must have null (RFC 2246 §7.4.1.2).
[[nodiscard]] Result<void> check_compression(const message::ClientHello& hello);

/// choose_compression_method takes the first method that both sides list. Whose order counts is the
/// policy's to say.
[[nodiscard]] CompressionMethod choose_compression_method(const message::ClientHello& hello,
                                                          const Policy& policy);

/// has_method is true if a hello lists that method.
[[nodiscard]] bool has_method(const message::ClientHello& hello, CompressionMethod method);

/// allows is true for a method of the policy.
[[nodiscard]] bool allows(const Policy& policy, std::uint8_t compression_method);

/// is_allowed_by is true for a version between the policy's limits.
[[nodiscard]] bool is_allowed_by(const Policy& policy, ProtocolVersion version);

}  // namespace heirloom
