// Another handshake on an open connection, as the server sees it: it asks, or the client begins
// (RFC 2246 §7.4.1.1, §7.4.1.2).
#include "base/try.hpp"
#include "handshake/renegotiation.hpp"
#include "handshake/server_states.hpp"

#include <utility>

namespace heirloom::server {

Next<AwaitClientHelloOrRefusal> on(Established state,
                                   const RenegotiationWanted& /*wanted*/,
                                   Effects& effects) {
  effects.send_hello_request();
  return AwaitClientHelloOrRefusal{.before = std::move(state)};
}

Next<AwaitSession,
     AwaitParamsSignature,
     AwaitClientCertificate,
     AwaitClientKeyExchange,
     AwaitResumedChangeCipherSpec,
     Established>
on(Established state, const Received<message::ClientHello>& hello, Effects& effects) {
  if (!accepts_renegotiation_request(effects.environment())) {
    HEIRLOOM_TRY_VOID(refuse_renegotiation(effects));
    return state;
  }
  return on(AwaitClientHello{}, hello, effects);
}

Next<AwaitSession,
     AwaitParamsSignature,
     AwaitClientCertificate,
     AwaitClientKeyExchange,
     AwaitResumedChangeCipherSpec>
on(AwaitClientHelloOrRefusal /*state*/,
   const Received<message::ClientHello>& hello,
   Effects& effects) {
  return on(AwaitClientHello{}, hello, effects);
}

Next<Established> on(AwaitClientHelloOrRefusal state,
                     const message::NoRenegotiationWarning& /*refusal*/,
                     Effects& effects) {
  HEIRLOOM_TRY_VOID(accept_refusal(effects.environment()));
  return std::move(state.before);
}

}  // namespace heirloom::server
