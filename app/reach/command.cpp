#include "reach/command.hpp"

#include "common/command_text.hpp"
#include "common/output.hpp"

#include <algorithm>
#include <utility>

namespace heirloom::app {

namespace {

/// understand_url reads a page's URL; http:// is answered with what to do instead.
Outcome<Url> understand_url(const std::string& text) {
  Outcome<Url> url = parse_url(text);
  if (!url.has_value() || url->scheme != "http") {
    return url;
  }
  const std::string host = to_string(HostPort{url->host, 443});
  return Failure{ExitCode::usage,
                 "\"" + escape_text(text) + "\" is plain HTTP, which a browser opens without help",
                 "heirloom reach " + shell_word("https://" + host.substr(0, host.size() - 4)),
                 "plain_http_url"};
}

bool is_number(const std::string& text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string::npos;
}

/// understand_port reads a target of --tcp. A bare port belongs to the first page's box.
Outcome<HostPort> understand_port(const std::string& text, const std::vector<ReachTarget>& before) {
  if (!is_number(text)) {
    return parse_target(text, 443);
  }
  if (before.empty()) {
    return Failure{ExitCode::usage,
                   "--tcp " + text + " does not say of which box",
                   "heirloom reach --tcp 10.0.0.5:" + text,
                   "tcp_without_box"};
  }
  const std::string& host = before.front().where.host;
  return parse_target(
      to_string(HostPort{host, 0}).substr(0, to_string(HostPort{host, 0}).size() - 1) + text, 443);
}

/// command_line repeats the command for one box as far as a next step may build on it.
std::string command_line(const ReachOptions& options, const ReachTarget& target) {
  std::string place = to_string(target.where);
  std::string line;
  if (target.kind == ReachTarget::Kind::bytes) {
    line = "heirloom reach --tcp " + shell_word(place);
  } else {
    place.erase(target.where.port == 443 ? place.size() - std::string(":443").size()
                                         : place.size());
    line = "heirloom reach " + shell_word("https://" + place);
  }
  line += options.tls ? " --tls" : "";
  line += target.listen.empty() ? "" : " --listen " + shell_word(target.listen);
  return line + repeat_box_options(options.box);
}

Outcome<std::vector<ReachTarget>> list_targets(const ReachOptions& options) {
  std::vector<ReachTarget> targets;
  for (const std::string& text : options.urls) {
    Outcome<Url> url = understand_url(text);
    if (!url.has_value()) {
      return url.error();
    }
    targets.push_back({ReachTarget::Kind::page, {url->host, url->port}, url->path, {}, {}});
  }
  for (const std::string& text : options.tcp) {
    Outcome<HostPort> where = understand_port(text, targets);
    if (!where.has_value()) {
      return where.error();
    }
    targets.push_back({ReachTarget::Kind::bytes, *std::move(where), {}, {}, {}});
  }
  return targets;
}

}  // namespace

Outcome<std::vector<ReachTarget>> understand_targets(const ReachOptions& options) {
  Outcome<std::vector<ReachTarget>> targets = list_targets(options);
  if (!targets.has_value()) {
    return targets;
  }
  if (targets->empty()) {
    return Failure{ExitCode::usage,
                   "there is no box to reach",
                   "heirloom reach https://10.0.0.5",
                   "box_missing"};
  }
  if (options.listen.size() > targets->size()) {
    return Failure{ExitCode::usage,
                   "there are more --listen than boxes: each box has one, in their order",
                   "heirloom reach --help",
                   "listen_too_many"};
  }
  for (std::size_t i = 0; i < targets->size(); ++i) {
    ReachTarget& target = (*targets)[i];
    const auto same = std::find_if(targets->begin(),
                                   targets->begin() + static_cast<std::ptrdiff_t>(i),
                                   [&](const auto& other) { return other.where == target.where; });
    if (same->where == target.where && &*same != &target) {
      return Failure{ExitCode::usage,
                     to_string(target.where) + " is named twice",
                     "each box and port once",
                     "box_twice"};
    }
    target.listen = i < options.listen.size() ? options.listen[i] : std::string();
    target.command = command_line(options, target);
  }
  return targets;
}

}  // namespace heirloom::app
