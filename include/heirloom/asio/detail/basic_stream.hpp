// BasicStream: the one source of the Asio stream adapters.
//
// `Net` is a struct of types and functions that names the Asio in use (standalone or Boost); the
// two public headers, stream.hpp and boost_stream.hpp, each define one and nothing else of weight.
// Members are spelt as in ssl::stream, so that one can stand for the other.
#pragma once

#include "heirloom/asio/detail/core.hpp"
#include "heirloom/asio/detail/drivers.hpp"
#include "heirloom/asio/detail/error.hpp"
#include "heirloom/asio/detail/operations.hpp"
#include "heirloom/config.hpp"
#include "heirloom/connection.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>
#include <vector>

namespace heirloom::detail {

/// StreamBase is what every stream has, whatever lies beneath it.
class StreamBase {
 public:
  // NOLINTNEXTLINE(readability-identifier-naming): as in ssl::stream_base
  enum handshake_type { client, server };
};

/// BasicStream encrypts what passes through to and from `NextLayer`, a type that is an asynchronous
/// and a blocking stream, for instance a socket, or a reference to one.
///
/// One read and one write may be outstanding at a time, beside them a shutdown or a renegotiate,
/// all from one implicit or explicit strand. Asynchronous functions take any completion token and
/// keep the handler's executor, allocator and cancellation slot. The forms without an error code
/// throw system_error.
///
/// Errors of the transport are passed on as they are. The peer's close_notify ends reading with
/// eof; an end without it is Cause::truncated. Every other code is a cause or a received alert, see
/// error().
///
/// The stream may be destroyed, and moved, while operations are outstanding: destroyed, they end
/// with operation_aborted. Nothing is sent by the destructor.
template <class Net, class NextLayer>
class BasicStream : public StreamBase {
  using Core = detail::Core<Net, NextLayer>;
  using ErrorCode = typename Net::ErrorCode;

 public:
  using next_layer_type = typename Core::NextLayerType;
  using lowest_layer_type = typename Core::LowestLayerType;
  using executor_type = typename Core::Executor;

  /// A client's stream. `arg` initialises the next layer; `resume` offers an earlier session.
  template <class Arg>
  BasicStream(Arg&& arg,
              std::shared_ptr<const ClientConfig> config,
              PeerName peer,
              SessionPtr resume = nullptr)
      : core_(std::make_shared<Core>(
            std::forward<Arg>(arg),
            Connection::client(std::move(config), std::move(peer), std::move(resume)),
            StreamRole::client)) {}

  /// A server's stream.
  template <class Arg>
  BasicStream(Arg&& arg, std::shared_ptr<const ServerConfig> config)
      : core_(std::make_shared<Core>(
            std::forward<Arg>(arg), Connection::server(std::move(config)), StreamRole::server)) {}

  BasicStream(BasicStream&& other) noexcept = default;

  BasicStream& operator=(BasicStream&& other) noexcept {
    if (this != &other) {
      abandon();
      core_ = std::move(other.core_);
    }
    return *this;
  }

  BasicStream(const BasicStream&) = delete;
  BasicStream& operator=(const BasicStream&) = delete;

  ~BasicStream() { abandon(); }

  [[nodiscard]] executor_type get_executor() noexcept { return core_->executor(); }

  [[nodiscard]] next_layer_type& next_layer() noexcept { return core_->next_layer(); }

  [[nodiscard]] const next_layer_type& next_layer() const noexcept { return core_->next_layer(); }

  [[nodiscard]] lowest_layer_type& lowest_layer() { return core_->next_layer().lowest_layer(); }

  [[nodiscard]] const lowest_layer_type& lowest_layer() const {
    return core_->next_layer().lowest_layer();
  }

  /// connection is the engine inside. Look at it, but leave its ports to the stream.
  [[nodiscard]] Connection& connection() noexcept { return core_->connection(); }

  [[nodiscard]] const Connection& connection() const noexcept { return core_->connection(); }

  /// info is what is known of the connection: version, suite, peer.
  [[nodiscard]] const ConnectionInfo& info() const noexcept { return connection().info(); }

  /// error is why the connection failed, with detail and clause; null while it has not.
  [[nodiscard]] const Error* error() const noexcept { return connection().error(); }

  /// set_event_handler has every event of the connection told, in order, from within an operation.
  void set_event_handler(std::function<void(const Event&)> handler) {
    core_->set_event_handler(std::move(handler));
  }

  /// set_decision_handler is called when a certificate, a session or a private key was answered
  /// with pending. The handler calls resolve at once, or arranges that it is called later from the
  /// same strand; an asynchronous handshake waits for that. Without a handler, and in a blocking
  /// handshake that is not resolved at once, the handshake ends with would_block and can be started
  /// again after resolve.
  void set_decision_handler(std::function<void(Decision)> handler) {
    core_->set_decision_handler(std::move(handler));
  }

  /// awaited_decision is what resolve has to answer; empty if nothing is awaited.
  [[nodiscard]] std::optional<Decision> awaited_decision() const noexcept {
    return core_->awaited_decision();
  }

  /// resolve answers the awaited decision and lets the handshake continue.
  Result<void> resolve(Answer answer) { return core_->resolve(std::move(answer)); }

  /// cancel ends all outstanding operations with operation_aborted, also those that wait for a
  /// decision.
  void cancel() { core_->cancel(); }

  void handshake(handshake_type type) {
    ErrorCode error;
    handshake(type, error);
    Net::throw_if(error, "handshake");
  }

  void handshake(handshake_type type, ErrorCode& error) {
    drive<Net>(*core_, HandshakeOperation<Net>(role(type)), error);
  }

  /// handshake with bytes that were already read from the transport.
  template <class ConstBuffers>
  void handshake(handshake_type type, const ConstBuffers& first_bytes, ErrorCode& error) {
    drive<Net>(*core_, HandshakeOperation<Net>(role(type), copy(first_bytes)), error);
  }

  template <class ConstBuffers>
  void handshake(handshake_type type, const ConstBuffers& first_bytes) {
    ErrorCode error;
    handshake(type, first_bytes, error);
    Net::throw_if(error, "handshake");
  }

  /// async_handshake: void(error_code).
  template <class Token = typename Net::template DefaultToken<executor_type>>
  auto async_handshake(handshake_type type, Token&& token = Token()) {
    return start<void(ErrorCode), Token>(HandshakeOperation<Net>(role(type)), token);
  }

  /// async_handshake with bytes that were already read: void(error_code, size_t), the number of
  /// those bytes that were used.
  template <class ConstBuffers, class Token>
  auto async_handshake(handshake_type type, const ConstBuffers& first_bytes, Token&& token) {
    return start<void(ErrorCode, std::size_t), Token>(
        HandshakeOperation<Net>(role(type), copy(first_bytes)), token);
  }

  /// renegotiate goes through another handshake. A peer that refuses gives renegotiation_declined,
  /// and the stream goes on as before, unless the policy closes it. What the peer wants to
  /// negotiate is done by reading, and needs no call. It may take much data to be read first:
  /// would_block in the blocking form, which reads none, if more comes than there is room for.
  void renegotiate(const RenegotiationOptions& options = {}) {
    ErrorCode error;
    renegotiate(options, error);
    Net::throw_if(error, "renegotiate");
  }

  void renegotiate(const RenegotiationOptions& options, ErrorCode& error) {
    drive<Net>(*core_, RenegotiateOperation<Net>(options), error);
  }

  /// async_renegotiate: void(error_code). A read may be outstanding beside it.
  template <class Token = typename Net::template DefaultToken<executor_type>>
  auto async_renegotiate(const RenegotiationOptions& options, Token&& token = Token()) {
    return start<void(ErrorCode), Token>(RenegotiateOperation<Net>(options), token);
  }

  /// shutdown sends close_notify and waits for the peer's; what the peer still sends is dropped.
  void shutdown() {
    ErrorCode error;
    shutdown(error);
    Net::throw_if(error, "shutdown");
  }

  void shutdown(ErrorCode& error) { drive<Net>(*core_, ShutdownOperation<Net>(), error); }

  /// async_shutdown: void(error_code).
  template <class Token = typename Net::template DefaultToken<executor_type>>
  auto async_shutdown(Token&& token = Token()) {
    return start<void(ErrorCode), Token>(ShutdownOperation<Net>(), token);
  }

  template <class MutableBuffers>
  std::size_t read_some(const MutableBuffers& buffers) {
    ErrorCode error;
    const std::size_t n = read_some(buffers, error);
    Net::throw_if(error, "read_some");
    return n;
  }

  template <class MutableBuffers>
  std::size_t read_some(const MutableBuffers& buffers, ErrorCode& error) {
    return drive<Net>(*core_, ReadOperation<Net, MutableBuffers>(buffers), error);
  }

  /// async_read_some: void(error_code, size_t).
  template <class MutableBuffers, class Token = typename Net::template DefaultToken<executor_type>>
  auto async_read_some(const MutableBuffers& buffers, Token&& token = Token()) {
    return start<void(ErrorCode, std::size_t), Token>(ReadOperation<Net, MutableBuffers>(buffers),
                                                      token);
  }

  template <class ConstBuffers>
  std::size_t write_some(const ConstBuffers& buffers) {
    ErrorCode error;
    const std::size_t n = write_some(buffers, error);
    Net::throw_if(error, "write_some");
    return n;
  }

  template <class ConstBuffers>
  std::size_t write_some(const ConstBuffers& buffers, ErrorCode& error) {
    return drive<Net>(*core_, WriteOperation<Net, ConstBuffers>(buffers), error);
  }

  /// async_write_some: void(error_code, size_t). Once it has begun, cancelling it leaves the stream
  /// in order, but what was sealed is sent all the same.
  template <class ConstBuffers, class Token = typename Net::template DefaultToken<executor_type>>
  auto async_write_some(const ConstBuffers& buffers, Token&& token = Token()) {
    return start<void(ErrorCode, std::size_t), Token>(WriteOperation<Net, ConstBuffers>(buffers),
                                                      token);
  }

 private:
  [[nodiscard]] static StreamRole role(handshake_type type) noexcept {
    return type == client ? StreamRole::client : StreamRole::server;
  }

  template <class ConstBuffers>
  [[nodiscard]] static std::vector<std::uint8_t> copy(const ConstBuffers& buffers) {
    std::vector<std::uint8_t> bytes;
    Net::for_each_const(buffers, [&bytes](std::span<const std::uint8_t> piece) {
      bytes.insert(bytes.end(), piece.begin(), piece.end());
    });
    return bytes;
  }

  /// start hands the token on as it came, so that a handler is moved and never copied.
  template <class Signature, class Token, class Operation>
  auto start(Operation operation, std::remove_reference_t<Token>& token) {
    constexpr bool kHasCount = std::is_same_v<Signature, void(ErrorCode, std::size_t)>;
    return Net::template compose<Token, Signature>(
        AsyncDriver<Net, Core, Operation, kHasCount>(core_, std::move(operation)),
        token,
        core_->executor());
  }

  void abandon() noexcept {
    if (core_ != nullptr) {
      core_->abandon();
    }
  }

  std::shared_ptr<Core> core_;
};

}  // namespace heirloom::detail
