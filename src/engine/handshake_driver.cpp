// How the handshake machine is fed and what becomes of its effects.
#include "base/try.hpp"
#include "engine/engine.hpp"

#include <type_traits>
#include <utility>

namespace heirloom {

Result<void> Connection::Impl::step(const Input& input) {
  Effects effects(environment_, info);
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
  follow_state();
  return {};
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
      engine.read_protection_.limit_plaintext(engine.read_limit_);
      return {};
    }

    Result<void> operator()(effect::ActivateWrite& activate) {
      engine.writer.activate(WriteProtection(std::move(activate.keys)));
      return {};
    }

    Result<void> operator()(effect::KeepExporter& keep) {
      engine.pending_exporter_ = std::move(keep.exporter);
      return {};
    }

    Result<void> operator()(effect::UseSession& use) {
      engine.in_use_ = std::move(use.session);
      return {};
    }

    Result<void> operator()(const effect::LimitFragments& limit) {
      engine.limit_fragments(limit.most);
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

/// limit_fragments: RFC 6066 §4: from now on.
void Connection::Impl::limit_fragments(std::size_t most) {
  writer.limit_plaintext(most);
  read_limit_ = most;
  read_protection_.limit_plaintext(most);
}

/// follow_state looks where the machine went: on to the peer's next message, to a decision of the
/// application, or to the end.
void Connection::Impl::follow_state() {
  std::visit(
      [&](auto& states) {
        std::visit(
            [&]<class State>(State& state) {
              if constexpr (requires { State::kDecision; }) {
                park(State::kDecision);
              } else if constexpr (requires { state.session; } &&
                                   State::kName == std::string_view("Established")) {
                complete(state.session);
              } else {
                phase = Phase::handshaking;
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

void Connection::Impl::complete(SessionPtr established) {
  phase = Phase::open;
  take_exporter();
  session = std::move(established);
  in_use_.reset();
  environment_.resume.reset();
  Event event;
  event.kind = Event::Kind::handshake_complete;
  events.push(std::move(event));
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
  phase = Phase::handshaking;
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
