// How the handshake machine is fed and what becomes of its effects.
#include "base/try.hpp"
#include "engine/engine.hpp"
#include "handshake/session_rules.hpp"

#include <type_traits>
#include <utility>

namespace heirloom {

/// offer settles which session the next hello names, before anything is made of it: what is not
/// offered has no say in what else the hello asks for.
void Connection::Impl::offer(const SessionPtr& resume) {
  const bool is_good = resume != nullptr && may_offer(*resume, environment_);
  environment_.resume = is_good ? resume : nullptr;
}

Result<void> Connection::Impl::step(const Input& input) {
  // What another handshake finds out is not to be taken for the truth before it is complete: a
  // client certificate, for instance, while requests still come under the old keys.
  Effects effects(environment_, has_been_open() ? next_info_ : info);
  Result<void> stepped = std::visit(
      [&]<class State>(State& state) -> Result<void> {
        if constexpr (std::is_same_v<State, client::State>) {
          return client::step(state, input, effects);
        } else {
          return server::step(state, input, effects);
        }
      },
      machine_);
  // What a failing handler had settled before, such as the version, still shapes the alert.
  HEIRLOOM_TRY_VOID(apply(effects.take()));
  HEIRLOOM_TRY_VOID(std::move(stepped));
  return follow_state();
}

Result<void> Connection::Impl::apply(std::vector<Effect> effects) {
  struct Visitor {
    Impl& engine;

    Result<void> operator()(const effect::SendHandshake& send) {
      if (engine.inspector_ != nullptr) {
        engine.inspector_->message(Event::Direction::sent, send.message);
      }
      engine.note_finished(send.message);
      HEIRLOOM_TRY_VOID(engine.writer.write(ContentType::handshake, send.message));
      engine.emit_message(Event::Direction::sent, send.message);
      return {};
    }

    Result<void> operator()(const effect::SendSslv2Hello& send) {
      engine.send_sslv2_hello(send.message);
      return {};
    }

    Result<void> operator()(const effect::SendChangeCipherSpec& /*send*/) {
      // RFC 2246 §7.1: sent under the current state, not the pending one.
      HEIRLOOM_TRY_VOID(engine.writer.write(ContentType::change_cipher_spec,
                                            Bytes{message::ChangeCipherSpec::kType}));
      Event event;
      event.kind = Event::Kind::change_cipher_spec;
      event.direction = Event::Direction::sent;
      engine.events.push(std::move(event));
      return {};
    }

    Result<void> operator()(const effect::SendWarning& send) {
      engine.send_alert({.level = AlertLevel::warning, .description = send.description});
      return {};
    }

    Result<void> operator()(const effect::UseVersion& use) {
      engine.profile_ = use.profile;
      engine.info.version = use.profile->version;
      engine.reader_.expect_version(use.profile->version);
      engine.writer.set_version(static_cast<std::uint16_t>(use.profile->version));
      return {};
    }

    Result<void> operator()(effect::ActivateRead& activate) {
      engine.read_protection_ = ReadProtection(std::move(activate.keys));
      engine.read_protection_.limit_plaintext(engine.next_read_limit_);
      engine.has_read_changed_ = true;
      return {};
    }

    Result<void> operator()(effect::ActivateWrite& activate) {
      engine.writer.activate(WriteProtection(std::move(activate.keys)));
      engine.has_write_changed_ = true;
      return {};
    }

    Result<void> operator()(effect::KeepExporter& keep) {
      engine.pending_exporter_ = std::move(keep.exporter);
      return {};
    }

    Result<void> operator()(const effect::LimitFragments& limit) {
      engine.limit_fragments(limit.most);
      return {};
    }

    Result<void> operator()(effect::UseSession& use) {
      engine.in_use_ = std::move(use.session);
      return {};
    }

    Result<void> operator()(const effect::StoreSession& store) {
      engine.environment_.sessions->insert(store.session);
      return {};
    }
  };

  Visitor visitor{*this};
  for (Effect& effect : effects) {
    HEIRLOOM_TRY_VOID(std::visit(visitor, effect));
  }
  return {};
}

/// limit_fragments: RFC 6066 §4: from now on. But the client of a connection that is renegotiated
/// may have sent data before it saw the ServerHello: a lower limit comes with its keys.
void Connection::Impl::limit_fragments(std::size_t most) {
  writer.limit_plaintext(most);
  next_read_limit_ = most;
  if (side_ == Side::client || !has_been_open() || most > read_protection_.max_plaintext()) {
    read_protection_.limit_plaintext(most);
  }
}

/// follow_state looks where the machine went: on to the peer's next message, to a decision of the
/// application, or to the end.
Result<void> Connection::Impl::follow_state() {
  return std::visit(
      [&](auto& states) {
        return std::visit(
            [&]<class State>(State& state) -> Result<void> {
              if constexpr (requires { State::kDecision; }) {
                park(State::kDecision);
                return {};
              } else if constexpr (requires { state.handshake; }) {
                return state.handshake.number == info.handshakes
                           ? continue_unchanged()
                           : complete(state.session, state.handshake);
              } else {
                phase = has_been_open() ? Phase::renegotiating : Phase::handshaking;
                return {};
              }
            },
            states);
      },
      machine_);
}

void Connection::Impl::park(Decision decision) {
  phase = Phase::parked;
  awaited_ = decision;
  reassembler_.retain();
  Event event;
  event.kind = Event::Kind::decision_needed;
  event.decision = decision;
  events.push(std::move(event));
}

Result<void> Connection::Impl::complete(SessionPtr established,
                                        const PreviousHandshake& handshake) {
  if (has_been_open()) {
    adopt_next_info();
  }
  info.handshakes = handshake.number;
  previous_ = handshake;
  environment_.previous = &*previous_;
  has_read_changed_ = false;
  has_write_changed_ = false;
  is_renewal_tried_ = false;
  phase = Phase::open;
  take_exporter();
  session = std::move(established);
  in_use_.reset();
  environment_.resume.reset();
  Event event;
  event.kind = Event::Kind::handshake_complete;
  events.push(std::move(event));
  if (std::exchange(is_flush_wanted_, false)) {
    return writer.flush(environment_.policy->cbc_splitting);
  }
  return {};
}

void Connection::Impl::emit_message(Event::Direction direction, ByteView message) {
  Event event;
  event.kind = Event::Kind::handshake_message;
  event.direction = direction;
  event.handshake_type = static_cast<HandshakeType>(message[0]);
  event.length = message.size() - kHandshakeHeaderSize;
  if (trace_ == Trace::messages) {
    event.message = to_bytes(message);
  }
  events.push(std::move(event));
}

Result<void> Connection::Impl::resolve(Answer answer) {
  if (!awaited_.has_value()) {
    return Cause::decision_not_expected;
  }
  // Decision and Answer are in the same order.
  if (answer.index() != static_cast<std::size_t>(*awaited_)) {
    return Error(Cause::decision_not_expected, "another kind of answer is awaited");
  }
  awaited_.reset();
  phase = has_been_open() ? Phase::renegotiating : Phase::handshaking;
  const Input input = std::visit(
      []<class A>(A& given) -> Input {
        if constexpr (std::is_same_v<A, CertificateVerdict>) {
          return CertificateAnswer{std::move(given)};
        } else if constexpr (std::is_same_v<A, SessionPtr>) {
          return SessionAnswer{std::move(given)};
        } else {
          return PrivateKeyAnswer{std::move(given)};
        }
      },
      answer);
  if (auto stepped = step(input); !stepped.has_value()) {
    fail(std::move(stepped).error());
  } else {
    run();
  }
  return status();
}

}  // namespace heirloom
