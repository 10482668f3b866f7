#include "check/enumerate.hpp"

#include "check/suite_catalog.hpp"
#include "common/describe.hpp"

#include <algorithm>

namespace heirloom::app {

namespace {

using State = VersionReport::State;
using Preference = VersionReport::Preference;

void remember(VersionReport& report, const ServerAnswer& answer) {
  report.signals_renegotiation = report.signals_renegotiation || answer.signals_renegotiation;
  report.wants_certificate = report.wants_certificate || answer.wants_certificate;
  const bool is_new = !answer.chain.empty() &&
                      std::ranges::find(report.chains, answer.chain) == report.chains.end();
  if (is_new) {
    report.chains.push_back(answer.chain);
  }
}

constexpr std::uint8_t kProtocolVersion = 70;  // alert

enum class BatchEnd : std::uint8_t { done, version_refused };

/// is_other_version is true for a ServerHello at another version, and says what that means.
bool is_other_version(VersionReport& report, const ServerAnswer& answer) {
  const std::uint16_t wanted = row(report.version).number;
  if (answer.version == wanted) {
    return false;
  }
  report.answers_lower = answer.version < wanted;
  report.how = "the box answers with version " + format_hex16(answer.version);
  for (const CheckVersionRow& known : kCheckVersions) {
    if (known.number == answer.version) {
      report.how = "the box answers with " + std::string(known.text);
    }
  }
  return true;
}

/// work_on_refusal: a box that refuses the version, or does not even answer hellos of it, is not
/// kept busy with more of them.
BatchEnd work_on_refusal(VersionReport& report, const Reply& reply) {
  report.how = reply.how;
  const bool is_about_version =
      reply.answer.alert == kProtocolVersion || reply.answer.kind == ServerAnswer::Kind::silent;
  return report.suites.empty() && is_about_version ? BatchEnd::version_refused : BatchEnd::done;
}

/// take_chosen moves the suite that the box chose from the offer to the report. False: it was not
/// in the offer, and the rest is left untested.
bool take_chosen(VersionReport& report,
                 const ServerAnswer& answer,
                 std::vector<std::uint16_t>& rest) {
  if (std::erase(rest, answer.suite) == 0) {
    report.untested.push_back(
        {rest, "the box chose " + format_hex16(answer.suite) + ", which was not offered"});
    return false;
  }
  remember(report, answer);
  if (answer.broke_off) {
    report.chosen_but_broken.push_back(answer.suite);
  } else {
    report.suites.push_back({answer.suite, answer.dh_bits, answer.export_rsa_bits});
  }
  return true;
}

BatchEnd work_on_batch(Interview& interview,
                       VersionReport& report,
                       std::vector<std::uint16_t> rest,
                       const HelloOffer& manner) {
  HelloOffer offer = manner;
  offer.version = report.version;
  while (!rest.empty()) {
    offer.suites = rest;
    const Reply reply = interview.ask(offer);
    if (reply.kind == Reply::Kind::unknown) {
      report.untested.push_back({rest, reply.how});
      return BatchEnd::done;
    }
    if (reply.kind == Reply::Kind::refused) {
      return work_on_refusal(report, reply);
    }
    if (is_other_version(report, reply.answer)) {
      return report.suites.empty() ? BatchEnd::version_refused : BatchEnd::done;
    }
    if (!take_chosen(report, reply.answer, rest)) {
      return BatchEnd::done;
    }
  }
  return BatchEnd::done;
}

void conclude(VersionReport& report) {
  if (!report.suites.empty()) {
    report.state = State::accepted;
    report.how.clear();
  } else if (!report.untested.empty()) {
    report.state = State::unknown;
    report.how = report.untested.front().why;
  } else {
    report.state = State::refused;
  }
}

/// ask_sslv2 needs one connection: the SERVER-HELLO lists all that both sides have.
VersionReport ask_sslv2(Interview& interview) {
  VersionReport report;
  report.version = CheckVersion::ssl20;
  HelloOffer offer;
  offer.version = CheckVersion::ssl20;
  const Reply reply = interview.ask(offer);
  report.how = reply.how;
  if (reply.kind == Reply::Kind::refused) {
    report.state = State::refused;
  }
  if (reply.kind != Reply::Kind::hello) {
    return report;
  }
  if (is_other_version(report, reply.answer)) {
    // A server that reads the old format, and speaks a newer version only.
    report.state = State::refused;
    report.answers_lower = false;
    return report;
  }
  remember(report, reply.answer);
  for (const std::uint32_t suite : reply.answer.sslv2_suites) {
    report.suites.push_back({suite, 0, 0});
  }
  report.state = State::accepted;
  report.how = report.suites.empty() ? "the box answers, but has no cipher in common" : "";
  return report;
}

}  // namespace

VersionReport enumerate_version(Interview& interview,
                                CheckVersion version,
                                const HelloOffer& manner) {
  if (version == CheckVersion::ssl20) {
    return ask_sslv2(interview);
  }
  VersionReport report;
  report.version = version;
  for (const std::vector<std::uint16_t>& batch : suites_for(version)) {
    if (work_on_batch(interview, report, batch, manner) == BatchEnd::version_refused) {
      break;
    }
  }
  conclude(report);
  return report;
}

HelloOffer offer_of(const VersionReport& report, const HelloOffer& manner) {
  HelloOffer offer = manner;
  offer.version = report.version;
  offer.suites.clear();
  for (const AcceptedSuite& suite : report.suites) {
    offer.suites.push_back(static_cast<std::uint16_t>(suite.id));
  }
  return offer;
}

void find_preference(Interview& interview, VersionReport& report, const HelloOffer& manner) {
  if (report.state != State::accepted || report.version == CheckVersion::ssl20) {
    return;
  }
  if (report.suites.size() < 2) {
    report.preference = report.untested.empty() ? Preference::one_suite : Preference::unknown;
    report.preference_why = "one suite is known";
    return;
  }
  HelloOffer offer = offer_of(report, manner);
  const Reply forwards = interview.ask(offer);
  std::ranges::reverse(offer.suites);
  const Reply backwards = interview.ask(offer);
  if (forwards.kind != Reply::Kind::hello || backwards.kind != Reply::Kind::hello) {
    report.preference_why = forwards.kind != Reply::Kind::hello ? forwards.how : backwards.how;
    return;
  }
  const bool is_same = forwards.answer.suite == backwards.answer.suite;
  report.preference = is_same ? Preference::server : Preference::client;
  const auto best =
      std::ranges::find(report.suites, std::uint32_t{forwards.answer.suite}, &AcceptedSuite::id);
  if (is_same && best != report.suites.end()) {
    std::rotate(report.suites.begin(), best, std::next(best));
  }
}

}  // namespace heirloom::app
