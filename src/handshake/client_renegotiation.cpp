// Another handshake on an open connection, as the client begins it: on its own, or because the
// server asks (RFC 2246 §7.4.1.1, §7.4.1.2).
#include "base/try.hpp"
#include "handshake/client_states.hpp"
#include "handshake/renegotiation.hpp"

#include <utility>

namespace heirloom::client {

Next<AwaitServerHelloOrRefusal> on(Established state,
                                   const RenegotiationWanted& /*wanted*/,
                                   Effects& effects) {
  HEIRLOOM_TRY(AwaitServerHello await, start(effects));
  return AwaitServerHelloOrRefusal{.await = std::move(await), .before = std::move(state)};
}

// "This message may be ignored by the client if it does not wish to renegotiate a session, or the
// client may, if it wishes, respond with a no_renegotiation alert." Silence would leave the server
// waiting.
Next<AwaitServerHelloOrRefusal, Established> on(Established state,
                                                const Received<message::HelloRequest>& /*request*/,
                                                Effects& effects) {
  if (!accepts_renegotiation_request(effects.environment())) {
    HEIRLOOM_TRY_VOID(refuse_renegotiation(effects));
    return state;
  }
  return on(std::move(state), RenegotiationWanted{}, effects);
}

Next<AwaitCertificate,
     AwaitServerKeyExchange,
     AwaitResumedNewSessionTicket,
     AwaitResumedChangeCipherSpec>
on(AwaitServerHelloOrRefusal state, const Received<message::ServerHello>& hello, Effects& effects) {
  return on(std::move(state.await), hello, effects);
}

Next<Established> on(AwaitServerHelloOrRefusal state,
                     const message::NoRenegotiationWarning& /*refusal*/,
                     Effects& effects) {
  HEIRLOOM_TRY_VOID(accept_refusal(effects.environment()));
  return std::move(state.before);
}

}  // namespace heirloom::client
