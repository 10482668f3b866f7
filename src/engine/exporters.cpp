// What applications may export, as the engine keeps it: the handshake machine hands over its
// secrets with its Finished, and the first Finished of either side is read off the messages. They
// take the place of those of the handshake before when the new one is complete.
#include "engine/engine.hpp"

#include <utility>

namespace heirloom {

/// note_finished is told each handshake message, sent or received. A hello begins another
/// handshake, so what an earlier one left behind, complete or not, is forgotten.
void Connection::Impl::note_finished(ByteView message) {
  const auto type = static_cast<HandshakeType>(message[0]);
  if (type == HandshakeType::client_hello) {
    first_finished_.clear();
  } else if (type == HandshakeType::finished && first_finished_.empty()) {
    first_finished_ = to_bytes(message.subspan(kHandshakeHeaderSize));
  }
}

/// take_exporter is for a handshake that is complete. There is nothing to take if a connection was
/// asked for another one and goes on as it was.
void Connection::Impl::take_exporter() {
  if (!pending_exporter_.has_value()) {
    return;
  }
  exporter_ = std::exchange(pending_exporter_, std::nullopt);
  exporter_->first_finished = std::exchange(first_finished_, {});
}

Result<const Exporter*> Connection::Impl::exporter() const {
  if (error.has_value()) {
    return *error;
  }
  if (!exporter_.has_value()) {
    return Cause::connection_not_open;
  }
  return &*exporter_;
}

}  // namespace heirloom
