// weaknesses: what is known against a cipher suite at a version, by its name. No I/O.
#pragma once

#include "check/severity.hpp"
#include "check/version.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom::app {

/// SuiteAt is a suite at a version; three bytes for SSL 2.0.
struct SuiteAt {
  CheckVersion version;
  std::uint32_t id;

  friend bool operator==(const SuiteAt&, const SuiteAt&) = default;
};

/// Weakness is a reason to complain about suites.
struct Weakness {
  std::string_view id;     ///< of the check
  std::string_view title;  ///< a few words
  Severity severity;
  std::string_view cves;  ///< with spaces between
  std::string_view why;   ///< one sentence
  bool (*concerns)(CheckVersion version, std::string_view suite);
};

/// weaknesses lists them, the worst first.
[[nodiscard]] std::span<const Weakness> weaknesses() noexcept;

/// any_suite_name is the name of a suite of any version.
[[nodiscard]] std::string_view any_suite_name(SuiteAt suite) noexcept;

/// describe_any_suite gives all names and the number.
[[nodiscard]] std::string describe_any_suite(SuiteAt suite);

/// severity_of_suite is that of its worst weakness, ok if there is none.
[[nodiscard]] Severity severity_of_suite(SuiteAt suite);

/// complaints_about lists the titles of its weaknesses.
[[nodiscard]] std::vector<std::string> complaints_about(SuiteAt suite);

/// cve_list cuts at spaces: "CVE-2013-2566 CVE-2015-2808".
[[nodiscard]] std::vector<std::string> cve_list(std::string_view text);

}  // namespace heirloom::app
