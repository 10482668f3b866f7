// StopSignal: a descriptor that becomes readable when the program should end.
//
// Waiting code polls it beside its socket, so Ctrl-C needs no interrupted system calls and no
// flags that are looked at too late.
#pragma once

namespace heirloom::app {

class StopSignal {
 public:
  StopSignal();
  StopSignal(const StopSignal&) = delete;
  StopSignal& operator=(const StopSignal&) = delete;
  ~StopSignal();

  /// stop makes the descriptor readable for ever. Safe from any thread and from a signal handler.
  void stop() noexcept;

  [[nodiscard]] bool is_stopped() const noexcept;

  /// handle is the descriptor to poll for reading.
  [[nodiscard]] int handle() const noexcept { return handle_; }

 private:
  int handle_;
};

/// stop_on_signals ties SIGINT and SIGTERM to `stop`, which must live until the program ends. A
/// second signal ends the program at once.
void stop_on_signals(StopSignal& stop);

}  // namespace heirloom::app
