#include "ladder/box_link.hpp"

#include <utility>

namespace heirloom::app {

void BoxLink::announce(const BoxConnected& box) {
  ConnectionCount count;
  {
    const std::lock_guard lock(mutex_);
    ++count_.connections;
    count_.saved += box.facts.is_resumed ? 1 : 0;
    count = count_;
  }
  report_.connected(count, box.facts);
}

void BoxLink::first(const BoxConnected& box) {
  sessions_.adopt(box.session);
  announce(box);
}

ConnectionCount BoxLink::count() const {
  const std::lock_guard lock(mutex_);
  return count_;
}

Outcome<bool> BoxLink::check_identity(const BoxFacts& facts) const {
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
  return true;
}

Outcome<StreamPtr> BoxLink::connect() {
  BoxSessions::Turn turn = sessions_.begin(setup_.stop);
  Outcome<ResumingAttempt> made =
      attempt_resuming(agreed_.rung, agreed_.sends_signal, setup_, turn.offer());
  if (!made.has_value()) {
    return made.error();
  }
  std::optional<BoxConnected>& box = made->attempt.box;
  if (!box.has_value()) {
    const RungResult& result = made->attempt.result;
    const bool is_slow = result.end == RungEnd::silent || result.end == RungEnd::stalled;
    return Failure{is_slow ? ExitCode::network : ExitCode::handshake,
                   "The box answered before, but not this time: " + outcome_text(result),
                   "",
                   is_slow ? "silent" : "refused"};
  }
  const Outcome<bool> is_right = check_identity(box->facts);
  if (!is_right.has_value()) {
    return is_right.error();
  }
  turn.made(box->session);
  if (made->stumbled) {
    sessions_.stumbled();
  }
  announce(*box);
  return std::move(box->stream);
}

}  // namespace heirloom::app
