#include "common/aliases.hpp"

#include "common/output.hpp"
#include "common/spellings.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

namespace heirloom::app {

namespace {

using Words = std::vector<std::string>;

Failure refusal(std::string_view typed, std::string_view why, std::string_view instead) {
  return {ExitCode::usage,
          escape_text(typed) + " cannot be honoured: " + std::string(why),
          std::string(instead),
          "spelling_refused"};
}

/// Special is what a value makes of an option; empty words for nothing.
Outcome<Words> protocol_limit(const std::string& option, const std::string& value) {
  const std::string own = option == "-min_protocol" ? "--min" : "--max";
  if (value == "SSLv3" || value == "TLSv1") {
    return Words{own, value == "SSLv3" ? "ssl3" : "tls1"};
  }
  if (value == "None" || (own == "--max" && value.starts_with("TLSv1."))) {
    return Words{};  // no limit, or one above everything that is spoken here
  }
  return refusal(option + " " + value,
                 "only SSL 3.0 and TLS 1.0 are spoken here",
                 own + " ssl3 or " + own + " tls1");
}

Outcome<Words> passphrase(const std::string& value) {
  constexpr std::string_view kFile = "file:";
  if (value.starts_with(kFile)) {
    return Words{"--pass-file", value.substr(kFile.size())};
  }
  return refusal("-pass", "a passphrase is read from a file only", "--pass-file FILE");
}

Outcome<Words> file_format(const std::string& option, const std::string& value) {
  if (value == "PEM") {
    return Words{};
  }
  return refusal(option + " " + value,
                 "certificates and keys are read in PEM only",
                 option == "-certform" ? "openssl x509 -inform DER -in FILE -out FILE.pem"
                                       : "openssl pkey -inform DER -in FILE -out FILE.pem");
}

/// group_word gives our word for one of openssl's that is in constant use; "!" takes out, as "-".
std::string group_word(const std::string& word) {
  constexpr std::array<std::array<std::string_view, 2>, 8> kWords = {{{"aNULL", "anon"},
                                                                      {"eNULL", "NULL"},
                                                                      {"EXP", "EXPORT"},
                                                                      {"kRSA", "RSA"},
                                                                      {"kEDH", "DHE"},
                                                                      {"EDH", "DHE"},
                                                                      {"EECDH", "ECDHE"},
                                                                      {"kEECDH", "ECDHE"}}};
  const std::string_view signs = "!-+";
  const bool has_sign = signs.find(word[0]) != std::string_view::npos;
  const std::string sign = has_sign ? std::string(1, word[0] == '!' ? '-' : word[0]) : "";
  const std::string name = word.substr(sign.size());
  for (const auto& [theirs, ours] : kWords) {
    if (name == theirs) {
      return sign + std::string(ours);
    }
  }
  return sign + name;
}

/// cipher_list takes names of suites. DEFAULT and ALL are what is offered anyway, and security
/// level 0 is what people have to add to openssl for that.
Outcome<Words> cipher_list(const std::string& value) {
  std::string names;
  std::size_t begin = 0;
  while (begin < value.size()) {
    const std::size_t end = std::min(value.find_first_of(":, @", begin + 1), value.size());
    std::string word = value.substr(begin, end - begin);
    begin = end < value.size() && value[end] != '@' ? end + 1 : end;
    if (word == "@SECLEVEL=0" || word == "DEFAULT" || word == "ALL" || word.empty()) {
      continue;
    }
    if (word[0] == '@') {
      return refusal("-cipher " + value,
                     "there are no security levels and no sorting here",
                     "--preset strict, or --suites NAME,... in order of preference");
    }
    names += (names.empty() ? "" : ",") + group_word(word);
  }
  return names.empty() ? Words{} : Words{"--suites", names};
}

Outcome<Words> translate_special(const std::string& option, const std::string& value) {
  if (option == "-min_protocol" || option == "-max_protocol") {
    return protocol_limit(option, value);
  }
  if (option == "-pass") {
    return passphrase(value);
  }
  if (option == "-certform" || option == "-keyform") {
    return file_format(option, value);
  }
  if (option == "-cipher") {
    return cipher_list(value);
  }
  if (option == "-verify" || option == "-Verify") {
    return Words{"--client-auth", option == "-verify" ? "optional" : "required"};
  }
  if (option == "-accept" && value.starts_with("*:")) {
    return Words{"--listen", "0.0.0.0" + value.substr(1)};
  }
  return option == "-accept" ? Words{"--listen", value} : Words{value};  // -connect
}

/// Translation goes through the words once.
class Translation {
 public:
  using Find = const Spelling* (*)(std::string_view word);

  Translation(const Words& words, Find find) : words_(words), find_(find) {}

  Outcome<Words> run();

 private:
  Outcome<bool> take(const Spelling& spelling, std::size_t at);
  Outcome<bool> take_special(const std::string& typed, const std::string& value);
  void append_target();

  void append(const Words& words) { result_.insert(result_.end(), words.begin(), words.end()); }

  const Words& words_;
  Find find_;
  Words result_;
  std::optional<std::string> host_;  ///< -host and -port make one target
  std::optional<std::string> port_;
};

Outcome<bool> Translation::take(const Spelling& spelling, std::size_t at) {
  const std::string typed(spelling.typed);
  if (spelling.way == Spelling::Way::refused) {
    return refusal(typed, spelling.why, spelling.instead);
  }
  const bool has_value = spelling.value == Spelling::Value::one;
  if (has_value && at + 1 == words_.size()) {
    return Failure{ExitCode::usage,
                   typed + " needs a value",
                   "heirloom " + words_.front() + " --help",
                   "spelling_value"};
  }
  const std::string value = has_value ? words_[at + 1] : "";
  if (spelling.way == Spelling::Way::special) {
    return take_special(typed, value);
  }
  if (spelling.way == Spelling::Way::means) {
    for (const std::string_view meaning : spelling.meaning) {
      append(meaning.empty() ? Words{} : Words{std::string(meaning)});
    }
    append(has_value ? Words{value} : Words{});
  }
  return true;
}

Outcome<bool> Translation::take_special(const std::string& typed, const std::string& value) {
  if (typed == "-host" || typed == "-port") {
    (typed == "-host" ? host_ : port_) = value;
    return true;
  }
  const auto words = translate_special(typed, value);
  if (!words) {
    return words.error();
  }
  append(*words);
  return true;
}

/// append_target joins -host and -port.
void Translation::append_target() {
  if (!host_.has_value() && !port_.has_value()) {
    return;
  }
  const std::string host = host_.value_or("localhost");
  const bool needs_brackets = host.find(':') != std::string::npos;
  append({(needs_brackets ? "[" + host + "]" : host) + (port_ ? ":" + *port_ : "")});
}

Outcome<Words> Translation::run() {
  for (std::size_t at = 0; at < words_.size(); ++at) {
    const Spelling* const spelling = find_(words_[at]);
    if (spelling == nullptr) {
      result_.push_back(words_[at]);
      continue;
    }
    const Outcome<bool> taken = take(*spelling, at);
    if (!taken) {
      return taken.error();
    }
    at += spelling->value == Spelling::Value::one ? 1 : 0;
  }
  append_target();
  return std::move(result_);
}

}  // namespace

Outcome<std::vector<std::string>> translate_aliases(const std::vector<std::string>& words) {
  if (!words.empty() && words.front() == "connect") {
    return Translation(words, find_client_spelling).run();
  }
  if (!words.empty() && words.front() == "serve") {
    return Translation(words, find_server_spelling).run();
  }
  return words;
}

}  // namespace heirloom::app
