// diagnose: from what every rung said to the cause, in one sentence, and the next command. No I/O.
#pragma once

#include "common/failure.hpp"
#include "ladder/rung.hpp"

#include <string>
#include <vector>

namespace heirloom::app {

/// Situation is what the sentence has to know beside the results.
struct Situation {
  std::string target;   ///< "10.0.0.5:443"
  std::string host;     ///< "10.0.0.5", in brackets if it needs them
  std::string command;  ///< "heirloom reach https://10.0.0.5", for a shell
  /// not_allowed are the words of --allow that were not given and would add suites: "export,anon".
  std::string not_allowed;
  bool has_certificate = false;
  bool sends_signal = true;          ///< the fallback signal was not switched off
  bool ssl30_was_ruled_out = false;  ///< by --min or --preset
  bool is_strict = false;            ///< the command has --preset strict
  bool has_min = false;              ///< the command has --min
};

/// diagnose explains a ladder on which no rung worked.
[[nodiscard]] Failure diagnose(const std::vector<RungResult>& results, const Situation& situation);

}  // namespace heirloom::app
