#include "ladder/rung.hpp"

#include "heirloom/alert.hpp"

#include "common/explain.hpp"

#include <algorithm>
#include <array>

namespace heirloom::app {

namespace {

struct Row {
  Rung rung;
  std::string_view word;
  std::string_view text;
};

constexpr std::array<Row, 5> kRows = {{
    {Rung::system_defaults, "system", "the system's OpenSSL as it is configured"},
    {Rung::system_everything, "system-seclevel0", "the system's OpenSSL at security level 0"},
    {Rung::tls10, "tls1.0", "our engine, a TLS 1.0 hello"},
    {Rung::tls10_bare, "tls1.0-bare", "our engine, a TLS 1.0 hello without extensions"},
    {Rung::ssl30, "ssl3.0", "our engine, an SSL 3.0 hello"},
}};

const Row& row(Rung rung) noexcept {
  return kRows[static_cast<std::size_t>(rung)];
}

/// shows_no_common_suite: the alerts that say so (RFC 2246 §7.2.2).
bool shows_no_common_suite(const RungResult& result) {
  return result.end == RungEnd::refused_by_peer &&
         (result.alert == static_cast<std::uint8_t>(AlertDescription::handshake_failure) ||
          result.alert == static_cast<std::uint8_t>(AlertDescription::insufficient_security));
}

std::string with_detail(const std::string& text, const std::string& detail) {
  return detail.empty() ? text : text + ": " + detail;
}

}  // namespace

std::string_view rung_word(Rung rung) noexcept {
  return row(rung).word;
}

std::string_view rung_text(Rung rung) noexcept {
  return row(rung).text;
}

std::optional<Rung> parse_rung(std::string_view word) noexcept {
  for (const Row& candidate : kRows) {
    if (candidate.word == word) {
      return candidate.rung;
    }
  }
  return std::nullopt;
}

bool is_system(Rung rung) noexcept {
  return rung == Rung::system_defaults || rung == Rung::system_everything;
}

std::string outcome_text(const RungResult& result) {
  switch (result.end) {
    case RungEnd::complete:
      return "works";
    case RungEnd::refused_by_peer:
      return with_detail("refused",
                         result.alert.has_value()
                             ? format_alert(static_cast<AlertDescription>(*result.alert))
                             : result.detail);
    case RungEnd::refused_by_us:
      return with_detail("not acceptable here", result.detail);
    case RungEnd::closed:
      return "the box hung up";
    case RungEnd::reset:
      return "the box reset the connection";
    case RungEnd::silent:
      return "no answer to the hello";
    case RungEnd::stalled:
      return "the box stopped in the middle of the handshake";
    case RungEnd::not_tls:
      return with_detail("what came back is no TLS", result.detail);
    case RungEnd::fallback_refused:
      return "refused: inappropriate_fallback (86), the box has a newer version";
    case RungEnd::certificate_wanted:
      return "refused: the box wants a client certificate";
    case RungEnd::plain_http:
      return "the box speaks plain HTTP";
    case RungEnd::ssh:
      return "the box speaks SSH";
    case RungEnd::sslv2:
      return "the box speaks SSL 2.0 only";
    case RungEnd::stopped:
      return "interrupted";
    case RungEnd::internal:
      return with_detail("failed here", result.detail);
  }
  return {};
}

bool descends(const RungResult& result) noexcept {
  switch (result.end) {
    case RungEnd::refused_by_peer:
    case RungEnd::closed:
    case RungEnd::reset:
    case RungEnd::silent:
    case RungEnd::stalled:
      return true;
    case RungEnd::refused_by_us:
      return !result.has_short_group;  // which no other hello makes longer
    case RungEnd::not_tls:   // libssl says so of anything it does not know; our engine can tell
    case RungEnd::internal:  // and it may not want a client certificate that our engine takes
      return is_system(result.rung);
    case RungEnd::complete:
    case RungEnd::fallback_refused:
    case RungEnd::certificate_wanted:
    case RungEnd::plain_http:
    case RungEnd::ssh:
    case RungEnd::sslv2:
    case RungEnd::stopped:
      return false;
  }
  return false;
}

std::vector<Rung> plan_rungs(const Restrictions& restrictions) {
  std::vector<Rung> plan;
  if (!restrictions.needs_our_engine) {
    plan.push_back(Rung::system_defaults);
    plan.push_back(Rung::system_everything);
  }
  if (restrictions.allows_tls10 && !restrictions.no_extensions) {
    plan.push_back(Rung::tls10);
  }
  if (restrictions.allows_tls10) {
    plan.push_back(Rung::tls10_bare);
  }
  if (restrictions.allows_ssl30) {
    plan.push_back(Rung::ssl30);
  }
  return plan;
}

bool would_signal(Rung rung, const std::vector<Rung>& plan) noexcept {
  const bool is_fallback = rung == Rung::tls10 || rung == Rung::ssl30;
  return is_fallback && !plan.empty() && plan.front() != rung;
}

bool sends_fallback_signal(Rung rung,
                           const std::vector<Rung>& plan,
                           const std::vector<RungResult>& before) {
  const bool is_for_its_suites =
      rung == Rung::tls10 && !before.empty() && std::ranges::all_of(before, shows_no_common_suite);
  return would_signal(rung, plan) && !is_for_its_suites;
}

}  // namespace heirloom::app
