// BoxLink: makes the bridge's connections to the box, the way that was found to work.
//
// Every connection is held to what was accepted at the start: the same certificate (or one that the
// system vouches for, if that was the reason), and no lower version.
#pragma once

#include "heirloom/session.hpp"

#include "common/failure.hpp"
#include "http/box_pool.hpp"
#include "ladder/attempt.hpp"
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

 private:
  Outcome<RungAttempt> attempt();
  void announce(const BoxConnected& box, bool is_resumed);

  const LadderSetup& setup_;
  Agreed agreed_;
  const Report& report_;
  std::mutex mutex_;
  SessionPtr session_;
  std::size_t count_ = 0;
};

}  // namespace heirloom::app
