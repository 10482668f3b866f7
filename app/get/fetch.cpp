#include "get/fetch.hpp"

#include "common/letter_case.hpp"
#include "common/output.hpp"
#include "get/exit.hpp"
#include "http/message.hpp"
#include "starttls/start_tls.hpp"

#include <algorithm>
#include <chrono>
#include <utility>

namespace heirloom::app::get {

namespace {

/// without_blanks escapes what would end a request line.
std::string without_blanks(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool is_blank = static_cast<unsigned char>(c) <= ' ' || c == '\x7F';
    out += is_blank ? percent_encode({&c, 1}) : std::string(1, c);
  }
  return out;
}

}  // namespace

bool is_redirect(int status) noexcept {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

Fetch::Fetch(Shared& shared, Sink& sink, int number) : shared_(shared), sink_(sink) {
  statistics_.url_number = number;
}

double Fetch::since_start(Moment moment) const {
  return std::chrono::duration<double>(moment - started_).count();
}

Outcome<bool> Fetch::run(const std::string& url) {
  started_ = std::chrono::steady_clock::now();
  hop_started_ = started_;
  if (const double limit = shared_.options.max_time; limit > 0) {
    deadline_ = in(std::chrono::milliseconds(static_cast<std::int64_t>(limit * 1000)));
  }
  statistics_.url = url;
  Outcome<bool> done = run_hops(url);
  statistics_.time_total = since_start(std::chrono::steady_clock::now());
  if (!done.has_value()) {
    statistics_.exit_code = static_cast<int>(done.error().code);
    statistics_.error_message = done.error().what;
  }
  statistics_.filename_effective = sink_.path();
  return done;
}

Outcome<bool> Fetch::run_hops(const std::string& url) {
  const Outcome<bool> begun = start(url);
  if (!begun.has_value()) {
    return begun;
  }
  if (!first_.is_web()) {
    return pass_raw();
  }
  for (;;) {
    const Outcome<Next> next = hop();
    if (!next.has_value()) {
      return next.error();
    }
    if (*next == Next::done) {
      return true;
    }
  }
}

Outcome<bool> Fetch::start(const std::string& url) {
  const GetOptions& options = shared_.options;
  const auto protocol = parse_start_tls_protocol(options.starttls);
  Outcome<Target> target =
      protocol.has_value()
          ? parse_start_tls_location(url, options.starttls, start_tls_port(*protocol))
          : parse_location(url, options.path_as_is ? PathForm::as_typed : PathForm::resolved);
  if (!target.has_value()) {
    return target.error();
  }
  first_ = *std::move(target);
  if (options.data_in_query && !shared_.data.empty()) {
    const std::string mark = first_.url.path.find('?') == std::string::npos ? "?" : "&";
    const std::string query = mark + without_blanks(shared_.data);
    first_.url.path += query;
    first_.text += query;
  }
  // A directory as the goal of -T gets the name of the file, as curl does.
  if (!options.upload.empty() && options.upload != "-" && options.upload != "." &&
      first_.url.path.ends_with('/')) {
    const std::string name = options.upload.substr(options.upload.rfind('/') + 1);
    first_.url.path += percent_encode(name);
    first_.text += percent_encode(name);
  }
  target_ = first_;
  method_ = first_method(options);
  statistics_.url_effective = target_.text;
  statistics_.scheme = to_upper(target_.url.scheme);
  return open_body();
}

Outcome<bool> Fetch::open_body() {
  const GetOptions& options = shared_.options;
  if (!options.upload.empty()) {
    Outcome<BodySource> source = BodySource::from_file(options.upload);
    if (!source.has_value()) {
      return source.error();
    }
    body_ = *std::move(source);
  } else if (!options.data.empty() && !options.data_in_query) {
    body_ = BodySource::from_memory(shared_.data);
  }
  has_body_ = body_.has_value();
  if (has_body_ && first_.is_web() && options.http10 && !body_->size().has_value()) {
    return Failure{exit_code(CurlExit::upload),
                   "HTTP/1.0 wants the length of a body beforehand, and that of standard input is "
                   "not known",
                   "-T with a file instead of -",
                   "upload_without_length"};
  }
  return true;
}

Outcome<bool> Fetch::rewind_body() {
  if (!has_body_ || body_->rewind()) {
    return true;
  }
  return Failure{exit_code(CurlExit::rewind),
                 "the body must be sent once more, and standard input cannot be read twice",
                 "-T with a file instead of -",
                 "upload_not_repeatable"};
}

std::string Fetch::authorization_for(const std::string& method) const {
  if (!target_.has_same_origin(first_)) {
    return {};
  }
  const std::optional<Login>& login = first_.login.has_value() ? first_.login : shared_.login;
  if (!login.has_value()) {
    return {};
  }
  const Authentication wanted = shared_.options.authentication;
  if (challenge_.has_value()) {
    return digest_authorization(*challenge_, *login, {method, target_.url.path, random_nonce()});
  }
  return wanted == Authentication::basic || has_answered_challenge_ ? basic_authorization(*login)
                                                                    : std::string();
}

Dialer::Named Fetch::named() const {
  return target_.has_same_origin(first_) ? Dialer::Named::by_user : Dialer::Named::by_redirect;
}

/// will_authenticate is true for the first 401 whose challenge --digest or --anyauth can answer.
bool Fetch::will_authenticate(const http::ResponseHead& head) const {
  const Authentication wanted = shared_.options.authentication;
  const bool has_login = first_.login.has_value() || shared_.login.has_value();
  if (head.status != 401 || wanted == Authentication::basic || has_answered_challenge_ ||
      !has_login || !target_.has_same_origin(first_)) {
    return false;
  }
  return find_challenge(head.fields).has_value() ||
         (wanted == Authentication::any && offers_basic(head.fields));
}

bool Fetch::will_follow(const http::ResponseHead& head) const {
  return shared_.options.follow && is_redirect(head.status) &&
         head.fields.find("Location") != nullptr;
}

Call Fetch::make_call() {
  const GetOptions& options = shared_.options;
  RequestPlan plan;
  plan.method = method_;
  plan.is_first_origin = target_.has_same_origin(first_);
  plan.authorization = authorization_for(method_);
  plan.headers = shared_.headers;
  if (has_body_) {
    plan.body.kind = options.upload.empty() ? BodyPlan::Kind::data : BodyPlan::Kind::upload;
    plan.body.size = body_->size();
  }
  Call call;
  call.head = build_request(options, target_, plan);
  call.framing = body_framing(call.head, plan.body);
  call.body = has_body_ ? &*body_ : nullptr;
  call.title = to_string(HostPort{target_.url.host, target_.url.port});
  call.allows_http09 = options.http09;
  call.accepts_truncated = options.accept_truncated;
  return call;
}

void Fetch::show_request(const Call& call) const {
  if (!shared_.options.verbose) {
    return;
  }
  const std::string text = http::to_wire(call.head);
  std::string_view rest = text;
  while (!rest.empty()) {
    const std::size_t end = rest.find("\r\n");
    print_line("> " + escape_text(rest.substr(0, end)));
    rest.remove_prefix(end + 2);
  }
}

Outcome<bool> Fetch::converse_once(Line& line, Heard& heard) {
  const Call call = make_call();
  statistics_.method = call.head.method;
  show_request(call);
  if (statistics_.time_pre_transfer == 0) {
    statistics_.time_pre_transfer = since_start(std::chrono::steady_clock::now());
  }
  inflater_.reset();
  return Conversation(line, call, *this, deadline_).run(heard);
}

/// converse asks on that line, and once more on a fresh one if a kept line turns out to be dead.
Outcome<bool> Fetch::converse(LinePtr& line, Heard& heard) {
  Outcome<bool> asked = converse_once(*line, heard);
  if (asked.has_value() || !heard.line_was_dead) {
    return asked;
  }
  shared_.say("The kept connection has died; once more on a fresh one");
  const Outcome<bool> rewound = rewind_body();
  if (!rewound.has_value()) {
    return rewound;
  }
  Outcome<LinePtr> fresh =
      shared_.dialer.dial(target_, named(), Dialer::Reuse::fresh_only, deadline_);
  if (!fresh.has_value()) {
    return fresh.error();
  }
  line = *std::move(fresh);
  note_connection(*line);
  note_line(*line);
  return converse_once(*line, heard);
}

void Fetch::note_connection(const Line& line) {
  ++statistics_.connects;
  statistics_.resumed += line.facts.has_value() && line.facts->is_resumed ? 1 : 0;
}

void Fetch::note_line(const Line& line) {
  statistics_.remote_ip = line.remote.host;
  statistics_.remote_port = line.remote.port;
  statistics_.local_ip = line.local.host;
  statistics_.local_port = line.local.port;
  statistics_.ssl_verify_result = ssl_verify_result(line);
  statistics_.time_connect = std::max(0.0, since_start(line.connected));
  if (line.facts.has_value()) {
    statistics_.time_app_connect = std::max(0.0, since_start(line.secured));
    statistics_.tls_version = line.facts->version_text;
    statistics_.tls_suite = line.facts->suite_text;
    statistics_.tls_strength = line.facts->strength.word;
    statistics_.certificate = fingerprint_of(line.facts->chain);
  }
}

void Fetch::note_heard(const Heard& heard) {
  statistics_.size_request += heard.head_sent;
  statistics_.size_header += heard.head_received;
  statistics_.size_upload = heard.body_sent;
  statistics_.size_download = heard.body_received;
  if (heard.first_byte != Moment{}) {
    statistics_.time_start_transfer = since_start(heard.first_byte);
  }
}

Outcome<Fetch::Next> Fetch::hop() {
  Outcome<LinePtr> dialled =
      shared_.dialer.dial(target_, named(), Dialer::Reuse::allowed, deadline_);
  if (!dialled.has_value()) {
    return dialled.error();
  }
  LinePtr line = *std::move(dialled);
  if (!line->has_carried) {
    note_connection(*line);
  }
  note_line(*line);
  Heard heard;
  const Outcome<bool> asked = converse(line, heard);
  note_heard(heard);
  if (!asked.has_value()) {
    return asked.error();
  }
  const http::ResponseHead head = *heard.head;
  warn_about_http10(head);
  if (heard.may_be_reused) {
    shared_.dialer.keep(std::move(line));
  }
  if (will_authenticate(head)) {
    challenge_ = find_challenge(head.fields);
    has_answered_challenge_ = true;
    const Outcome<bool> rewound = rewind_body();
    return rewound.has_value() ? Outcome<Next>(Next::again) : Outcome<Next>(rewound.error());
  }
  if (will_follow(head)) {
    const Outcome<bool> moved = follow(head);
    return moved.has_value() ? Outcome<Next>(Next::again) : Outcome<Next>(moved.error());
  }
  const Outcome<bool> finished = finish_body();
  if (!finished.has_value()) {
    return finished.error();
  }
  return Next::done;
}

Outcome<bool> Fetch::follow(const http::ResponseHead& head) {
  const GetOptions& options = shared_.options;
  const std::string text = resolve_reference(target_, head.fields.value("Location"));
  if (options.max_redirects >= 0 && statistics_.redirects >= options.max_redirects) {
    return Failure{exit_code(CurlExit::redirects),
                   "more than " + std::to_string(options.max_redirects) +
                       " redirects; the last one leads to " + text,
                   "--max-redirs with a larger number, or the last URL itself",
                   "too_many_redirects"};
  }
  ++statistics_.redirects;
  Outcome<Target> next =
      parse_location(text, options.path_as_is ? PathForm::as_typed : PathForm::resolved);
  if (next.has_value() && !next->is_web()) {
    return Failure{exit_code(CurlExit::unsupported_scheme),
                   "a redirect leads to " + text + ", which is no web page",
                   "that URL itself, if it is meant",
                   "redirect_scheme"};
  }
  if (!next.has_value()) {
    Failure wrong = next.error();
    wrong.what = "a redirect leads to what cannot be fetched: " + wrong.what;
    wrong.next = "the same without -L and with -i, to see the redirect";
    wrong.cause = "redirect_invalid";
    return wrong;
  }
  if (target_.url.scheme == "https" && next->url.scheme == "http") {
    shared_.say("The redirect leads from https to plain http: what follows is not encrypted");
  }
  // RFC 9110 §15.4: 303 means GET; 301 and 302 mean it after POST, as every browser has it.
  const bool is_post = has_body_ && options.upload.empty();
  const bool becomes_get =
      !options.head &&
      (head.status == 303 || ((head.status == 301 || head.status == 302) && is_post));
  if (becomes_get) {
    method_ = options.method.empty() ? "GET" : options.method;
    has_body_ = false;
  }
  target_ = *std::move(next);
  challenge_.reset();
  has_answered_challenge_ = false;
  statistics_.url_effective = target_.text;
  statistics_.scheme = to_upper(target_.url.scheme);
  const Moment now = std::chrono::steady_clock::now();
  statistics_.time_redirect = since_start(now);
  shared_.say("Issue another request to this URL: '" + target_.text + "'");
  return rewind_body();
}

}  // namespace heirloom::app::get
