#include "ladder/climb.hpp"

#include <algorithm>
#include <utility>

namespace heirloom::app {

namespace {

/// try_one makes one attempt and notes it; false if the climb is over.
Outcome<bool> try_one(Rung rung,
                      const ClimbPlan& plan,
                      const TryRung& try_rung,
                      const OnResult& on_result,
                      Climb& climb) {
  const bool signals = plan.may_signal && sends_fallback_signal(rung, plan.rungs, climb.results);
  Outcome<RungAttempt> attempt = try_rung(rung, signals);
  if (!attempt.has_value()) {
    return attempt.error();
  }
  on_result(attempt->result);
  climb.results.push_back(attempt->result);
  climb.box = std::move(attempt->box);
  if (climb.box.has_value()) {
    climb.box->facts.sends_signal = signals;
  }
  return descends(climb.results.back());
}

}  // namespace

Outcome<Climb> climb(const ClimbPlan& plan, const TryRung& try_rung, const OnResult& on_result) {
  Climb result;
  const bool has_memory =
      plan.remembered.has_value() &&
      std::find(plan.rungs.begin(), plan.rungs.end(), *plan.remembered) != plan.rungs.end();
  if (has_memory) {
    const Outcome<bool> goes_on = try_one(*plan.remembered, plan, try_rung, on_result, result);
    if (!goes_on.has_value()) {
      return goes_on.error();
    }
    // Alert 86 on the remembered rung means that the box has learnt a newer version since.
    const bool is_newer = result.results.back().end == RungEnd::fallback_refused;
    if (!*goes_on && !is_newer) {
      return result;
    }
    result.results.clear();
  }
  for (const Rung rung : plan.rungs) {
    const Outcome<bool> goes_on = try_one(rung, plan, try_rung, on_result, result);
    if (!goes_on.has_value()) {
      return goes_on.error();
    }
    if (!*goes_on) {
      break;
    }
  }
  return result;
}

}  // namespace heirloom::app
