// Workers: one thread per connection, with a limit.
#pragma once

#include "common/stop.hpp"

#include <condition_variable>
#include <cstddef>
#include <functional>
#include <memory>
#include <mutex>

namespace heirloom::app {

class Workers {
 public:
  explicit Workers(std::size_t limit) : limit_(limit) {}

  Workers(const Workers&) = delete;
  Workers& operator=(const Workers&) = delete;

  ~Workers() { wait_for_all(); }

  /// wait_for_room waits until fewer than `limit` threads run; false if `stop` came first.
  [[nodiscard]] bool wait_for_room(const StopSignal& stop);

  /// start runs `work` on a thread of its own. If the machine has no thread to give, the work is
  /// dropped, which closes the connection it holds.
  template <class Work>
  void start(Work work) {
    // std::function copies; a connection cannot be copied.
    launch([held = std::make_shared<Work>(std::move(work))] { (*held)(); });
  }

  void wait_for_all();

 private:
  void launch(std::function<void()> work);

  std::size_t limit_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t running_ = 0;
};

}  // namespace heirloom::app
