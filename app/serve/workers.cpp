#include "serve/workers.hpp"

#include "common/log.hpp"
#include "common/thread_end.hpp"

#include <chrono>
#include <exception>
#include <system_error>
#include <thread>

namespace heirloom::app {

bool Workers::wait_for_room(const StopSignal& stop) {
  std::unique_lock lock(mutex_);
  while (running_ >= limit_) {
    if (stop.is_stopped()) {
      return false;
    }
    changed_.wait_for(lock, std::chrono::milliseconds(100));
  }
  return true;
}

void Workers::wait_for_all() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [this] { return running_ == 0; });
}

void Workers::launch(std::function<void()> work) {
  {
    const std::lock_guard lock(mutex_);
    ++running_;
  }
  const auto finish = [this] {
    const std::lock_guard lock(mutex_);
    --running_;
    changed_.notify_all();
  };
  try {
    std::thread([work = std::move(work), finish]() mutable {
      try {
        work();
      } catch (const std::exception& error) {
        log_line(LogLevel::error, "connection_lost", {{"message", std::string(error.what())}});
      }
      work = nullptr;  // closes the connection before it counts as gone
      release_thread_state();
      finish();
    }).detach();
  } catch (const std::system_error& error) {
    log_line(LogLevel::error, "connection_dropped", {{"message", std::string(error.what())}});
    finish();
  }
}

}  // namespace heirloom::app
