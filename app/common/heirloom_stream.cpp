#include "common/heirloom_stream.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>

#include <poll.h>
#include <sys/socket.h>
#include <sys/uio.h>

namespace heirloom::app {

namespace {

constexpr std::size_t kReadHint = 65536;
/// Who has not shown yet that it speaks the protocol is worth a small buffer: it may be one of many
/// that connect and say nothing.
constexpr std::size_t kHandshakeReadHint = 4096;
/// kMaxSetAside is what may come between the messages of a renegotiation that somebody waits for.
constexpr std::size_t kMaxSetAside = 1048576;
constexpr std::size_t kMaxPieces = 64;
/// One call seals all it is given; several records at once are faster, all at once is unbounded.
constexpr std::size_t kSealedAtOnce = 65536;
/// An alert that explains a failure is worth a moment's wait, not more.
constexpr std::chrono::seconds kAlertTime{2};
constexpr std::chrono::milliseconds kTurn{200};

/// collect lists what waits, as far as there is room, for sendmsg; returns the number of pieces.
std::size_t collect(std::span<const std::span<const std::uint8_t>> waiting,
                    std::span<iovec> pieces) {
  std::size_t count = 0;
  for (const auto piece : waiting) {
    if (count == pieces.size()) {
      break;
    }
    if (!piece.empty()) {
      // sendmsg does not write through this pointer; iovec is shared with recvmsg.
      // NOLINTNEXTLINE(cppcoreguidelines-pro-type-const-cast)
      pieces[count++] = {const_cast<std::uint8_t*>(piece.data()), piece.size()};
    }
  }
  return count;
}

/// refusal_of says why a renegotiation was refused. That the policy permits none at all is not
/// possible: no option and no preset says so.
Obstacle refusal_of(const Connection& connection) {
  return connection.info().has_secure_renegotiation ? Obstacle::too_many_renegotiations
                                                    : Obstacle::insecure_renegotiation;
}

}  // namespace

std::size_t outgoing_bytes(const Connection& connection) {
  std::size_t total = 0;
  for (const auto piece : connection.outgoing()) {
    total += piece.size();
  }
  return total;
}

HeirloomStream::HeirloomStream(TcpStreamPtr transport, Connection connection, Listener listener)
    : transport_(std::move(transport)),
      connection_(std::move(connection)),
      listener_(std::move(listener)) {
  drain_events();
}

HandshakeReport HeirloomStream::handshake(Deadline deadline, const StopSignal* stop) {
  HandshakeReport report;
  drive(Phase::handshaking, report, deadline, stop);
  conclude_handshake(report, deadline);
  report.bytes_received = bytes_received_;
  return report;
}

HandshakeReport HeirloomStream::renegotiate(const RenegotiationOptions& options,
                                            Deadline deadline,
                                            const StopSignal* stop) {
  using End = HandshakeReport::End;
  HandshakeReport report;
  if (const auto begun = connection_.renegotiate(options); !begun.has_value()) {
    report.end = End::refused;
    report.error = begun.error();
    return report;
  }
  drive(Phase::renegotiating, report, deadline, stop);
  if (const Error* error = connection_.error()) {
    report.end = error->cause == Cause::truncated ? End::closed : End::refused;
    report.error = *error;
    static_cast<void>(send_outgoing(in(kAlertTime)));
  } else if (report.end == End::complete) {
    StreamOutcome outcome = send_outgoing(deadline);
    report.end = outcome.status == StreamStatus::failed ? End::reset : End::complete;
    report.reason = std::move(outcome.reason);
  }
  report.bytes_received = bytes_received_;
  return report;
}

void HeirloomStream::drive(Phase phase,
                           HandshakeReport& report,
                           Deadline deadline,
                           const StopSignal* stop) {
  using End = HandshakeReport::End;
  while (connection_.phase() == phase && report.end == End::complete) {
    if (stop != nullptr && stop->is_stopped()) {
      report.end = End::stopped;
      break;
    }
    // A stop signal must not wait for a silent peer: look at it every now and then.
    const Deadline turn = stop == nullptr ? deadline : std::min(deadline, in(kTurn));
    StreamOutcome outcome = advance_handshake(turn);
    // The clock is looked at after a byte too: the deadline is for all of the handshake, and a peer
    // that sends on and on never lets a read wait.
    const bool is_waiting = outcome.status == StreamStatus::timeout ||
                            (outcome.status == StreamStatus::ok && connection_.phase() == phase);
    if (is_waiting && std::chrono::steady_clock::now() >= deadline) {
      report.end = bytes_received_ == 0 ? End::silent : End::stalled;
    }
    if (outcome.status == StreamStatus::failed && connection_.error() == nullptr) {
      report.end = End::reset;
      report.reason = std::move(outcome.reason);
    }
  }
}

StreamOutcome HeirloomStream::read(std::span<std::uint8_t> into, Deadline deadline) {
  if (!set_aside_.empty()) {
    const std::size_t count = std::min(into.size(), set_aside_.size());
    std::memcpy(into.data(), set_aside_.data(), count);
    set_aside_.erase(set_aside_.begin(), set_aside_.begin() + static_cast<std::ptrdiff_t>(count));
    return {StreamStatus::ok, count};
  }
  for (;;) {
    const auto waiting = connection_.plaintext();
    if (!waiting.empty()) {
      obstacle_ = Obstacle::none;
      const std::size_t count = std::min(into.size(), waiting.size());
      std::memcpy(into.data(), waiting.data(), count);
      connection_.consume_plaintext(count);
      return {StreamStatus::ok, count};
    }
    if (connection_.info().close_notify_received) {
      return {StreamStatus::end};
    }
    if (connection_.error() != nullptr) {
      return engine_failure();
    }
    StreamOutcome outcome = receive_once(deadline);
    if (outcome.status != StreamStatus::ok && connection_.plaintext().empty() &&
        !connection_.info().close_notify_received) {
      return outcome;
    }
  }
}

StreamOutcome HeirloomStream::write(std::span<const std::uint8_t> bytes, Deadline deadline) {
  std::size_t taken = 0;
  for (;;) {
    StreamOutcome sent = send_outgoing(deadline);
    if (sent.status == StreamStatus::failed) {
      sent.count = taken;
      return sent;
    }
    if (taken == bytes.size()) {
      return {sent.status, taken};
    }
    const std::size_t piece = std::min(bytes.size() - taken, kSealedAtOnce);
    auto accepted = connection_.write(bytes.subspan(taken, piece));
    if (!accepted) {
      // RFC 2246 §7.2.1: whoever receives close_notify answers it and discards pending writes.
      const bool is_end = accepted.error().cause == Cause::connection_closed;
      return {is_end ? StreamStatus::end : StreamStatus::failed, taken, accepted.error().text()};
    }
    taken += *accepted;
    if (*accepted == 0 && sent.status == StreamStatus::timeout) {
      return {StreamStatus::timeout, taken};
    }
    // From our change_cipher_spec to the end of a renegotiation no data is taken: what comes from
    // the peer decides when it goes on.
    is_write_blocked_ = *accepted == 0 && outgoing_bytes(connection_) == 0;
    if (is_write_blocked_) {
      StreamOutcome received = set_aside();
      if (received.status == StreamStatus::ok) {
        received = receive_once(deadline);
      }
      if (received.status != StreamStatus::ok) {
        return {received.status, taken, std::move(received.reason)};
      }
    }
  }
}

StreamOutcome HeirloomStream::finish_writing(Deadline deadline) {
  if (!connection_.info().close_notify_sent) {
    connection_.close();
    drain_events();
  }
  StreamOutcome sent = send_outgoing(deadline);
  if (sent.status != StreamStatus::ok) {
    return sent;
  }
  return transport_->finish_writing(deadline);
}

int HeirloomStream::readable_handle() const noexcept {
  return transport_->readable_handle();
}

bool HeirloomStream::has_buffered_input() const noexcept {
  return !set_aside_.empty() || !connection_.plaintext().empty() ||
         connection_.info().close_notify_received || connection_.error() != nullptr ||
         transport_ended_;
}

bool HeirloomStream::has_buffered_output() const noexcept {
  return connection_.error() == nullptr && outgoing_bytes(connection_) != 0;
}

bool HeirloomStream::write_needs_input() const noexcept {
  return is_write_blocked_ && connection_.phase() == Phase::renegotiating && !has_buffered_output();
}

StreamOutcome HeirloomStream::set_aside() {
  // Of compressed records there is one at a time: the next is opened when this one is consumed.
  while (!connection_.plaintext().empty()) {
    const auto waiting = connection_.plaintext();
    if (set_aside_.size() + waiting.size() > kMaxSetAside) {
      return {StreamStatus::failed, 0, "the peer sends data and does not go on with its handshake"};
    }
    const std::size_t count = waiting.size();
    set_aside_.insert(set_aside_.end(), waiting.begin(), waiting.end());
    connection_.consume_plaintext(count);
  }
  drain_events();
  return {};
}

Obstacle HeirloomStream::obstacle() const noexcept {
  // Where the version has no warning for it, the refusal is the end (RFC 6101 has no alert 100).
  const Error* const error = connection_.error();
  const bool is_fatal = error != nullptr && error->cause == Cause::renegotiation_refused;
  return is_fatal ? refusal_of(connection_) : obstacle_;
}

/// note_obstacle: a refusal, and a certificate that was asked for in vain, explain an end that
/// comes soon after.
void HeirloomStream::note_obstacle(const Event& event) {
  const bool is_refusal =
      event.kind == Event::Kind::renegotiation_refused && event.direction == Event::Direction::sent;
  const bool is_request = event.kind == Event::Kind::handshake_message &&
                          event.direction == Event::Direction::received &&
                          event.handshake_type == HandshakeType::certificate_request;
  if (is_refusal) {
    obstacle_ = refusal_of(connection_);
  } else if (is_request && is_established_) {
    obstacle_ = Obstacle::certificate_wanted;
  }
}

StreamOutcome HeirloomStream::advance_handshake(Deadline turn) {
  StreamOutcome sent = send_outgoing(turn);
  if (sent.status == StreamStatus::timeout) {
    return sent;
  }
  if (StreamOutcome room = set_aside(); room.status != StreamStatus::ok) {
    return room;
  }
  // Also after a failed send: a peer that hung up may have sent an alert before.
  const bool has_sent = sent.status == StreamStatus::ok;
  StreamOutcome received = receive_once(has_sent ? turn : Deadline{});
  return !has_sent && received.status == StreamStatus::timeout ? sent : received;
}

void HeirloomStream::conclude_handshake(HandshakeReport& report, Deadline deadline) {
  using End = HandshakeReport::End;
  if (is_established_) {
    // Data, an end or an error may have come with the last message: read says so. Our own last
    // flight may still wait in outgoing; a client that is done must not keep it.
    StreamOutcome outcome = send_outgoing(deadline);
    const bool is_lost = outcome.status == StreamStatus::failed && connection_.plaintext().empty();
    report.end = is_lost ? End::reset : End::complete;
    report.reason = std::move(outcome.reason);
  } else if (const Error* error = connection_.error()) {
    report.end = error->cause == Cause::handshake_interrupted ? End::closed : End::refused;
    report.error = *error;
    static_cast<void>(send_outgoing(in(kAlertTime)));
  } else if (connection_.phase() == Phase::parked) {
    report.end = End::refused;
    report.error =
        Error{Cause::decision_not_expected, "a decision is pending that nobody here makes"};
  } else if (connection_.phase() == Phase::closed) {
    report.end = End::closed;
    report.error = Error{Cause::handshake_interrupted, "the peer sent close_notify"};
  }
}

StreamOutcome HeirloomStream::send_outgoing(Deadline deadline) {
  for (;;) {
    std::array<iovec, kMaxPieces> pieces{};
    const std::size_t count = collect(connection_.outgoing(), pieces);
    if (count == 0) {
      return {};
    }
    msghdr message{};
    message.msg_iov = pieces.data();
    message.msg_iovlen = count;
    const auto sent = ::sendmsg(transport_->writable_handle(), &message, MSG_NOSIGNAL);
    if (sent >= 0) {
      connection_.consume_outgoing(static_cast<std::size_t>(sent));
      continue;
    }
    if (errno != EAGAIN && errno != EINTR) {
      return {StreamStatus::failed, 0, errno_text(errno)};
    }
    if (errno == EAGAIN &&
        !wait_for(transport_->writable_handle(), {.writable = true}, deadline).writable) {
      return {StreamStatus::timeout};
    }
  }
}

StreamOutcome HeirloomStream::receive_once(Deadline deadline) {
  if (transport_ended_) {
    return engine_failure();
  }
  const auto buffer = connection_.receive_buffer(
      connection_.phase() == Phase::handshaking ? kHandshakeReadHint : kReadHint);
  if (buffer.empty()) {
    return {StreamStatus::failed, 0, "the connection takes no more input"};
  }
  StreamOutcome outcome = transport_->read(buffer, deadline);
  if (outcome.status == StreamStatus::ok) {
    bytes_received_ += outcome.count;
    const auto result = connection_.received(outcome.count);
    drain_events();
    // What the protocol answers (an alert, close_notify, no_renegotiation) must not wait for the
    // application to write. During the handshake the caller sends.
    if (connection_.phase() != Phase::handshaking) {
      static_cast<void>(send_outgoing(result ? Deadline{} : in(kAlertTime)));
    }
    return result ? StreamOutcome{} : engine_failure();
  }
  if (outcome.status == StreamStatus::end) {
    transport_ended_ = true;
    const auto result = connection_.receive_end();
    drain_events();
    return result ? StreamOutcome{StreamStatus::end} : engine_failure();
  }
  if (outcome.status == StreamStatus::failed) {
    transport_ended_ = true;
    transport_failure_ = outcome.reason;
  }
  return outcome;
}

StreamOutcome HeirloomStream::engine_failure() {
  const Error* error = connection_.error();
  if (error == nullptr) {
    return transport_failure_.empty() ? StreamOutcome{StreamStatus::end}
                                      : StreamOutcome{StreamStatus::failed, 0, transport_failure_};
  }
  const bool is_truncated = error->cause == Cause::truncated;
  return {is_truncated ? StreamStatus::truncated : StreamStatus::failed, 0, error->text()};
}

void HeirloomStream::drain_events() {
  while (auto event = connection_.next_event()) {
    is_established_ = is_established_ || event->kind == Event::Kind::handshake_complete;
    note_obstacle(*event);
    if (listener_) {
      listener_(*event, connection_);
    }
  }
}

}  // namespace heirloom::app
