// Exchange: one request of the browser and its answer, through the box.
//
// A request goes to a pooled connection. If that died unnoticed (devices drop idle connections) and
// no byte of an answer came, it is sent once more on a fresh one, provided that repeating cannot
// do anything twice. The body of either direction is passed on as it comes.
#pragma once

#include "common/stop.hpp"
#include "common/stream.hpp"
#include "http/body_writer.hpp"
#include "http/box_pool.hpp"
#include "http/input.hpp"
#include "http/origin.hpp"
#include "http/page.hpp"
#include "http/parser.hpp"
#include "http/rewrite.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace heirloom::app::http {

/// Patience is how long the bridge waits.
struct Patience {
  std::chrono::milliseconds between_requests{120000};  ///< of one browser connection
  std::chrono::milliseconds request_head{30000};
  std::chrono::milliseconds answer{120000};  ///< until the head of an answer has come
  std::chrono::milliseconds body{120000};    ///< between two pieces of a body, either way
  std::chrono::milliseconds interim{1000};   ///< for "100 Continue"
};

/// Observer is told what happened. Called from several threads.
class Observer {
 public:
  Observer() = default;
  Observer(const Observer&) = delete;
  Observer& operator=(const Observer&) = delete;
  virtual ~Observer() = default;

  /// Oddity is something about the box that is worth one line, once.
  enum class Oddity : std::uint8_t { missing_close_notify, absolute_link };
  virtual void noticed(Oddity oddity) = 0;

  /// answered is called after every exchange, refused ones included.
  virtual void answered(const RequestHead& request, int status) = 0;
};

/// Box is everything that the exchanges of one box share.
struct Box {
  BoxOrigin origin;
  LocalOrigin local;
  BoxPool& pool;
  Observer& observer;
  Patience patience;
  const StopSignal* stop = nullptr;
  std::string target = {};                 ///< "10.0.0.5:443", the subject of sentences
  std::string command = {};                ///< that was typed, for next steps
  std::atomic<bool> speaks_http10{false};  ///< as its last answer said
};

/// Browser is one connection of a browser.
struct Browser {
  Stream& stream;
  Input input;
  std::string arrived_at;  ///< our own address on that connection
};

class Exchange {
 public:
  /// `request` has its head and perhaps some of its body.
  Exchange(Box& box, Browser& browser, MessageParser& request);

  enum class Afterwards : std::uint8_t { keep, close };

  /// run answers the request and says what becomes of the browser's connection.
  [[nodiscard]] Afterwards run();

 private:
  enum class Step : std::uint8_t {
    ok,
    retry,           ///< the connection to the box was dead; nothing was done
    box_failed,      ///< failure_ says why
    browser_failed,  ///< nobody is there to be told
    refused,         ///< the browser's request is at fault: failure_
  };

  [[nodiscard]] bool refuse_early();
  [[nodiscard]] std::string take_piece();
  Afterwards answer_with(const Page& page);
  Step attempt(BoxPool::Lease& lease);
  Step send_request(BoxConnection& connection);
  Step send_body(BoxConnection& connection, BodyWriter& writer);
  Step see_through(BoxConnection& connection, BodyWriter& writer, StreamOutcome sent);
  Step await_more_body(BoxConnection& connection);
  Step await_continue(BoxConnection& connection);
  Step look_for_answer(BoxConnection& connection, Deadline deadline);
  Step await_answer(BoxConnection& connection);
  Step broken(const BoxConnection& connection, const StreamOutcome& outcome);
  Step pass_answer(BoxPool::Lease& lease);
  Step pass_body(BoxPool::Lease& lease, BodyWriter& writer);
  Step next_piece(BoxConnection& connection);
  Step tunnel(BoxConnection& connection);
  [[nodiscard]] ResponseHead answer_head();
  [[nodiscard]] bool may_repeat() const;
  [[nodiscard]] bool expects_continue() const;
  void new_answer_parser(const BoxConnection& connection);

  Box& box_;
  Browser& browser_;
  MessageParser& request_;
  Route route_;
  std::unique_ptr<MessageParser> answer_;
  BodyFraming answer_framing_;
  Failure failure_;
  std::string sent_body_;           ///< what a repetition would have to send again
  bool body_is_repeatable_ = true;  ///< sent_body_ holds all that was taken from the browser
  bool request_is_sent_ = false;    ///< completely
  bool has_seen_interim_ = false;   ///< a 1xx answer, in this attempt
  bool has_repeated_ = false;       ///< after a dead connection: once is enough
  bool drops_expectation_ = false;  ///< the box answered 417
  bool told_to_continue_ = false;   ///< the browser has its "100 Continue"
  bool closes_browser_ = false;
  int status_ = 0;
};

}  // namespace heirloom::app::http
