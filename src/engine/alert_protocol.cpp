// The alert protocol (RFC 6101 §5.4, RFC 2246 §7.2): closure, warnings, errors, and how a
// connection of ours fails.
#include "engine/alert_protocol.hpp"

#include "base/try.hpp"
#include "engine/engine.hpp"
#include "session/session_access.hpp"

#include <utility>

namespace heirloom {

Result<void> Connection::Impl::handle_alerts(ByteView fragment) {
  while (auto raw = alerts_.next(fragment)) {
    const auto level = static_cast<AlertLevel>(raw->level);
    if (level != AlertLevel::warning && level != AlertLevel::fatal) {
      return Error(Cause::alert_malformed, "level " + std::to_string(raw->level));
    }
    HEIRLOOM_TRY_VOID(handle_alert({.level = level, .description = raw->description}));
    if (!is_reading()) {
      break;  // RFC 2246 §7.2.1: what follows a close_notify is ignored
    }
  }
  return {};
}

Result<void> Connection::Impl::handle_alert(Alert alert) {
  Event event;
  event.kind = Event::Kind::alert;
  event.alert = alert;
  events.push(std::move(event));
  if (alert.level == AlertLevel::fatal) {
    Error received(Cause::alert_received);
    received.alert = alert;
    return received;
  }
  if (alert.description == AlertDescription::close_notify) {
    info.close_notify_received = true;
    Event closed;
    closed.kind = Event::Kind::peer_closed;
    events.push(std::move(closed));
    // In a renegotiation as well, once the peer has changed to keys that no Finished has confirmed.
    if (!has_been_open() || has_read_changed_) {
      return Error(Cause::handshake_interrupted, "the peer sent close_notify");
    }
    // RFC 2246 §7.2.1: answer at once with a close_notify of our own, "discarding any pending
    // writes".
    close();
    return {};
  }
  return handle_warning(alert.description);
}

Result<void> Connection::Impl::handle_warning(AlertDescription description) {
  const bool is_negotiating = phase == Phase::handshaking || phase == Phase::renegotiating;
  const bool is_answer_to_request = description == AlertDescription::no_certificate &&
                                    side_ == Side::server && is_negotiating &&
                                    profile_->no_certificate == NoCertificateAnswer::warning_alert;
  if (is_answer_to_request) {
    return step(message::NoCertificateWarning{});
  }
  // Also at SSL 3.0, which does not know it: what else could a peer mean that sends it there?
  if (description == AlertDescription::no_renegotiation && awaits_hello()) {
    return step(message::NoRenegotiationWarning{});
  }
  // Every other warning is the peer's remark. RFC 2246 §7.2.2 leaves the choice to the receiver; a
  // flood of them is refused ("SSL death alert").
  return note_warning();
}

Result<void> Connection::Impl::note_warning() {
  ++warnings_in_a_row_;
  if (warnings_in_a_row_ > environment_.policy->limits.max_warnings_in_a_row) {
    return Cause::too_many_warnings;
  }
  return {};
}

void Connection::Impl::send_alert(Alert alert) {
  const Bytes bytes{static_cast<std::uint8_t>(alert.level),
                    static_cast<std::uint8_t>(alert.description)};
  if (!writer.write(ContentType::alert, bytes).has_value()) {
    return;  // the sequence space has ended: nothing more can be sent
  }
  Event event;
  event.kind = Event::Kind::alert;
  event.direction = Event::Direction::sent;
  event.alert = alert;
  events.push(std::move(event));
}

/// forget_session: "Upon transmission or receipt of a fatal alert message, both parties immediately
/// close the connection. Servers and clients are required to forget any session-identifiers, keys,
/// and secrets" (RFC 2246 §7.2.2). That is the session of the last handshake, and the one that an
/// unfinished handshake wanted to resume. An id that merely stood in a hello is not forgotten, or
/// anybody could end the sessions of others (RFC 5077 §5.1).
void Connection::Impl::forget_session() {
  for (const SessionPtr& used : {session, in_use_}) {
    if (used == nullptr) {
      continue;
    }
    detail::SessionAccess::forbid_resumption(*used);
    if (environment_.sessions != nullptr) {
      environment_.sessions->forget(used->facts().id);
    }
  }
  session.reset();
  in_use_.reset();
}

void Connection::Impl::fail(Error what) {
  if (error.has_value()) {
    return;
  }
  writer.drop_staged();
  const auto alert = profile_->alert_for(cause_info(what.cause));
  if (alert.has_value() && !info.transport_ended && !info.close_notify_sent) {
    const Alert fatal{.level = AlertLevel::fatal, .description = *alert};
    send_alert(fatal);
    what.alert = fatal;
  }
  if (what.cause == Cause::sslv2_client) {
    tell_sslv2_client();
  }
  const bool is_fatal = what.alert.has_value();
  const bool forgets_unclosed =
      environment_.policy->missing_close_notify == OnMissingCloseNotify::forget_session;
  if (is_fatal || (what.cause == Cause::truncated && forgets_unclosed)) {
    forget_session();
  }
  // Keys and secrets go with the states that hold them.
  writer.activate(WriteProtection());
  read_protection_ = ReadProtection();
  if (side_ == Side::client) {
    machine_ = client::State(client::Failed{});
  } else {
    machine_ = server::State(server::Failed{});
  }
  exporter_.reset();
  pending_exporter_.reset();
  environment_.resume.reset();
  awaited_.reset();
  reader_.discard();
  error = std::move(what);
  phase = Phase::failed;
}

void Connection::Impl::close() {
  if (phase == Phase::closed || phase == Phase::failed) {
    return;
  }
  if (!has_been_open()) {
    cancel();
    return;
  }
  const bool was_parked = phase == Phase::parked;
  has_left_handshake_ = phase != Phase::open;
  awaited_.reset();
  writer.drop_staged();
  send_alert({.level = AlertLevel::warning, .description = AlertDescription::close_notify});
  info.close_notify_sent = true;
  phase = Phase::closed;
  if (was_parked) {
    run();  // what came meanwhile may be data, and the peer's own close_notify
  }
}

void Connection::Impl::cancel() {
  if (has_been_open()) {
    close();
    return;
  }
  if (phase != Phase::handshaking && phase != Phase::parked) {
    return;
  }
  // RFC 2246 §7.2.2: "This alert should be followed by a close_notify." SSL 3.0 has no
  // user_canceled.
  if (profile_->hello_extensions == HelloExtensionSet::all) {
    send_alert({.level = AlertLevel::warning, .description = AlertDescription::user_canceled});
  }
  send_alert({.level = AlertLevel::warning, .description = AlertDescription::close_notify});
  info.close_notify_sent = true;
  fail(Error(Cause::canceled));
}

}  // namespace heirloom
