#include "check/print.hpp"
#include "check/suite_catalog.hpp"
#include "check/verdict_lines.hpp"
#include "check/verdicts.hpp"
#include "check/weakness.hpp"
#include "common/join.hpp"
#include "common/output.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <string_view>

#include <unistd.h>

namespace heirloom::app {

namespace {

using Section = CheckLine::Section;
using Status = CheckLine::Status;

constexpr std::array<std::string_view, 6> kSections = {"Hellos, as `heirloom reach` tries them",
                                                       "Versions",
                                                       "Cipher suites",
                                                       "Weaknesses of the suites",
                                                       "Handshake",
                                                       "Certificate"};

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(width, text.size()), ' ');
  return text;
}

Style style_of(Severity severity) {
  switch (severity) {
    case Severity::ok:
      return Style::good;
    case Severity::info:
      return Style::plain;
    case Severity::low:
    case Severity::medium:
      return Style::warning;
    case Severity::high:
    case Severity::critical:
      return Style::bad;
  }
  return Style::plain;
}

/// colored paints what goes to standard output, if that is a terminal.
std::string colored(Style style, const std::string& text) {
  return is_terminal(STDOUT_FILENO) ? paint(style, text) : text;
}

std::string severity_column(Severity severity) {
  return colored(style_of(severity), padded(std::string(to_string(severity)), 8));
}

std::string status_columns(const CheckLine& line) {
  if (line.status == Status::not_tested || line.status == Status::not_testable) {
    return colored(Style::warning, "could not test") + "  " + std::string(8, ' ');
  }
  return "tested          " + severity_column(line.severity);
}

std::string format_line(const CheckLine& line) {
  const std::size_t width = line.section == Section::hellos ? 48 : 34;
  std::string text = "  " + status_columns(line) + "  " + padded(line.title, width) + "  " +
                     escape_text(line.text) + "\n";
  const std::string indent(28, ' ');
  if (line.status == Status::finding && !line.why.empty()) {
    text += indent + line.why;
    text += line.cves.empty() ? "\n" : " (" + join(line.cves, ", ") + ")\n";
  }
  return text;
}

std::string format_suites(const VersionReport& report) {
  std::string text;
  for (const AcceptedSuite& suite : report.suites) {
    const SuiteAt at{report.version, suite.id};
    std::vector<std::string> remarks = complaints_about(at);
    if (suite.dh_bits != 0) {
      remarks.push_back("prime of " + std::to_string(suite.dh_bits) + " bits");
    }
    if (suite.export_rsa_bits != 0) {
      remarks.push_back("temporary RSA key of " + std::to_string(suite.export_rsa_bits) + " bits");
    }
    text += std::string(18, ' ') + severity_column(severity_of_suite(at)) + "  " +
            describe_any_suite(at);
    text += remarks.empty() ? "\n" : ": " + join(remarks, ", ") + "\n";
  }
  for (const UntestedSuites& batch : report.untested) {
    for (const std::uint16_t id : batch.suites) {
      text += "  " + colored(Style::warning, "could not test") + "            " +
              describe_offered_suite(id) + "\n";
    }
  }
  return text;
}

const VersionReport* report_of(const CheckLine& line, const Examination& examination) {
  for (const VersionReport& report : examination.versions) {
    if (line.id == "suites_" + std::string(row(report.version).check)) {
      return &report;
    }
  }
  return nullptr;
}

std::string headline(const Examination& examination, const std::vector<CheckLine>& lines) {
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(examination.ended - examination.started);
  std::string text = colored(Style::strong, examination.target) + ": ";
  if (const std::optional<Severity> worst = worst_severity(lines); worst.has_value()) {
    const std::string all = " of " + std::to_string(lines.size()) + " lines ";
    text += "worst " + colored(style_of(*worst), std::string(to_string(*worst))) + ", " +
            std::to_string(std::ranges::count(lines, Status::not_tested, &CheckLine::status)) +
            all + "could not be tested, " +
            std::to_string(std::ranges::count(lines, Status::not_testable, &CheckLine::status)) +
            " make no sense for this box or cannot be asked";
  } else {
    text += colored(Style::warning, "nothing could be tested");
  }
  return text + ", " + std::to_string(examination.connections) + " connections, " +
         std::to_string(seconds.count()) + " s\n";
}

}  // namespace

std::string format_report(const Examination& examination, const std::vector<CheckLine>& lines) {
  std::string text = headline(examination, lines);
  std::optional<Section> section;
  for (const CheckLine& line : lines) {
    if (section != line.section) {
      section = line.section;
      text +=
          "\n" +
          colored(Style::strong, std::string(kSections[static_cast<std::size_t>(line.section)])) +
          "\n";
    }
    text += format_line(line);
    const VersionReport* const report = report_of(line, examination);
    if (report != nullptr) {
      text += format_suites(*report);
    }
  }
  return text;
}

}  // namespace heirloom::app
