// Why a server finds no suite in a client's offer (RFC 2246 §7.4.1.3), and what would help.
#include "heirloom/cipher_suite.hpp"

#include "common/command_text.hpp"
#include "common/describe.hpp"
#include "common/explain_parts.hpp"
#include "common/permit.hpp"

#include <algorithm>
#include <cstdint>
#include <vector>

namespace heirloom::app {

namespace {

using Suites = std::vector<std::uint16_t>;

bool has_any(const Suites& suites, const Suites& offered) {
  return std::ranges::any_of(
      offered, [&](std::uint16_t id) { return std::ranges::find(suites, id) != suites.end(); });
}

/// permission is the command that has one of the suites: the list that was asked for leaves it out,
/// or the preset.
std::string permission(const Suites& offered, const Attempt& attempt) {
  const std::string command = without_each(attempt.command, {"--suites"});
  std::vector<Allowance> missing = allowances_for(offered, *attempt.policy);
  std::erase_if(missing, [&](Allowance allowance) {
    return command.find(to_string(allowance)) != std::string::npos ||
           has_words(command, "--preset museum");
  });
  if (!missing.empty()) {
    return command + " --allow " + allowance_words(missing);
  }
  if (command != attempt.command) {
    return command + "   (without --suites)";
  }
  const bool is_in_device = has_any(Policy::device().cipher_suites, offered);
  return with_option(command, "--preset", is_in_device ? "device" : "museum") +
         "; `heirloom suites` lists them";
}

}  // namespace

Words explain_no_suite(const Error& error, const Attempt& attempt) {
  const std::string& client = attempt.target;
  const Suites offered = suites_named(error.detail);
  const std::string not_allowed = "no cipher suite of " + client + " is allowed here";
  if (attempt.policy == nullptr || !has_any(Policy::museum().cipher_suites, offered)) {
    return {not_allowed,
            "a server for today's clients, if that is one: `heirloom suites` lists what is spoken "
            "here"};
  }
  if (has_any(attempt.served, offered)) {
    return {
        client + " has no elliptic curve that is used here",
        attempt.command +
            " --curves LIST --cert FILE --key FILE   (curves of that client, also of an EC key)"};
  }
  if (has_any(attempt.policy->cipher_suites, offered)) {
    return {
        client + " offers only cipher suites for other certificates than those of this server",
        attempt.command + " --cert FILE --key FILE   (heirloom suites lists the key exchanges)"};
  }
  return {not_allowed, permission(offered, attempt)};
}

}  // namespace heirloom::app
