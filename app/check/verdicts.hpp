// verdicts: from what was learnt of a box to the lines of the report. No I/O.
#pragma once

#include "check/examine.hpp"
#include "check/severity.hpp"
#include "common/exit_codes.hpp"

#include <chrono>
#include <optional>
#include <string>
#include <vector>

namespace heirloom::app {

/// verdicts gives every line, in the order of the report. A box that could not be reached has one
/// line, which says so.
[[nodiscard]] std::vector<CheckLine> verdicts(const Examination& examination);

/// certificate_verdicts judges the certificates that the box showed, the first one in full.
[[nodiscard]] std::vector<CheckLine> certificate_verdicts(
    const Examination& examination, std::chrono::system_clock::time_point now);

/// is_incomplete is true if another run may tell more.
[[nodiscard]] bool is_incomplete(const std::vector<CheckLine>& lines);

/// worst_severity of what was tested; none if nothing was. The hellos alone do not count: that
/// nobody speaks TLS at a port says nothing good of what is behind it.
[[nodiscard]] std::optional<Severity> worst_severity(const std::vector<CheckLine>& lines);

}  // namespace heirloom::app
