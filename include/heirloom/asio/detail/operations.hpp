// Operations of the Asio stream as step functions: handshake, read, write and shutdown.
//
// A step looks at the connection, does what can be done without the network, and says what must
// happen before it is called again. The same steps drive the blocking and the asynchronous form
// (drivers.hpp). `error` and `transferred` are the operation's result.
#pragma once

#include "heirloom/asio/detail/core.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <utility>
#include <vector>

namespace heirloom::detail {

/// Want is what an operation needs next.
enum class Want : std::uint8_t {
  nothing,   ///< the operation is complete
  posting,   ///< the operation is complete; what is outgoing is sent without waiting for it
  read,      ///< bytes from the transport
  exchange,  ///< bytes from the transport; what is outgoing is sent meanwhile
  write,     ///< everything outgoing sent; if that fails, so does the operation
  farewell,  ///< everything outgoing sent if possible; then the operation is complete either way
  decision,  ///< a call of resolve
};

/// conclude ends an operation with `code`, after what the peer should still hear of it.
template <class CoreType>
[[nodiscard]] Want conclude(CoreType& core,
                            typename CoreType::ErrorCode& error,
                            const typename CoreType::ErrorCode& code) {
  error = code;
  return core.has_outgoing() ? Want::farewell : Want::nothing;
}

/// begin_renegotiation asks for another handshake, unless one goes on already: the code of what
/// stands in the way.
template <class Net>
[[nodiscard]] typename Net::ErrorCode begin_renegotiation(Connection& connection,
                                                          const RenegotiationOptions& options) {
  const Result<void> begun = connection.renegotiate(options);
  return begun.has_value() ? typename Net::ErrorCode() : make_code<Net>(begun.error());
}

/// RenegotiateOperation begins another handshake and ends when it is complete. Application data
/// that comes meanwhile waits for a read; if there is so much that no room is left, so does this.
template <class Net>
class RenegotiateOperation {
 public:
  explicit RenegotiateOperation(const RenegotiationOptions& options) : options_(options) {}

  template <class CoreType>
  [[nodiscard]] Want step(CoreType& core,
                          typename Net::ErrorCode& error,
                          std::size_t& /*transferred*/) {
    Connection& connection = core.connection();
    core.tell_events();
    if (const auto failure = core.failure()) {
      return conclude(core, error, failure);
    }
    if (!has_begun_) {
      has_begun_ = true;
      wanted_ = connection.info().handshakes + 1;
      error = begin_renegotiation<Net>(connection, options_);
      if (error) {
        return Want::nothing;
      }
      core.tell_events();
    }
    switch (connection.phase()) {
      case Phase::renegotiating:
        return Want::exchange;
      case Phase::parked:
        return core.has_outgoing() ? Want::write : Want::decision;
      case Phase::open:
        if (core.has_outgoing()) {
          return Want::write;
        }
        if (connection.info().handshakes < wanted_) {
          error = make_code<Net>(Cause::renegotiation_declined);
        }
        return Want::nothing;
      case Phase::handshaking:
      case Phase::closed:
      case Phase::failed:
        break;
    }
    return conclude(core, error, make_code<Net>(Cause::connection_closed));
  }

 private:
  RenegotiationOptions options_;
  std::size_t wanted_ = 0;
  bool has_begun_ = false;
};

/// HandshakeOperation ends when the connection is open. `first_bytes` is what the application has
/// already read from the transport.
template <class Net>
class HandshakeOperation {
 public:
  explicit HandshakeOperation(StreamRole role, std::vector<std::uint8_t> first_bytes = {})
      : role_(role), first_bytes_(std::move(first_bytes)) {}

  template <class CoreType>
  [[nodiscard]] Want step(CoreType& core,
                          typename Net::ErrorCode& error,
                          std::size_t& transferred) {
    if (role_ != core.role()) {
      // The configuration decides the role; the parameter is there for ssl::stream's sake.
      error = make_code<Net>(Cause::config_invalid);
      return Want::nothing;
    }
    if (transferred < first_bytes_.size()) {
      const auto rest = std::span<const std::uint8_t>(first_bytes_).subspan(transferred);
      const Result<std::size_t> taken = core.connection().receive(rest);
      transferred += taken.has_value() ? *taken : 0;
    }
    core.tell_events();
    if (const auto failure = core.failure()) {
      return conclude(core, error, failure);
    }
    switch (core.connection().phase()) {
      case Phase::handshaking:
        return core.has_outgoing() ? Want::write : Want::read;
      case Phase::parked:
        return core.has_outgoing() ? Want::write : Want::decision;
      case Phase::open:
      case Phase::renegotiating:
        return core.has_outgoing() ? Want::write : Want::nothing;
      case Phase::closed:
      case Phase::failed:
        return conclude(core, error, make_code<Net>(Cause::connection_closed));
    }
    return Want::nothing;
  }

 private:
  StreamRole role_;
  std::vector<std::uint8_t> first_bytes_;
};

/// ReadOperation ends with the first plaintext. What was decrypted before the peer closed, or
/// before an error, is delivered first. A renegotiation runs from here, without the application.
template <class Net, class MutableBuffers>
class ReadOperation {
 public:
  explicit ReadOperation(const MutableBuffers& buffers) : buffers_(buffers) {}

  template <class CoreType>
  [[nodiscard]] Want step(CoreType& core,
                          typename Net::ErrorCode& error,
                          std::size_t& transferred) {
    if (Net::size(buffers_) == 0) {
      return Want::nothing;
    }
    core.tell_events();
    transferred = take(core.connection());
    if (transferred > 0) {
      core.notify();  // whoever drives a renegotiation may wait for the room
      // What came behind the data may have been answered, and who drives may be reading.
      return core.has_outgoing() ? Want::posting : Want::nothing;
    }
    if (const auto failure = core.failure()) {
      return conclude(core, error, failure);
    }
    if (core.connection().info().close_notify_received) {
      // A writer that is busy anyway sends our close_notify with the rest.
      error = Net::eof();
      return core.has_outgoing() && !core.is_writing() ? Want::farewell : Want::nothing;
    }
    if (core.connection().info().handshakes == 0) {
      error = make_code<Net>(Cause::connection_not_open);
      return Want::nothing;
    }
    if (core.connection().phase() == Phase::parked) {
      return core.has_outgoing() ? Want::write : Want::decision;
    }
    return core.has_outgoing() ? Want::exchange : Want::read;
  }

 private:
  /// take copies plaintext to where the application wants it: the only copy on the way in.
  [[nodiscard]] std::size_t take(Connection& connection) {
    std::size_t taken = 0;
    Net::for_each_mutable(buffers_, [&](std::span<std::uint8_t> space) {
      while (!space.empty()) {
        const std::span<const std::uint8_t> plaintext = connection.plaintext();
        const std::size_t n = std::min(space.size(), plaintext.size());
        if (n == 0) {
          return;
        }
        std::memcpy(space.data(), plaintext.data(), n);
        connection.consume_plaintext(n);
        space = space.subspan(n);
        taken += n;
      }
    });
    return taken;
  }

  MutableBuffers buffers_;
};

/// kMaxBatch is how much one write_some seals: sixteen full records, which the engine protects as
/// one batch.
inline constexpr std::size_t kMaxBatch = 16 * std::size_t{16384};

/// WriteOperation seals as much as back-pressure and kMaxBatch allow, and ends when the transport
/// has taken it.
template <class Net, class ConstBuffers>
class WriteOperation {
 public:
  explicit WriteOperation(const ConstBuffers& buffers) : buffers_(buffers) {}

  template <class CoreType>
  [[nodiscard]] Want step(CoreType& core,
                          typename Net::ErrorCode& error,
                          std::size_t& transferred) {
    core.tell_events();
    if (const auto failure = core.failure()) {
      return conclude(core, error, failure);
    }
    if (transferred > 0) {
      return core.has_outgoing() ? Want::write : Want::nothing;
    }
    Connection& connection = core.connection();
    const Phase phase = connection.phase();
    if (phase == Phase::closed || connection.info().handshakes == 0) {
      const Cause cause =
          phase == Phase::closed ? Cause::connection_closed : Cause::connection_not_open;
      error = make_code<Net>(cause);
      return Want::nothing;
    }
    if (Net::size(buffers_) == 0) {
      return Want::nothing;
    }
    transferred = stage(connection);
    if (transferred == 0 && !core.has_outgoing() && phase != Phase::open) {
      // Our change_cipher_spec is out: nothing can be written before the handshake is over.
      return phase == Phase::parked ? Want::decision : Want::read;
    }
    static_cast<void>(core.connection().flush());
    if (const auto failure = core.failure()) {
      return conclude(core, error, failure);
    }
    return Want::write;  // also if back-pressure let nothing through: then this is the second try
  }

 private:
  /// stage copies the application's bytes to where they will be sealed.
  [[nodiscard]] std::size_t stage(Connection& connection) {
    std::size_t staged = 0;
    bool has_room = true;
    Net::for_each_const(buffers_, [&](std::span<const std::uint8_t> bytes) {
      while (has_room && !bytes.empty()) {
        const std::size_t wanted = std::min(bytes.size(), kMaxBatch - staged);
        const std::span<std::uint8_t> space = connection.write_buffer(wanted);
        const std::size_t n = std::min(space.size(), wanted);
        if (n > 0) {
          std::memcpy(space.data(), bytes.data(), n);
          connection.written(n);
          bytes = bytes.subspan(n);
          staged += n;
        }
        has_room = n > 0 && staged < kMaxBatch;
      }
    });
    return staged;
  }

  ConstBuffers buffers_;
};

/// ShutdownOperation sends close_notify and waits for the peer's. Application data that still comes
/// is dropped, unless a read is outstanding that takes it. Before the handshake is complete it
/// gives up, and waits for nothing.
template <class Net>
class ShutdownOperation {
 public:
  template <class CoreType>
  [[nodiscard]] Want step(CoreType& core,
                          typename Net::ErrorCode& error,
                          std::size_t& /*transferred*/) {
    Connection& connection = core.connection();
    core.tell_events();
    if (!has_begun_) {
      has_begun_ = true;
      is_cancelling_ = connection.info().handshakes == 0;
      if (is_cancelling_) {
        connection.cancel();
      } else {
        connection.close();
      }
      core.notify();
    }
    if (is_cancelling_) {
      return core.has_outgoing() ? Want::farewell : Want::nothing;
    }
    if (const auto failure = core.failure()) {
      return conclude(core, error, failure);
    }
    if (core.has_outgoing()) {
      return connection.info().close_notify_received ? Want::farewell : Want::write;
    }
    if (connection.info().close_notify_received) {
      return Want::nothing;
    }
    while (!core.is_reading() && !connection.plaintext().empty()) {
      connection.consume_plaintext(connection.plaintext().size());
    }
    return Want::read;
  }

 private:
  bool has_begun_ = false;
  bool is_cancelling_ = false;
};

}  // namespace heirloom::detail
