// print: the report of one box, for people and for programs (docs/check.schema.json).
#pragma once

#include "check/examine.hpp"
#include "check/severity.hpp"

#include <string>
#include <vector>

namespace heirloom::app {

/// format_report gives aligned sections. Every line begins with "tested" or "could not test".
[[nodiscard]] std::string format_report(const Examination& examination,
                                        const std::vector<CheckLine>& lines);

/// format_report_json gives one object on one line.
[[nodiscard]] std::string format_report_json(const Examination& examination,
                                             const std::vector<CheckLine>& lines);

}  // namespace heirloom::app
