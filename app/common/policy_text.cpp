#include "common/policy_text.hpp"

#include "heirloom/cipher_suite.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <system_error>

#include <nlohmann/json.hpp>

namespace heirloom::app {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kSuites = "cipher_suites";
constexpr std::string_view kCurves = "named_curves";
constexpr std::string_view kExtensions = "extensions";

std::vector<std::string> split_values(const std::string& text) {
  constexpr std::string_view between = ", ";
  std::vector<std::string> values;
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find(between, begin), text.size());
    values.push_back(text.substr(begin, end - begin));
    begin = end + between.size();
  }
  return values;
}

Json value_json(const PolicyLine& line) {
  if (line.name == kExtensions && line.value == to_string(ExtensionSet())) {
    return Json::array();
  }
  if (line.name == kSuites || line.name == kCurves || line.name == kExtensions) {
    return split_values(line.value);
  }
  std::uint64_t number = 0;
  const char* const end = line.value.data() + line.value.size();
  const auto [stop, error] = std::from_chars(line.value.data(), end, number);
  return error == std::errc{} && stop == end ? Json(number) : Json(line.value);
}

/// table_name is the name that IANA lists: the same in every policy, whatever its versions.
std::string table_name(std::uint16_t id) {
  const CipherSuite* const suite = find_cipher_suite(id);
  return suite == nullptr ? "" : cipher_suite_name(*suite, ProtocolVersion::tls10);
}

std::vector<std::uint16_t> common_part(const std::vector<std::uint16_t>& list,
                                       const std::vector<std::uint16_t>& other) {
  std::vector<std::uint16_t> common;
  std::ranges::copy_if(list, std::back_inserter(common), [&](std::uint16_t id) {
    return std::ranges::find(other, id) != other.end();
  });
  return common;
}

std::vector<std::string> names_only_in(const std::vector<std::uint16_t>& list,
                                       const std::vector<std::uint16_t>& other) {
  std::vector<std::string> names;
  for (const std::uint16_t id : list) {
    if (std::ranges::find(other, id) == other.end()) {
      names.push_back(table_name(id));
    }
  }
  return names;
}

}  // namespace

std::vector<PolicyLine> policy_lines(const Policy& policy) {
  constexpr std::string_view between = " = ";
  std::vector<PolicyLine> lines;
  const std::string text = to_string(policy);
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    const std::string line = text.substr(begin, end - begin);
    const std::size_t at = std::min(line.find(between), line.size());
    const std::size_t value = std::min(at + between.size(), line.size());
    lines.push_back({line.substr(0, at), line.substr(value)});
    begin = end + 1;
  }
  return lines;
}

Json policy_json(const Policy& policy) {
  Json object = Json::object();
  for (const PolicyLine& line : policy_lines(policy)) {
    object[line.name] = value_json(line);
  }
  return object;
}

PolicyDifference compare(const Policy& from, const Policy& to) {
  PolicyDifference difference;
  const auto before = policy_lines(from);
  const auto after = policy_lines(to);
  for (std::size_t i = 0; i < before.size() && i < after.size(); ++i) {
    if (before[i].name != kSuites && before[i].value != after[i].value) {
      difference.fields.push_back({before[i].name, before[i].value, after[i].value});
    }
  }
  difference.removed = names_only_in(from.cipher_suites, to.cipher_suites);
  difference.added = names_only_in(to.cipher_suites, from.cipher_suites);
  difference.has_other_order = common_part(from.cipher_suites, to.cipher_suites) !=
                               common_part(to.cipher_suites, from.cipher_suites);
  return difference;
}

std::string difference_text(const PolicyDifference& difference) {
  std::string text;
  for (const auto& field : difference.fields) {
    text += "- " + field.name + " = " + field.from + "\n";
    text += "+ " + field.name + " = " + field.to + "\n";
  }
  for (const std::string& name : difference.removed) {
    text += "- " + std::string(kSuites) + ": " + name + "\n";
  }
  for (const std::string& name : difference.added) {
    text += "+ " + std::string(kSuites) + ": " + name + "\n";
  }
  return text + (difference.has_other_order ? "  cipher_suites: the rest in another order\n" : "");
}

Json difference_json(const PolicyDifference& difference) {
  Json object;
  object["fields"] = Json::array();
  for (const auto& field : difference.fields) {
    Json entry;
    entry["name"] = field.name;
    entry["from"] = value_json({field.name, field.from});
    entry["to"] = value_json({field.name, field.to});
    object["fields"].push_back(std::move(entry));
  }
  object["suites_removed"] = difference.removed;
  object["suites_added"] = difference.added;
  object["suites_in_another_order"] = difference.has_other_order;
  return object;
}

}  // namespace heirloom::app
