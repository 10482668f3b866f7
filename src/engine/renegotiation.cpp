// Another handshake on an open connection, as far as the engine has a part in it (RFC 2246 §7.1,
// §7.4.1.1): who may begin when, what becomes of application data, and of what the application is
// told.
#include "handshake/renegotiation.hpp"

#include "base/try.hpp"
#include "engine/client_authentication.hpp"
#include "engine/engine.hpp"
#include "handshake/negotiate.hpp"

#include <string>
#include <utility>
#include <variant>

namespace heirloom {

namespace {

/// why_not is for an application whose policy does not permit what it wants.
std::string why_not(const Environment& environment) {
  if (environment.policy->renegotiation == Renegotiation::never) {
    return "it permits none";
  }
  return environment.previous->is_secure ? "a session without extended master secret was resumed"
                                         : "the peer does not know RFC 5746";
}

}  // namespace

Result<void> Connection::Impl::renegotiate(const RenegotiationOptions& options) {
  HEIRLOOM_TRY_VOID(status());
  switch (phase) {
    case Phase::handshaking:
    case Phase::parked:
    case Phase::renegotiating:
      // RFC 2246 §7.4.1.1: "servers should not repeat the request until the subsequent handshake
      // negotiation is complete."
      return Cause::handshake_in_progress;
    case Phase::closed:
    case Phase::failed:
      return Cause::connection_closed;
    case Phase::open:
      break;
  }
  if (!policy_permits_renegotiation(environment_)) {
    return Error(Cause::renegotiation_not_permitted, why_not(environment_));
  }
  HEIRLOOM_TRY_VOID(demand(options.client_authentication));
  begin_renegotiation();
  const bool offers_session =
      side_ == Side::client && options.session == OfferSession::yes && session != nullptr;
  environment_.resume = offers_session ? session : nullptr;
  if (auto stepped = step(RenegotiationWanted{}); !stepped.has_value()) {
    fail(std::move(stepped).error());
  }
  return status();
}

/// demand takes what is to be asked of the client from now on.
Result<void> Connection::Impl::demand(std::optional<ClientAuthentication> authentication) {
  if (!authentication.has_value()) {
    return {};
  }
  if (side_ == Side::client) {
    return Error(Cause::config_invalid, "only a server asks for client certificates");
  }
  HEIRLOOM_TRY_VOID(check_client_authentication(server_config_->options(), *authentication));
  environment_.client_authentication = *authentication;
  return {};
}

/// begin_renegotiation comes before the input that may begin one. The flag of RFC 5746 and the
/// closing of the two directions belong to the connection, the rest to the handshake.
void Connection::Impl::begin_renegotiation() {
  next_info_ = ConnectionInfo();
  next_info_.version = info.version;
  handshake_messages_ = 0;
  data_before_hello_ = 0;
}

/// continue_unchanged: somebody has said no.
Result<void> Connection::Impl::continue_unchanged() {
  const bool is_ours = phase == Phase::open;  // a request of the peer's, in an open connection
  Event event;
  event.kind = Event::Kind::renegotiation_refused;
  event.direction = is_ours ? Event::Direction::sent : Event::Direction::received;
  events.push(std::move(event));
  phase = Phase::open;
  environment_.resume.reset();
  return note_warning();  // each request costs an answer, of us or of the peer
}

void Connection::Impl::adopt_next_info() {
  next_info_.was_renegotiated_insecurely =
      info.was_renegotiated_insecurely || !is_bound(*environment_.previous);
  next_info_.close_notify_sent = info.close_notify_sent;
  next_info_.close_notify_received = info.close_notify_received;
  next_info_.transport_ended = info.transport_ended;
  info = std::move(next_info_);
  next_info_ = ConnectionInfo();
}

/// takes_application_data: RFC 2246 §7.1: the new state is pending until change_cipher_spec, so
/// until then the peer's data is as good as before. Between that and its Finished nothing has
/// confirmed the keys.
bool Connection::Impl::takes_application_data() const {
  return has_been_open() && !has_read_changed_;
}

bool Connection::Impl::awaits_hello() const {
  return std::visit(
      [](const auto& states) {
        return std::visit(
            []<class State>(const State& /*state*/) {
              return machine::Expects<State, message::NoRenegotiationWarning>;
            },
            states);
      },
      machine_);
}

/// note_data_before_hello: "If a server sends a HelloRequest but does not receive a ClientHello in
/// response, it may close the connection with a fatal alert" (RFC 2246 §7.4.1.1).
Result<void> Connection::Impl::note_data_before_hello(std::size_t n) {
  const Policy& policy = *environment_.policy;
  const bool insists = policy.refused_renegotiation == RefusedRenegotiation::close;
  if (side_ == Side::client || !insists || !awaits_hello()) {
    return {};
  }
  data_before_hello_ += n;
  if (data_before_hello_ > policy.limits.max_data_before_hello) {
    return Error(Cause::renegotiation_declined,
                 "it sent " + std::to_string(data_before_hello_) + " bytes of data instead");
  }
  return {};
}

/// handle_message_when_closed: RFC is silent. We are on our way out: nobody gets another handshake,
/// and one that we have left need not know it yet.
Result<void> Connection::Impl::handle_message_when_closed(
    const message::AnyMessage& message) const {
  using Asks = message::Received<message::HelloRequest>;
  using Offers = message::Received<message::ClientHello>;
  const bool is_request = side_ == Side::client ? std::holds_alternative<Asks>(message)
                                                : std::holds_alternative<Offers>(message);
  if (is_request || has_left_handshake_) {
    return {};
  }
  return Error(Cause::unexpected_message, "a handshake message in a closed connection");
}

}  // namespace heirloom
