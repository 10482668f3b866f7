#include "get/usage.hpp"

#include "common/output.hpp"
#include "get/curl_options.hpp"
#include "get/exit.hpp"
#include "starttls/start_tls.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include <arpa/inet.h>

namespace heirloom::app::get {

namespace {

Outcome<bool> check_start_tls(const GetOptions& options) {
  if (options.starttls.empty() || parse_start_tls_protocol(options.starttls).has_value()) {
    return true;
  }
  std::string known;
  for (const std::string& word : start_tls_words()) {
    known += (known.empty() ? "" : ", ") + word;
  }
  return Failure{exit_code(CurlExit::usage),
                 "--starttls does not know \"" + options.starttls + "\"",
                 "--starttls with one of " + known,
                 "get_starttls_unknown"};
}

bool is_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  return error == std::errc() && end == text.data() + text.size() && port != 0;
}

bool is_address(std::string text) {
  if (text.starts_with('[') && text.ends_with(']')) {
    text = text.substr(1, text.size() - 2);
  }
  std::array<unsigned char, sizeof(in6_addr)> address{};
  return ::inet_pton(AF_INET, text.c_str(), address.data()) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), address.data()) == 1;
}

/// check_resolve reads [+]HOST:PORT:ADDRESS[,ADDRESS]…: a slip would lead to the address that the
/// name server says.
Outcome<bool> check_resolve(const std::string& entry) {
  const std::string text = entry.starts_with('+') ? entry.substr(1) : entry;
  const std::size_t first = std::min(text.find(':'), text.size());
  const std::size_t second = std::min(text.find(':', first + 1), text.size());
  const bool is_complete = first != 0 && second + 1 < text.size();
  if (!is_complete || !is_port(std::string_view(text).substr(first + 1, second - first - 1))) {
    return Failure{exit_code(CurlExit::option_syntax),
                   "--resolve " + escape_text(entry) + " is not HOST:PORT:ADDRESS",
                   "--resolve ups.example:443:10.0.0.5",
                   "resolve_invalid"};
  }
  for (std::size_t begin = second + 1; begin <= text.size();) {
    const std::size_t end = std::min(text.find(',', begin), text.size());
    const std::string address = text.substr(begin, end - begin);
    if (!is_address(address)) {
      return Failure{exit_code(CurlExit::option_syntax),
                     "\"" + escape_text(address) + "\" in --resolve " + escape_text(entry) +
                         " is no IP address",
                     "--resolve ups.example:443:10.0.0.5",
                     "resolve_invalid"};
    }
    begin = end + 1;
  }
  return true;
}

/// check_tls_max: curl's words for a highest version.
Outcome<bool> check_tls_max(const std::string& version) {
  constexpr std::array<std::string_view, 6> kKnown = {"", "default", "1.0", "1.1", "1.2", "1.3"};
  if (std::ranges::find(kKnown, version) != kKnown.end()) {
    return true;
  }
  return Failure{exit_code(CurlExit::usage),
                 "--tls-max does not know \"" + escape_text(version) + "\"",
                 "--tls-max 1.0, or --max ssl3",
                 "tls_max_unknown"};
}

Outcome<bool> check_values(const GetOptions& options) {
  for (const std::string& entry : options.resolve) {
    if (const auto fits = check_resolve(entry); !fits.has_value()) {
      return fits;
    }
  }
  for (const std::string& line : options.headers) {
    if (const auto fits = line.starts_with('@') ? Outcome<bool>(true) : check_header(line);
        !fits.has_value()) {
      return fits;
    }
  }
  if (!options.cookie.empty() && options.cookie.find('=') == std::string::npos) {
    return Failure{exit_code(CurlExit::usage),
                   "-b " + escape_text(options.cookie) +
                       " would be a file of cookies for curl, and there are "
                       "none here",
                   "-b NAME=VALUE",
                   "cookie_file"};
  }
  return check_tls_max(options.tls_max);
}

}  // namespace

Outcome<bool> check_header(const std::string& line) {
  const std::size_t end = std::min(line.find(':'), line.size());
  const bool has_colon = end != line.size();
  const bool is_empty_field = !has_colon && line.ends_with(';');
  const std::string name = line.substr(0, is_empty_field ? line.size() - 1 : end);
  // RFC 9110 §5.1: a name is a token, so nothing that could be seen as the end of it.
  const bool is_name = !name.empty() && std::ranges::all_of(name, [](char c) {
    return static_cast<unsigned char>(c) > ' ' && c != '\x7F';
  });
  const bool is_one_line = line.find_first_of(std::string_view("\r\n\0", 3)) == std::string::npos;
  if (line.empty() || ((has_colon || is_empty_field) && is_name && is_one_line)) {
    return true;
  }
  return Failure{exit_code(CurlExit::usage),
                 is_one_line ? "-H \"" + escape_text(line) + "\" is no header field"
                             : std::string("a line of -H goes on in a second line"),
                 "-H \"Name: value\"",
                 "header_invalid"};
}

Outcome<bool> check_usage(const GetOptions& options) {
  if (const CurlOption* const refused = first_refused(options.other); refused != nullptr) {
    return Failure{exit_code(CurlExit::usage),
                   curl_name(*refused) + " cannot be honoured: " + std::string(refused->why),
                   std::string(refused->instead),
                   "curl_option_refused"};
  }
  if (options.urls.empty()) {
    return Failure{exit_code(CurlExit::usage),
                   "there is no URL",
                   "heirloom get https://10.0.0.5/",
                   "url_missing"};
  }
  const int bodies = (options.data.empty() ? 0 : 1) + (options.upload.empty() ? 0 : 1) +
                     (options.head && !options.data_in_query ? 1 : 0);
  if (bodies > 1) {
    return Failure{exit_code(CurlExit::usage),
                   "-d, -T and -I each make another kind of request: only one of them fits",
                   "one of them",
                   "get_methods_conflict"};
  }
  if (const auto fits = check_start_tls(options); !fits.has_value()) {
    return fits;
  }
  return check_values(options);
}

std::vector<std::string> usage_notes(const GetOptions& options) {
  std::vector<std::string> notes;
  if (options.places.size() > options.urls.size()) {
    notes.emplace_back("there are more -o and -O than URLs.");
  }
  const auto is_typed = [&options](std::string_view name) {
    return std::ranges::find(options.other, name) != options.other.end();
  };
  if (is_typed("--ciphers")) {
    notes.emplace_back(
        "--ciphers is ignored: everything that old boxes need is offered anyway; "
        "--suites chooses.");
  }
  if (options.tls_max == "1.1" || options.tls_max == "1.2") {
    notes.push_back("--tls-max " + options.tls_max +
                    " is ignored: a box that speaks a newer version gets it; --tls-max 1.0 is "
                    "held.");
  }
  return notes;
}

}  // namespace heirloom::app::get
