#include "reach/command.hpp"

#include "common/output.hpp"

namespace heirloom::app {

std::string command_line(const ReachOptions& options, const Url& url) {
  const HostPort where{url.host, url.port};
  std::string line = "heirloom reach https://" + to_string(where);
  if (url.port == 443) {
    line.erase(line.size() - std::string(":443").size());
  }
  line += options.listen.empty() ? "" : " --listen " + options.listen;
  return line + repeat_box_options(options.box);
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

}  // namespace heirloom::app
