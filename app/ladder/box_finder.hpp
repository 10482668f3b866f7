// BoxFinder: from a host and port to an open connection with a box that may be trusted.
//
// It reads what is remembered of the box, climbs the ladder, judges the certificate (asking a
// person where that is allowed) and remembers the result. Each step can be called alone, because
// some commands have something to do in between; open() does all of them.
#pragma once

#include "common/failure.hpp"
#include "common/target.hpp"
#include "ladder/attempt.hpp"
#include "ladder/box_link.hpp"
#include "ladder/box_options.hpp"
#include "ladder/climb.hpp"
#include "ladder/report.hpp"
#include "pins/pin.hpp"
#include "pins/pin_file.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace heirloom::app {

class BoxFinder {
 public:
  /// Asking: may a person at the terminal be asked whether this is the box? Only one is at a time.
  enum class Asking : std::uint8_t { never, at_terminal };

  /// Trusting::anything_once takes whatever certificate a box shows that is not known yet, and
  /// remembers nothing. Security: a box that is remembered is held to that even so, and --pin too.
  enum class Trusting : std::uint8_t { as_remembered, anything_once };

  struct Job {
    HostPort where;
    std::string command;  ///< "heirloom reach https://10.0.0.5", for next steps
    Asking asking = Asking::never;
    Trusting trusting = Trusting::as_remembered;
    Resumable resume = {};  ///< of an earlier connection to the same box
  };

  /// `setup` is build_ladder_setup's with `stop` filled, and `address` if the name must not be
  /// resolved; `where` is taken from the job. `report` must live as long as the finder.
  BoxFinder(const BoxOptions& options, LadderSetup setup, Job job, const Report& report);

  BoxFinder(const BoxFinder&) = delete;
  BoxFinder& operator=(const BoxFinder&) = delete;

  /// Ends a connection that nobody has taken, as TLS wants it.
  ~BoxFinder();

  /// open is read_pins, find, judge and remember. Cause "stopped" (ExitCode::ok) after Ctrl-C.
  [[nodiscard]] Outcome<bool> open();

  /// read_pins checks the fingerprints that were typed, and finds what is known of the box.
  [[nodiscard]] Outcome<bool> read_pins();

  /// find climbs the ladder. The identity is not judged yet: nothing may be sent.
  [[nodiscard]] Outcome<bool> find();

  [[nodiscard]] Outcome<bool> judge();

  /// remember writes the pin file. `local_port` 0 keeps the one of last time.
  [[nodiscard]] Outcome<bool> remember(std::uint16_t local_port = 0);

  /// pin is what was remembered before this run.
  [[nodiscard]] const std::optional<Pin>& pin() const noexcept { return pin_; }

  [[nodiscard]] const std::string& target() const noexcept { return target_; }

  [[nodiscard]] const LadderSetup& setup() const noexcept { return setup_; }

  /// facts are known after find.
  [[nodiscard]] const BoxFacts& facts() const noexcept { return box_->facts; }

  /// make_link makes further connections the same way, held to the same identity; it announces the
  /// one that is open. It must not outlive the finder.
  [[nodiscard]] std::unique_ptr<BoxLink> make_link();

  /// session is where the session of the open connection is, for Job::resume of the next one.
  [[nodiscard]] const SessionSource& session() const noexcept { return box_->session; }

  /// take_stream hands over the connection that is open.
  [[nodiscard]] StreamPtr take_stream() { return std::move(box_->stream); }

 private:
  [[nodiscard]] ClimbPlan plan() const;
  [[nodiscard]] Outcome<RungAttempt> attempt(Rung rung, bool sends_signal) const;
  [[nodiscard]] bool may_ask() const;
  [[nodiscard]] Outcome<bool> ask_person(const Failure& if_refused);
  [[nodiscard]] Outcome<bool> read_pin_file(const PinFile& file);

  const BoxOptions& options_;
  LadderSetup setup_;
  Job job_;
  const Report& report_;
  std::string target_;
  std::vector<std::string> pins_;            ///< --pin, in the form of the pin file
  std::vector<std::string> accept_changed_;  ///< --accept-changed, likewise
  std::optional<PinFile> pin_file_;
  std::optional<Pin> pin_;
  bool may_signal_ = true;
  std::optional<BoxConnected> box_;
  Pin::Trust trust_ = Pin::Trust::accepted;
};

}  // namespace heirloom::app
