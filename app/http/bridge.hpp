// Bridge: the local web server in front of one box. A thread per browser connection.
#pragma once

#include "common/stop.hpp"
#include "common/tcp.hpp"
#include "http/exchange.hpp"

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace heirloom::app::http {

class Bridge {
 public:
  enum class Stopped : std::uint8_t {
    cleanly,
    with_threads_left,  ///< some could not be interrupted in time; do not destroy anything
  };

  Bridge(Box& box, std::vector<std::unique_ptr<TcpListener>> listeners)
      : box_(box), listeners_(std::move(listeners)) {}

  Bridge(const Bridge&) = delete;
  Bridge& operator=(const Bridge&) = delete;
  ~Bridge() = default;

  /// run serves until `stop`, then ends every connection.
  [[nodiscard]] Stopped run(const StopSignal& stop);

 private:
  void accept_from(TcpListener& listener, const StopSignal& stop);
  void start(const std::shared_ptr<TcpStream>& stream);
  void serve(TcpStream& stream);
  void leave(int handle, std::uint64_t thread);
  void join_finished();

  Box& box_;
  std::vector<std::unique_ptr<TcpListener>> listeners_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<int> handles_;  ///< of browser connections
  std::map<std::uint64_t, std::thread> threads_;
  std::vector<std::uint64_t> finished_;  ///< threads that only have to be joined
  std::uint64_t next_thread_ = 0;
  bool is_stopping_ = false;
};

}  // namespace heirloom::app::http
