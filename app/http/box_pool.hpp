// BoxPool: the connections to the box, kept for the next request.
//
// Devices take a second for a handshake and allow few connections, so connections are reused and
// their number is bounded; a request beyond that waits for its turn. A box that refuses one more
// while it serves others has shown its own limit, and is held to it.
#pragma once

#include "common/failure.hpp"
#include "common/stream.hpp"
#include "http/input.hpp"

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <set>
#include <vector>

namespace heirloom::app::http {

/// BoxConnector makes a connection to the box, identity checked. Called from several threads.
class BoxConnector {
 public:
  BoxConnector() = default;
  BoxConnector(const BoxConnector&) = delete;
  BoxConnector& operator=(const BoxConnector&) = delete;
  virtual ~BoxConnector() = default;

  [[nodiscard]] virtual Outcome<StreamPtr> connect() = 0;
};

/// BoxConnection is one connection with what was read ahead from it.
struct BoxConnection {
  explicit BoxConnection(StreamPtr connected) : stream(std::move(connected)), input(*stream) {}

  StreamPtr stream;
  Input input;
  bool has_carried = false;  ///< at least one response came over it
  std::chrono::steady_clock::time_point idle_since;
};

class BoxPool {
 public:
  struct Limits {
    std::size_t connections = 16;  ///< at the same time, idle ones included
    std::chrono::milliseconds idle{60000};
  };

  /// Lease is the use of one connection. Dropping it closes the connection.
  class Lease {
   public:
    Lease(BoxPool& pool, std::unique_ptr<BoxConnection> connection)
        : pool_(&pool), connection_(std::move(connection)) {}

    Lease(const Lease&) = delete;
    Lease& operator=(const Lease&) = delete;
    Lease(Lease&& other) noexcept = default;
    Lease& operator=(Lease&& other) noexcept;
    ~Lease();

    [[nodiscard]] BoxConnection& operator*() const noexcept { return *connection_; }

    [[nodiscard]] BoxConnection* operator->() const noexcept { return connection_.get(); }

    /// give_back lets the next request use the connection.
    void give_back();

   private:
    BoxPool* pool_;
    std::unique_ptr<BoxConnection> connection_;
  };

  /// Reuse of an idle connection. `settled` is for a request that must not be sent twice: many
  /// devices close after each response without announcing it, and that can arrive later than the
  /// next request (their small last record waits for our acknowledgement, about 40 ms).
  enum class Reuse : std::uint8_t { allowed, settled, fresh_only };

  BoxPool(BoxConnector& connector, Limits limits) : connector_(connector), limits_(limits) {}

  BoxPool(const BoxPool&) = delete;
  BoxPool& operator=(const BoxPool&) = delete;
  ~BoxPool();

  /// adopt takes a connection that was made before the pool existed.
  void adopt(StreamPtr stream);

  /// acquire gives a connection that looks alive, or makes one. Cause "busy" if none came free
  /// until the deadline, "stopped" after stop.
  [[nodiscard]] Outcome<Lease> acquire(Reuse reuse, Deadline deadline);

  /// stop ends every connection, also those in use, and refuses new ones.
  void stop();

 private:
  std::unique_ptr<BoxConnection> take_idle();
  std::unique_ptr<BoxConnection> take_reusable(std::unique_lock<std::mutex>& lock, Reuse reuse);
  Outcome<Lease> make_fresh(std::unique_lock<std::mutex>& lock);
  void drop(std::unique_ptr<BoxConnection> connection);
  void keep(std::unique_ptr<BoxConnection> connection);

  BoxConnector& connector_;
  Limits limits_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::unique_ptr<BoxConnection>> idle_;
  std::set<int> handles_;  ///< of every connection that exists
  std::size_t count_ = 0;  ///< connections that exist or are being made
  bool is_stopped_ = false;
};

}  // namespace heirloom::app::http
