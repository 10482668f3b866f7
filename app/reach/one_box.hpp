// OneBox: everything that `reach` does for one target, step by step.
#pragma once

#include "ca/local_tls.hpp"
#include "common/connection_server.hpp"
#include "common/failure.hpp"
#include "common/stop.hpp"
#include "http/bridge.hpp"
#include "http/listeners.hpp"
#include "ladder/box_finder.hpp"
#include "ladder/report.hpp"
#include "reach/command.hpp"
#include "reach/raw_bridge.hpp"

#include <memory>
#include <string>

namespace heirloom::app {

class OneBox {
 public:
  using Stopped = ConnectionServer::Stopped;

  /// Shared is what all boxes of one run have in common. It must outlive them.
  struct Shared {
    const ReachOptions& options;
    LadderSetup setup;  ///< with `stop`
    StopSignal& stop;
    std::shared_ptr<const LocalAuthority> authority;  ///< null without --tls
  };

  OneBox(const Shared& shared, ReachTarget target, Report report);
  OneBox(const OneBox&) = delete;
  OneBox& operator=(const OneBox&) = delete;
  ~OneBox();

  /// open finds the box, judges it and has a listener for it. Cause "stopped" after Ctrl-C.
  [[nodiscard]] Outcome<bool> open();

  /// serve prints where the box is to be found, and returns after Ctrl-C. After
  /// Stopped::with_threads_left the object must not be destroyed.
  [[nodiscard]] Stopped serve();

  /// keep_session writes the newest session if --session-out wants it, after serve.
  [[nodiscard]] Outcome<bool> keep_session() const;

  [[nodiscard]] const Report& report() const noexcept { return report_; }

 private:
  Outcome<bool> read_pins();
  Outcome<bool> listen();
  Outcome<bool> find();
  Outcome<bool> judge();
  Outcome<bool> remember();
  [[nodiscard]] Stopped serve_page();
  [[nodiscard]] Stopped serve_bytes();
  [[nodiscard]] http::Secure secure();
  [[nodiscard]] std::string label() const;

  const Shared& shared_;
  ReachTarget target_;
  Report report_;
  BoxFinder finder_;
  http::Listeners listeners_;
  std::unique_ptr<LocalTls> tls_;
  // Threads that could not be interrupted may still use these when serve returns.
  struct Page;
  std::unique_ptr<BoxLink> link_;
  std::unique_ptr<Page> page_;
  std::unique_ptr<RawBridge> bytes_;
};

}  // namespace heirloom::app
