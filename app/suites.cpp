// heirloom suites: every cipher suite of the library, how weak it is and why; the ones that options
// choose, in their order; a whole policy, and what differs between two presets.
#include "heirloom/cipher_suite.hpp"

#include "commands.hpp"
#include "common/describe.hpp"
#include "common/policy_text.hpp"
#include "common/protocol_options.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include <CLI/App.hpp>
#include <nlohmann/json.hpp>

namespace heirloom::app {

namespace {

std::string versions_of(const CipherSuite& suite) {
  std::string text;
  for (const auto version : {ProtocolVersion::ssl30, ProtocolVersion::tls10}) {
    if (suite.versions.contains(version)) {
      text += (text.empty() ? "" : ", ") + std::string(to_string(version));
    }
  }
  return text;
}

/// table_name is the name that IANA lists, which is the one of TLS; FORTEZZA's suites, which it
/// does not list, have that of SSL 3.0.
std::string table_name(const CipherSuite& suite) {
  return cipher_suite_name(suite, ProtocolVersion::tls10);
}

nlohmann::ordered_json to_json(const CipherSuite& suite) {
  nlohmann::ordered_json object;
  object["id"] = format_hex16(suite.id);
  object["iana_name"] = table_name(suite);
  object["ssl30_name"] = cipher_suite_name(suite, ProtocolVersion::ssl30);
  object["openssl_name"] = suite.openssl_name;
  object["versions"] = nlohmann::ordered_json::array();
  for (const auto version : {ProtocolVersion::ssl30, ProtocolVersion::tls10}) {
    if (suite.versions.contains(version)) {
      object["versions"].push_back(to_string(version));
    }
  }
  object["key_exchange"] = info(suite.key_exchange).name;
  object["cipher"] = info(suite.bulk).name;
  object["key_bits"] = info(suite.bulk).effective_key_bits;
  object["mac"] = info(suite.mac).name;
  object["weakness"] = to_string(suite.weakness);
  object["why"] = suite.why;
  object["allow"] = nlohmann::ordered_json::array();
  for (const Allowance needed : needed_allowances(suite)) {
    object["allow"].push_back(to_string(needed));
  }
  object["source"] = suite.source;
  return object;
}

/// print writes to standard output; a full disk or a closed pipe is a failure like any other.
ExitCode print(const std::string& text) {
  const bool is_written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (is_written && std::fflush(stdout) == 0) {
    return ExitCode::ok;
  }
  print_failure({ExitCode::local, "cannot write to standard output", "", "standard_stream"});
  return ExitCode::local;
}

using Rows = std::vector<const CipherSuite*>;

/// Document is what every --json begins with.
nlohmann::ordered_json begin_document() {
  nlohmann::ordered_json document;
  document["schema"] = 1;
  document["tool"] = "heirloom";
  return document;
}

ExitCode print_json(const Rows& rows) {
  nlohmann::ordered_json document = begin_document();
  document["suites"] = nlohmann::ordered_json::array();
  for (const CipherSuite* const suite : rows) {
    document["suites"].push_back(to_json(*suite));
  }
  return print(document.dump(2) + "\n");
}

std::string padded(std::string text, std::size_t width) {
  text.resize(std::max(text.size(), width), ' ');
  return text;
}

/// Widths are those of the columns, with two spaces behind the longest entry.
struct Widths {
  std::size_t name = 0;
  std::size_t openssl_name = 0;
  std::size_t versions = 0;
};

Widths widths_of(const Rows& rows) {
  Widths widths;
  for (const CipherSuite* const suite : rows) {
    widths.name = std::max(widths.name, table_name(*suite).size() + 2);
    widths.openssl_name = std::max(widths.openssl_name, suite->openssl_name.size() + 2);
    widths.versions = std::max(widths.versions, versions_of(*suite).size() + 2);
  }
  return widths;
}

ExitCode print_table(const Rows& rows) {
  const Widths widths = widths_of(rows);
  std::string table;
  for (const CipherSuite* const suite : rows) {
    std::string line = format_hex16(suite->id) + "  " + padded(table_name(*suite), widths.name) +
                       padded(std::string(suite->openssl_name), widths.openssl_name) +
                       padded(versions_of(*suite), widths.versions) +
                       std::string(to_string(suite->weakness));
    if (const std::string words = allowance_words(needed_allowances(*suite)); !words.empty()) {
      line += ", needs --allow " + words;
    }
    table += line + "\n        " + std::string(suite->why) + "\n";
  }
  return print(table);
}

struct SuitesOptions {
  ProtocolOptions protocol;
  bool shows_policy = false;
  std::vector<std::string> presets;  ///< the two of --diff
  OutputFormat format = OutputFormat::text;
};

ExitCode print_policy(const Policy& policy, OutputFormat format) {
  if (format == OutputFormat::text) {
    return print(to_string(policy));
  }
  nlohmann::ordered_json document = begin_document();
  document["policy"] = policy_json(policy);
  return print(document.dump(2) + "\n");
}

ExitCode print_difference(const SuitesOptions& options) {
  const auto from = find_preset("--diff", options.presets[0]);
  const auto to = find_preset("--diff", options.presets[1]);
  if (!from || !to) {
    return fail(from ? to.error() : from.error(), options.format);
  }
  const PolicyDifference difference = compare(*from, *to);
  if (options.format == OutputFormat::text) {
    return print(difference_text(difference));
  }
  nlohmann::ordered_json document = begin_document();
  document["from"] = options.presets[0];
  document["to"] = options.presets[1];
  document["difference"] = difference_json(difference);
  return print(document.dump(2) + "\n");
}

/// chosen_rows is the whole table, sorted by number, unless options choose and order.
Rows chosen_rows(const Policy& policy, bool is_chosen) {
  Rows rows;
  if (!is_chosen) {
    std::ranges::transform(
        cipher_suites(), std::back_inserter(rows), [](const CipherSuite& suite) { return &suite; });
    return rows;
  }
  for (const std::uint16_t id : policy.cipher_suites) {
    const CipherSuite* const suite = find_cipher_suite(id);
    const bool is_offered = suite != nullptr && (suite->versions.contains(policy.min_version) ||
                                                 suite->versions.contains(policy.max_version));
    if (is_offered) {
      rows.push_back(suite);
    }
  }
  return rows;
}

ExitCode run_suites(const SuitesOptions& options, bool is_chosen) {
  if (!options.presets.empty()) {
    return print_difference(options);
  }
  const auto policy = build_policy(options.protocol);
  if (!policy) {
    return fail(policy.error(), options.format);
  }
  if (options.shows_policy) {
    return print_policy(*policy, options.format);
  }
  const Rows rows = chosen_rows(*policy, is_chosen);
  return options.format == OutputFormat::json ? print_json(rows) : print_table(rows);
}

}  // namespace

void add_suites(CLI::App& root, Context& context) {
  auto options = std::make_shared<SuitesOptions>();
  CLI::App* const command =
      root.add_subcommand("suites", "list every cipher suite, how weak it is and why");
  add_policy_options(*command, options->protocol);
  CLI::Option* const shows_policy = command->add_flag(
      "--policy", options->shows_policy, "the whole policy, a line for each field");
  command
      ->add_option(
          "--diff", options->presets, "what the second preset has otherwise than the first")
      ->expected(2)
      ->type_name("{strict,device,museum}")
      ->excludes(shows_policy);
  command->add_flag_callback(
      "--json",
      [options] { options->format = OutputFormat::json; },
      "one JSON document on standard output");
  command->callback([&context, options, command] {
    // Any option that chooses: then it is the list that such a command would offer.
    const bool is_chosen = std::ranges::any_of(
        std::array{"--preset", "--suites", "--allow", "--min", "--max"},
        [command](const char* name) { return command->get_option(name)->count() != 0; });
    context.run = [options, is_chosen] { return run_suites(*options, is_chosen); };
  });
}

}  // namespace heirloom::app
