#include "check/features.hpp"

#include "heirloom/cipher_suite.hpp"

#include "common/describe.hpp"

#include <algorithm>

namespace heirloom::app {

namespace {

using State = VersionReport::State;
using Kind = Tested::State;

/// accepted lists the versions between SSL 3.0 and `highest`, the highest first.
std::vector<const VersionReport*> accepted(const std::vector<VersionReport>& versions,
                                           CheckVersion highest) {
  std::vector<const VersionReport*> list;
  for (const VersionReport& version : versions) {
    const bool is_meant = version.version != CheckVersion::ssl20 && version.version <= highest;
    if (is_meant && version.state == State::accepted) {
      list.insert(list.begin(), &version);
    }
  }
  return list;
}

bool any_unknown(const std::vector<VersionReport>& versions) {
  return std::ranges::any_of(versions,
                             [](const VersionReport& v) { return v.state == State::unknown; });
}

/// nothing_to_ask is the answer for a box without a version up to TLS 1.2 (`what` names it).
Tested nothing_to_ask(const std::vector<VersionReport>& versions, const std::string& why) {
  if (any_unknown(versions)) {
    return {Kind::unknown, "not all versions could be tested"};
  }
  return {Kind::not_applicable, why};
}

std::string text_of(const VersionReport& version) {
  return std::string(row(version.version).text);
}

}  // namespace

Tested ask_renegotiation(Interview& interview,
                         const std::vector<VersionReport>& versions,
                         const HelloOffer& manner) {
  const auto list = accepted(versions, CheckVersion::tls12);
  if (list.empty()) {
    return nothing_to_ask(versions, "the box accepts no version between SSL 3.0 and TLS 1.2");
  }
  if (manner.renegotiation == HelloOffer::Signal::on) {
    std::string without;
    for (const VersionReport* version : list) {
      without +=
          version->signals_renegotiation ? "" : (without.empty() ? "" : ", ") + text_of(*version);
    }
    return without.empty() ? Tested{Kind::yes, "signalled at every version"}
                           : Tested{Kind::no, "not signalled at " + without};
  }
  HelloOffer offer = offer_of(*list.front(), manner);
  offer.renegotiation = HelloOffer::Signal::on;
  const Reply reply = interview.ask(offer);
  if (reply.kind != Reply::Kind::hello) {
    return {Kind::unknown, reply.how};
  }
  return reply.answer.signals_renegotiation
             ? Tested{Kind::yes, "signalled at " + text_of(*list.front())}
             : Tested{Kind::no, "not signalled at " + text_of(*list.front())};
}

Tested ask_fallback_signal(Interview& interview,
                           const std::vector<VersionReport>& versions,
                           const HelloOffer& manner) {
  constexpr std::uint8_t kInappropriateFallback = 86;
  const auto list = accepted(versions, CheckVersion::tls13);
  if (list.size() < 2) {
    return nothing_to_ask(versions, "the box accepts one version, so nothing could be lower");
  }
  const VersionReport& lower = *list[1];
  HelloOffer offer = offer_of(lower, manner);
  offer.fallback = HelloOffer::Signal::on;
  const Reply reply = interview.ask(offer);
  if (reply.kind == Reply::Kind::hello) {
    return {Kind::no,
            text_of(lower) + " with the signal is taken, although the box has " +
                text_of(*list.front())};
  }
  if (reply.answer.alert == kInappropriateFallback) {
    return {Kind::yes, text_of(lower) + " with the signal is refused: inappropriate_fallback (86)"};
  }
  return {Kind::unknown,
          text_of(lower) + " with the signal is not answered as RFC 7507 says: " + reply.how};
}

Tested ask_compression(Interview& interview,
                       const std::vector<VersionReport>& versions,
                       const HelloOffer& manner) {
  const auto list = accepted(versions, CheckVersion::tls12);
  if (list.empty()) {
    return nothing_to_ask(versions, "the box accepts no version that has compression");
  }
  HelloOffer offer = offer_of(*list.front(), manner);
  offer.compressions = {1, 64, 0};
  const Reply reply = interview.ask(offer);
  if (reply.kind != Reply::Kind::hello) {
    return {Kind::unknown, reply.how};
  }
  const std::uint8_t method = reply.answer.compression;
  if (method == 0) {
    return {Kind::no, "offered at " + text_of(*list.front()) + " and not taken"};
  }
  const std::string name = method == 1 ? "DEFLATE" : "method " + std::to_string(method);
  return {Kind::yes, name + " is taken at " + text_of(*list.front())};
}

Tested judge_higher_version(const std::vector<VersionReport>& versions) {
  const auto list = accepted(versions, CheckVersion::tls13);
  if (list.empty()) {
    return nothing_to_ask(versions, "the box accepts no version");
  }
  const CheckVersion highest = list.front()->version;
  if (highest >= CheckVersion::tls12) {
    return {Kind::not_applicable, "the box has the highest version that such a hello can name"};
  }
  std::string failed;
  for (const VersionReport& version : versions) {
    if (version.version <= highest || version.version > CheckVersion::tls12) {
      continue;
    }
    if (version.state == State::unknown) {
      return {Kind::unknown, "a hello of " + text_of(version) + ": " + version.how};
    }
    if (!version.answers_lower) {
      failed += (failed.empty() ? "" : "; ") + text_of(version) + ": " + version.how;
    }
  }
  return failed.empty() ? Tested{Kind::yes, "answered with " + text_of(*list.front())}
                        : Tested{Kind::no, failed};
}

Tested ask_extensions(Interview& interview, const HelloOffer& manner) {
  HelloOffer with = manner;
  with.version = CheckVersion::tls10;
  for (const CipherSuite& suite : cipher_suites()) {
    with.suites.push_back(suite.id);
  }
  HelloOffer without = with;
  without.extensions = HelloOffer::Signal::off;
  without.renegotiation = HelloOffer::Signal::off;
  Tested taken{Kind::yes, "a hello with extensions is taken"};
  if (interview.ask(with).kind == Reply::Kind::hello) {
    return taken;
  }
  const Reply bare = interview.ask(without);
  if (bare.kind == Reply::Kind::unknown) {
    return {Kind::unknown, bare.how};
  }
  if (bare.kind == Reply::Kind::refused) {
    return {Kind::not_applicable, "the box takes no hello of TLS 1.0: " + bare.how};
  }
  // Now there is an offer that the box takes, and hanging up can be told from an accident.
  const Reply again = interview.ask(with);
  if (again.kind == Reply::Kind::unknown) {
    return {Kind::unknown, again.how};
  }
  return again.kind == Reply::Kind::hello
             ? taken
             : Tested{Kind::no,
                      "a hello is taken without extensions only; with them: " + again.how};
}

}  // namespace heirloom::app
