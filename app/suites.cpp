// heirloom suites: every cipher suite of the library, how weak it is and why.
#include "heirloom/cipher_suite.hpp"

#include "commands.hpp"
#include "common/describe.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>
#include <string>

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

/// table_name is the name that IANA lists, which for all of these is the one of TLS.
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

ExitCode print_json() {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const CipherSuite& suite : cipher_suites()) {
    list.push_back(to_json(suite));
  }
  nlohmann::ordered_json document;
  document["schema"] = 1;
  document["tool"] = "heirloom";
  document["suites"] = std::move(list);
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

Widths widths_of_table() {
  Widths widths;
  for (const CipherSuite& suite : cipher_suites()) {
    widths.name = std::max(widths.name, table_name(suite).size() + 2);
    widths.openssl_name = std::max(widths.openssl_name, suite.openssl_name.size() + 2);
    widths.versions = std::max(widths.versions, versions_of(suite).size() + 2);
  }
  return widths;
}

/// allow_words is "export,anon" for a suite that needs both.
std::string allow_words(const CipherSuite& suite) {
  std::string words;
  for (const Allowance needed : needed_allowances(suite)) {
    words += (words.empty() ? "" : ",") + std::string(to_string(needed));
  }
  return words;
}

ExitCode print_table() {
  const Widths widths = widths_of_table();
  std::string table;
  for (const CipherSuite& suite : cipher_suites()) {
    std::string line = format_hex16(suite.id) + "  " + padded(table_name(suite), widths.name) +
                       padded(std::string(suite.openssl_name), widths.openssl_name) +
                       padded(versions_of(suite), widths.versions) +
                       to_string(suite.weakness).data();
    if (const std::string words = allow_words(suite); !words.empty()) {
      line += ", needs --allow " + words;
    }
    table += line + "\n        " + std::string(suite.why) + "\n";
  }
  return print(table);
}

}  // namespace

void add_suites(CLI::App& root, Context& context) {
  auto format = std::make_shared<OutputFormat>(OutputFormat::text);
  CLI::App* const command =
      root.add_subcommand("suites", "list every cipher suite, how weak it is and why");
  command->add_flag_callback(
      "--json", [format] { *format = OutputFormat::json; }, "one JSON document on standard output");
  command->callback([&context, format] {
    context.run = [format] { return *format == OutputFormat::json ? print_json() : print_table(); };
  });
}

}  // namespace heirloom::app
