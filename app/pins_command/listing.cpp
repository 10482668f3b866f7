// `heirloom pins list` and `show`.
#include "heirloom/certificate.hpp"

#include "common/certificate_text.hpp"
#include "common/join.hpp"
#include "pins_command/actions.hpp"

#include <algorithm>
#include <array>

#include <nlohmann/json.hpp>

namespace heirloom::app {

namespace {

using Json = nlohmann::ordered_json;

std::string as_line(const Json& object) {
  return object.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Json pin_json(const Pin& pin) {
  Json object;
  object["event"] = "pin";
  object["box"] = pin.box;
  object["version"] = pin.version;
  object["suite"] = pin.suite;
  object["hello"] = pin.hello;
  object["certificate"] = pin.certificate;
  object["trust"] = trust_word(pin);
  object["signal"] = pin.signal == Pin::Signal::on ? "on" : "off";
  object["allow"] = pin.allow;
  object["port"] = pin.port;
  object["first_seen"] = pin.first_seen;
  object["last_seen"] = pin.last_seen;
  object["other"] = Json::object();
  for (const auto& [key, value] : pin.other) {
    object["other"][key] = value;
  }
  return object;
}

using Row = std::array<std::string, 7>;

Row row_of(const Pin& pin) {
  return {pin.box,
          pin.version,
          pin.suite.empty() ? "-" : pin.suite,
          std::string(trust_word(pin)),
          pin.allow.empty() ? "-" : join(pin.allow, ","),
          pin.last_seen.empty() ? "never" : pin.last_seen.substr(0, 10),
          pin.certificate.substr(0, 23) + "…"};
}

std::string table(const std::vector<Pin>& pins) {
  std::vector<Row> rows{{"BOX", "VERSION", "SUITE", "TRUST", "ALLOWS", "LAST SEEN", "CERTIFICATE"}};
  std::ranges::transform(pins, std::back_inserter(rows), row_of);
  std::array<std::size_t, 7> widths{};
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], row[i].size());
    }
  }
  std::string text;
  for (const Row& row : rows) {
    for (std::size_t i = 0; i + 1 < row.size(); ++i) {
      text += row[i] + std::string(widths[i] + 2 - row[i].size(), ' ');
    }
    text += row.back() + "\n";
  }
  return text;
}

std::string field(std::string name, const std::string& value) {
  name.resize(15, ' ');
  return value.empty() ? "" : "  " + name + escape_text(value) + "\n";
}

std::string describe(const Pin& pin) {
  std::string text = pin.box + "\n";
  text += field("version", pin.version);
  text += field("suite", pin.suite);
  text += field("hello", pin.hello);
  text += field("certificate", pin.certificate);
  text += field("trust", std::string(trust_word(pin)));
  text += field("signal", pin.signal == Pin::Signal::off ? "off" : "");
  text += field("allows", join(pin.allow, ","));
  text += field("local port", pin.port == 0 ? "" : std::to_string(pin.port));
  text += field("first seen", pin.first_seen);
  text += field("last seen", pin.last_seen.empty() ? "never" : pin.last_seen);
  for (const auto& [key, value] : pin.other) {
    text += field(key, value);
  }
  return text;
}

std::string describe(const CertificateChain& chain, const PinsOptions& options) {
  if (chain.empty()) {
    return "  the certificates were not kept; the next connection does\n";
  }
  std::string text;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    text += "  certificate " + std::to_string(i + 1) + " of " + std::to_string(chain.size()) + "\n";
    const auto certificate = describe_certificate(chain[i]);
    if (!certificate) {
      text += field("  unreadable", certificate.error().text());
    } else {
      text += field("  subject", certificate->subject);
      text += field("  issuer", certificate->issuer);
      text +=
          field("  valid",
                format_day(certificate->not_before) + " to " + format_day(certificate->not_after));
      text += field("  key",
                    std::string(to_string(certificate->key_algorithm)) + ", " +
                        std::to_string(certificate->key_bits) + " bits, signed with " +
                        certificate->signature_algorithm);
    }
    text += field("  fingerprint", format_fingerprint(certificate_fingerprint(chain[i])));
    text += options.pem ? format_pem(chain[i]) : "";
  }
  return text;
}

Outcome<bool> report_problems(const PinFile& file, const PinList& list) {
  const auto& problems = list.problems();
  if (problems.empty()) {
    return true;
  }
  for (const PinList::Problem& problem : problems) {
    print_line("heirloom: " + file.path().string() + ", line " + std::to_string(problem.line) +
               ": " + escape_text(problem.what));
  }
  return Failure{ExitCode::local,
                 std::to_string(problems.size()) + (problems.size() == 1 ? " line" : " lines") +
                     " of " + file.path().string() + " cannot be used, the first is line " +
                     std::to_string(problems.front().line),
                 "an editor; until then reach and get do not connect to the boxes that they name",
                 "pins_malformed"};
}

}  // namespace

Outcome<bool> list_pins(const PinFile& file, const PinsOptions& options) {
  const auto list = file.load();
  if (!list) {
    return list.error();
  }
  const std::vector<Pin> pins = list->pins();
  std::string text;
  if (options.format == OutputFormat::json) {
    for (const Pin& pin : pins) {
      text += as_line(pin_json(pin));
    }
    for (const PinList::Problem& problem : list->problems()) {
      text += as_line(Json{{"event", "problem"},
                           {"line", problem.line},
                           {"box", problem.box},
                           {"what", problem.what}});
    }
  } else if (pins.empty()) {
    print_line("heirloom: no box is remembered in " + file.path().string());
  } else {
    text = table(pins);
  }
  const Outcome<bool> written = write_out(text);
  return written ? report_problems(file, *list) : written;
}

Outcome<bool> show_pins(const PinFile& file, const PinsOptions& options) {
  const auto list = file.load();
  if (!list) {
    return list.error();
  }
  std::string text;
  for (const std::string& typed : options.boxes) {
    const auto pin = find_pin(file, *list, typed);
    if (!pin) {
      return pin.error();
    }
    const auto chain = file.chain_of(pin->certificate);
    if (!chain) {
      return chain.error();
    }
    if (options.format == OutputFormat::text) {
      text += describe(*pin) + describe(*chain, options);
      continue;
    }
    Json object = pin_json(*pin);
    object["certificates"] = Json::array();
    for (const CertificateDer& certificate : *chain) {
      object["certificates"].push_back(certificate_json(certificate));
    }
    text += as_line(object);
  }
  return write_out(text);
}

}  // namespace heirloom::app
