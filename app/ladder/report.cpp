#include "ladder/report.hpp"

#include "heirloom/certificate.hpp"

#include "common/join.hpp"

#include <chrono>
#include <cstdio>
#include <ctime>
#include <utility>

#include <nlohmann/json.hpp>

namespace heirloom::app {

namespace {

using Json = nlohmann::ordered_json;

/// authority_of takes scheme and path off a URL of ours.
std::string authority_of(const std::string& url) {
  const std::size_t begin = url.find("://") + 3;
  return url.substr(begin, url.find('/', begin) - begin);
}

std::string day(std::chrono::system_clock::time_point time) {
  return format_utc(std::chrono::system_clock::to_time_t(time)).substr(0, 10);
}

void print_out(const std::string& line) {
  // A reader that is gone changes nothing for the bridge.
  static_cast<void>(std::fputs((line + "\n").c_str(), stdout));
  static_cast<void>(std::fflush(stdout));
}

std::string to_line(const Json& object) {
  return object.dump(-1, ' ', false, Json::error_handler_t::replace);
}

void print_json(const Json& object) {
  print_out(to_line(object));
}

Style style_of(const Strength& strength) {
  if (strength.word == "broken") {
    return Style::bad;
  }
  return strength.word == "modern" ? Style::good : Style::warning;
}

/// complaints lists what is wrong with a certificate, in the words of a person.
std::vector<std::string> complaints(const CertificateInfo& certificate,
                                    const BoxFacts& facts,
                                    const std::string& host) {
  std::vector<std::string> list;
  const auto now = std::chrono::system_clock::now();
  if (now > certificate.not_after) {
    list.push_back("expired on " + day(certificate.not_after));
  }
  if (now < certificate.not_before) {
    list.push_back("not valid before " + day(certificate.not_before));
  }
  if (certificate.is_self_signed) {
    list.emplace_back("signed by itself");
  } else if (!facts.is_verified) {
    list.emplace_back("no authority known to this system vouches for it");
  }
  if (!certificate_matches_host(certificate, host)) {
    list.push_back("made out to another name than " + host);
  }
  if (certificate.key_algorithm == PublicKeyAlgorithm::rsa && certificate.key_bits < 2048) {
    list.push_back("key of only " + std::to_string(certificate.key_bits) + " bits");
  }
  const bool is_old_hash = certificate.signature_algorithm.starts_with("md") ||
                           certificate.signature_algorithm.starts_with("sha1") ||
                           certificate.signature_algorithm.starts_with("sha-1");
  if (is_old_hash) {
    list.push_back("signature of a broken kind, " + certificate.signature_algorithm);
  }
  return list;
}

std::string saved_text(std::size_t handshakes) {
  return std::to_string(handshakes) + (handshakes == 1 ? " handshake saved" : " handshakes saved");
}

Json certificate_json(const BoxFacts& facts, const std::string& host) {
  Json object{{"fingerprint", fingerprint_of(facts.chain)}, {"verified", facts.is_verified}};
  if (facts.chain.empty()) {
    return object;
  }
  const auto certificate = describe_certificate(facts.chain.front());
  if (certificate.has_value()) {
    object["subject"] = certificate->subject;
    object["issuer"] = certificate->issuer;
    object["not_before"] =
        format_utc(std::chrono::system_clock::to_time_t(certificate->not_before));
    object["not_after"] = format_utc(std::chrono::system_clock::to_time_t(certificate->not_after));
    object["key"] = to_string(certificate->key_algorithm);
    object["key_bits"] = certificate->key_bits;
    object["signature"] = certificate->signature_algorithm;
    object["complaints"] = complaints(*certificate, facts, host);
  }
  return object;
}

}  // namespace

std::vector<std::string> describe_box_certificate(const BoxFacts& facts, const std::string& host) {
  if (facts.chain.empty()) {
    return {"the box showed no certificate"};
  }
  std::vector<std::string> lines = {"certificate " + fingerprint_of(facts.chain)};
  const auto certificate = describe_certificate(facts.chain.front());
  if (!certificate.has_value()) {
    lines.push_back("  cannot be read: " + certificate.error().text());
    return lines;
  }
  lines.push_back("  subject    " + escape_text(certificate->subject));
  lines.push_back("  issuer     " + escape_text(certificate->issuer));
  lines.push_back("  valid      " + day(certificate->not_before) + " to " +
                  day(certificate->not_after));
  lines.push_back("  key        " + std::string(to_string(certificate->key_algorithm)) + ", " +
                  std::to_string(certificate->key_bits) + " bits, signed with " +
                  certificate->signature_algorithm);
  const std::string wrong = join(complaints(*certificate, facts, host), "; ");
  if (!wrong.empty()) {
    lines.push_back("  complaints " + wrong);
  }
  lines.emplace_back(facts.is_verified ? "  verified   by this system's authorities"
                                       : "  verified   no");
  return lines;
}

void Report::tried(const RungResult& result) const {
  if (format_ == OutputFormat::json) {
    Json object{{"event", "tried"},
                {"target", target_},
                {"hello", rung_word(result.rung)},
                {"works", result.end == RungEnd::complete},
                {"outcome", outcome_text(result)}};
    if (result.alert.has_value()) {
      object["alert"] = *result.alert;
    }
    print_json(object);
  } else if (verbosity_ > 0) {
    line(std::string(rung_text(result.rung)) + ": " + escape_text(outcome_text(result)));
  }
}

void Report::ladder(const std::vector<RungResult>& results) const {
  if (verbosity_ <= kSilent) {
    return;
  }
  if (format_ == OutputFormat::json) {
    return;  // tried has said it all
  }
  line("What was tried:");
  for (const RungResult& result : results) {
    std::string text(rung_text(result.rung));
    text.resize(48, ' ');
    print_line("  " + text + escape_text(outcome_text(result)));
  }
}

void Report::box(const std::string& target, const BoxFacts& facts, const std::string& host) const {
  if (format_ == OutputFormat::json) {
    print_json(Json{{"event", "box"},
                    {"target", target},
                    {"address", facts.address},
                    {"version", facts.version_text},
                    {"suite", facts.suite_text},
                    {"hello", rung_word(facts.rung)},
                    {"strength", facts.strength.word},
                    {"why", facts.strength.why},
                    {"certificate", certificate_json(facts, host)}});
    return;
  }
  if (verbosity_ < 0) {
    return;
  }
  print_line(target + " speaks " + facts.version_text + ", " + facts.suite_text);
  print_line("  reached by " + std::string(rung_text(facts.rung)));
  print_line("  " + paint(style_of(facts.strength), facts.strength.word) + ": " +
             facts.strength.why);
  for (const std::string& line : describe_box_certificate(facts, host)) {
    print_line("  " + line);
  }
}

void Report::certificate(const BoxFacts& facts, const std::string& host) const {
  if (verbosity_ <= kSilent) {
    return;
  }
  if (format_ == OutputFormat::json) {
    print_json(Json{{"event", "certificate"},
                    {"target", target_},
                    {"certificate", certificate_json(facts, host)}});
    return;
  }
  for (const std::string& line : describe_box_certificate(facts, host)) {
    print_line(line);
  }
}

void Report::listening(const std::string& url) const {
  if (format_ == OutputFormat::json) {
    print_json(Json{{"event", "listening"},
                    {"target", target_},
                    {"kind", "page"},
                    {"url", url},
                    {"address", authority_of(url)}});
    return;
  }
  if (verbosity_ >= 0) {
    line("Open this in the browser (Ctrl-C ends it):");
  }
  print_out(url);
}

void Report::listening_for_bytes(const std::string& address, std::string_view protocol) const {
  if (format_ == OutputFormat::json) {
    print_json(Json{{"event", "listening"},
                    {"target", target_},
                    {"kind", protocol},
                    {"url", std::string(protocol) + "://" + address},
                    {"address", address}});
    return;
  }
  if (verbosity_ >= 0) {
    print_line(target_ + " is here" + (protocol == "tls" ? ", in TLS" : "") + " (Ctrl-C ends it):");
  }
  print_out(address + " " + target_);
}

void Report::connected(const ConnectionCount& count, const BoxFacts& facts) const {
  if (format_ == OutputFormat::json) {
    print_json(Json{{"event", "connection"},
                    {"target", target_},
                    {"number", count.connections},
                    {"version", facts.version_text},
                    {"suite", facts.suite_text},
                    {"strength", facts.strength.word},
                    {"why", facts.strength.why},
                    {"resumed", facts.is_resumed},
                    {"renegotiated", facts.is_renegotiated},
                    {"handshakes_saved", count.saved}});
  } else if (verbosity_ >= 0) {
    line("connection " + std::to_string(count.connections) + ": " + facts.version_text + ", " +
         facts.suite_text +
         (facts.is_resumed ? ", resumed (" + saved_text(count.saved) + ")" : "") +
         (facts.is_renegotiated ? ", renegotiated" : "") + ": " +
         paint(style_of(facts.strength), facts.strength.word) + ", " + facts.strength.why);
  }
}

void Report::remark(std::string_view name, const std::string& sentence) const {
  if (verbosity_ <= kSilent) {
    return;
  }
  if (format_ == OutputFormat::json) {
    print_json(
        Json{{"event", "remark"}, {"target", target_}, {"name", name}, {"message", sentence}});
  } else {
    const bool names_target =
        naming_ == Naming::with_target && sentence.find(target_) == std::string::npos;
    print_line("note: " + (names_target ? target_ + ": " : "") + escape_text(sentence) + ".");
  }
}

void Report::request(std::string_view method, std::string_view path, int status) const {
  if (format_ == OutputFormat::json) {
    print_json(Json{{"event", "request"},
                    {"target", target_},
                    {"method", method},
                    {"path", path},
                    {"status", status}});
  } else if (verbosity_ > 0) {
    line(std::string(method) + " " + escape_text(path) + " " + std::to_string(status));
  }
}

void Report::closed(std::string_view reason, const RelayReport& relayed) const {
  if (format_ == OutputFormat::json) {
    print_json(Json{{"event", "closed"},
                    {"target", target_},
                    {"reason", reason},
                    {"bytes_to_box", relayed.first_to_second},
                    {"bytes_from_box", relayed.second_to_first},
                    {"detail", relayed.reason}});
  } else if (verbosity_ > 0) {
    line("closed: " + std::string(reason) + ", " + std::to_string(relayed.first_to_second) +
         " bytes to the box, " + std::to_string(relayed.second_to_first) + " from it" +
         (relayed.reason.empty() ? "" : ": " + escape_text(relayed.reason)));
  }
}

void Report::summary(const ConnectionCount& count, std::optional<std::size_t> requests) const {
  if (format_ == OutputFormat::json) {
    Json object{{"event", "summary"},
                {"target", target_},
                {"connections", count.connections},
                {"handshakes_saved", count.saved}};
    if (requests.has_value()) {
      object["requests"] = *requests;
    }
    print_json(object);
    return;
  }
  if (verbosity_ >= 0 && count.connections > 1) {
    line(std::to_string(count.connections) + " connections, " + saved_text(count.saved));
  }
  if (verbosity_ > 0 && requests.has_value()) {
    line(std::to_string(*requests) + " requests were answered");
  }
}

Report Report::about(std::string target, Naming naming) const {
  Report result = *this;
  result.target_ = std::move(target);
  result.naming_ = naming;
  return result;
}

void Report::failed(const Failure& failure) const {
  if (format_ == OutputFormat::json) {
    Json object = Json::parse(format_json_failure(failure));
    object["target"] = target_;
    print_line(to_line(object));
    return;
  }
  Failure named = failure;
  const bool is_named = named.what.find(target_) != std::string::npos;
  if (naming_ == Naming::with_target && !is_named) {
    named.what = target_ + ": " + named.what;
  }
  print_failure(named);
}

void Report::line(const std::string& text) const {
  print_line(naming_ == Naming::with_target ? target_ + ": " + text : text);
}

}  // namespace heirloom::app
