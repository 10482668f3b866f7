#include "pins/pin.hpp"

#include "heirloom/cipher_suite.hpp"

#include "common/letter_case.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <set>

namespace heirloom::app {

namespace {

constexpr std::array<std::string_view, 5> kVersions = {
    "ssl3.0", "tls1.0", "tls1.1", "tls1.2", "tls1.3"};

bool is_fingerprint(std::string_view text) {
  constexpr std::string_view kPrefix = "sha256:";
  return text.starts_with(kPrefix) && text.size() == kPrefix.size() + 64 &&
         text.find_first_not_of("0123456789abcdef", kPrefix.size()) == std::string_view::npos;
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  if (text.empty() || text.size() > 5 ||
      text.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  const int value = std::stoi(std::string(text));
  return value > 65535 ? std::nullopt : std::optional(static_cast<std::uint16_t>(value));
}

/// normal_box brings a box into the one form that is compared: "Box.Example:0443" is
/// "box.example:443". Empty if it is none.
std::string normal_box(std::string_view text) {
  const auto colon = text.rfind(':');
  const auto port =
      colon == std::string_view::npos ? std::nullopt : parse_port(text.substr(colon + 1));
  if (!port.has_value() || colon == 0) {
    return {};
  }
  return to_lower(text.substr(0, colon)) + ':' + std::to_string(*port);
}

/// Problem says why a value cannot be; empty if it can.
using Problem = std::optional<std::string>;

Problem set_version(Pin& pin, std::string_view value) {
  pin.version = value;
  return version_rank(value).has_value() ? std::nullopt : Problem("unknown version");
}

Problem set_certificate(Pin& pin, std::string_view value) {
  pin.certificate = value;
  return is_fingerprint(value) ? std::nullopt
                               : Problem("certificate is not sha256: and 64 hexadecimal digits");
}

Problem set_trust(Pin& pin, std::string_view value) {
  pin.trust = value == "system" ? Pin::Trust::system : Pin::Trust::accepted;
  return value == "system" || value == "accepted" ? std::nullopt
                                                  : Problem("trust is neither system nor accepted");
}

Problem set_signal(Pin& pin, std::string_view value) {
  pin.signal = value == "off" ? Pin::Signal::off : Pin::Signal::on;
  return value == "on" || value == "off" ? std::nullopt : Problem("signal is neither on nor off");
}

Problem set_port(Pin& pin, std::string_view value) {
  const auto port = parse_port(value);
  pin.port = port.value_or(0);
  return port.has_value() ? std::nullopt : Problem("port is no port");
}

/// set_allow wants words that mean something: a person who wrote "nul" must hear of it.
Problem set_allow(Pin& pin, std::string_view value) {
  while (!value.empty()) {
    const std::size_t comma = std::min(value.find(','), value.size());
    const std::string_view word = value.substr(0, comma);
    value.remove_prefix(std::min(comma + 1, value.size()));
    if (!parse_allowance(word).has_value()) {
      return "allow names \"" + std::string(word) + "\", which is no weakness";
    }
    pin.allow.emplace_back(word);
  }
  return std::nullopt;
}

template <std::string Pin::*kField>
Problem set_text(Pin& pin, std::string_view value) {
  pin.*kField = value;
  return std::nullopt;
}

struct KnownField {
  std::string_view key;
  Problem (*set)(Pin& pin, std::string_view value);
};

constexpr std::array<KnownField, 10> kKnownFields = {{
    {"version", set_version},
    {"suite", set_text<&Pin::suite>},
    {"hello", set_text<&Pin::hello>},
    {"certificate", set_certificate},
    {"trust", set_trust},
    {"signal", set_signal},
    {"allow", set_allow},
    {"port", set_port},
    {"first-seen", set_text<&Pin::first_seen>},
    {"last-seen", set_text<&Pin::last_seen>},
}};

/// set_field stores one key=value.
Problem set_field(Pin& pin, std::string_view key, std::string_view value) {
  const auto* const known =
      std::find_if(kKnownFields.begin(), kKnownFields.end(), [key](const KnownField& field) {
        return field.key == key;
      });
  if (known != kKnownFields.end()) {
    return known->set(pin, value);
  }
  pin.other.emplace_back(key, value);
  return std::nullopt;
}

}  // namespace

std::vector<std::string_view> split_words(std::string_view line) {
  std::vector<std::string_view> words;
  std::size_t at = line.find_first_not_of(" \t");
  while (at != std::string_view::npos) {
    const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
    words.push_back(line.substr(at, end - at));
    at = line.find_first_not_of(" \t", end);
  }
  return words;
}

std::optional<int> version_rank(std::string_view version) {
  const auto* const found = std::find(kVersions.begin(), kVersions.end(), version);
  return found == kVersions.end() ? std::nullopt
                                  : std::optional(static_cast<int>(found - kVersions.begin()));
}

bool expects_the_same(const Pin& one, const Pin& two) {
  return one.certificate == two.certificate && one.version == two.version &&
         one.trust == two.trust && one.signal == two.signal &&
         std::ranges::is_permutation(one.allow, two.allow);
}

std::string format_utc(std::int64_t seconds_since_1970) {
  const std::time_t time = seconds_since_1970;
  std::tm parts{};
  gmtime_r(&time, &parts);
  std::array<char, 32> text{};
  const std::size_t length = std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &parts);
  return {text.data(), length};
}

std::variant<Pin, std::string> parse_pin(std::string_view line) {
  const std::vector<std::string_view> words = split_words(line);
  Pin pin;
  pin.box = words.empty() ? "" : normal_box(words[0]);
  if (pin.box.empty()) {
    return "it does not begin with HOST:PORT";
  }
  std::set<std::string_view> seen;
  for (std::size_t i = 1; i < words.size(); ++i) {
    const auto equals = words[i].find('=');
    if (equals == std::string_view::npos || equals == 0) {
      return "\"" + std::string(words[i]) + "\" is not key=value";
    }
    const std::string_view key = words[i].substr(0, equals);
    if (!seen.insert(key).second) {
      return std::string(key) + " is given twice";
    }
    if (auto problem = set_field(pin, key, words[i].substr(equals + 1))) {
      return *std::move(problem);
    }
  }
  // Security: without these a line would trust more than anybody agreed to.
  for (const std::string_view needed : {"version", "hello", "certificate"}) {
    if (!seen.contains(needed)) {
      return std::string(needed) + " is missing";
    }
  }
  return pin;
}

std::string format_pin(const Pin& pin) {
  std::string line = pin.box;
  const auto add = [&line](std::string_view key, std::string_view value) {
    if (value.empty()) {
      return;
    }
    line += ' ';
    line += key;
    line += '=';
    line += value;
  };
  add("version", pin.version);
  add("suite", pin.suite);
  add("hello", pin.hello);
  add("certificate", pin.certificate);
  add("trust", trust_word(pin));
  if (pin.signal == Pin::Signal::off) {
    add("signal", "off");
  }
  std::string allow;
  for (const std::string& word : pin.allow) {
    allow += (allow.empty() ? "" : ",") + word;
  }
  add("allow", allow);
  add("port", std::to_string(pin.port));
  add("first-seen", pin.first_seen);
  add("last-seen", pin.last_seen);
  for (const auto& [key, value] : pin.other) {
    line.append(" ").append(key).append("=").append(value);
  }
  return line;
}

std::string_view trust_word(const Pin& pin) {
  return pin.trust == Pin::Trust::system ? "system" : "accepted";
}

}  // namespace heirloom::app
