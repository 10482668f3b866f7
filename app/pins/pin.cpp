#include "pins/pin.hpp"

#include <algorithm>
#include <array>
#include <ctime>
#include <set>

namespace heirloom::app {

namespace {

constexpr std::array<std::string_view, 5> kVersions = {
    "ssl3.0", "tls1.0", "tls1.1", "tls1.2", "tls1.3"};

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

bool is_box(std::string_view text) {
  const auto colon = text.rfind(':');
  return colon != std::string_view::npos && colon != 0 &&
         parse_port(text.substr(colon + 1)).has_value();
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

template <std::string Pin::*kField>
Problem set_text(Pin& pin, std::string_view value) {
  pin.*kField = value;
  return std::nullopt;
}

struct KnownField {
  std::string_view key;
  Problem (*set)(Pin& pin, std::string_view value);
};

constexpr std::array<KnownField, 9> kKnownFields = {{
    {"version", set_version},
    {"suite", set_text<&Pin::suite>},
    {"hello", set_text<&Pin::hello>},
    {"certificate", set_certificate},
    {"trust", set_trust},
    {"signal", set_signal},
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

std::optional<int> version_rank(std::string_view version) {
  const auto* const found = std::find(kVersions.begin(), kVersions.end(), version);
  return found == kVersions.end() ? std::nullopt
                                  : std::optional(static_cast<int>(found - kVersions.begin()));
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
  if (words.empty() || !is_box(words[0])) {
    return "it does not begin with HOST:PORT";
  }
  Pin pin;
  pin.box = words[0];
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
    line += ' ';
    line += key;
    line += '=';
    line += value;
  };
  add("version", pin.version);
  add("suite", pin.suite);
  add("hello", pin.hello);
  add("certificate", pin.certificate);
  add("trust", pin.trust == Pin::Trust::system ? "system" : "accepted");
  if (pin.signal == Pin::Signal::off) {
    add("signal", "off");
  }
  add("port", std::to_string(pin.port));
  add("first-seen", pin.first_seen);
  add("last-seen", pin.last_seen);
  for (const auto& [key, value] : pin.other) {
    add(key, value);
  }
  return line;
}

PinList::PinList(std::string_view text) {
  std::size_t number = 0;
  while (!text.empty()) {
    const auto line_feed = text.find('\n');
    std::string_view raw = text.substr(0, line_feed);
    text = line_feed == std::string_view::npos ? std::string_view() : text.substr(line_feed + 1);
    ++number;
    Line line{std::string(raw), std::nullopt};
    if (raw.ends_with('\r')) {
      raw.remove_suffix(1);
    }
    const std::vector<std::string_view> words = split_words(raw);
    if (!words.empty() && !words[0].starts_with('#')) {
      auto parsed = parse_pin(raw);
      const Pin* pin = std::get_if<Pin>(&parsed);
      if (pin == nullptr) {
        problems_.push_back({number, std::string(words[0]), *std::get_if<std::string>(&parsed)});
      } else if (find(pin->box) != nullptr) {
        problems_.push_back({number, pin->box, "the box has an earlier line"});
      } else {
        line.pin = *pin;
      }
    }
    lines_.push_back(std::move(line));
  }
}

const Pin* PinList::find(std::string_view box) const {
  for (const Line& line : lines_) {
    if (line.pin.has_value() && line.pin->box == box) {
      return &*line.pin;
    }
  }
  return nullptr;
}

void PinList::put(Pin pin) {
  for (Line& line : lines_) {
    if (!line.pin.has_value() || line.pin->box != pin.box) {
      continue;
    }
    pin.other = line.pin->other;
    if (!line.pin->first_seen.empty()) {
      pin.first_seen = line.pin->first_seen;
    }
    line.raw = format_pin(pin);
    line.pin = std::move(pin);
    return;
  }
  Line line{format_pin(pin), std::nullopt};
  line.pin = std::move(pin);
  lines_.push_back(std::move(line));
}

std::string PinList::text() const {
  std::string result;
  for (const Line& line : lines_) {
    result += line.raw + "\n";
  }
  return result;
}

}  // namespace heirloom::app
