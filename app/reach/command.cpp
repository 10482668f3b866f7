#include "reach/command.hpp"

#include "heirloom/certificate.hpp"

#include "common/output.hpp"

namespace heirloom::app {

/// command_line repeats the command as far as a next step may build on it.
std::string command_line(const ReachOptions& options, const Url& url) {
  const HostPort where{url.host, url.port};
  std::string line = "heirloom reach https://" + to_string(where);
  if (url.port == 443) {
    line.erase(line.size() - std::string(":443").size());
  }
  const auto add = [&line](const std::string& name, const std::string& value) {
    line += value.empty() ? "" : " " + name + " " + value;
  };
  add("--min", options.protocol.min);
  add("--max", options.protocol.max);
  for (const std::string& suites : options.protocol.suites) {
    add("--suites", suites);
  }
  for (const std::string& word : options.protocol.allow) {
    add("--allow", word);
  }
  add("--listen", options.listen);
  add("--cert", options.credentials.certificate);
  add("--key", options.credentials.key);
  line += options.protocol.no_extensions ? " --no-extensions" : "";
  line += options.no_fallback_signal ? " --no-fallback-signal" : "";
  return line;
}

Outcome<Url> understand_url(const std::string& text) {
  Outcome<Url> url = parse_url(text);
  if (!url.has_value() || url->scheme != "http") {
    return url;
  }
  const std::string host = to_string(HostPort{url->host, 443});
  return Failure{ExitCode::usage,
                 "\"" + escape_text(text) + "\" is plain HTTP, which a browser opens without help",
                 "heirloom reach https://" + host.substr(0, host.size() - 4),
                 "plain_http_url"};
}

/// normal_fingerprints brings fingerprints into the form of the pin file.
Outcome<std::vector<std::string>> normal_fingerprints(const std::string& option,
                                                      const std::vector<std::string>& typed) {
  std::vector<std::string> result;
  for (const std::string& text : typed) {
    const auto fingerprint = parse_fingerprint(text);
    if (!fingerprint.has_value()) {
      return Failure{ExitCode::usage,
                     "\"" + escape_text(text) + "\" is no SHA-256 fingerprint",
                     option + " sha256: and 64 hexadecimal digits",
                     "pin_invalid"};
    }
    result.push_back(format_fingerprint(*fingerprint));
  }
  return result;
}

}  // namespace heirloom::app
