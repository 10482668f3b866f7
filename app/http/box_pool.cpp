#include "http/box_pool.hpp"

#include "common/wait.hpp"

#include <array>
#include <utility>

#include <sys/socket.h>

namespace heirloom::app::http {

namespace {

/// kSettling is how long after a response a silent close of it may still be under way.
constexpr std::chrono::milliseconds kSettling(150);

/// is_quiet is true if nothing came on an idle connection until then: no end, no stray bytes.
/// Reading lets the TLS layer deal with what is not data (session tickets), which poll alone would
/// mistake.
bool is_quiet(BoxConnection& connection, Deadline until) {
  std::array<std::uint8_t, 1> byte{};
  const bool is_empty = connection.input.pending().empty();
  return is_empty && connection.stream->read(byte, until).status == StreamStatus::timeout;
}

bool is_reusable(BoxConnection& connection, BoxPool::Reuse reuse) {
  switch (reuse) {
    case BoxPool::Reuse::allowed:
      return is_quiet(connection, std::chrono::steady_clock::now());
    case BoxPool::Reuse::settled:
      return is_quiet(connection, connection.idle_since + kSettling);
    case BoxPool::Reuse::fresh_only:
      return false;
  }
  return false;
}

Failure stopped() {
  return {ExitCode::network, "the bridge is being stopped", "", "stopped"};
}

}  // namespace

BoxPool::Lease& BoxPool::Lease::operator=(Lease&& other) noexcept {
  std::swap(pool_, other.pool_);
  std::swap(connection_, other.connection_);
  return *this;
}

BoxPool::Lease::~Lease() {
  if (connection_ != nullptr) {
    pool_->drop(std::move(connection_));
  }
}

void BoxPool::Lease::give_back() {
  connection_->has_carried = true;
  pool_->keep(std::move(connection_));
}

BoxPool::~BoxPool() {
  stop();
}

void BoxPool::adopt(StreamPtr stream) {
  auto connection = std::make_unique<BoxConnection>(std::move(stream));
  {
    const std::lock_guard lock(mutex_);
    ++count_;
    handles_.insert(connection->stream->readable_handle());
  }
  keep(std::move(connection));
}

void BoxPool::keep(std::unique_ptr<BoxConnection> connection) {
  connection->idle_since = std::chrono::steady_clock::now();
  const std::lock_guard lock(mutex_);
  idle_.push_back(std::move(connection));
  changed_.notify_one();
}

void BoxPool::drop(std::unique_ptr<BoxConnection> connection) {
  // A courtesy to devices that count sessions; what becomes of it does not matter. Their own
  // close_notify is waited for: a socket that is closed before it has been read is reset, and they
  // take that for a failure.
  close_politely(*connection->stream, std::chrono::milliseconds(100));
  const std::lock_guard lock(mutex_);
  handles_.erase(connection->stream->readable_handle());
  connection.reset();
  --count_;
  changed_.notify_one();
}

/// take_idle is called with the lock held, and takes the one that was used last.
std::unique_ptr<BoxConnection> BoxPool::take_idle() {
  if (idle_.empty()) {
    return nullptr;
  }
  auto connection = std::move(idle_.back());
  idle_.pop_back();
  return connection;
}

/// take_reusable drops what is no good any more. The lock is released while connections are tested.
std::unique_ptr<BoxConnection> BoxPool::take_reusable(std::unique_lock<std::mutex>& lock,
                                                      Reuse reuse) {
  while (auto connection = take_idle()) {
    lock.unlock();
    const bool is_young = std::chrono::steady_clock::now() - connection->idle_since < limits_.idle;
    const bool is_good = is_young && is_reusable(*connection, reuse);
    if (!is_good) {
      drop(std::move(connection));
    }
    lock.lock();
    if (is_good) {
      return connection;
    }
  }
  return nullptr;
}

Outcome<BoxPool::Lease> BoxPool::acquire(Reuse reuse, Deadline deadline) {
  Failure failure{
      ExitCode::network, "all connections that the bridge opens to the box are in use", "", "busy"};
  std::unique_lock lock(mutex_);
  while (!is_stopped_) {
    if (auto connection = take_reusable(lock, reuse)) {
      return Lease(*this, std::move(connection));
    }
    if (count_ < limits_.connections) {
      Outcome<Lease> fresh = make_fresh(lock);
      const bool is_final = fresh.has_value() || fresh.error().code == ExitCode::identity;
      if (is_final || count_ == 0) {
        return fresh;
      }
      // A box that serves some connections and refuses one more has no room for it.
      limits_.connections = count_;
      failure = fresh.error();
      continue;
    }
    if (changed_.wait_until(lock, deadline) == std::cv_status::timeout) {
      return failure;
    }
  }
  return stopped();
}

/// make_fresh counts the connection from the start, so that the limit holds while it is made.
Outcome<BoxPool::Lease> BoxPool::make_fresh(std::unique_lock<std::mutex>& lock) {
  ++count_;
  lock.unlock();
  Outcome<StreamPtr> stream = connector_.connect();
  lock.lock();
  if (!stream.has_value() || is_stopped_) {
    --count_;
    changed_.notify_one();
    return stream.has_value() ? stopped() : stream.error();
  }
  auto connection = std::make_unique<BoxConnection>(*std::move(stream));
  handles_.insert(connection->stream->readable_handle());
  return Lease(*this, std::move(connection));
}

void BoxPool::stop() {
  std::vector<std::unique_ptr<BoxConnection>> idle;
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
    idle.swap(idle_);
    changed_.notify_all();
  }
  for (auto& connection : idle) {
    drop(std::move(connection));
  }
  const std::lock_guard lock(mutex_);
  for (const int handle : handles_) {
    ::shutdown(handle, SHUT_RDWR);
  }
}

}  // namespace heirloom::app::http
