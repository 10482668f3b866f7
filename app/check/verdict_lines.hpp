// How the lines of a report are made.
#pragma once

#include "check/examine.hpp"
#include "check/severity.hpp"

#include <string>
#include <vector>

namespace heirloom::app {

/// line begins one that says nothing yet.
[[nodiscard]] CheckLine line(CheckLine::Section section, std::string id, std::string title);

/// say makes it a tested one; from Severity::low on it is a finding.
void say(CheckLine& line, Severity severity, std::string text, std::string why = {});

/// cannot_say makes it one that could not be tested.
void cannot_say(CheckLine& line, CheckLine::Status status, std::string reason);

/// add_suite_verdicts adds the lines about suites, their weaknesses and groups.
void add_suite_verdicts(std::vector<CheckLine>& lines, const Examination& examination);

}  // namespace heirloom::app
