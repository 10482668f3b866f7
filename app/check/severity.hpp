// Severity and CheckLine: one line of the report, and how bad it is.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom::app {

/// Severity is ordered: a later one is worse.
enum class Severity : std::uint8_t { ok, info, low, medium, high, critical };

[[nodiscard]] constexpr std::string_view to_string(Severity severity) noexcept {
  constexpr std::array<std::string_view, 6> words = {
      "OK", "INFO", "LOW", "MEDIUM", "HIGH", "CRITICAL"};
  return words[static_cast<std::size_t>(severity)];
}

/// CheckLine is one statement about a box. A line that could not be tested has no severity that
/// counts, and says why.
struct CheckLine {
  enum class Section : std::uint8_t {
    hellos,
    versions,
    suites,
    weaknesses,
    handshake,
    certificate
  };
  enum class Status : std::uint8_t {
    ok,
    finding,
    not_tested,    ///< something went wrong: another run may tell
    not_testable,  ///< the question makes no sense for this box, or this program cannot ask it
  };

  Section section = Section::weaknesses;
  std::string id;     ///< stable: "suite_rc4"
  std::string title;  ///< "RC4"
  Status status = Status::ok;
  Severity severity = Severity::ok;
  std::vector<std::string> cves = {};
  std::string text = {};  ///< what was found, or why it could not be tested
  std::string why = {};   ///< why that is bad; empty if it is not
};

}  // namespace heirloom::app
