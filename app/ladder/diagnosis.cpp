#include "ladder/diagnosis.hpp"

#include "heirloom/alert.hpp"

#include "common/command_text.hpp"
#include "common/permit.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

namespace heirloom::app {

namespace {

bool all_ended(const std::vector<RungResult>& results, RungEnd end) {
  return std::all_of(results.begin(), results.end(), [end](const RungResult& result) {
    return result.end == end;
  });
}

bool any_ended(const std::vector<RungResult>& results, RungEnd end) {
  return std::any_of(results.begin(), results.end(), [end](const RungResult& result) {
    return result.end == end;
  });
}

/// lacks_suite: the box understood a hello and found nothing in it.
bool lacks_suite(const RungResult& result) {
  return result.alert == static_cast<std::uint8_t>(AlertDescription::handshake_failure) ||
         result.alert == static_cast<std::uint8_t>(AlertDescription::insufficient_security);
}

Failure handshake_failure(std::string what, std::string next, std::string cause) {
  return {ExitCode::handshake, std::move(what), std::move(next), std::move(cause)};
}

/// program_of is the command without what it was given: "heirloom reach", "heirloom get".
std::string program_of(const Situation& situation) {
  const std::size_t first = situation.command.find(' ');
  const std::size_t second =
      first == std::string::npos ? first : situation.command.find(' ', first + 1);
  return situation.command.substr(0, second);
}

/// elsewhere is the command in use for another port of the host.
std::string elsewhere(const Situation& situation, const std::string& port) {
  return program_of(situation) + " " + shell_word("https://" + situation.host + port);
}

std::string with_plain_http(const Situation& situation) {
  const std::string url = "http://" + situation.target + "/";
  const bool fetches = program_of(situation) == "heirloom get";
  return fetches ? "heirloom get " + shell_word(url)
                 : url + " in the browser, or " + elsewhere(situation, "");
}

/// rules_ssl30_out names the option that does.
std::string rules_ssl30_out(const Situation& situation) {
  return situation.is_strict && !situation.has_min ? "--preset strict" : "--min";
}

/// with_ssl30 is the command without the options that rule SSL 3.0 out.
std::string with_ssl30(const Situation& situation) {
  std::string command = without_option(situation.command, "--min");
  return situation.is_strict ? without_option(std::move(command), "--preset") : command;
}

Failure explain_refused_here(const RungResult& result, const Situation& situation) {
  return handshake_failure(
      situation.target + " answers, but not acceptably: " + result.detail,
      with_permission(situation.command, result.permit.empty() ? "-v" : result.permit),
      "refused_here");
}

/// explain_last explains a result that ended the ladder early because it names its own cause.
Failure explain_last(const RungResult& last, const Situation& situation) {
  const std::string& target = situation.target;
  switch (last.end) {
    case RungEnd::fallback_refused:
      return handshake_failure(
          target +
              " has a newer version than the one that was tried and refuses the step down (alert "
              "86); it may have that version with old cipher suites only, or somebody broke the "
              "first attempts",
          situation.command + " --no-fallback-signal",
          "inappropriate_fallback");
    case RungEnd::certificate_wanted:
      return handshake_failure(
          target + (situation.has_certificate ? " does not accept this client certificate"
                                              : " wants a client certificate"),
          with_option(with_option(situation.command, "--cert", "CERT.pem"), "--key", "KEY.pem"),
          "client_certificate_required");
    case RungEnd::plain_http:
      return handshake_failure(target + " speaks plain HTTP, not TLS",
                               with_plain_http(situation),
                               "not_tls_http_response");
    case RungEnd::ssh:
      return handshake_failure(
          target + " speaks SSH, not TLS", elsewhere(situation, ""), "not_tls_ssh");
    case RungEnd::sslv2:
      return handshake_failure(
          target + " speaks SSL 2.0 only, which is not built in", "", "sslv2_server");
    case RungEnd::not_tls:
      return handshake_failure(
          target + " does not speak TLS on this port", elsewhere(situation, ""), "not_tls");
    case RungEnd::refused_by_us:
      return explain_refused_here(last, situation);
    case RungEnd::stopped:
      return {ExitCode::ok, "interrupted", "", "stopped"};
    default:
      return {ExitCode::internal, "the attempt failed here: " + last.detail, "", "internal_error"};
  }
}

/// explain_not_allowed is for a box that may have what is never offered without being named.
Failure explain_not_allowed(const Situation& situation) {
  return handshake_failure(situation.target +
                               " shares no cipher suite with what was offered; a box that has "
                               "export suites only, shows no certificate or does not encrypt at "
                               "all has to be allowed by name",
                           situation.command + " --allow " + situation.not_allowed,
                           "no_common_cipher_suite");
}

/// has_tls10_without_suite: the box minds the step down to SSL 3.0, after it has understood a TLS
/// 1.0 hello of ours and found no suite in it. SSL 3.0 has no others.
bool has_tls10_without_suite(const std::vector<RungResult>& results) {
  return results.back().end == RungEnd::fallback_refused && results.back().rung == Rung::ssl30 &&
         std::ranges::any_of(results, [](const RungResult& result) {
           return result.rung == Rung::tls10 && lacks_suite(result);
         });
}

/// explain_refusals is for a box that answered, and said no to everything.
Failure explain_refusals(const std::vector<RungResult>& results, const Situation& situation) {
  const std::string& target = situation.target;
  const bool shares_none = std::ranges::any_of(results, lacks_suite);
  if (shares_none && situation.is_strict) {
    return handshake_failure(target + " shares no cipher suite with what --preset strict offers",
                             with_ssl30(situation),
                             "no_common_cipher_suite");
  }
  if (situation.ssl30_was_ruled_out) {
    return handshake_failure(target + " refuses TLS 1.0 and above, and " +
                                 rules_ssl30_out(situation) + " rules SSL 3.0 out",
                             with_ssl30(situation),
                             "version_not_acceptable");
  }
  if (shares_none && !situation.not_allowed.empty()) {
    return explain_not_allowed(situation);
  }
  if (shares_none) {
    return handshake_failure(
        target + " shares no cipher suite with this program (heirloom suites lists what it has)",
        "heirloom suites",
        "no_common_cipher_suite");
  }
  return handshake_failure(target +
                               " refuses every version and every hello that was tried; last: " +
                               outcome_text(results.back()),
                           situation.command + " -v",
                           "refused");
}

}  // namespace

Failure diagnose(const std::vector<RungResult>& results, const Situation& situation) {
  const std::string& target = situation.target;
  if (results.empty()) {
    return {ExitCode::usage,
            "the options leave no way to try",
            program_of(situation) + " --help",
            "option_invalid"};
  }
  if (has_tls10_without_suite(results) && !situation.not_allowed.empty()) {
    return explain_not_allowed(situation);
  }
  if (!descends(results.back())) {
    return explain_last(results.back(), situation);
  }
  if (all_ended(results, RungEnd::silent)) {
    return {ExitCode::network,
            target +
                " takes connections but answers no TLS hello: it hangs, or it waits for "
                "another protocol",
            "restarting the box, or another port: " + elsewhere(situation, ":PORT"),
            "silent"};
  }
  if (any_ended(results, RungEnd::refused_by_peer)) {
    return explain_refusals(results, situation);
  }
  if (any_ended(results, RungEnd::refused_by_us)) {
    const auto ours = std::find_if(results.rbegin(), results.rend(), [](const RungResult& result) {
      return result.end == RungEnd::refused_by_us;
    });
    if (situation.ssl30_was_ruled_out && ours->is_about_version) {
      return handshake_failure(
          target + " answers in SSL 3.0, which " + rules_ssl30_out(situation) + " rules out",
          with_ssl30(situation),
          "version_not_acceptable");
    }
    return explain_refused_here(*ours, situation);
  }
  return handshake_failure(
      target +
          " hangs up on every hello: it may be overloaded, filter by address, or speak another "
          "protocol",
      "another port: " + elsewhere(situation, ":PORT"),
      "hangs_up");
}

}  // namespace heirloom::app
