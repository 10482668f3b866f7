#include "ca/made.hpp"

#include "heirloom/certificate.hpp"

#include "ca/key_maker.hpp"
#include "ca/weak_points.hpp"
#include "pins/pin.hpp"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <cstdio>
#include <string_view>

#include <nlohmann/json.hpp>

namespace heirloom::app {

namespace {

constexpr std::size_t kNameWidth = 13;

bool needs_no_quotes(char letter) {
  constexpr std::string_view kSafe = "-_./:@%+=,";
  return std::isalnum(static_cast<unsigned char>(letter)) != 0 ||
         kSafe.find(letter) != std::string_view::npos;
}

std::string text_of(const Made& made) {
  std::string text;
  for (const Made::Fact& fact : made.facts) {
    std::string name = fact.name;
    std::ranges::replace(name, '_', ' ');
    name.resize(std::max(kNameWidth, name.size() + 1), ' ');
    text += name + escape_text(fact.value) + "\n";
  }
  text += "\nWhat to type next:\n";
  for (const std::string& command : made.next) {
    text += "  " + command + "\n";
  }
  return text;
}

}  // namespace

void add_key_facts(Made& made, const EVP_PKEY* key) {
  if (const auto facts = facts_of(key)) {
    made.facts.push_back({"kind", to_string(*facts)});
    std::ranges::copy(weak_points_of(*facts), std::back_inserter(made.weak));
  }
}

void add_certificate_facts(Made& made,
                           const CertificatePlan& plan,
                           const std::string& pem,
                           const EVP_PKEY* issuer_key) {
  const auto chain = parse_pem_chain(pem);
  if (chain.has_value()) {
    if (const auto info = describe_certificate(chain->front()); info.has_value()) {
      made.facts.push_back({"subject", info->subject});
      made.facts.push_back({"issuer", info->issuer});
      made.facts.push_back({"signature", info->signature_algorithm});
    }
    made.facts.push_back(
        {"fingerprint", format_fingerprint(certificate_fingerprint(chain->front()))});
  }
  made.facts.push_back({"not_before", format_utc(plan.validity.from)});
  made.facts.push_back({"not_after", format_utc(plan.validity.to)});
  const auto now = std::chrono::system_clock::to_time_t(std::chrono::system_clock::now());
  std::ranges::copy(weak_points_of(plan, now), std::back_inserter(made.weak));
  const auto above = issuer_key == nullptr ? std::nullopt : facts_of(issuer_key);
  if (above.has_value()) {
    for (const std::string& point : weak_points_of(*above)) {
      made.weak.push_back("in its authority " + point);
    }
  }
}

std::string quote_word(const std::string& word) {
  if (!word.empty() && std::ranges::all_of(word, needs_no_quotes)) {
    return word;
  }
  std::string quoted = "'";
  for (const char letter : word) {
    quoted += letter == '\'' ? "'\\''" : std::string(1, letter);
  }
  return quoted + "'";
}

void report(const Made& made, OutputFormat format) {
  if (format == OutputFormat::text) {
    static_cast<void>(std::fputs(text_of(made).c_str(), stdout));
    static_cast<void>(std::fflush(stdout));
    if (!made.weak.empty()) {
      print_line(weak_sentence(made.weak));
    }
    return;
  }
  nlohmann::ordered_json object;
  for (const Made::Fact& fact : made.facts) {
    object[fact.name] = fact.value;
  }
  object["weak"] = made.weak;
  object["next"] = made.next;
  const auto text = object.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
  static_cast<void>(std::fputs((text + "\n").c_str(), stdout));
}

}  // namespace heirloom::app
