#include "get/dialer.hpp"

#include "heirloom/certificate.hpp"

#include "common/command_text.hpp"
#include "common/letter_case.hpp"
#include "common/output.hpp"
#include "common/tcp.hpp"
#include "get/exit.hpp"
#include "ladder/box_finder.hpp"
#include "starttls/start_tls.hpp"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <vector>

namespace heirloom::app::get {

namespace {

bool has_passed(Deadline deadline) {
  return std::chrono::steady_clock::now() >= deadline;
}

Failure connect_too_late(const Target& target) {
  return Failure{exit_code(CurlExit::timeout),
                 "no connection with " + to_string({target.url.host, target.url.port}) +
                     " came about in the time that --connect-timeout and --max-time leave",
                 "more time: an old box is tried with several hellos, once",
                 "connect_time_exceeded"};
}

/// keep_to_yourself takes out what the user has said to another origin.
void keep_to_yourself(BoxOptions& box, LadderSetup& setup) {
  box.pins.clear();
  box.accept_changed.clear();
  box.accept_new = false;
  box.accept_lower = false;
  box.credentials = {};
  setup.credentials = {};
  setup.session = nullptr;
  setup.certificate_file.clear();
  setup.key_file.clear();
  setup.passphrase.clear();
}

}  // namespace

Dialer::Dialer(const GetOptions& options, LadderSetup setup, const Report& report, Say say)
    : options_(options), setup_(std::move(setup)), report_(report), say_(std::move(say)) {
  if (const auto protocol = parse_start_tls_protocol(options.starttls)) {
    setup_.prologue = [protocol = *protocol, this](TcpStream& plain, Deadline deadline) {
      StartTlsRequest request;
      request.protocol = protocol;
      request.target = to_string(plain.peer());
      request.host = setup_.where.host;
      return start_tls(plain, request, deadline);
    };
  }
}

/// resolved looks into --resolve HOST:PORT:ADDRESS; "*" is any host. Empty: nothing is said.
std::string Dialer::resolved(const Target& target) const {
  for (const std::string& entry : options_.resolve) {
    const std::string text = entry.starts_with('+') ? entry.substr(1) : entry;
    const std::size_t first = text.find(':');
    const std::size_t second = first == std::string::npos ? first : text.find(':', first + 1);
    if (second == std::string::npos) {
      continue;
    }
    const std::string host = text.substr(0, first);
    const std::string port = text.substr(first + 1, second - first - 1);
    std::string address = text.substr(second + 1);
    address = address.substr(0, address.find(','));
    if (address.starts_with('[') && address.ends_with(']')) {
      address = address.substr(1, address.size() - 2);
    }
    const bool is_meant = (host == "*" || equals_ignoring_case(host, target.url.host)) &&
                          port == std::to_string(target.url.port);
    if (is_meant) {
      return address;
    }
  }
  return {};
}

std::string Dialer::command_for(const Target& target, const BoxOptions& box) const {
  std::string line = "heirloom get " + shell_word(target.text);
  line += options_.starttls.empty() ? "" : " --starttls " + shell_word(options_.starttls);
  return line + repeat_box_options(box);
}

Outcome<LinePtr> Dialer::dial(const Target& target, Named named, Reuse reuse, Deadline deadline) {
  LinePtr kept = std::exchange(kept_, nullptr);
  const bool is_as_named = std::exchange(kept_for_, named) == named;
  const bool is_wanted = reuse == Reuse::allowed && kept != nullptr && is_as_named &&
                         kept->target.has_same_origin(target) && target.is_web();
  // A line that has something to say before it was asked has ended.
  if (is_wanted && !kept->stream->has_buffered_input() &&
      !wait_for(kept->stream->readable_handle(), {.readable = true}, Deadline{}).readable) {
    say_("Re-using the connection with " + kept->remote.host);
    return kept;
  }
  kept.reset();
  const double limit = options_.connect_timeout;
  const Deadline by =
      limit == 0 ? deadline
                 : std::min(deadline,
                            in(std::chrono::milliseconds(static_cast<std::int64_t>(limit * 1000))));
  Outcome<LinePtr> line = open(target, named, by);
  if (!line.has_value()) {
    return has_passed(by) ? connect_too_late(target) : to_curl(line.error());
  }
  (*line)->target = target;
  describe(**line);
  return line;
}

Outcome<LinePtr> Dialer::open(const Target& target, Named named, Deadline deadline) {
  return target.url.scheme == "http" ? dial_plain(target, deadline)
                                     : dial_tls(target, named, deadline);
}

Outcome<LinePtr> Dialer::dial_plain(const Target& target, Deadline deadline) {
  const std::string address = resolved(target);
  const HostPort where{address.empty() ? target.url.host : address, target.url.port};
  Outcome<TcpStreamPtr> made =
      connect_tcp(where, options_.box.family, std::min(deadline, in(setup_.connect_time)));
  if (!made.has_value()) {
    return made.error();
  }
  const HostPort remote = (*made)->peer();
  const HostPort local = (*made)->local();
  auto line = std::make_unique<Line>(*std::move(made));
  line->remote = remote;
  line->local = local;
  line->connected = line->secured = std::chrono::steady_clock::now();
  return line;
}

Outcome<LinePtr> Dialer::dial_tls(const Target& target, Named named, Deadline deadline) {
  LadderSetup setup = setup_;
  BoxOptions box = options_.box;
  if (named == Named::by_redirect) {
    keep_to_yourself(box, setup);
  }
  setup.address = resolved(target);
  if (deadline != Deadline::max()) {
    setup.last = deadline;
  }
  setup_.where = {target.url.host, target.url.port};
  BoxFinder::Job job;
  job.where = setup_.where;
  const std::string command = command_for(target, box);
  job.command = command;
  job.trusting =
      options_.insecure ? BoxFinder::Trusting::anything_once : BoxFinder::Trusting::as_remembered;
  SessionSource& session = sessions_[{to_string(setup_.where), named}];
  job.resume = options_.no_sessions ? Resumable{} : session.latest();
  BoxFinder finder(box, std::move(setup), std::move(job), report_);
  const Outcome<bool> opened = finder.open();
  if (!opened.has_value()) {
    return opened.error();
  }
  session = finder.session();
  latest_ = session;
  auto line = std::make_unique<Line>(finder.take_stream());
  line->facts = finder.facts();
  line->command = command;
  line->remote = {finder.facts().address, target.url.port};
  line->local = finder.facts().local;
  line->connected = finder.facts().connected;
  line->secured = std::chrono::steady_clock::now();
  return line;
}

void Dialer::describe(const Line& line) const {
  say_("Connected to " + line.target.url.host + " (" + line.remote.host + ") port " +
       std::to_string(line.remote.port));
  if (!line.facts.has_value()) {
    return;
  }
  const BoxFacts& facts = *line.facts;
  say_("SSL connection using " + facts.version_text + " / " + facts.suite_text + ", reached by " +
       std::string(rung_text(facts.rung)) + (facts.is_resumed ? ", resumed" : ""));
  if (facts.strength.word != "modern") {
    say_(to_upper(facts.strength.word) + ": " + facts.strength.why);
  }
  say_("Server certificate:");
  for (const std::string& text : describe_box_certificate(facts, line.target.url.host)) {
    say_(" " + text);
  }
}

int ssl_verify_result(const Line& line) {
  if (!line.facts.has_value() || line.facts->is_verified || line.facts->chain.empty()) {
    return 0;
  }
  const auto leaf = describe_certificate(line.facts->chain.front());
  constexpr int kExpired = 10;
  constexpr int kSelfSigned = 18;
  constexpr int kIssuerUnknown = 20;
  constexpr int kOtherName = 62;
  if (!leaf.has_value()) {
    return kIssuerUnknown;
  }
  if (leaf->is_self_signed) {
    return kSelfSigned;
  }
  if (std::chrono::system_clock::now() > leaf->not_after) {
    return kExpired;
  }
  return certificate_matches_host(*leaf, line.target.url.host) ? kIssuerUnknown : kOtherName;
}

}  // namespace heirloom::app::get
