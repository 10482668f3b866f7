// climb: rung after rung, until one works, the cause is clear, or nothing is left. No I/O of its
// own.
#pragma once

#include "common/failure.hpp"
#include "ladder/attempt.hpp"
#include "ladder/rung.hpp"

#include <functional>
#include <optional>
#include <vector>

namespace heirloom::app {

struct Climb {
  std::vector<RungResult> results;  ///< of every rung that was tried, in order
  std::optional<BoxConnected> box;  ///< if one worked
};

/// TryRung makes one attempt.
using TryRung = std::function<Outcome<RungAttempt>(Rung rung, bool sends_signal)>;

/// OnResult is told of every attempt as it ends.
using OnResult = std::function<void(const RungResult& result)>;

/// ClimbPlan is what is tried. The remembered rung goes first, alone: if it does not work any more,
/// the whole ladder follows.
struct ClimbPlan {
  std::vector<Rung> rungs;
  std::optional<Rung> remembered;
  bool may_signal = true;  ///< --no-fallback-signal was not given
};

/// climb returns a Failure only for what happened before TLS (names, TCP): trying another hello
/// would not help.
[[nodiscard]] Outcome<Climb> climb(const ClimbPlan& plan,
                                   const TryRung& try_rung,
                                   const OnResult& on_result);

}  // namespace heirloom::app
