// The rules of a renegotiation that both roles share: may it be, how is it refused, and may the
// peer have become somebody else (RFC 2246 §7.4.1.1, RFC 5746 §4 and §5).
#pragma once

#include "heirloom/policy.hpp"
#include "heirloom/result.hpp"

#include "handshake/common.hpp"
#include "handshake/effects.hpp"
#include "handshake/previous_handshake.hpp"

#include <chrono>
#include <cstddef>
#include <string_view>
#include <vector>

namespace heirloom {

/// RenegotiationBudget counts what the peer starts: a handshake costs us far more than it costs
/// whoever asks for it.
class RenegotiationBudget {
 public:
  /// take is true, and counts one more, if the limits leave room for it.
  [[nodiscard]] bool take(const Limits& limits, std::chrono::system_clock::time_point now);

 private:
  std::size_t total_ = 0;
  std::vector<std::chrono::system_clock::time_point> last_minute_;
};

/// is_bound says whether the verify_data of that handshake can be of no other connection, so that
/// what RFC 5746 binds to them is bound to this one.
[[nodiscard]] bool is_bound(const PreviousHandshake& previous);

/// policy_permits_renegotiation says whether policy lets this connection renegotiate, whoever
/// starts.
[[nodiscard]] bool policy_permits_renegotiation(const Environment& environment);

/// accepts_renegotiation_request is policy_permits_renegotiation for a peer that starts; it counts.
[[nodiscard]] bool accepts_renegotiation_request(const Environment& environment);

/// refuse_renegotiation says no in the version's way: the warning no_renegotiation, after which the
/// connection goes on, or renegotiation_refused (drift D59).
[[nodiscard]] Result<void> refuse_renegotiation(Effects& effects);

/// accept_refusal is what becomes of a peer that says no to us: nothing, or an error, as
/// the policy has it.
[[nodiscard]] Result<void> accept_refusal(const Environment& environment);

/// check_same_server refuses a server that shows another certificate than before; that it has one
/// now and had none, or has none any more, is a change too. peer_changed.
///
/// Why: the binding of RFC 5746 is to the connection, not to whom it is with. Somebody who sits in
/// between and holds a certificate that we accept can make the first handshake with us and with the
/// real server so that both have the same keys, resume both, and then pass a third one through: the
/// server at the other end has become another one, with the verdict on the first still in force
/// ("triple handshake", RFC 7627 §1). RFC 5746 §5 leaves it to the implementation.
[[nodiscard]] Result<void> check_same_server(const Environment& environment,
                                             const CertificateChain& chain);

/// may_be_client is false for a client that showed a certificate and is now somebody else, by a new
/// certificate or by a session. One that showed none may show one now: that is what a server asks
/// for another handshake for.
[[nodiscard]] bool may_be_client(const Environment& environment, const CertificateChain& chain);

/// check_same_name refuses a client that asks for another host than before. RFC 6066 is silent; an
/// application that has taken the connection for that of one host would answer for another. A
/// client that names none has changed nothing: SSL 3.0 and the hello of SSL 2.0 cannot name any.
/// server_name_changed.
[[nodiscard]] Result<void> check_same_name(const Environment& environment,
                                           std::string_view asked_name);

/// remember makes what the next handshake of the connection has to know of this one.
[[nodiscard]] PreviousHandshake remember(Effects& effects,
                                         const Negotiated& negotiated,
                                         const CertificateChain& peer_chain);

}  // namespace heirloom
