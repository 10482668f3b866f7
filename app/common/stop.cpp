#include "common/stop.hpp"

#include <atomic>
#include <csignal>
#include <cstdint>
#include <cstdlib>

#include <poll.h>
#include <sys/eventfd.h>
#include <unistd.h>

namespace heirloom::app {

namespace {

std::atomic<StopSignal*> signalled{nullptr};
static_assert(std::atomic<StopSignal*>::is_always_lock_free, "used in a signal handler");

void on_signal(int number) {
  StopSignal* const stop = signalled.load();
  if (stop == nullptr || stop->is_stopped()) {
    ::_exit(128 + number);
  }
  stop->stop();
}

}  // namespace

StopSignal::StopSignal() : handle_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (handle_ < 0) {
    std::abort();
  }
}

StopSignal::~StopSignal() {
  StopSignal* self = this;
  signalled.compare_exchange_strong(self, nullptr);
  ::close(handle_);
}

void StopSignal::stop() noexcept {
  const std::uint64_t one = 1;
  const auto written = ::write(handle_, &one, sizeof one);
  static_cast<void>(written);  // the counter is already above zero if this would block
}

bool StopSignal::is_stopped() const noexcept {
  pollfd waiting{handle_, POLLIN, 0};
  return ::poll(&waiting, 1, 0) > 0;
}

void stop_on_signals(StopSignal& stop) {
  signalled.store(&stop);

  struct sigaction action {};

  action.sa_handler = on_signal;
  ::sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESTART;
  ::sigaction(SIGINT, &action, nullptr);
  ::sigaction(SIGTERM, &action, nullptr);
}

}  // namespace heirloom::app
