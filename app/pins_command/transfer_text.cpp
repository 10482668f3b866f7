#include "pins_command/transfer_text.hpp"

#include "common/join.hpp"
#include "common/output.hpp"

#include <algorithm>

namespace heirloom::app {

namespace {

constexpr std::string_view kBegin = "-----BEGIN CERTIFICATE-----";
constexpr std::string_view kEnd = "-----END CERTIFICATE-----";

Failure malformed(const std::string& name, std::size_t line, const std::string& what) {
  return {ExitCode::usage,
          name + ", line " + std::to_string(line) + ", cannot be imported: " + what,
          "a file that heirloom pins export has written, or a pin file",
          "import_malformed"};
}

std::string names_of(const std::vector<std::string>& allowed) {
  return allowed.empty() ? "nothing" : join(allowed, ",");
}

std::string_view signal_word(const Pin& pin) {
  return pin.signal == Pin::Signal::on ? "on" : "off";
}

/// add_difference writes "version tls1.1 -> tls1.0" behind what is there.
void add_difference(std::string& text,
                    std::string_view name,
                    std::string_view before,
                    std::string_view after) {
  if (before != after) {
    text += (text.empty() ? "" : "; ") + std::string(name) + " " + std::string(before) + " -> " +
            std::string(after);
  }
}

bool allows_more(const Pin& now, const Pin& incoming) {
  return std::ranges::any_of(incoming.allow, [&now](const std::string& word) {
    return std::ranges::find(now.allow, word) == now.allow.end();
  });
}

/// earlier and later take the one that is there if the other is empty.
std::string earlier(const std::string& one, const std::string& two) {
  return one.empty() || (!two.empty() && two < one) ? two : one;
}

/// merge_records joins what is no expectation: times, and marks that people have made.
Pin merge_records(Pin pin, const Pin& with) {
  pin.first_seen = earlier(pin.first_seen, with.first_seen);
  pin.last_seen = std::max(pin.last_seen, with.last_seen);
  for (const auto& [key, value] : with.other) {
    const bool is_there = std::ranges::any_of(
        pin.other, [&key = key](const auto& field) { return field.first == key; });
    if (!is_there) {
      pin.other.emplace_back(key, value);
    }
  }
  return pin;
}

/// Reader collects lines into pins and certificates.
class Reader {
 public:
  explicit Reader(const std::string& name) : name_(name) {}

  Outcome<bool> read(std::size_t number, const std::string& line);
  Outcome<std::vector<CarriedPin>> finish();

 private:
  Outcome<bool> read_pin(std::size_t number, const std::string& line);

  const std::string& name_;
  std::vector<CarriedPin> pins_;
  std::string block_;  ///< of PEM, as far as it has come
  std::size_t number_ = 0;
};

Outcome<bool> Reader::read(std::size_t number, const std::string& line) {
  number_ = number;
  if (!block_.empty() || line == kBegin) {
    block_ += line + "\n";
    if (line != kEnd) {
      return true;
    }
    const auto chain = parse_pem_chain(block_);
    block_.clear();
    if (pins_.empty() || !chain) {
      return malformed(name_,
                       number,
                       pins_.empty() ? "a certificate comes before any box"
                                     : "the certificate that ends here is none");
    }
    pins_.back().chain.push_back(chain->front());
    return true;
  }
  const auto words = split_words(line);
  return words.empty() || words[0].starts_with('#') ? Outcome<bool>(true) : read_pin(number, line);
}

Outcome<bool> Reader::read_pin(std::size_t number, const std::string& line) {
  auto parsed = parse_pin(line);
  if (const auto* const what = std::get_if<std::string>(&parsed)) {
    return malformed(name_, number, escape_text(*what));
  }
  Pin& pin = *std::get_if<Pin>(&parsed);
  const bool is_there = std::ranges::any_of(
      pins_, [&pin](const CarriedPin& earlier_one) { return earlier_one.pin.box == pin.box; });
  if (is_there) {
    return malformed(name_, number, "there is an earlier line about " + pin.box);
  }
  pins_.push_back({std::move(pin), {}});
  return true;
}

Outcome<std::vector<CarriedPin>> Reader::finish() {
  if (!block_.empty()) {
    return malformed(name_, number_, "a certificate does not end");
  }
  for (const CarriedPin& carried : pins_) {
    if (!carried.chain.empty() && format_fingerprint(certificate_fingerprint(
                                      carried.chain.front())) != carried.pin.certificate) {
      return Failure{
          ExitCode::usage,
          name_ + " gives " + carried.pin.box + " a certificate that is not the one of its line",
          "a look at where the file comes from; it was not written like this",
          "import_chain"};
    }
  }
  return std::move(pins_);
}

}  // namespace

std::string format_carried_pin(const CarriedPin& carried) {
  std::string text = format_pin(carried.pin) + "\n";
  for (const CertificateDer& certificate : carried.chain) {
    text += format_pem(certificate);
  }
  return text;
}

Outcome<std::vector<CarriedPin>> parse_carried_pins(std::string_view text,
                                                    const std::string& name) {
  Reader reader(name);
  for (std::size_t number = 1; !text.empty(); ++number) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string line(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.ends_with('\r')) {
      line.pop_back();
    }
    const Outcome<bool> read = reader.read(number, line);
    if (!read) {
      return read.error();
    }
  }
  return reader.finish();
}

PinChange compare_pins(const Pin* known, const Pin& incoming) {
  if (known == nullptr) {
    const bool is_weaker = !incoming.allow.empty() || incoming.signal == Pin::Signal::off;
    std::string text = "new: " + incoming.version + ", " + incoming.certificate;
    text += incoming.allow.empty() ? "" : ", allows " + join(incoming.allow, ",");
    text += incoming.signal == Pin::Signal::on ? "" : ", signal off";
    return {PinChange::Kind::added, is_weaker, incoming, text};
  }
  if (expects_the_same(*known, incoming)) {
    return {PinChange::Kind::same, false, merge_records(*known, incoming), "the same"};
  }
  PinChange change{PinChange::Kind::replaced, false, merge_records(incoming, *known), ""};
  change.result.port = known->port == 0 ? incoming.port : known->port;
  add_difference(change.text, "version", known->version, incoming.version);
  add_difference(change.text, "certificate", known->certificate, incoming.certificate);
  add_difference(change.text, "trust", trust_word(*known), trust_word(incoming));
  add_difference(change.text, "signal", signal_word(*known), signal_word(incoming));
  add_difference(change.text, "allows", names_of(known->allow), names_of(incoming.allow));
  change.is_weaker =
      version_rank(incoming.version) < version_rank(known->version) ||
      allows_more(*known, incoming) ||
      (known->trust == Pin::Trust::accepted && incoming.trust == Pin::Trust::system) ||
      (known->signal == Pin::Signal::on && incoming.signal == Pin::Signal::off);
  return change;
}

}  // namespace heirloom::app
