#include "http/exchange.hpp"

#include "common/tcp.hpp"

#include <array>
#include <utility>

#include <poll.h>

namespace heirloom::app::http {

namespace {

/// How much of a request body is held for a repetition.
constexpr std::size_t kMaxRepeatable = 65536;

/// How long a write may go on without a look at what the box says.
constexpr std::chrono::milliseconds kTurn{250};

Failure box_failure(std::string what, std::string cause) {
  return Failure{ExitCode::network, std::move(what), "", std::move(cause)};
}

/// wait_for_either is false if neither stream has anything to read until the deadline.
bool wait_for_either(const Stream& one, const Stream& other, Deadline deadline) {
  std::array<pollfd, 2> handles{pollfd{one.readable_handle(), POLLIN, 0},
                                pollfd{other.readable_handle(), POLLIN, 0}};
  return ::poll(handles.data(), handles.size(), poll_timeout(deadline)) != 0;
}

/// is_idempotent is RFC 9110 §9.2.2, for the methods that a browser sends.
bool is_idempotent(std::string_view method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS" || method == "PUT" ||
         method == "DELETE" || method == "TRACE" || method == "PROPFIND";
}

}  // namespace

Exchange::Exchange(Box& box, Browser& browser, MessageParser& request)
    : box_(box),
      browser_(browser),
      request_(request),
      route_{box.origin,
             box.local,
             std::string(request.request().fields.value("Host")),
             browser.arrived_at} {}

Exchange::Afterwards Exchange::run() {
  if (refuse_early()) {
    box_.observer.answered(request_.request(), status_);
    return Afterwards::close;
  }
  Step step = Step::retry;
  const BoxPool::Reuse first =
      is_idempotent(request_.request().method) ? BoxPool::Reuse::allowed : BoxPool::Reuse::settled;
  for (BoxPool::Reuse reuse = first; step == Step::retry; reuse = BoxPool::Reuse::fresh_only) {
    Outcome<BoxPool::Lease> lease = box_.pool.acquire(reuse, in(box_.patience.answer));
    if (!lease.has_value()) {
      failure_ = lease.error();
      step = Step::box_failed;
      break;
    }
    step = attempt(*lease);
  }
  Afterwards afterwards = closes_browser_ ? Afterwards::close : Afterwards::keep;
  if (step == Step::refused) {
    afterwards = answer_with(Page{400, failure_.what, failure_.cause});
  } else if (step == Step::box_failed && status_ == 0) {
    afterwards = answer_with(page_for_failure(failure_));
  } else if (step != Step::ok) {
    // The head is out already: all that can be said is that the body is not complete.
    afterwards = Afterwards::close;
  }
  box_.observer.answered(request_.request(), status_);
  return afterwards;
}

/// refuse_early answers what must not or cannot go to the box.
bool Exchange::refuse_early() {
  const RequestHead& head = request_.request();
  switch (judge_request(head, box_.local, browser_.arrived_at)) {
    case Verdict::misdirected:
      static_cast<void>(
          answer_with(Page{421,
                           "This address serves another name than the one your browser asked for",
                           "request_misdirected",
                           "",
                           box_.local.text() + "/"}));
      return true;
    case Verdict::cross_site:
      static_cast<void>(answer_with(
          Page{403,
               "Another site made your browser send this request, so it was not passed on",
               "request_cross_site",
               "",
               box_.local.text() + "/"}));
      return true;
    case Verdict::allowed:
      break;
  }
  if (head.method == "CONNECT") {
    static_cast<void>(
        answer_with(Page{405, "The bridge leads to one box and is no proxy", "request_to_proxy"}));
    return true;
  }
  if (request_.framing().kind == BodyFraming::Kind::chunked && box_.speaks_http10) {
    static_cast<void>(answer_with(Page{
        411, "The box speaks HTTP/1.0, which has no chunked request bodies", "request_chunked"}));
    return true;
  }
  return false;
}

Exchange::Afterwards Exchange::answer_with(const Page& page) {
  const Rendered rendered = render(page);
  status_ = page.status;
  std::string out = to_wire(rendered.head);
  if (request_.request().method != "HEAD") {
    out += rendered.body;
  }
  static_cast<void>(write_text(browser_.stream, out, in(box_.patience.body)));
  return Afterwards::close;
}

void Exchange::new_answer_parser(const BoxConnection& connection) {
  ResponseContext context;
  context.body = request_.request().method == "HEAD"
                     ? ResponseContext::Body::none_after_head_request
                     : ResponseContext::Body::possible;
  context.http09 = connection.has_carried || has_seen_interim_ ? ResponseContext::Http09::refused
                                                               : ResponseContext::Http09::allowed;
  answer_ = std::make_unique<MessageParser>(context);
}

Exchange::Step Exchange::attempt(BoxPool::Lease& lease) {
  has_seen_interim_ = false;
  new_answer_parser(*lease);
  request_is_sent_ = false;
  Step step = send_request(*lease);
  if (step == Step::ok && !answer_->has_head()) {
    step = await_answer(*lease);
  }
  if (step != Step::ok) {
    return step;
  }
  // A box that knows the field but does not do it: once more without.
  if (answer_->response().status == 417 && !drops_expectation_ && expects_continue() &&
      body_is_repeatable_) {
    drops_expectation_ = true;
    return Step::retry;
  }
  return pass_answer(lease);
}

bool Exchange::expects_continue() const {
  return request_.request().fields.has_token("Expect", "100-continue") &&
         request_.request().minor_version == 1 && !drops_expectation_ && !box_.speaks_http10;
}

/// may_repeat: RFC 9110 §9.2.2 forbids repeating what may have had an effect.
bool Exchange::may_repeat() const {
  const bool nothing_left_the_browser = request_.framing().kind != BodyFraming::Kind::none &&
                                        sent_body_.empty() && body_is_repeatable_ &&
                                        !request_is_sent_;
  return nothing_left_the_browser ||
         (is_idempotent(request_.request().method) && body_is_repeatable_);
}

/// broken decides what the failure of a connection to the box means for the request.
Exchange::Step Exchange::broken(const BoxConnection& connection, const StreamOutcome& outcome) {
  if (outcome.status == StreamStatus::timeout) {
    failure_ = box_failure("The box did not answer in time", "no_answer_in_time");
    return Step::box_failed;
  }
  const bool was_idle = connection.has_carried && !has_seen_interim_ && !answer_->has_started();
  if (was_idle && !has_repeated_ && may_repeat()) {
    has_repeated_ = true;
    return Step::retry;
  }
  if (auto why = explain_obstacle(connection.stream->obstacle(), box_.target, box_.command)) {
    failure_ = *std::move(why);
    return Step::box_failed;
  }
  const std::string& reason = outcome.reason;
  failure_ = box_failure("The box ended the connection without an answer" +
                             (reason.empty() ? std::string() : " (" + reason + ")"),
                         "no_answer");
  return Step::box_failed;
}

Exchange::Step Exchange::send_request(BoxConnection& connection) {
  RequestHead head = towards_box(request_.request(), route_);
  const bool expects = expects_continue();
  if (!expects) {
    head.fields.remove("Expect");
  }
  BodyWriter writer(*connection.stream, request_.framing(), to_wire(head));
  if (expects) {
    const StreamOutcome sent = writer.flush(box_.patience.body);
    if (sent.status != StreamStatus::ok) {
      return broken(connection, sent);
    }
    const Step step = await_continue(connection);
    if (step != Step::ok || answer_->has_head()) {
      return step;
    }
  } else if (request_.request().fields.has_token("Expect", "100-continue") && !told_to_continue_) {
    told_to_continue_ = true;
    static_cast<void>(
        write_text(browser_.stream, "HTTP/1.1 100 Continue\r\n\r\n", in(box_.patience.body)));
  }
  return send_body(connection, writer);
}

/// await_continue waits for "100 Continue" or a final answer of the box. An HTTP/1.0 server gives
/// neither, so after a moment the browser is told to go on (RFC 9110 §10.1.1).
Exchange::Step Exchange::await_continue(BoxConnection& connection) {
  const Step step = look_for_answer(connection, in(box_.patience.interim));
  if (step != Step::ok || answer_->has_head() || told_to_continue_) {
    return step;
  }
  told_to_continue_ = true;
  const StreamOutcome told =
      write_text(browser_.stream, "HTTP/1.1 100 Continue\r\n\r\n", in(box_.patience.body));
  return told.status == StreamStatus::ok ? Step::ok : Step::browser_failed;
}

/// take_piece takes what has come of the request body, and holds it for a repetition.
std::string Exchange::take_piece() {
  std::string piece = request_.take_body();
  body_is_repeatable_ = body_is_repeatable_ && sent_body_.size() + piece.size() <= kMaxRepeatable;
  if (body_is_repeatable_) {
    sent_body_ += piece;
  }
  return piece;
}

/// see_through goes on with a write that the box has not taken in time. A box that refuses an
/// upload may answer and then neither read nor close: the answer ends the wait.
Exchange::Step Exchange::see_through(BoxConnection& connection,
                                     BodyWriter& writer,
                                     StreamOutcome sent) {
  Deadline deadline = in(box_.patience.body);
  while (sent.status == StreamStatus::timeout && std::chrono::steady_clock::now() < deadline) {
    const Step step = look_for_answer(connection, in(std::chrono::milliseconds(0)));
    if (step != Step::ok || answer_->has_head()) {
      return step;
    }
    sent = writer.flush(kTurn);
    if (sent.count != 0) {
      deadline = in(box_.patience.body);
    }
  }
  if (sent.status == StreamStatus::ok) {
    return Step::ok;
  }
  // The box may have answered and closed before it read everything.
  const Step late = look_for_answer(connection, in(std::chrono::milliseconds(0)));
  return late == Step::ok && answer_->has_head() ? Step::ok : broken(connection, sent);
}

/// send_body passes the request body on, and stops if the box answers before it has all of it.
Exchange::Step Exchange::send_body(BoxConnection& connection, BodyWriter& writer) {
  // What an earlier attempt has sent comes first.
  Step step = see_through(connection, writer, writer.write(sent_body_, kTurn));
  while (step == Step::ok && !answer_->has_head()) {
    const std::string piece = take_piece();
    const bool is_last = request_.stage() == MessageParser::Stage::complete;
    step = see_through(connection, writer, writer.write(piece, kTurn));
    if (step != Step::ok || answer_->has_head()) {
      return step;
    }
    if (is_last) {
      step = see_through(connection, writer, writer.finish(kTurn));
      request_is_sent_ = step == Step::ok && !answer_->has_head();
      return step;
    }
    step = await_more_body(connection);
    if (step != Step::ok || answer_->has_head()) {
      return step;
    }
    browser_.input.consume(request_.feed(browser_.input.pending()));
    if (request_.stage() == MessageParser::Stage::failed) {
      failure_ = box_failure("The request's body is malformed: " + request_.problem(),
                             "request_malformed");
      return Step::refused;
    }
  }
  return step;
}

/// await_more_body waits for more from the browser, with an eye on the box: it may answer without
/// having read everything, and then the browser may well wait for that answer.
Exchange::Step Exchange::await_more_body(BoxConnection& connection) {
  const Deadline deadline = in(box_.patience.body);
  while (browser_.input.pending().empty() && !browser_.stream.has_buffered_input()) {
    const Step step = look_for_answer(connection, in(std::chrono::milliseconds(0)));
    if (step != Step::ok || answer_->has_head()) {
      return step;
    }
    if (!wait_for_either(browser_.stream, *connection.stream, deadline)) {
      return Step::browser_failed;
    }
    if (wait_for(browser_.stream.readable_handle(), {true, false}, Deadline{}).readable) {
      break;
    }
  }
  const StreamOutcome got = browser_.input.fill(deadline);
  return got.status == StreamStatus::ok ? Step::ok : Step::browser_failed;
}

/// look_for_answer reads until a final head has come, a "100 Continue", or the deadline, which is
/// no failure. A failure of the connection is left for await_answer to find again.
Exchange::Step Exchange::look_for_answer(BoxConnection& connection, Deadline deadline) {
  while (!answer_->has_head()) {
    const StreamOutcome got = connection.input.fill(deadline);
    if (got.status == StreamStatus::timeout) {
      return Step::ok;
    }
    if (got.status != StreamStatus::ok && got.count == 0) {
      return broken(connection, got);
    }
    connection.input.consume(answer_->feed(connection.input.pending()));
    if (answer_->stage() == MessageParser::Stage::failed) {
      failure_ =
          box_failure("The box's answer makes no sense: " + answer_->problem(), "bad_answer");
      return Step::box_failed;
    }
    const bool is_interim = answer_->has_head() && answer_->response().status < 200 &&
                            answer_->response().status != 101;
    if (is_interim) {
      const bool is_continue = answer_->response().status == 100;
      has_seen_interim_ = true;
      new_answer_parser(connection);
      if (is_continue) {
        return Step::ok;
      }
    }
  }
  return Step::ok;
}

Exchange::Step Exchange::await_answer(BoxConnection& connection) {
  const Deadline deadline = in(box_.patience.answer);
  while (!answer_->has_head()) {
    const Step step = look_for_answer(connection, deadline);
    if (step != Step::ok) {
      return step;
    }
    if (!answer_->has_head() && std::chrono::steady_clock::now() >= deadline) {
      return broken(connection, StreamOutcome{StreamStatus::timeout, 0, {}});
    }
  }
  return Step::ok;
}

}  // namespace heirloom::app::http
