#include "common/permit.hpp"

#include "common/command_text.hpp"
#include "common/describe.hpp"
#include "common/suite_list.hpp"

#include <algorithm>
#include <charconv>
#include <optional>
#include <string_view>
#include <system_error>

namespace heirloom::app {

namespace {

/// number_behind reads "a group of 512 bits, …" with the prefix "a group of ".
std::optional<std::size_t> number_behind(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) {
    return std::nullopt;
  }
  text.remove_prefix(prefix.size());
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc{} ? std::optional(number) : std::nullopt;
}

bool has(const Policy& policy, std::uint16_t id) {
  return std::ranges::find(policy.cipher_suites, id) != policy.cipher_suites.end();
}

}  // namespace

std::string permitting_option(const Error& error) {
  constexpr std::size_t kShortest = 512;
  if (error.cause == Cause::cipher_suite_not_offered) {
    const std::vector<Allowance> missing =
        allowances_for(suites_named(error.detail), Policy::device());
    return missing.empty() ? "" : "--allow " + allowance_words(missing);
  }
  if (error.cause != Cause::key_exchange_too_weak) {
    return "";
  }
  if (const auto bits = number_behind(error.detail, "a group of ")) {
    const bool suffices = *bits >= Policy::device().min_dh_bits;
    return suffices ? "--preset device" : (*bits >= kShortest ? "--allow dh512" : "");
  }
  const auto bits = number_behind(error.detail, "a temporary key of ");
  return bits.has_value() && *bits >= kShortest ? "--allow rsa512" : "";
}

bool is_about_policy(const Error& error) {
  return error.cause == Cause::certificate_key_too_small &&
         error.detail.find("the policy wants") != std::string::npos;
}

std::string permitting_key_option(const Error& error, const CertificateChain& chain) {
  constexpr std::size_t kShortestDh = 512;
  if (!is_about_policy(error) || chain.empty()) {
    return "";
  }
  const auto key = describe_certificate(chain.front());
  if (!key.has_value()) {
    return "";
  }
  const Policy device = Policy::device();
  std::size_t least = 0;
  switch (key->key_algorithm) {
    case PublicKeyAlgorithm::rsa:
      least = device.min_rsa_bits;
      break;
    case PublicKeyAlgorithm::dsa:
      least = device.min_dsa_bits;
      break;
    case PublicKeyAlgorithm::dh:
    case PublicKeyAlgorithm::kea:
      least = device.min_dh_bits;
      break;
    case PublicKeyAlgorithm::ec:
      least = device.min_ec_bits;
      break;
    case PublicKeyAlgorithm::other:
      return "";
  }
  if (key->key_bits >= least) {
    return "--preset device";
  }
  const bool is_dh = key->key_algorithm == PublicKeyAlgorithm::dh;
  return is_dh && key->key_bits >= kShortestDh ? "--allow dh512" : "";
}

std::string with_permission(const std::string& command, const std::string& option) {
  const std::size_t blank = option.find(' ');
  return option.starts_with("--preset ")
             ? with_option(command, option.substr(0, blank), option.substr(blank + 1))
             : command + " " + option;
}

std::vector<Allowance> allowances_for(std::span<const std::uint16_t> suites, const Policy& policy) {
  std::vector<Allowance> least;
  for (const std::uint16_t id : suites) {
    const CipherSuite* const suite = find_cipher_suite(id);
    if (suite == nullptr) {
      continue;
    }
    if (has(policy, id)) {
      return {};
    }
    const std::vector<Allowance> needed = needed_allowances(*suite);
    if (!needed.empty() && (least.empty() || needed.size() < least.size())) {
      least = needed;
    }
  }
  return least;
}

std::vector<std::uint16_t> suites_named(const std::string& detail) {
  std::vector<std::uint16_t> suites;
  for (const std::string& word : split_list({detail})) {
    std::uint16_t id = 0;
    const char* const end = word.data() + word.size();
    if (word.starts_with("0x") && std::from_chars(word.data() + 2, end, id, 16).ptr == end) {
      suites.push_back(id);
    }
  }
  return suites;
}

std::string other_allowances(const Policy& policy) {
  std::vector<Allowance> others;
  for (const Allowance allowance : allowances()) {
    const bool is_missing = std::ranges::any_of(cipher_suites(), [&](const CipherSuite& suite) {
      return needed_allowances(suite) == std::vector{allowance} && !has(policy, suite.id);
    });
    // No box is known to have FORTEZZA, and a hello that offers TLS 1.0 cannot offer it.
    if (is_missing && allowance != Allowance::fortezza) {
      others.push_back(allowance);
    }
  }
  return allowance_words(others);
}

}  // namespace heirloom::app
