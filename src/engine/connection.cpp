// The public face of the engine.
#include "heirloom/connection.hpp"

#include "base/try.hpp"
#include "engine/engine.hpp"

#include <algorithm>
#include <utility>

namespace heirloom {

Connection::Connection(std::unique_ptr<Impl> impl) noexcept : impl_(std::move(impl)) {}

Connection::Connection(Connection&& other) noexcept = default;
Connection& Connection::operator=(Connection&& other) noexcept = default;
Connection::~Connection() = default;

Connection Connection::client(std::shared_ptr<const ClientConfig> config,
                              PeerName peer,
                              SessionPtr resume) {
  auto impl = std::make_unique<Impl>(std::move(config), std::move(peer));
  impl->start(resume);
  return Connection(std::move(impl));
}

Connection Connection::server(std::shared_ptr<const ServerConfig> config) {
  return Connection(std::make_unique<Impl>(std::move(config)));
}

std::span<std::uint8_t> Connection::receive_buffer(std::size_t hint) {
  return impl_->receive_buffer(hint);
}

Result<void> Connection::received(std::size_t n) {
  return impl_->received(n);
}

Result<std::size_t> Connection::receive(std::span<const std::uint8_t> bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size()) {
    const ByteSpan room = impl_->receive_buffer(bytes.size() - taken);
    if (room.empty()) {
      break;
    }
    const std::size_t n = std::min(room.size(), bytes.size() - taken);
    std::ranges::copy(bytes.subspan(taken, n), room.begin());
    taken += n;
    HEIRLOOM_TRY_VOID(impl_->received(n));
  }
  return taken;
}

Result<void> Connection::receive_end() {
  return impl_->receive_end();
}

std::span<const std::span<const std::uint8_t>> Connection::outgoing() const {
  return impl_->writer.outgoing();
}

void Connection::consume_outgoing(std::size_t n) {
  impl_->consume_outgoing(n);
}

std::span<std::uint8_t> Connection::write_buffer(std::size_t n) {
  return impl_->write_buffer(n);
}

void Connection::written(std::size_t n) {
  impl_->writer.staged(n);
}

Result<void> Connection::flush() {
  return impl_->flush();
}

void Connection::flush(std::span<Connection* const> connections) {
  for (Connection* const connection : connections) {
    (void)connection->flush();
  }
}

Result<std::size_t> Connection::write(std::span<const std::uint8_t> bytes) {
  std::size_t taken = 0;
  while (taken < bytes.size()) {
    const ByteSpan room = impl_->write_buffer(bytes.size() - taken);
    if (room.empty()) {
      break;
    }
    std::ranges::copy(bytes.subspan(taken, room.size()), room.begin());
    impl_->writer.staged(room.size());
    taken += room.size();
  }
  HEIRLOOM_TRY_VOID(impl_->flush());
  return taken;
}

std::span<const std::uint8_t> Connection::plaintext() const {
  return impl_->plaintext();
}

void Connection::consume_plaintext(std::size_t n) {
  impl_->consume_plaintext(n);
}

std::size_t Connection::plaintext_handshake() const {
  return impl_->plaintext_handshake();
}

Result<void> Connection::renegotiate(const RenegotiationOptions& options) {
  return impl_->renegotiate(options);
}

Result<void> Connection::resolve(Answer answer) {
  return impl_->resolve(std::move(answer));
}

void Connection::close() {
  impl_->close();
}

void Connection::cancel() {
  impl_->cancel();
}

std::optional<Event> Connection::next_event() {
  return impl_->events.pop();
}

Phase Connection::phase() const noexcept {
  return impl_->phase;
}

const ConnectionInfo& Connection::info() const noexcept {
  return impl_->info;
}

const Error* Connection::error() const noexcept {
  return impl_->error.has_value() ? &*impl_->error : nullptr;
}

SessionPtr Connection::session() const noexcept {
  const SessionPtr& session = impl_->session;
  return session != nullptr && session->is_resumable() ? session : nullptr;
}

Result<std::vector<std::uint8_t>> Connection::tls_unique(UnboundExport unbound) const {
  HEIRLOOM_TRY(const Exporter* exporter, impl_->exporter());
  return exporter->tls_unique(unbound);
}

Result<std::vector<std::uint8_t>> Connection::export_keying_material(
    std::string_view label,
    std::size_t length,
    std::optional<std::span<const std::uint8_t>> context,
    UnboundExport unbound) const {
  HEIRLOOM_TRY(const Exporter* exporter, impl_->exporter());
  return exporter->keying_material(label, context, length, unbound);
}

std::string_view to_string(Phase phase) noexcept {
  switch (phase) {
    case Phase::handshaking:
      return "handshaking";
    case Phase::parked:
      return "parked";
    case Phase::open:
      return "open";
    case Phase::renegotiating:
      return "renegotiating";
    case Phase::closed:
      return "closed";
    case Phase::failed:
      return "failed";
  }
  return "unknown";
}

}  // namespace heirloom
