// Validity: from when to when a certificate is valid, from the words of the command line.
#pragma once

#include "common/failure.hpp"

#include <ctime>
#include <optional>
#include <string>

namespace heirloom::app {

struct Validity {
  std::time_t from = 0;
  std::time_t to = 0;
};

/// DateWords are the options, as typed.
struct DateWords {
  std::optional<int> days;
  std::string from;
  std::string to;
};

/// plan_validity reads dates, YYYY-MM-DD or YYYY-MM-DDTHH:MM:SSZ, between 1950 and 9999; a day
/// alone means its begin for --from and its last second for --to. What is not said comes from
/// `otherwise`; --days counts from --from, or from `now`. ExitCode::usage with "ca_date" for what
/// is no date, "ca_dates" if the end is not after the begin.
[[nodiscard]] Outcome<Validity> plan_validity(const DateWords& words,
                                              const Validity& otherwise,
                                              std::time_t now);

}  // namespace heirloom::app
