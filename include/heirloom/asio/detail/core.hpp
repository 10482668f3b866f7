// Core: what all operations of one Asio stream share.
//
// It holds the next layer and the Connection, and keeps order on the wire: at most one read of the
// next layer is outstanding, and everything that is sent goes through one writer, so that a read
// that answers with an alert and a write of the application never interleave inside a record.
//
// The stream and every operation in flight own the core together. When the stream goes, what is in
// flight ends with operation_aborted and touches the next layer no more.
//
// Everything here runs in the implicit strand of the stream, as with ssl::stream.
#pragma once

#include "heirloom/asio/detail/error.hpp"
#include "heirloom/connection.hpp"

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

namespace heirloom::detail {

enum class StreamRole : std::uint8_t { client, server };

/// Gathered is a buffer sequence over a span.
template <class Buffer>
class Gathered {
 public:
  using value_type = Buffer;
  using const_iterator = const Buffer*;  // NOLINT(readability-identifier-naming): as Asio asks

  explicit Gathered(std::span<const Buffer> buffers) noexcept : buffers_(buffers) {}

  [[nodiscard]] const_iterator begin() const noexcept { return buffers_.data(); }

  [[nodiscard]] const_iterator end() const noexcept { return buffers_.data() + buffers_.size(); }

 private:
  std::span<const Buffer> buffers_;
};

template <class Net, class NextLayer>
class Core {
 public:
  using ErrorCode = typename Net::ErrorCode;
  using NextLayerType = std::remove_reference_t<NextLayer>;
  using LowestLayerType = typename NextLayerType::lowest_layer_type;
  using Executor = typename LowestLayerType::executor_type;

  template <class Arg>
  Core(Arg&& arg, Connection connection, StreamRole role)
      : next_layer_(std::forward<Arg>(arg)),
        connection_(std::move(connection)),
        role_(role),
        state_change_(next_layer_.lowest_layer().get_executor(),
                      (std::chrono::steady_clock::time_point::max)()) {}

  Core(const Core&) = delete;
  Core& operator=(const Core&) = delete;
  ~Core() = default;

  [[nodiscard]] NextLayerType& next_layer() noexcept { return next_layer_; }

  [[nodiscard]] Connection& connection() noexcept { return connection_; }

  [[nodiscard]] StreamRole role() const noexcept { return role_; }

  [[nodiscard]] Executor executor() { return next_layer_.lowest_layer().get_executor(); }

  /// failure is the connection's error as a code; no error if it has none.
  [[nodiscard]] ErrorCode failure() const noexcept {
    const Error* error = connection_.error();
    return error == nullptr ? ErrorCode() : make_code<Net>(*error);
  }

  [[nodiscard]] bool has_outgoing() const { return !connection_.outgoing().empty(); }

  // Waiting for one another.

  /// async_wait_for_change completes at the next notify.
  template <class Handler>
  void async_wait_for_change(Handler&& handler) {
    state_change_.async_wait(std::forward<Handler>(handler));
  }

  /// notify wakes every operation that waits, so that it looks again.
  void notify() { state_change_.cancel(); }

  // The end.

  /// abandon is the destruction of the stream.
  void abandon() {
    is_abandoned_ = true;
    if constexpr (!std::is_reference_v<NextLayer>) {
      close_next_layer();
    }
    notify();
  }

  /// cancel ends what is outstanding; the stream lives on.
  void cancel() {
    ++cancellations_;
    ErrorCode ignored;
    if constexpr (requires(LowestLayerType & lowest) { lowest.cancel(ignored); }) {
      next_layer_.lowest_layer().cancel(ignored);
    }
    notify();
  }

  [[nodiscard]] bool is_abandoned() const noexcept { return is_abandoned_; }

  /// cancellations counts calls of cancel, so that an operation can tell whether one concerned it.
  [[nodiscard]] std::size_t cancellations() const noexcept { return cancellations_; }

  // Reading.

  [[nodiscard]] bool is_reading() const noexcept { return is_reading_; }

  void begin_read() noexcept { is_reading_ = true; }

  /// end_read hands what came to the connection. The end of the transport is the connection's to
  /// judge; any other error of the transport is returned as it is.
  [[nodiscard]] ErrorCode end_read(const ErrorCode& transport_error, std::size_t n) {
    is_reading_ = false;
    ErrorCode result;
    if (n > 0) {
      // The outcome is sticky in the connection, where every operation looks first.
      static_cast<void>(connection_.received(n));
    }
    if (transport_error == Net::eof()) {
      static_cast<void>(connection_.receive_end());
    } else if (transport_error) {
      result = transport_error;
    }
    notify();
    return result;
  }

  // Writing.

  [[nodiscard]] bool is_writing() const noexcept { return is_writing_; }

  /// write_error is how the last write ended.
  [[nodiscard]] const ErrorCode& write_error() const noexcept { return write_error_; }

  void begin_write() noexcept {
    is_writing_ = true;
    write_error_ = ErrorCode();
  }

  void end_write() {
    is_writing_ = false;
    notify();
  }

  /// gather is what the next write of the transport sends, without copying it.
  [[nodiscard]] Gathered<typename Net::ConstBuffer> gather() {
    std::size_t count = 0;
    for (const std::span<const std::uint8_t> piece : connection_.outgoing()) {
      if (count == pieces_.size()) {
        break;
      }
      pieces_[count++] = typename Net::ConstBuffer(piece.data(), piece.size());
    }
    return Gathered<typename Net::ConstBuffer>(std::span(pieces_).first(count));
  }

  void sent(const ErrorCode& transport_error, std::size_t n) {
    connection_.consume_outgoing(n);
    write_error_ = transport_error;
  }

  // Events and decisions.

  void set_event_handler(std::function<void(const Event&)> handler) {
    event_handler_ = std::move(handler);
  }

  void set_decision_handler(std::function<void(Decision)> handler) {
    decision_handler_ = std::move(handler);
  }

  [[nodiscard]] bool has_decision_handler() const noexcept { return bool(decision_handler_); }

  [[nodiscard]] std::optional<Decision> awaited_decision() const noexcept {
    return connection_.phase() == Phase::parked ? decision_ : std::nullopt;
  }

  /// tell_events empties the connection's queue of events. A handler may call resolve.
  void tell_events() {
    while (const std::optional<Event> event = connection_.next_event()) {
      if (event->kind == Event::Kind::decision_needed) {
        decision_ = event->decision;
      }
      if (event_handler_) {
        event_handler_(*event);
      }
      if (event->kind == Event::Kind::decision_needed && decision_handler_) {
        decision_handler_(event->decision);
      }
    }
  }

  [[nodiscard]] Result<void> resolve(Answer answer) {
    Result<void> result = connection_.resolve(std::move(answer));
    notify();
    return result;
  }

 private:
  void close_next_layer() {
    ErrorCode ignored;
    if constexpr (requires(LowestLayerType & lowest) { lowest.close(ignored); }) {
      next_layer_.lowest_layer().close(ignored);
    }
  }

  NextLayer next_layer_;
  Connection connection_;
  StreamRole role_;
  typename Net::template Timer<Executor> state_change_;  // never expires; cancel wakes the waiting
  std::array<typename Net::ConstBuffer, 16> pieces_;  // of one write; a piece is at least a record
  std::function<void(const Event&)> event_handler_;
  std::function<void(Decision)> decision_handler_;
  std::optional<Decision> decision_;
  ErrorCode write_error_;
  std::size_t cancellations_ = 0;
  bool is_reading_ = false;
  bool is_writing_ = false;
  bool is_abandoned_ = false;
};

}  // namespace heirloom::detail
