#include "check/verdict_lines.hpp"
#include "check/verdicts.hpp"
#include "common/certificate_text.hpp"
#include "common/output.hpp"

#include <algorithm>

namespace heirloom::app {

namespace {

using Section = CheckLine::Section;
using Status = CheckLine::Status;
using Time = std::chrono::system_clock::time_point;

CheckLine certificate_line(
    std::string id, std::string title, Severity severity, std::string text, std::string why = {}) {
  CheckLine line;
  line.section = Section::certificate;
  line.id = std::move(id);
  line.title = std::move(title);
  line.severity = severity;
  line.status = severity >= Severity::low ? Status::finding : Status::ok;
  line.text = std::move(text);
  line.why = severity >= Severity::low ? std::move(why) : "";
  return line;
}

CheckLine key_line(const CertificateInfo& certificate) {
  const std::size_t bits = certificate.key_bits;
  const bool is_small_kind = certificate.key_algorithm == PublicKeyAlgorithm::rsa ||
                             certificate.key_algorithm == PublicKeyAlgorithm::dsa ||
                             certificate.key_algorithm == PublicKeyAlgorithm::dh ||
                             certificate.key_algorithm == PublicKeyAlgorithm::kea;
  const std::string text =
      std::string(to_string(certificate.key_algorithm)) + ", " + std::to_string(bits) + " bits";
  const auto make = [&](Severity severity, std::string why) {
    return certificate_line("certificate_key", "key", severity, text, std::move(why));
  };
  if (certificate.key_algorithm == PublicKeyAlgorithm::other) {
    return make(Severity::info, "");
  }
  if (!is_small_kind) {
    return bits < 224 ? make(Severity::medium, "curves this small are within reach")
                      : make(Severity::ok, "");
  }
  if (bits < 768) {
    return make(Severity::critical, "a key this small is factored within hours");
  }
  if (bits < 1024) {
    return make(Severity::critical, "keys of this size have been factored");
  }
  if (bits < 2048) {
    return make(bits == 1024 ? Severity::high : Severity::medium,
                "within reach of whoever can spend millions; 2048 bits are the minimum today");
  }
  return make(Severity::ok, "");
}

CheckLine signature_line(const CertificateInfo& certificate) {
  const std::string& name = certificate.signature_algorithm;
  const auto make = [&](Severity severity, std::string why) {
    return certificate_line("certificate_signature", "signature", severity, name, std::move(why));
  };
  const auto has = [&name](std::string_view part) { return name.find(part) != std::string::npos; };
  // A signature by its own key proves nothing, whatever its hash; the fingerprint is what counts.
  const bool is_vouched = !certificate.is_self_signed;
  if (has("md2") || has("MD2") || has("md4") || has("MD4") || has("md5") || has("MD5")) {
    CheckLine line = make(is_vouched ? Severity::high : Severity::low,
                          "collisions of this hash are made in seconds, and a false authority has "
                          "been made with one");
    line.cves = {"CVE-2004-2761"};
    return line;
  }
  if (has("sha1") || has("SHA1") || has("sha-1")) {
    CheckLine line =
        make(is_vouched ? Severity::medium : Severity::low, "collisions of SHA-1 are affordable");
    line.cves = {"CVE-2005-4900"};
    return line;
  }
  return make(Severity::ok, "");
}

CheckLine dates_line(const CertificateInfo& certificate, Time now) {
  const std::string span =
      format_day(certificate.not_before) + " to " + format_day(certificate.not_after);
  const std::string why = "clients refuse it, and people learn to click warnings away";
  if (now > certificate.not_after) {
    return certificate_line(
        "certificate_dates", "dates", Severity::medium, span + ": expired", why);
  }
  if (now < certificate.not_before) {
    return certificate_line(
        "certificate_dates", "dates", Severity::medium, span + ": not valid yet", why);
  }
  return certificate_line("certificate_dates", "dates", Severity::ok, span);
}

CheckLine name_line(const CertificateInfo& certificate, const std::string& host) {
  if (certificate_matches_host(certificate, host)) {
    return certificate_line("certificate_name", "name", Severity::ok, "made out to " + host);
  }
  std::vector<std::string> names = certificate.dns_names;
  names.insert(names.end(), certificate.ip_addresses.begin(), certificate.ip_addresses.end());
  return certificate_line(
      "certificate_name",
      "name",
      Severity::medium,
      "not made out to " + host + ", but to " + (names.empty() ? "nobody" : join(names, ", ")),
      "clients refuse it unless they are told its fingerprint");
}

CheckLine trust_line(const CertificateInfo& certificate, const Examination& examination) {
  if (examination.is_verified) {
    return certificate_line("certificate_trust",
                            "who vouches for it",
                            Severity::ok,
                            "an authority that this system trusts: " + certificate.issuer);
  }
  const std::string text = certificate.is_self_signed
                               ? "nobody: it is signed by itself"
                               : "nobody that this system trusts (" + examination.verify_text +
                                     "); issuer " + certificate.issuer;
  return certificate_line("certificate_trust",
                          "who vouches for it",
                          Severity::medium,
                          text,
                          "only a pinned fingerprint tells this box from another one");
}

CheckLine pin_line(const Examination& examination, const std::string& fingerprint) {
  if (!examination.pin_problem.empty()) {
    CheckLine line = certificate_line("pin", "pin list", Severity::info, examination.pin_problem);
    line.status = Status::not_tested;
    return line;
  }
  if (!examination.pin.has_value()) {
    return certificate_line("pin", "pin list", Severity::info, "the box is not remembered");
  }
  if (examination.pin->certificate == fingerprint) {
    return certificate_line(
        "pin",
        "pin list",
        Severity::ok,
        "remembered with this certificate since " + examination.pin->first_seen.substr(0, 10));
  }
  const bool is_renewal = examination.pin->trust == Pin::Trust::system && examination.is_verified;
  return certificate_line("pin",
                          "pin list",
                          is_renewal ? Severity::info : Severity::high,
                          "remembered with another certificate: " + examination.pin->certificate,
                          "somebody renewed it, or this is not the box");
}

/// others_line names certificates that the box shows for other suites.
CheckLine others_line(const Examination& examination) {
  std::vector<std::string> texts;
  for (std::size_t i = 1; i < examination.chains.size(); ++i) {
    const auto other = describe_certificate(examination.chains[i].front());
    texts.push_back(fingerprint_of(examination.chains[i]) +
                    (other.has_value() ? " (" + std::string(to_string(other->key_algorithm)) +
                                             ", " + std::to_string(other->key_bits) + " bits)"
                                       : ""));
  }
  return certificate_line("certificate_others",
                          "other certificates",
                          Severity::info,
                          texts.empty() ? "none" : join(texts, ", "));
}

}  // namespace

std::vector<CheckLine> certificate_verdicts(const Examination& examination, Time now) {
  std::vector<CheckLine> lines;
  if (examination.chains.empty()) {
    CheckLine none = certificate_line(
        "certificate", "certificate", Severity::info, "the box showed no certificate");
    const bool was_unknown = std::ranges::any_of(
        examination.versions,
        [](const VersionReport& report) { return report.state == VersionReport::State::unknown; });
    none.status = was_unknown ? Status::not_tested : Status::not_testable;
    lines.push_back(std::move(none));
    return lines;
  }
  const std::string fingerprint = fingerprint_of(examination.chains.front());
  const auto certificate = describe_certificate(examination.chains.front().front());
  if (!certificate.has_value()) {
    CheckLine unreadable =
        certificate_line("certificate",
                         "certificate",
                         Severity::info,
                         fingerprint + " cannot be read: " + certificate.error().text());
    unreadable.status = Status::not_testable;
    lines.push_back(std::move(unreadable));
    lines.push_back(pin_line(examination, fingerprint));
    return lines;
  }
  lines.push_back(certificate_line(
      "certificate", "certificate", Severity::info, certificate->subject + ", " + fingerprint));
  lines.push_back(key_line(*certificate));
  lines.push_back(signature_line(*certificate));
  lines.push_back(dates_line(*certificate, now));
  lines.push_back(name_line(*certificate, examination.where.host));
  lines.push_back(trust_line(*certificate, examination));
  lines.push_back(others_line(examination));
  lines.push_back(pin_line(examination, fingerprint));
  return lines;
}

}  // namespace heirloom::app
