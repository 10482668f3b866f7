#include "check/print.hpp"
#include "check/suite_catalog.hpp"
#include "check/verdicts.hpp"
#include "check/weakness.hpp"
#include "common/describe.hpp"

#include <optional>
#include <string_view>

#include <nlohmann/json.hpp>

namespace heirloom::app {

namespace {

using Json = nlohmann::ordered_json;
using Status = CheckLine::Status;

constexpr int kSchemaVersion = 1;

std::string time_text(std::chrono::system_clock::time_point time) {
  return format_utc(std::chrono::system_clock::to_time_t(time));
}

std::string_view status_word(Status status) {
  switch (status) {
    case Status::ok:
      return "ok";
    case Status::finding:
      return "finding";
    case Status::not_tested:
      return "not_tested";
    case Status::not_testable:
      return "not_testable";
  }
  return "";
}

std::string_view section_word(CheckLine::Section section) {
  using Section = CheckLine::Section;
  switch (section) {
    case Section::hellos:
      return "hellos";
    case Section::versions:
      return "versions";
    case Section::suites:
      return "suites";
    case Section::weaknesses:
      return "weaknesses";
    case Section::handshake:
      return "handshake";
    case Section::certificate:
      return "certificate";
  }
  return "";
}

Json check_json(const CheckLine& line) {
  const bool is_tested = line.status == Status::ok || line.status == Status::finding;
  return Json{{"id", line.id},
              {"section", section_word(line.section)},
              {"title", line.title},
              {"tested", is_tested},
              {"status", status_word(line.status)},
              {"severity", is_tested ? Json(to_string(line.severity)) : Json()},
              {"cve", line.cves},
              {"evidence", line.text},
              {"why", line.why}};
}

std::string_view state_word(VersionReport::State state) {
  switch (state) {
    case VersionReport::State::accepted:
      return "accepted";
    case VersionReport::State::refused:
      return "refused";
    case VersionReport::State::unknown:
      return "unknown";
  }
  return "";
}

Json preference_json(VersionReport::Preference preference) {
  switch (preference) {
    case VersionReport::Preference::server:
      return "server";
    case VersionReport::Preference::client:
      return "client";
    case VersionReport::Preference::one_suite:
      return "one suite";
    case VersionReport::Preference::unknown:
      break;
  }
  return nullptr;
}

Json suite_json(const VersionReport& report, const AcceptedSuite& suite) {
  const SuiteAt at{report.version, suite.id};
  Json object{{"number", suite.id},
              {"name", any_suite_name(at)},
              {"openssl",
               report.version == CheckVersion::ssl20
                   ? std::string()
                   : openssl_suite_name(static_cast<std::uint16_t>(suite.id))},
              {"severity", to_string(severity_of_suite(at))},
              {"weaknesses", complaints_about(at)}};
  if (suite.dh_bits != 0) {
    object["dh_bits"] = suite.dh_bits;
  }
  if (suite.export_rsa_bits != 0) {
    object["export_rsa_bits"] = suite.export_rsa_bits;
  }
  return object;
}

Json protocol_json(const VersionReport& report, const Tested& handshake) {
  Json suites = Json::array();
  for (const AcceptedSuite& suite : report.suites) {
    suites.push_back(suite_json(report, suite));
  }
  Json untested = Json::array();
  for (const UntestedSuites& batch : report.untested) {
    untested.push_back(Json{{"numbers", batch.suites}, {"reason", batch.why}});
  }
  return Json{{"version", row(report.version).text},
              {"word", row(report.version).word},
              {"number", row(report.version).number},
              {"state", state_word(report.state)},
              {"evidence", report.how},
              {"handshake_completed", handshake.state == Tested::State::yes},
              {"preference", preference_json(report.preference)},
              {"suites", suites},
              {"suites_not_tested", untested}};
}

Json certificate_json(const CertificateChain& chain) {
  Json pem = Json::array();
  for (const CertificateDer& der : chain) {
    pem.push_back(format_pem(der));
  }
  Json object{{"fingerprint", fingerprint_of(chain)}, {"pem", pem}, {"parsed", nullptr}};
  const auto certificate = describe_certificate(chain.front());
  if (certificate.has_value()) {
    object["parsed"] = Json{{"subject", certificate->subject},
                            {"issuer", certificate->issuer},
                            {"serial", certificate->serial},
                            {"not_before", time_text(certificate->not_before)},
                            {"not_after", time_text(certificate->not_after)},
                            {"key", to_string(certificate->key_algorithm)},
                            {"key_bits", certificate->key_bits},
                            {"signature", certificate->signature_algorithm},
                            {"dns_names", certificate->dns_names},
                            {"ip_addresses", certificate->ip_addresses},
                            {"self_signed", certificate->is_self_signed}};
  }
  return object;
}

Json error_json(const std::optional<Failure>& failure) {
  if (!failure.has_value()) {
    return nullptr;
  }
  return Json{{"cause", failure->cause},
              {"message", failure->what},
              {"try", failure->next},
              {"exit_code", static_cast<int>(failure->code)}};
}

}  // namespace

std::string format_report_json(const Examination& examination,
                               const std::vector<CheckLine>& lines) {
  const std::string& host = examination.where.host;
  Json object;
  object["schema"] = kSchemaVersion;
  object["tool"] = Json{{"name", "heirloom"}, {"version", HEIRLOOM_VERSION}};
  object["target"] = Json{{"host", host},
                          {"ip", examination.address},
                          {"port", examination.where.port},
                          {"sni", is_address(host) ? Json() : Json(host)},
                          {"starttls", nullptr}};
  object["started"] = time_text(examination.started);
  object["ended"] = time_text(examination.ended);
  object["connections"] = examination.connections;
  object["complete"] = !is_incomplete(lines);
  const std::optional<Severity> worst = worst_severity(lines);
  object["severity"] = worst.has_value() ? Json(to_string(*worst)) : Json();
  object["error"] = error_json(examination.failure);
  object["checks"] = Json::array();
  for (const CheckLine& line : lines) {
    object["checks"].push_back(check_json(line));
  }
  object["protocols"] = Json::array();
  for (std::size_t i = 0; i < examination.versions.size() && i < examination.handshakes.size();
       ++i) {
    object["protocols"].push_back(
        protocol_json(examination.versions[i], examination.handshakes[i]));
  }
  object["certificates"] = Json::array();
  for (const CertificateChain& chain : examination.chains) {
    object["certificates"].push_back(certificate_json(chain));
  }
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace heirloom::app
