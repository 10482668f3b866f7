#include "common/session_options.hpp"

#include "heirloom/compression_method.hpp"
#include "heirloom/hello_extension.hpp"

#include "common/command_text.hpp"
#include "common/suite_list.hpp"

#include <algorithm>
#include <limits>

#include <CLI/App.hpp>
#include <nlohmann/json.hpp>

namespace heirloom::app {

namespace {

constexpr const char* kGroup = "Sessions and extensions";

Failure unknown_word(const std::string& option, const std::string& word, const std::string& known) {
  return {ExitCode::usage,
          option + " does not know \"" + escape_text(word) + "\"",
          option + " " + known,
          "option_invalid"};
}

std::string extension_words() {
  std::string words;
  for (const Extension extension : extensions()) {
    words += (words.empty() ? "" : ",") + std::string(to_string(extension));
  }
  return words;
}

std::string in_lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  });
  return text;
}

std::string compression_words() {
  std::string words;
  for (const CompressionMethodInfo& method : compression_methods()) {
    words += (words.empty() ? "" : ",") + in_lower_case(std::string(method.name));
  }
  return words;
}

/// apply_extensions: as with --suites, +X adds, -X takes out, and words without a sign replace what
/// the preset has.
std::optional<Failure> apply_extensions(Policy& policy, const SessionOptions& options) {
  const auto words = split_list(options.extensions);
  const auto is_unsigned = [](const std::string& word) { return word[0] != '+' && word[0] != '-'; };
  if (std::ranges::any_of(words, is_unsigned)) {
    policy.extensions = {};
  }
  for (const std::string& word : words) {
    const std::string name = is_unsigned(word) ? word : word.substr(1);
    if (is_unsigned(word) && name == "none") {
      continue;
    }
    const auto extension = parse_extension(name);
    if (!extension.has_value()) {
      return unknown_word("--extensions", name, "[+|-]" + extension_words() + ",none");
    }
    if (word[0] == '-') {
      policy.extensions.remove(*extension);
    } else {
      policy.extensions.add(*extension);
    }
  }
  return std::nullopt;
}

std::optional<Failure> apply_compression(Policy& policy, const SessionOptions& options) {
  const auto words = split_list(options.compression);
  if (words.empty()) {
    return std::nullopt;
  }
  auto& methods = policy.compression_methods;
  methods.clear();
  const auto add = [&methods](CompressionMethod method) {
    if (std::ranges::find(methods, method) == methods.end()) {
      methods.push_back(method);
    }
  };
  for (const std::string& word : words) {
    const auto method = parse_compression_method(word);
    if (!method.has_value()) {
      return unknown_word("--compression", word, compression_words());
    }
    add(*method);
  }
  add(CompressionMethod::null);  // RFC 2246 §7.4.1.2: "must support CompressionMethod.null"
  return std::nullopt;
}

}  // namespace

void add_extension_options(CLI::App& command, SessionOptions& options) {
  command
      .add_option(
          "--extensions",
          options.extensions,
          "extensions of the hellos, with commas; +X adds, -X takes out: " + extension_words())
      ->type_name("[+|-]NAME")
      ->allow_extra_args(false)
      ->group(kGroup);
  command
      .add_option("--compression",
                  options.compression,
                  "compression methods in order of preference; with deflate, lengths tell secrets "
                  "(CRIME)")
      ->type_name("{" + compression_words() + "}")
      ->allow_extra_args(false)
      ->group(kGroup);
}

void add_alpn_option(CLI::App& command, SessionOptions& options) {
  command
      .add_option("--alpn",
                  options.application_protocols,
                  "application protocols (RFC 7301), preferred first, with commas")
      ->type_name("NAME")
      ->allow_extra_args(false)
      ->group(kGroup);
}

void add_tickets_option(CLI::App& command, SessionOptions& options) {
  command
      .add_flag("--tickets", options.tickets, "take session tickets and resume by them (RFC 5077)")
      ->group(kGroup);
}

void add_resume_option(CLI::App& command, SessionOptions& options) {
  constexpr std::size_t kMost = 1000000;
  command
      .add_option("--resume", options.resume, "resume in so many more connections after the first")
      ->type_name("N")
      ->check(CLI::Range(std::size_t{0}, kMost))
      ->group(kGroup);
}

void add_session_file_options(CLI::App& command, SessionOptions& options) {
  command.add_option("--session-in", options.session_in, "resume the session of this file")
      ->type_name("FILE")
      ->group(kGroup);
  command
      .add_option("--session-out", options.session_out, "keep the session, sealed, in this file")
      ->type_name("FILE")
      ->group(kGroup);
  command
      .add_option("--session-key",
                  options.session_key,
                  "32 random bytes that seal it; made if missing; default: FILE.key")
      ->type_name("FILE")
      ->group(kGroup);
}

void add_renegotiate_option(CLI::App& command,
                            SessionOptions& options,
                            const std::string& description) {
  command.add_flag("--renegotiate", options.renegotiate, description)->group(kGroup);
}

std::optional<Failure> apply_session_options(Policy& policy, const SessionOptions& options) {
  if (auto failure = apply_extensions(policy, options)) {
    return failure;
  }
  if (options.tickets) {
    policy.extensions.add(Extension::session_ticket);
  }
  return apply_compression(policy, options);
}

Outcome<std::vector<std::string>> application_protocols(const SessionOptions& options) {
  constexpr std::size_t kLongest = 255;
  std::vector<std::string> names;
  for (const std::string& typed : options.application_protocols) {
    std::size_t begin = 0;
    while (begin <= typed.size()) {
      const std::size_t end = std::min(typed.find(',', begin), typed.size());
      std::string name = typed.substr(begin, end - begin);
      begin = end + 1;
      if (name.empty() || name.size() > kLongest || std::ranges::count(names, name) != 0) {
        return Failure{ExitCode::usage,
                       "--alpn has a name that is empty, longer than 255 bytes, or there twice",
                       "--alpn http/1.1,http/1.0",
                       "option_invalid"};
      }
      names.push_back(std::move(name));
    }
  }
  return names;
}

std::string session_option_words(const SessionOptions& options) {
  std::string words;
  const auto add = [&words](const std::string& name, const std::string& value) {
    words += value.empty() ? "" : " " + name + " " + shell_word(value);
  };
  for (const std::string& word : options.extensions) {
    add("--extensions", word);
  }
  for (const std::string& word : options.compression) {
    add("--compression", word);
  }
  for (const std::string& word : options.application_protocols) {
    add("--alpn", word);
  }
  words += options.tickets ? " --tickets" : "";
  add("--resume", options.resume == 0 ? "" : std::to_string(options.resume));
  add("--session-in", options.session_in);
  add("--session-out", options.session_out);
  add("--session-key", options.session_key);
  return words + (options.renegotiate ? " --renegotiate" : "");
}

void warn_of_compression(const Policy& policy, OutputFormat format) {
  const bool is_plain = std::ranges::all_of(
      policy.compression_methods,
      [](CompressionMethod method) { return method == CompressionMethod::null; });
  if (is_plain) {
    return;
  }
  const std::string sentence =
      "compression gives secrets away to whoever sees the lengths of records and can put text of "
      "his own beside them (CRIME, CVE-2012-4929)";
  if (format == OutputFormat::json) {
    print_line(nlohmann::ordered_json{
        {"event", "warning"}, {"warning", "compression"}, {"message", sentence}}
                   .dump());
    return;
  }
  print_line("heirloom: " + paint(Style::warning, "warning") + ": " + sentence);
}

}  // namespace heirloom::app
