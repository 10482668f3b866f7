// The second half of an exchange: the box's answer on its way to the browser.
#include "common/relay.hpp"
#include "http/exchange.hpp"
#include "http/links.hpp"

namespace heirloom::app::http {

/// answer_head rewrites the head and settles how the browser will find the end of the body.
ResponseHead Exchange::answer_head() {
  using Kind = BodyFraming::Kind;
  ResponseHead head = towards_browser(answer_->response(), route_);
  const RequestHead& request = request_.request();
  const bool browser_knows_chunks = request.minor_version == 1;
  answer_framing_ = answer_->framing();
  head.fields.remove("Transfer-Encoding");
  closes_browser_ = !request_.keeps_connection();  // also if its body was not read to the end
  if (answer_framing_.kind == Kind::chunked || answer_framing_.kind == Kind::until_close) {
    answer_framing_ = BodyFraming{browser_knows_chunks ? Kind::chunked : Kind::until_close, 0};
    if (browser_knows_chunks) {
      head.fields.set("Transfer-Encoding", "chunked");
    } else {
      closes_browser_ = true;
    }
  }
  if (head.status == 101) {
    return head;
  }
  if (closes_browser_) {
    head.fields.set("Connection", "close");
  } else if (!browser_knows_chunks) {
    head.fields.set("Connection", "keep-alive");
  }
  return head;
}

Exchange::Step Exchange::pass_answer(BoxPool::Lease& lease) {
  box_.speaks_http10 = answer_->response().minor_version == 0;
  status_ = answer_->response().status;
  if (status_ == 101) {
    return tunnel(*lease);
  }
  const std::string head = to_wire(answer_head());
  BodyWriter body(browser_.stream, answer_framing_, head);
  const Step step = pass_body(lease, body);
  if (step != Step::ok) {
    return step;
  }
  const StreamOutcome finished = body.finish(box_.patience.body);
  return finished.status == StreamStatus::ok ? Step::ok : Step::browser_failed;
}

/// pass_body gives the connection back before the browser gets the last piece: with it, the browser
/// may send its next request at once, and that one is to find the connection free.
Exchange::Step Exchange::pass_body(BoxPool::Lease& lease, BodyWriter& writer) {
  LinkWatcher watcher(box_.origin);
  const bool is_watched = LinkWatcher::is_worth_watching(answer_->response());
  while (true) {
    const std::string piece = answer_->take_body();
    if (is_watched && watcher.look(piece)) {
      box_.observer.noticed(Observer::Oddity::absolute_link);
    }
    const bool is_last = answer_->stage() == MessageParser::Stage::complete;
    if (is_last && request_is_sent_ && answer_->keeps_connection()) {
      lease.give_back();
    }
    StreamOutcome sent = writer.write(piece, box_.patience.body);
    if (sent.status == StreamStatus::ok && !is_last) {
      sent = writer.flush(box_.patience.body);  // the head must not wait for a slow body
    }
    if (sent.status != StreamStatus::ok) {
      return Step::browser_failed;
    }
    if (is_last) {
      return Step::ok;
    }
    const Step step = next_piece(*lease);
    if (step != Step::ok) {
      static_cast<void>(writer.write(answer_->take_body(), box_.patience.body));
      return step;
    }
  }
}

/// next_piece reads on from the box. A body that ends with the connection is complete also without
/// close_notify, as old devices end it; any other body that stops early is a failure.
Exchange::Step Exchange::next_piece(BoxConnection& connection) {
  const StreamOutcome got = connection.input.fill(in(box_.patience.body));
  if (!connection.input.pending().empty()) {
    connection.input.consume(answer_->feed(connection.input.pending()));
  } else if (got.status == StreamStatus::end || got.status == StreamStatus::truncated) {
    answer_->feed_end();
    if (got.status == StreamStatus::truncated &&
        answer_->stage() == MessageParser::Stage::complete) {
      box_.observer.noticed(Observer::Oddity::missing_close_notify);
    }
  } else if (got.status != StreamStatus::ok) {
    failure_ =
        Failure{ExitCode::network, "The box's answer broke off: " + got.reason, "", "answer_cut"};
    return Step::box_failed;
  }
  if (answer_->stage() == MessageParser::Stage::failed) {
    failure_ = Failure{
        ExitCode::network, "The box's answer broke off: " + answer_->problem(), "", "answer_cut"};
    return Step::box_failed;
  }
  return Step::ok;
}

/// tunnel passes bytes both ways after "101 Switching Protocols".
Exchange::Step Exchange::tunnel(BoxConnection& connection) {
  std::string first = to_wire(answer_head());
  closes_browser_ = true;
  const auto from_box = connection.input.pending();
  first.append(from_box.begin(), from_box.end());
  connection.input.consume(from_box.size());
  if (write_text(browser_.stream, first, in(box_.patience.body)).status != StreamStatus::ok) {
    return Step::browser_failed;
  }
  const auto from_browser = browser_.input.pending();
  const StreamOutcome sent = connection.stream->write(from_browser, in(box_.patience.body));
  browser_.input.consume(from_browser.size());
  if (sent.status != StreamStatus::ok) {
    return Step::box_failed;
  }
  RelayOptions options;
  options.stop = box_.stop;
  static_cast<void>(relay(browser_.stream, *connection.stream, options));
  return Step::ok;
}

}  // namespace heirloom::app::http
