// HeirloomStream: our engine over TCP as a Stream. One thread at a time.
#pragma once

#include "heirloom/connection.hpp"
#include "heirloom/error.hpp"

#include "common/stream.hpp"
#include "common/tcp.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace heirloom::app {

/// HandshakeReport says how a handshake ended, in the terms that decide what to try next.
struct HandshakeReport {
  enum class End : std::uint8_t {
    complete,
    refused,  ///< the engine failed: `error` says why (the peer's alert, our policy, garbage, …)
    closed,   ///< the peer ended the transport before the handshake was complete
    reset,    ///< the transport broke
    silent,   ///< the deadline passed and the peer had not sent one byte
    stalled,  ///< the deadline passed in the middle of the handshake
    stopped,  ///< the stop signal came
  };
  End end = End::complete;
  std::optional<Error> error = std::nullopt;  ///< refused and closed
  std::size_t bytes_received = 0;
  std::string reason = {};  ///< of a reset, in words
};

class HeirloomStream final : public Stream {
 public:
  /// Listener sees every event, in order, on the thread that drives the stream.
  using Listener = std::function<void(const Event&, const Connection&)>;

  HeirloomStream(TcpStreamPtr transport, Connection connection, Listener listener = {});

  /// handshake runs until application data may flow, the connection failed, or the deadline. The
  /// verifier, session store and key of the configuration must answer at once: a pending answer is
  /// reported as refused with Cause::decision_not_expected.
  [[nodiscard]] HandshakeReport handshake(Deadline deadline, const StopSignal* stop = nullptr);

  /// renegotiate begins another handshake, as client, or asks for one, as server, and waits until
  /// it is complete or refused; ConnectionInfo::handshakes tells which. `stalled`: the deadline
  /// came first, and the connection goes on: the peer may still answer. The error of
  /// Connection::renegotiate if it cannot begin.
  [[nodiscard]] HandshakeReport renegotiate(const RenegotiationOptions& options,
                                            Deadline deadline,
                                            const StopSignal* stop = nullptr);

  StreamOutcome read(std::span<std::uint8_t> into, Deadline deadline) override;
  StreamOutcome write(std::span<const std::uint8_t> bytes, Deadline deadline) override;
  /// finish_writing sends close_notify. The engine's protocol has no half-close (RFC 2246 §7.2.1),
  /// but what the peer still sends can be read.
  StreamOutcome finish_writing(Deadline deadline) override;
  [[nodiscard]] int readable_handle() const noexcept override;
  [[nodiscard]] bool has_buffered_input() const noexcept override;
  [[nodiscard]] bool has_buffered_output() const noexcept override;
  [[nodiscard]] bool write_needs_input() const noexcept override;
  [[nodiscard]] Obstacle obstacle() const noexcept override;

  [[nodiscard]] Connection& connection() noexcept { return connection_; }

  [[nodiscard]] const Connection& connection() const noexcept { return connection_; }

  [[nodiscard]] TcpStream& transport() noexcept { return *transport_; }

 private:
  /// advance_handshake sends and receives once, waiting until `turn` at most.
  StreamOutcome advance_handshake(Deadline turn);
  /// drive goes on until the phase is another one, the connection failed, or the deadline.
  void drive(Phase phase, HandshakeReport& report, Deadline deadline, const StopSignal* stop);
  /// set_aside makes room for the messages of a handshake behind data that nobody has read yet.
  StreamOutcome set_aside();
  /// conclude_handshake fills the report once the connection has left the handshake.
  void conclude_handshake(HandshakeReport& report, Deadline deadline);
  StreamOutcome send_outgoing(Deadline deadline);
  /// receive_once takes what the socket has, waiting until the deadline. ok: something changed.
  StreamOutcome receive_once(Deadline deadline);
  StreamOutcome engine_failure();
  void drain_events();
  void note_obstacle(const Event& event);

  TcpStreamPtr transport_;
  Connection connection_;
  Listener listener_;
  /// set_aside_ is plaintext that came before what connection_ has; read gives it first.
  std::vector<std::uint8_t> set_aside_;
  bool is_write_blocked_ = false;  ///< the connection takes no data before the handshake goes on
  std::size_t bytes_received_ = 0;
  bool is_established_ = false;
  Obstacle obstacle_ = Obstacle::none;
  bool transport_ended_ = false;
  std::string transport_failure_;
};

/// outgoing_bytes is how much waits in Connection::outgoing.
[[nodiscard]] std::size_t outgoing_bytes(const Connection& connection);

}  // namespace heirloom::app
