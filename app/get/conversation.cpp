#include "get/conversation.hpp"

#include "common/output.hpp"
#include "common/tcp.hpp"
#include "get/exit.hpp"
#include "http/head_bytes.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <utility>

#include <poll.h>

namespace heirloom::app::get {

namespace {

using Stage = http::MessageParser::Stage;

/// How long "Expect: 100-continue" waits for an answer (RFC 9110 §10.1.1 lets us go on).
constexpr std::chrono::milliseconds kContinueTime{1000};

}  // namespace

Conversation::Conversation(Line& line, const Call& call, Listener& listener, Deadline deadline)
    : line_(line),
      call_(call),
      listener_(listener),
      deadline_(deadline),
      upload_(*line.stream, http::to_wire(call.head), call.framing, call.body) {
  new_parser();
  heard_.head_sent = http::to_wire(call.head).size();
  if (call.body != nullptr && call.head.fields.has_token("Expect", "100-continue")) {
    upload_.hold_body();
    continue_by_ = in(kContinueTime);
  }
}

void Conversation::new_parser() {
  http::ResponseContext context;
  context.body = call_.head.method == "HEAD" ? http::ResponseContext::Body::none_after_head_request
                                             : http::ResponseContext::Body::possible;
  context.http09 = call_.allows_http09 && !line_.has_carried
                       ? http::ResponseContext::Http09::allowed
                       : http::ResponseContext::Http09::refused;
  parser_ = std::make_unique<http::MessageParser>(context);
  raw_head_.clear();
}

Outcome<bool> Conversation::run(Heard& heard) {
  std::optional<Failure> failure;
  for (;;) {
    const Outcome<Turn> result = turn();
    if (!result.has_value()) {
      failure = result.error();
      break;
    }
    if (*result == Turn::over) {
      break;
    }
    if (std::chrono::steady_clock::now() >= deadline_ || (*result == Turn::idle && !wait())) {
      failure = too_late();
      break;
    }
  }
  heard_.body_sent = upload_.body_bytes();
  heard_.upload_was_cut = !upload_.is_complete();
  heard_.may_be_reused = !failure.has_value() && parser_->keeps_connection() &&
                         !heard_.upload_was_cut && line_.input.pending().empty();
  line_.has_carried = line_.has_carried || heard_.head.has_value();
  heard = std::move(heard_);
  return failure.has_value() ? Outcome<bool>(*std::move(failure)) : Outcome<bool>(true);
}

Failure Conversation::too_late() const {
  return Failure{exit_code(CurlExit::timeout),
                 call_.title + " did not finish within --max-time; " +
                     std::to_string(heard_.body_received) + " bytes of the answer have come",
                 "a longer --max-time",
                 "max_time_exceeded"};
}

/// is_over: an answer that came before the whole request was sent does not end the request, unless
/// it says that the request has failed (then curl stops sending too).
bool Conversation::is_over() const {
  return has_final_head_ && parser_->stage() == Stage::complete &&
         (upload_.state() == Upload::State::done || stream_has_ended_);
}

Outcome<Conversation::Turn> Conversation::turn() {
  const Outcome<bool> pushed = push();
  if (!pushed.has_value()) {
    return pushed.error();
  }
  if (is_over()) {
    return Turn::over;
  }
  const Outcome<bool> pulled = pull();
  if (!pulled.has_value()) {
    return pulled.error();
  }
  if (is_over()) {
    return Turn::over;
  }
  return *pushed || *pulled ? Turn::moved : Turn::idle;
}

Outcome<bool> Conversation::push() {
  if (upload_.is_holding() && std::chrono::steady_clock::now() >= continue_by_) {
    upload_.release_body();
  }
  bool has_moved = false;
  const bool may_read = call_.body != nullptr && (call_.body->handle() < 0 || source_is_ready_);
  if (upload_.state() == Upload::State::wants_source && !upload_.is_holding() && may_read) {
    upload_.read_source();
    source_is_ready_ = false;
    has_moved = true;
  }
  if (upload_.state() == Upload::State::wants_stream || upload_.is_holding()) {
    has_moved = upload_.send() || has_moved;
  }
  if (upload_.state() == Upload::State::source_failed) {
    return upload_.source_failure();
  }
  if (upload_.state() == Upload::State::stream_failed) {
    // The server may have answered and closed before it read everything: look for that first.
    send_problem_ = upload_.problem().empty() ? "the connection ended" : upload_.problem();
    upload_.abandon();
    has_moved = true;
  }
  return has_moved;
}

Outcome<bool> Conversation::pull() {
  if (stream_has_ended_ || parser_->stage() == Stage::complete) {
    return false;
  }
  const StreamOutcome got = line_.input.fill(Deadline{});
  if (!line_.input.pending().empty()) {
    return feed();
  }
  if (got.status == StreamStatus::timeout || got.status == StreamStatus::ok) {
    return got.status == StreamStatus::ok;
  }
  return line_ended(got);
}

Outcome<bool> Conversation::feed() {
  if (heard_.first_byte == Moment{}) {
    heard_.first_byte = std::chrono::steady_clock::now();
  }
  const auto pending = line_.input.pending();
  const std::size_t taken = parser_->feed(pending);
  if (!has_final_head_) {
    raw_head_.append(reinterpret_cast<const char*>(pending.data()), taken);
  }
  line_.input.consume(taken);
  if (parser_->has_head() && !has_final_head_) {
    const Outcome<bool> head = head_came();
    if (!head.has_value()) {
      return head;
    }
  }
  if (has_final_head_) {
    const Outcome<bool> body = body_came();
    if (!body.has_value()) {
      return body;
    }
  }
  if (parser_->stage() == Stage::complete && !parser_->keeps_connection()) {
    upload_.abandon();  // nobody is going to read the rest
  }
  if (parser_->stage() == Stage::failed) {
    return senseless();
  }
  return true;
}

Outcome<bool> Conversation::head_came() {
  const http::ResponseHead& head = parser_->response();
  std::size_t scanned = 0;
  const auto end =
      head.is_http09 ? std::optional<std::size_t>(0) : http::end_of_head(raw_head_, scanned);
  const std::string raw = raw_head_.substr(0, end.value_or(raw_head_.size()));
  heard_.head_received += raw.size();
  const Outcome<bool> told = listener_.on_head(raw, head);
  if (!told.has_value()) {
    return told;
  }
  if (head.status < 200 && head.status != 101) {
    upload_.release_body();
    new_parser();
    return true;
  }
  has_final_head_ = true;
  heard_.head = head;
  const bool is_refusal = head.status >= 400 || upload_.is_holding();
  if (is_refusal && upload_.state() != Upload::State::done) {
    upload_.abandon();
    heard_.upload_was_cut = true;
  }
  return true;
}

Outcome<bool> Conversation::body_came() {
  const std::string piece = parser_->take_body();
  heard_.body_received += piece.size();
  return piece.empty() ? Outcome<bool>(true) : listener_.on_body(piece);
}

Failure Conversation::senseless() const {
  const std::string& problem = parser_->problem();
  if (problem == "what came is no HTTP response") {
    return Failure{exit_code(CurlExit::unsupported_scheme),
                   call_.title + " answers with something that is no HTTP/1 response",
                   "--http0.9, if the box is so old that it answers without a head",
                   "http09_refused"};
  }
  if (has_final_head_) {
    return Failure{exit_code(CurlExit::receive),
                   "the body of the answer of " + call_.title + " makes no sense: " + problem,
                   "the same again; -v shows how far it comes",
                   "body_malformed"};
  }
  return Failure{exit_code(CurlExit::weird_reply),
                 "the answer of " + call_.title + " makes no sense: " + problem,
                 "openssl s_client or heirloom connect, to see its bytes",
                 "answer_malformed"};
}

Failure Conversation::nothing_came(const StreamOutcome& how) const {
  const bool was_sending = how.status == StreamStatus::failed && !upload_.is_complete();
  if (!send_problem_.empty() || was_sending) {
    return Failure{exit_code(CurlExit::send),
                   "the request could not be sent to " + call_.title + ": " +
                       (send_problem_.empty() ? how.reason : send_problem_),
                   "the same again",
                   "request_not_sent"};
  }
  if (how.status == StreamStatus::failed) {
    return Failure{exit_code(CurlExit::receive),
                   call_.title + " broke the connection instead of answering: " + how.reason,
                   "the same again; -v shows how far it comes",
                   "answer_reset"};
  }
  return Failure{exit_code(CurlExit::empty_reply),
                 call_.title + " ended the connection without an answer",
                 "the same again; -0 for a box that stumbles over HTTP/1.1",
                 "empty_reply"};
}

Failure Conversation::broke_off(const StreamOutcome& how) const {
  const std::string sofar = " after " + std::to_string(heard_.body_received) + " bytes";
  if (how.status == StreamStatus::failed) {
    return Failure{exit_code(CurlExit::receive),
                   "the answer of " + call_.title + " broke off" + sofar + ": " + how.reason,
                   "the same again",
                   "answer_broken"};
  }
  return Failure{exit_code(CurlExit::partial),
                 "the answer of " + call_.title + " ended early" + sofar + ": data is missing",
                 "the same again",
                 "answer_partial"};
}

Outcome<bool> Conversation::line_ended(const StreamOutcome& how) {
  stream_has_ended_ = true;
  const bool has_started = parser_->has_started() || has_final_head_;
  if (auto why = explain_obstacle(line_.stream->obstacle(), call_.title, line_.command)) {
    return to_curl(*std::move(why));
  }
  heard_.line_was_dead = !has_started && line_.has_carried;
  if (!has_started) {
    return nothing_came(how);
  }
  if (how.status != StreamStatus::failed) {
    parser_->feed_end();
  }
  if (has_final_head_) {
    const Outcome<bool> rest = body_came();
    if (!rest.has_value()) {
      return rest;
    }
  }
  if (parser_->stage() != Stage::complete) {
    return broke_off(how);
  }
  // Security: whoever can cut the connection decides where such a body ends (RFC 2246 §7.2.1).
  if (how.status == StreamStatus::truncated && !call_.accepts_truncated) {
    return Failure{exit_code(CurlExit::receive),
                   call_.title + " ended the connection without saying so in TLS: after " +
                       std::to_string(heard_.body_received) + " bytes, data may be missing",
                   "--accept-truncated, if the box always does that",
                   "answer_truncated"};
  }
  return true;
}

bool Conversation::wait() {
  Deadline until = deadline_;
  if (upload_.is_holding()) {
    until = std::min(until, continue_by_);
  }
  if (line_.stream->has_buffered_input() && !stream_has_ended_) {
    until = Deadline{};
  }
  const Upload::State state = upload_.state();
  const bool wants_source = state == Upload::State::wants_source && !upload_.is_holding();
  const short stream_events =
      static_cast<short>((stream_has_ended_ || parser_->stage() == Stage::complete ? 0 : POLLIN) |
                         (state == Upload::State::wants_stream ? POLLOUT : 0));
  // A handle without events would still report that the peer is gone, again and again.
  std::array<pollfd, 2> waiting{
      pollfd{stream_events == 0 ? -1 : line_.stream->readable_handle(), stream_events, 0},
      pollfd{wants_source && call_.body != nullptr ? call_.body->handle() : -1, POLLIN, 0}};
  ::poll(waiting.data(), waiting.size(), poll_timeout(until));
  source_is_ready_ = waiting[1].revents != 0;
  return std::chrono::steady_clock::now() < deadline_;
}

}  // namespace heirloom::app::get
