// The lines about suites: how many of each version, and what is known against them.
#include "check/sslv2.hpp"
#include "check/suite_catalog.hpp"
#include "check/verdict_lines.hpp"
#include "check/verdicts.hpp"
#include "check/weakness.hpp"
#include "common/join.hpp"

#include <algorithm>

namespace heirloom::app {

namespace {

using Section = CheckLine::Section;
using Status = CheckLine::Status;
using State = VersionReport::State;

std::string preference_text(const VersionReport& report) {
  switch (report.preference) {
    case VersionReport::Preference::server:
      return "the box chooses by its own order";
    case VersionReport::Preference::client:
      return "the box follows the order of the client";
    case VersionReport::Preference::one_suite:
      return "there is nothing to choose";
    case VersionReport::Preference::unknown:
      return "whose order counts could not be tested: " + report.preference_why;
  }
  return {};
}

/// suites_line sums up one version: how many suites, whose order counts, what could not be tested.
CheckLine suites_line(const VersionReport& report) {
  const CheckVersionRow& facts = row(report.version);
  CheckLine result = line(Section::suites,
                          "suites_" + std::string(facts.check),
                          "suites of " + std::string(facts.text));
  Severity worst = Severity::ok;
  for (const AcceptedSuite& suite : report.suites) {
    worst = std::max(worst, severity_of_suite({report.version, suite.id}));
  }
  const std::size_t count = report.suites.size();
  std::string text = std::to_string(count) + (count == 1 ? " is" : " are") + " accepted";
  if (report.version != CheckVersion::ssl20) {
    text += "; " + preference_text(report);
  }
  if (!report.chosen_but_broken.empty()) {
    text += "; chosen, but then the box broke off: ";
    for (const std::uint16_t id : report.chosen_but_broken) {
      text += (id == report.chosen_but_broken.front() ? "" : ", ") + describe_offered_suite(id);
    }
  }
  say(result, worst, text);
  std::size_t untested = 0;
  for (const UntestedSuites& batch : report.untested) {
    untested += batch.suites.size();
  }
  if (untested > 0) {
    cannot_say(result,
               Status::not_tested,
               text + "; " + std::to_string(untested) +
                   " could not be tested: " + report.untested.front().why);
    result.severity = worst;
  } else if (report.preference == VersionReport::Preference::unknown &&
             report.version != CheckVersion::ssl20) {
    result.status = Status::not_tested;
  }
  return result;
}

/// Hits is what was found of one weakness, and what could not be looked at.
struct Hits {
  std::vector<std::string> found;  ///< "SSL 3.0: RC4-MD5, RC4-SHA"
  std::vector<std::string> gaps;   ///< versions where a suite of the kind may hide
};

template <class Suites, class Id>
bool any_concerned(const Weakness& weakness, CheckVersion version, const Suites& suites, Id id) {
  return std::ranges::any_of(suites, [&](const auto& suite) {
    return weakness.concerns(version, any_suite_name({version, id(suite)}));
  });
}

bool may_hide(const Weakness& weakness, const VersionReport& report) {
  const auto number = [](std::uint16_t id) { return std::uint32_t{id}; };
  if (report.state == State::unknown && report.version == CheckVersion::ssl20) {
    return any_concerned(weakness, report.version, sslv2_suites(), [](const Sslv2Suite& suite) {
      return suite.kind;
    });
  }
  if (report.state == State::unknown) {
    return std::ranges::any_of(suites_for(report.version), [&](const auto& batch) {
      return any_concerned(weakness, report.version, batch, number);
    });
  }
  return std::ranges::any_of(report.untested, [&](const UntestedSuites& batch) {
    return any_concerned(weakness, report.version, batch.suites, number);
  });
}

constexpr std::size_t kMaxNames = 4;  ///< the suites are listed elsewhere

Hits look_for(const Weakness& weakness, const Examination& examination) {
  Hits hits;
  for (const VersionReport& report : examination.versions) {
    const std::string version(row(report.version).text);
    std::vector<std::string> names;
    for (const AcceptedSuite& suite : report.suites) {
      const SuiteAt at{report.version, suite.id};
      if (weakness.concerns(report.version, any_suite_name(at))) {
        names.emplace_back(any_suite_name(at));
      }
    }
    if (!names.empty()) {
      hits.found.push_back(version + ": " +
                           (names.size() > kMaxNames ? std::to_string(names.size()) + " suites"
                                                     : join(names, ", ")));
    }
    if (may_hide(weakness, report)) {
      hits.gaps.push_back(version);
    }
  }
  return hits;
}

CheckLine weakness_line(const Weakness& weakness, const Examination& examination) {
  CheckLine result =
      line(Section::weaknesses, std::string(weakness.id), std::string(weakness.title));
  result.cves = cve_list(weakness.cves);
  const Hits hits = look_for(weakness, examination);
  if (!hits.found.empty()) {
    say(result, weakness.severity, join(hits.found, "; "), std::string(weakness.why));
  } else if (!hits.gaps.empty()) {
    cannot_say(result,
               Status::not_tested,
               "none was found, but not everything could be tested at " + join(hits.gaps, ", "));
  } else {
    say(result, Severity::ok, "no suite of this kind is accepted");
  }
  return result;
}

Severity severity_of_group(std::size_t bits) {
  if (bits < 768) {
    return Severity::critical;
  }
  if (bits <= 1024) {
    return Severity::high;
  }
  return bits < 2048 ? Severity::low : Severity::ok;
}

/// group_line judges the smallest prime of an ephemeral Diffie-Hellman exchange (Logjam).
CheckLine group_line(const Examination& examination) {
  CheckLine result = line(Section::weaknesses, "dh_group", "Diffie-Hellman group");
  result.cves = {"CVE-2015-4000"};
  std::size_t smallest = 0;
  for (const VersionReport& report : examination.versions) {
    for (const AcceptedSuite& suite : report.suites) {
      const bool is_smaller = suite.dh_bits != 0 && (smallest == 0 || suite.dh_bits < smallest);
      smallest = is_smaller ? suite.dh_bits : smallest;
    }
  }
  const bool has_gaps = std::ranges::any_of(examination.versions, [](const VersionReport& report) {
    return report.state == State::unknown || !report.untested.empty();
  });
  if (smallest == 0 && has_gaps) {
    cannot_say(result, Status::not_tested, "none was seen, but not everything could be tested");
  } else if (smallest == 0) {
    say(result, Severity::ok, "no suite with an ephemeral group is accepted");
  } else {
    const Severity severity = severity_of_group(smallest);
    say(result,
        severity,
        "the smallest prime has " + std::to_string(smallest) + " bits",
        severity == Severity::ok ? ""
                                 : "logarithms in a group this small, or of a common prime of 1024 "
                                   "bits, can be computed "
                                   "(Logjam)");
  }
  return result;
}

}  // namespace

void add_suite_verdicts(std::vector<CheckLine>& lines, const Examination& examination) {
  for (const VersionReport& report : examination.versions) {
    if (report.state == State::accepted) {
      lines.push_back(suites_line(report));
    }
  }
  for (const Weakness& weakness : weaknesses()) {
    lines.push_back(weakness_line(weakness, examination));
  }
  lines.push_back(group_line(examination));
}

}  // namespace heirloom::app
