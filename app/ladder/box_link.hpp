// BoxLink: makes the bridge's connections to the box, the way that was found to work.
//
// Every connection is held to what was accepted at the start: the same certificate (or one that the
// system vouches for, if that was the reason), and no lower version. That holds for a resumed
// session too, whose certificate is the one that it was made with.
#pragma once

#include "common/failure.hpp"
#include "http/box_pool.hpp"
#include "ladder/attempt.hpp"
#include "ladder/box_sessions.hpp"
#include "ladder/report.hpp"
#include "pins/pin.hpp"

#include <cstddef>
#include <mutex>
#include <string>

namespace heirloom::app {

class BoxLink final : public http::BoxConnector {
 public:
  struct Agreed {
    Rung rung;
    bool sends_signal = false;
    Pin::Trust trust = Pin::Trust::accepted;
    std::string certificate;  ///< "sha256:…"
    std::string version;      ///< word of the pin file
    std::string command;      ///< for the next step
  };

  BoxLink(const LadderSetup& setup, Agreed agreed, const Report& report)
      : setup_(setup), agreed_(std::move(agreed)), report_(report) {}

  [[nodiscard]] Outcome<StreamPtr> connect() override;

  /// first prints the line of a connection that was made before, and takes its session.
  void first(const BoxConnected& box);

  /// count is how many connections there were so far.
  [[nodiscard]] ConnectionCount count() const;

  [[nodiscard]] std::string target() const { return to_string(setup_.where); }

  [[nodiscard]] const std::string& command() const noexcept { return agreed_.command; }

  /// latest is the newest session.
  [[nodiscard]] Resumable latest() const { return sessions_.latest(); }

 private:
  [[nodiscard]] Outcome<bool> check_identity(const BoxFacts& facts) const;
  void announce(const BoxConnected& box);

  const LadderSetup& setup_;
  Agreed agreed_;
  const Report& report_;
  BoxSessions sessions_;
  mutable std::mutex mutex_;
  ConnectionCount count_;
};

}  // namespace heirloom::app
