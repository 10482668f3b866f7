// ConnectionServer: local listeners and a thread for each connection that they accept.
#pragma once

#include "common/stop.hpp"
#include "common/tcp.hpp"

#include <condition_variable>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

namespace heirloom::app {

class ConnectionServer {
 public:
  enum class Stopped : std::uint8_t {
    cleanly,
    with_threads_left,  ///< some could not be interrupted in time; do not destroy anything
  };

  /// Serve treats one connection. The stream must not be closed before it returns.
  using Serve = std::function<void(const std::shared_ptr<TcpStream>&)>;

  ConnectionServer(std::vector<std::unique_ptr<TcpListener>> listeners, Serve serve)
      : listeners_(std::move(listeners)), serve_(std::move(serve)) {}

  ConnectionServer(const ConnectionServer&) = delete;
  ConnectionServer& operator=(const ConnectionServer&) = delete;
  ~ConnectionServer() = default;

  /// run serves until `stop`, then ends every connection. `interrupt` is called in between, to end
  /// what the threads wait for beside their connection.
  [[nodiscard]] Stopped run(const StopSignal& stop, const std::function<void()>& interrupt = {});

 private:
  void accept_from(TcpListener& listener, const StopSignal& stop);
  void start(const std::shared_ptr<TcpStream>& stream);
  void leave(int handle, std::uint64_t thread);
  void join_finished();

  std::vector<std::unique_ptr<TcpListener>> listeners_;
  Serve serve_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::set<int> handles_;  ///< of the connections that are open
  std::map<std::uint64_t, std::thread> threads_;
  std::vector<std::uint64_t> finished_;  ///< threads that only have to be joined
  std::uint64_t next_thread_ = 0;
  bool is_stopping_ = false;
};

}  // namespace heirloom::app
