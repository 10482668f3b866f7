#include "common/connection_server.hpp"

#include <chrono>
#include <system_error>
#include <utility>

#include <sys/socket.h>

namespace heirloom::app {

namespace {

constexpr std::size_t kMaxConnections = 512;

}  // namespace

/// start gives the connection a thread. One that finds no place is closed: the client tries again.
void ConnectionServer::start(const std::shared_ptr<TcpStream>& stream) {
  const int handle = stream->readable_handle();
  const std::lock_guard lock(mutex_);
  if (is_stopping_ || handles_.size() >= kMaxConnections) {
    return;
  }
  const std::uint64_t number = next_thread_++;
  try {
    // The handle leaves the set before the stream closes it, so every handle in it is ours.
    threads_.emplace(number, std::thread([this, stream, handle, number] {
                       serve_(stream);
                       leave(handle, number);
                     }));
    handles_.insert(handle);
  } catch (const std::system_error&) {
    return;  // no thread to be had
  }
}

void ConnectionServer::leave(int handle, std::uint64_t thread) {
  const std::lock_guard lock(mutex_);
  handles_.erase(handle);
  finished_.push_back(thread);
  changed_.notify_all();
}

void ConnectionServer::join_finished() {
  std::vector<std::thread> finished;
  {
    const std::lock_guard lock(mutex_);
    for (const std::uint64_t number : finished_) {
      finished.push_back(std::move(threads_.extract(number).mapped()));
    }
    finished_.clear();
  }
  for (std::thread& thread : finished) {
    thread.join();
  }
}

void ConnectionServer::accept_from(TcpListener& listener, const StopSignal& stop) {
  while (const std::shared_ptr<TcpStream> stream = listener.accept(stop)) {
    join_finished();
    start(stream);
  }
}

ConnectionServer::Stopped ConnectionServer::run(const StopSignal& stop,
                                                const std::function<void()>& interrupt) {
  std::vector<std::thread> acceptors;
  for (const auto& listener : listeners_) {
    acceptors.emplace_back([this, &listener, &stop] { accept_from(*listener, stop); });
  }
  for (std::thread& acceptor : acceptors) {
    acceptor.join();
  }
  {
    const std::lock_guard lock(mutex_);
    is_stopping_ = true;
    for (const int handle : handles_) {
      ::shutdown(handle, SHUT_RDWR);
    }
  }
  if (interrupt) {
    interrupt();
  }
  {
    std::unique_lock lock(mutex_);
    const bool all_left =
        changed_.wait_for(lock, std::chrono::seconds(3), [this] { return handles_.empty(); });
    if (!all_left) {
      return Stopped::with_threads_left;
    }
  }
  join_finished();
  return Stopped::cleanly;
}

}  // namespace heirloom::app
