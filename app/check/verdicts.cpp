#include "check/verdicts.hpp"

#include "check/verdict_lines.hpp"
#include "check/weakness.hpp"
#include "common/join.hpp"

#include <algorithm>

namespace heirloom::app {

namespace {

using Section = CheckLine::Section;
using Status = CheckLine::Status;
using State = VersionReport::State;

std::string id_of(std::string text) {
  std::ranges::replace_if(
      text, [](char c) { return c == '.' || c == '-'; }, '_');
  return text;
}

CheckLine hello_line(const HelloOutcome& outcome) {
  CheckLine result = line(Section::hellos,
                          "hello_" + id_of(std::string(rung_word(outcome.result.rung))),
                          std::string(rung_text(outcome.result.rung)));
  const bool works = outcome.result.end == RungEnd::complete;
  say(result,
      Severity::info,
      outcome_text(outcome.result) + (works ? ": " + outcome.version + ", " + outcome.suite : ""));
  return result;
}

void add_hellos(std::vector<CheckLine>& lines, const Examination& examination) {
  for (const HelloOutcome& outcome : examination.hellos) {
    lines.push_back(hello_line(outcome));
  }
  for (std::size_t i = examination.hellos.size(); i < kRungs.size(); ++i) {
    CheckLine missing = line(Section::hellos,
                             "hello_" + id_of(std::string(rung_word(kRungs[i]))),
                             std::string(rung_text(kRungs[i])));
    cannot_say(missing, Status::not_tested, examination.hello_gap);
    lines.push_back(std::move(missing));
  }
}

struct VersionVerdict {
  Severity severity;
  std::string_view cves;
  std::string_view why;
};

VersionVerdict verdict_on(CheckVersion version) {
  switch (version) {
    case CheckVersion::ssl20:
      return {
          Severity::critical,
          "CVE-2016-0800",
          "anybody on the wire can choose the weakest suite, and an attacker can use it against "
          "newer versions with the same key (DROWN); forbidden by RFC 6176"};
    case CheckVersion::ssl30:
      return {Severity::high, "CVE-2014-3566", "broken (POODLE) and forbidden by RFC 7568"};
    case CheckVersion::tls10:
    case CheckVersion::tls11:
      return {Severity::low, "", "relies on MD5 and SHA-1 and is forbidden by RFC 8996"};
    case CheckVersion::tls12:
    case CheckVersion::tls13:
      break;
  }
  return {Severity::ok, "", ""};
}

CheckLine version_line(const VersionReport& report, const Tested& handshake) {
  const CheckVersionRow& facts = row(report.version);
  CheckLine result = line(Section::versions, std::string(facts.check), std::string(facts.text));
  const bool is_current = report.version >= CheckVersion::tls12;
  if (report.state == State::unknown) {
    cannot_say(result, Status::not_tested, report.how);
  } else if (report.state == State::refused) {
    say(result, is_current ? Severity::info : Severity::ok, "not accepted: " + report.how);
  } else {
    const VersionVerdict verdict = verdict_on(report.version);
    std::string text = "accepted";
    if (handshake.state == Tested::State::yes) {
      text += "; a handshake was completed with " + handshake.what;
    } else if (report.version != CheckVersion::ssl20) {
      text += ", by its ServerHello; no handshake was completed here: " + handshake.what;
    }
    say(result, verdict.severity, text, std::string(verdict.why));
    result.cves = cve_list(verdict.cves);
  }
  return result;
}

struct FeatureRow {
  std::string_view id;
  std::string_view title;
  const Tested Examination::*tested;
  Severity if_yes;
  Severity if_no;
  std::string_view cves;
  std::string_view why;  ///< for the worse of the two
};

constexpr std::array<FeatureRow, 6> kFeatures = {{
    {"secure_renegotiation",
     "secure renegotiation (RFC 5746)",
     &Examination::renegotiation,
     Severity::ok,
     Severity::medium,
     "CVE-2009-3555",
     "somebody on the wire may put a request of their own before that of a client; whether the box "
     "renegotiates at all was not tried"},
    {"fallback_signal",
     "fallback signal (RFC 7507)",
     &Examination::fallback_signal,
     Severity::ok,
     Severity::low,
     "",
     "a client that retries lower can be made to use the lowest version by disturbing its first "
     "attempts"},
    {"compression",
     "compression",
     &Examination::compression,
     Severity::medium,
     Severity::ok,
     "CVE-2012-4929",
     "the size of compressed records gives away secrets that are sent beside chosen text (CRIME)"},
    {"resumption",
     "session resumption by id",
     &Examination::resumption,
     Severity::ok,
     Severity::info,
     "",
     "every connection costs the box a whole handshake"},
    {"extension_tolerance",
     "tolerance of extensions",
     &Examination::extensions,
     Severity::ok,
     Severity::low,
     "",
     "clients of today send extensions and cannot connect"},
    {"version_tolerance",
     "tolerance of higher versions",
     &Examination::higher_version,
     Severity::ok,
     Severity::low,
     "",
     "RFC 5246 E.1 wants an answer with the highest version of the box; clients have to retry "
     "lower, "
     "which an attacker can provoke"},
}};

CheckLine feature_line(const FeatureRow& row, const Tested& tested) {
  CheckLine result = line(Section::handshake, std::string(row.id), std::string(row.title));
  const bool is_bad = (tested.state == Tested::State::yes) == (row.if_yes > row.if_no);
  switch (tested.state) {
    case Tested::State::yes:
      say(result, row.if_yes, tested.what, is_bad ? std::string(row.why) : "");
      break;
    case Tested::State::no:
      say(result, row.if_no, tested.what, is_bad ? std::string(row.why) : "");
      break;
    case Tested::State::unknown:
      cannot_say(result, Status::not_tested, tested.what);
      break;
    case Tested::State::not_applicable:
      cannot_say(result, Status::not_testable, tested.what);
      break;
  }
  result.cves = cve_list(row.cves);
  return result;
}

CheckLine client_certificate_line(const Examination& examination) {
  CheckLine result = line(Section::handshake, "client_certificate", "client certificate");
  std::vector<std::string> asking;
  bool has_any = false;
  for (const VersionReport& report : examination.versions) {
    const bool can_tell = report.version != CheckVersion::ssl20 &&
                          report.version != CheckVersion::tls13 && report.state == State::accepted;
    has_any = has_any || can_tell;
    if (report.wants_certificate) {
      asking.emplace_back(row(report.version).text);
    }
  }
  if (!has_any) {
    cannot_say(result, Status::not_testable, "the request is readable up to TLS 1.2 only");
  } else {
    say(result,
        Severity::info,
        asking.empty() ? "the box does not ask for one"
                       : "the box asks for one at " + join(asking, ", "));
  }
  return result;
}

}  // namespace

std::vector<CheckLine> verdicts(const Examination& examination) {
  std::vector<CheckLine> lines;
  if (!examination.hellos.empty() || !examination.failure.has_value()) {
    add_hellos(lines, examination);
  }
  if (examination.failure.has_value()) {
    CheckLine rest = line(Section::versions, "reached", "everything else");
    cannot_say(rest, Status::not_tested, examination.failure->what);
    lines.push_back(std::move(rest));
    return lines;
  }
  for (std::size_t i = 0; i < examination.versions.size(); ++i) {
    lines.push_back(version_line(examination.versions[i], examination.handshakes[i]));
  }
  add_suite_verdicts(lines, examination);
  for (const FeatureRow& feature : kFeatures) {
    lines.push_back(feature_line(feature, examination.*feature.tested));
  }
  lines.push_back(client_certificate_line(examination));
  for (CheckLine& certificate : certificate_verdicts(examination, examination.started)) {
    lines.push_back(std::move(certificate));
  }
  return lines;
}

bool is_incomplete(const std::vector<CheckLine>& lines) {
  return std::ranges::any_of(
      lines, [](const CheckLine& line) { return line.status == Status::not_tested; });
}

std::optional<Severity> worst_severity(const std::vector<CheckLine>& lines) {
  std::optional<Severity> worst;
  bool is_examined = false;
  for (const CheckLine& line : lines) {
    if (line.status == Status::ok || line.status == Status::finding) {
      worst = std::max(worst.value_or(Severity::ok), line.severity);
      is_examined = is_examined || line.section != Section::hellos;
    }
  }
  return is_examined ? worst : std::nullopt;
}

}  // namespace heirloom::app
