// BoxSessions: the session that all connections to one box share.
//
// An old box needs a second for one RSA operation, and a browser opens half a dozen connections at
// once. So whoever needs a new session does not need it alone: as long as nothing shows that the
// box would resume, because the session is lost or nobody has used it for a while, one connection
// goes first and the others wait for what it brings. They do not wait for a box that gives no
// sessions, and not longer than it is worth: a box that computes one handshake at a time is no
// slower for it.
#pragma once

#include "common/stop.hpp"
#include "ladder/resumption.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <utility>

namespace heirloom::app {

class BoxSessions {
 public:
  struct Limits {
    /// How long after its last use a session is taken for one that the box still has. The servers
    /// of the time keep one for five minutes; some boxes have room for a few.
    std::chrono::milliseconds proven{60000};
    std::chrono::milliseconds patience{10000};  ///< for the connection that goes first
  };

  /// Turn is one connection in the making. Dropping it lets those go on that wait for it.
  class Turn {
   public:
    enum class Place : std::uint8_t { first, any };

    Turn(BoxSessions& sessions, Resumable offer, Place place)
        : sessions_(sessions), offer_(std::move(offer)), place_(place) {}

    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;
    ~Turn();

    [[nodiscard]] const Resumable& offer() const noexcept { return offer_; }

    /// made says that the connection stands, and that its box is the right one. Security: the
    /// session of a box that was not judged must not be given to other connections.
    void made(const SessionSource& source);

   private:
    BoxSessions& sessions_;
    Resumable offer_;
    Place place_;
  };

  BoxSessions() = default;

  explicit BoxSessions(Limits limits) : limits_(limits) {}

  /// begin waits if another connection goes first, until that one stands or has failed, until
  /// patience ends, or `stop`.
  [[nodiscard]] Turn begin(const StopSignal* stop);

  /// adopt takes the session of a connection that was made before, and judged.
  void adopt(const SessionSource& source);

  /// stumbled: the box breaks off when a session is offered, and does not without. It is not
  /// bothered again.
  void stumbled();

  /// latest is the newest session, for another run of the program.
  [[nodiscard]] Resumable latest() const;

 private:
  using Moment = std::chrono::steady_clock::time_point;

  [[nodiscard]] bool is_proven() const;
  [[nodiscard]] bool must_wait() const;
  void first_is_done();

  Limits limits_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  SessionSource source_;
  Moment used_;  ///< when the box has last given or resumed it
  bool gives_none_ = false;
  bool has_stumbled_ = false;
  bool has_first_ = false;  ///< a connection goes first
};

}  // namespace heirloom::app
