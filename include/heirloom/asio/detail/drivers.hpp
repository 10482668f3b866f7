// Drivers of the Asio stream's operations: the blocking loop, the asynchronous one, and the writer.
//
// The writer is the only one that writes to the next layer. It runs in the executor of the
// operation that woke it and goes on, until nothing is outgoing, even if that operation is
// cancelled: a record is never cut off, and the next operation finds the stream in order.
#pragma once

#include "heirloom/asio/detail/core.hpp"
#include "heirloom/asio/detail/operations.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <type_traits>
#include <utility>

namespace heirloom::detail {

template <class Net, class CoreType, class Executor>
class Writer {
 public:
  using executor_type = Executor;

  Writer(std::shared_ptr<CoreType> core, Executor executor)
      : core_(std::move(core)), executor_(std::move(executor)) {}

  [[nodiscard]] executor_type get_executor() const noexcept { return executor_; }

  /// start begins to send unless that goes on already.
  static void start(const std::shared_ptr<CoreType>& core, const Executor& executor) {
    if (!core->is_writing()) {
      core->begin_write();
      Writer(core, executor).write();
    }
  }

  void operator()(const typename Net::ErrorCode& transport_error, std::size_t n) {
    core_->sent(transport_error, n);
    if (transport_error || core_->is_abandoned() || !core_->has_outgoing()) {
      core_->end_write();
      return;
    }
    write();
  }

 private:
  void write() {
    CoreType& core = *core_;
    const auto buffers = core.gather();
    core.next_layer().async_write_some(buffers, std::move(*this));
  }

  std::shared_ptr<CoreType> core_;
  Executor executor_;
};

/// AsyncDriver is the implementation of a composed operation. HasCount says whether the handler
/// takes a number of bytes.
template <class Net, class CoreType, class Operation, bool HasCount>
class AsyncDriver {
 public:
  using ErrorCode = typename Net::ErrorCode;

  AsyncDriver(std::shared_ptr<CoreType> core, Operation operation)
      : core_(std::move(core)),
        operation_(std::move(operation)),
        cancellations_(core_->cancellations()) {}

  template <class Self>
  void operator()(Self& self, ErrorCode transport_error = {}, std::size_t n = 0) {
    const Resumed resumed = std::exchange(resumed_, Resumed::by_change);
    if (resumed == Resumed::by_post) {
      complete(self);
      return;
    }
    if (resumed == Resumed::by_read) {
      error_ = core_->end_read(transport_error, n);
    }
    if (resumed != Resumed::first && is_cancelled(self)) {
      error_ = Net::operation_aborted();
      complete(self);
      return;
    }
    if (!run(self)) {
      return;
    }
    if (resumed == Resumed::first) {
      // A handler is never called from inside the function that started the operation.
      resumed_ = Resumed::by_post;
      Net::post(core_->executor(), std::move(self));
      return;
    }
    complete(self);
  }

 private:
  enum class Resumed : std::uint8_t { first, by_read, by_change, by_post };
  enum class WaitingFor : std::uint8_t { anything, write, farewell };

  template <class Self>
  [[nodiscard]] bool is_cancelled(Self& self) const {
    return core_->is_abandoned() || core_->cancellations() != cancellations_ ||
           is_cancelled_by_slot(self);
  }

  /// is_cancelled_by_slot asks the handler's cancellation slot, in an Asio that has them.
  template <class Self>
  [[nodiscard]] static bool is_cancelled_by_slot(Self& self) {
    if constexpr (requires { self.get_cancellation_state(); }) {
      using Type = decltype(self.get_cancellation_state().cancelled());
      return self.get_cancellation_state().cancelled() != Type::none;
    } else {
      return false;
    }
  }

  /// run takes steps until the operation is complete (true) or waits (false; `self` is gone then).
  template <class Self>
  [[nodiscard]] bool run(Self& self) {
    if (waiting_for_ != WaitingFor::anything && core_->is_writing()) {
      return !wait(self);
    }
    if (waiting_for_ == WaitingFor::farewell) {
      return true;
    }
    if (waiting_for_ == WaitingFor::write && core_->write_error()) {
      // Why the connection failed says more than that the peer would not hear of it.
      error_ = core_->failure();
      error_ = error_ ? error_ : core_->write_error();
    }
    waiting_for_ = WaitingFor::anything;
    while (!error_) {
      const Want want = operation_.step(*core_, error_, transferred_);
      if (want == Want::posting) {
        start_writer(self);
      }
      if (want == Want::nothing || want == Want::posting) {
        return true;
      }
      if (wait_for(self, want)) {
        return false;
      }
    }
    return true;
  }

  /// wait_for arranges that the operation goes on when it has what it wants; false, with error_, if
  /// it cannot have it.
  template <class Self>
  [[nodiscard]] bool wait_for(Self& self, Want want) {
    switch (want) {
      case Want::nothing:
      case Want::posting:
        break;
      case Want::read:
        return core_->is_reading() ? wait(self) : read(self);
      case Want::exchange:
        return exchange(self);
      case Want::write:
        return send(self, WaitingFor::write);
      case Want::farewell:
        return send(self, WaitingFor::farewell);
      case Want::decision:
        if (core_->has_decision_handler()) {
          return wait(self);
        }
        error_ = Net::would_block();
        break;
    }
    return false;
  }

  template <class Self>
  void start_writer(Self& self) {
    const auto executor = self.get_executor();
    Writer<Net, CoreType, std::remove_const_t<decltype(executor)>>::start(core_, executor);
  }

  /// exchange starts the writer and reads, without waiting for it: a peer that writes much itself
  /// may not read before we do.
  template <class Self>
  [[nodiscard]] bool exchange(Self& self) {
    const std::shared_ptr<CoreType> core = core_;
    const auto executor = self.get_executor();
    const bool is_waiting = core->is_reading() ? wait(self) : read(self);
    if (is_waiting && core->has_outgoing()) {
      Writer<Net, CoreType, std::remove_const_t<decltype(executor)>>::start(core, executor);
    }
    return is_waiting;
  }

  /// read starts to fill the connection's buffer. There is none after the end, and none while
  /// plaintext takes all the room: then a read of the application makes some.
  template <class Self>
  [[nodiscard]] bool read(Self& self) {
    const std::span<std::uint8_t> space = core_->connection().receive_buffer();
    if (space.empty() && !core_->connection().plaintext().empty()) {
      return wait(self);
    }
    if (space.empty()) {
      error_ = Net::eof();
      return false;
    }
    core_->begin_read();
    resumed_ = Resumed::by_read;
    CoreType& core = *core_;
    core.next_layer().async_read_some(typename Net::MutableBuffer(space.data(), space.size()),
                                      std::move(self));
    return true;
  }

  template <class Self>
  [[nodiscard]] bool send(Self& self, WaitingFor what) {
    // The wait comes first: the writer may be done, on a thread that runs the executor, before the
    // function that started the operation returns.
    const std::shared_ptr<CoreType> core = core_;
    const auto executor = self.get_executor();
    waiting_for_ = what;
    static_cast<void>(wait(self));
    Writer<Net, CoreType, std::remove_const_t<decltype(executor)>>::start(core, executor);
    return true;
  }

  template <class Self>
  [[nodiscard]] bool wait(Self& self) {
    resumed_ = Resumed::by_change;
    CoreType& core = *core_;
    core.async_wait_for_change(std::move(self));
    return true;
  }

  template <class Self>
  void complete(Self& self) {
    core_.reset();
    if constexpr (HasCount) {
      self.complete(error_, error_ ? 0 : transferred_);
    } else {
      self.complete(error_);
    }
  }

  std::shared_ptr<CoreType> core_;
  Operation operation_;
  std::size_t cancellations_;
  ErrorCode error_;
  std::size_t transferred_ = 0;
  Resumed resumed_ = Resumed::first;
  WaitingFor waiting_for_ = WaitingFor::anything;
};

/// send_all sends everything outgoing and blocks meanwhile. While an asynchronous operation sends,
/// even one that was cancelled, a blocking one cannot: would_block.
template <class Net, class CoreType>
[[nodiscard]] typename Net::ErrorCode send_all(CoreType& core) {
  typename Net::ErrorCode error =
      core.is_writing() ? Net::would_block() : typename Net::ErrorCode();
  while (!error && core.has_outgoing()) {
    const auto buffers = core.gather();
    const std::size_t n = core.next_layer().write_some(buffers, error);
    core.sent(error, n);
  }
  return error;
}

/// read_once reads from the transport and blocks meanwhile; would_block as with send_all.
template <class Net, class CoreType>
[[nodiscard]] typename Net::ErrorCode read_once(CoreType& core) {
  if (core.is_reading()) {
    return Net::would_block();
  }
  const std::span<std::uint8_t> space = core.connection().receive_buffer();
  if (space.empty()) {
    return core.connection().plaintext().empty() ? Net::eof() : Net::would_block();
  }
  typename Net::ErrorCode error;
  const std::size_t n =
      core.next_layer().read_some(typename Net::MutableBuffer(space.data(), space.size()), error);
  return core.end_read(error, n);
}

/// drive runs an operation to its end and blocks meanwhile. A decision that its handler does not
/// resolve at once ends it with would_block, since nobody could resolve it later.
template <class Net, class CoreType, class Operation>
std::size_t drive(CoreType& core, Operation operation, typename Net::ErrorCode& error) {
  std::size_t transferred = 0;
  error = {};
  while (!error) {
    switch (operation.step(core, error, transferred)) {
      case Want::nothing:
      case Want::posting:  // with the next operation: nobody else drives this stream
        return error ? 0 : transferred;
      case Want::read:
        error = read_once<Net>(core);
        break;
      case Want::exchange:
        error = send_all<Net>(core);
        error = error ? error : read_once<Net>(core);
        break;
      case Want::write: {
        const typename Net::ErrorCode write_error = send_all<Net>(core);
        const typename Net::ErrorCode failure = core.failure();
        error = write_error && failure ? failure : write_error;
        break;
      }
      case Want::farewell:
        static_cast<void>(send_all<Net>(core));
        return error ? 0 : transferred;
      case Want::decision:
        error = Net::would_block();
        break;
    }
  }
  return 0;
}

}  // namespace heirloom::detail
