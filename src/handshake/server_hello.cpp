#include "handshake/server_hello.hpp"

#include "base/try.hpp"
#include "handshake/record_extensions.hpp"
#include "handshake/server_extensions.hpp"
#include "message/server_hello.hpp"

#include <utility>

namespace heirloom::server {

Result<Negotiated> send_hello(const AwaitSession& state,
                              const Choice& choice,
                              Bytes session_id,
                              Transcript& transcript,
                              Effects& effects) {
  HEIRLOOM_TRY(const Random random, make_random(effects.environment()));
  Negotiated negotiated{.profile = state.profile,
                        .suite = choice.suite,
                        .randoms = {.client = state.hello.random, .server = random},
                        .client_version = state.hello.client_version,
                        .session_id = std::move(session_id),
                        .compression_method = choice.compression_method,
                        .curve = choice.curve,
                        .new_ticket = state.new_ticket};
  negotiated.max_fragment_length = choice.kept_fragment_length;
  HEIRLOOM_TRY(wire::HelloExtensions extensions,
               answer_extensions(state, choice, negotiated, effects));
  HEIRLOOM_TRY_VOID(check_not_dropped(effects.environment(), negotiated));
  tell_negotiated(effects, negotiated);
  limit_fragments(negotiated, effects);
  message::ServerHello hello{
      .server_version = state.profile->version,
      .random = random,
      .session_id = negotiated.session_id,
      .cipher_suite = choice.suite->id,
      .compression_method = static_cast<std::uint8_t>(choice.compression_method),
      .extensions = std::nullopt};
  if (!extensions.empty()) {  // a hello without any has no list of them (RFC 3546 §2.2)
    hello.extensions = std::move(extensions);
  }
  effects.send(hello, transcript);
  return negotiated;
}

}  // namespace heirloom::server
