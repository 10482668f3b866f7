#include "ladder/box_link.hpp"

#include <utility>

namespace heirloom::app {

void BoxLink::announce(const BoxConnected& box, bool is_resumed) {
  std::size_t number = 0;
  {
    const std::lock_guard lock(mutex_);
    number = ++count_;
    if (box.session != nullptr) {
      session_ = box.session;
    }
  }
  report_.connected(number, box.facts, is_resumed);
}

void BoxLink::first(const BoxConnected& box) {
  announce(box, false);
}

/// attempt offers the last session; a box that stumbles over that gets a full handshake.
Outcome<RungAttempt> BoxLink::attempt() {
  SessionPtr session;
  {
    const std::lock_guard lock(mutex_);
    session = session_;
  }
  Outcome<RungAttempt> made = attempt_rung(agreed_.rung, agreed_.sends_signal, setup_, session);
  if (session == nullptr || !made.has_value() || made->box.has_value()) {
    return made;
  }
  {
    const std::lock_guard lock(mutex_);
    session_ = nullptr;
  }
  return attempt_rung(agreed_.rung, agreed_.sends_signal, setup_);
}

Outcome<StreamPtr> BoxLink::connect() {
  Outcome<RungAttempt> made = attempt();
  if (!made.has_value()) {
    return made.error();
  }
  if (!made->box.has_value()) {
    const bool is_slow =
        made->result.end == RungEnd::silent || made->result.end == RungEnd::stalled;
    return Failure{is_slow ? ExitCode::network : ExitCode::handshake,
                   "The box answered before, but not this time: " + outcome_text(made->result),
                   "",
                   is_slow ? "silent" : "refused"};
  }
  const BoxFacts& facts = made->box->facts;
  const std::string certificate = fingerprint_of(facts.chain);
  const bool is_same = certificate == agreed_.certificate ||
                       (agreed_.trust == Pin::Trust::system && facts.is_verified);
  if (!is_same) {
    return Failure{ExitCode::identity,
                   "The box shows another certificate than before, " + certificate,
                   agreed_.command + " --accept-changed " + certificate,
                   "certificate_changed"};
  }
  if (version_rank(facts.version) < version_rank(agreed_.version)) {
    return Failure{ExitCode::identity,
                   "The box speaks a lower version than before, " + facts.version_text,
                   agreed_.command + " --accept-lower",
                   "version_lower"};
  }
  announce(*made->box, facts.is_resumed);
  return std::move(made->box->stream);
}

}  // namespace heirloom::app
