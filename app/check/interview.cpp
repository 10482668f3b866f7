#include "check/interview.hpp"

#include "heirloom/alert.hpp"

#include "common/explain.hpp"

namespace heirloom::app {

namespace {

using Kind = ServerAnswer::Kind;

constexpr std::size_t kMaxFailuresInARow = 4;

bool is_answer(const ServerAnswer& answer) {
  return answer.kind == Kind::hello || answer.kind == Kind::alert;
}

/// may_be_accident is true for ends that say nothing about the question. What speaks another
/// protocol will do so again.
bool may_be_accident(Kind kind) {
  switch (kind) {
    case Kind::closed:
    case Kind::reset:
    case Kind::silent:
    case Kind::stalled:
    case Kind::no_connection:
      return true;
    case Kind::hello:
    case Kind::alert:
    case Kind::not_asked:
    case Kind::plain_http:
    case Kind::ssh:
    case Kind::sslv2:
    case Kind::not_tls:
      return false;
  }
  return false;
}

bool may_be_refusal(Kind kind) {
  return kind == Kind::closed || kind == Kind::reset || kind == Kind::silent;
}

ServerAnswer not_asked(std::string why) {
  ServerAnswer answer;
  answer.kind = Kind::not_asked;
  answer.detail = std::move(why);
  return answer;
}

}  // namespace

std::string describe_answer(const ServerAnswer& answer) {
  switch (answer.kind) {
    case Kind::hello:
      return "answered";
    case Kind::alert:
      return "refused: " + (answer.alert.has_value()
                                ? format_alert(static_cast<AlertDescription>(*answer.alert))
                                : answer.detail);
    case Kind::closed:
      return "the box hung up";
    case Kind::reset:
      return "the box reset the connection";
    case Kind::silent:
      return "no answer to the hello";
    case Kind::stalled:
      return "the box stopped in the middle of its answer";
    case Kind::no_connection:
    case Kind::not_asked:
      return answer.detail;
    case Kind::plain_http:
      return "the box speaks plain HTTP";
    case Kind::ssh:
      return "the box speaks SSH";
    case Kind::sslv2:
      return "the box answers in SSL 2.0";
    case Kind::not_tls:
      return "what came back is no TLS: " + answer.detail;
  }
  return {};
}

bool Interview::count_connection() {
  if (connections_ >= max_connections_) {
    has_hit_limit_ = true;
    return false;
  }
  ++connections_;
  return true;
}

ServerAnswer Interview::ask_once(const HelloOffer& offer) {
  if (failures_in_a_row_ >= kMaxFailuresInARow) {
    return not_asked("the box had stopped answering");
  }
  if (!count_connection()) {
    return not_asked("the limit of " + std::to_string(max_connections_) +
                     " connections was reached");
  }
  ServerAnswer answer = prober_.ask(offer);
  was_answered_ = was_answered_ || is_answer(answer) || answer.kind == Kind::sslv2;
  if (answer.kind == Kind::hello && !answer.broke_off) {
    taken_ = offer;
    if (offer.version != CheckVersion::ssl20 && offer.fallback == HelloOffer::Signal::off) {
      taken_->suites = {answer.suite};
    }
  }
  return answer;
}

Reply Interview::conclude(const ServerAnswer& answer) const {
  switch (answer.kind) {
    case Kind::hello:
      return {Reply::Kind::hello, "", answer};
    case Kind::alert:
    case Kind::sslv2:
      return {Reply::Kind::refused, describe_answer(answer), answer};
    default:
      return {Reply::Kind::unknown, describe_answer(answer), answer};
  }
}

Reply Interview::ask(const HelloOffer& offer) {
  const ServerAnswer first = ask_once(offer);
  Reply reply = may_be_accident(first.kind) ? ask_again(offer, first) : conclude(first);
  if (reply.answer.kind != Kind::not_asked) {
    failures_in_a_row_ = reply.kind == Reply::Kind::unknown ? failures_in_a_row_ + 1 : 0;
  }
  return reply;
}

Reply Interview::ask_again(const HelloOffer& offer, const ServerAnswer& first) {
  prober_.pause();
  const ServerAnswer second = ask_once(offer);
  if (!may_be_accident(second.kind)) {
    return conclude(second.kind == Kind::not_asked ? first : second);
  }
  Reply unknown{Reply::Kind::unknown, describe_answer(second) + ", twice", second};
  if (!may_be_refusal(second.kind)) {
    return unknown;
  }
  Reply refused{Reply::Kind::refused, describe_answer(second), second};
  if (ways_to_refuse_.contains(second.kind)) {
    return refused;
  }
  if (!taken_.has_value()) {
    return unknown;
  }
  const HelloOffer known = *taken_;
  if (ask_once(known).kind != Kind::hello) {
    return unknown;
  }
  const ServerAnswer third = ask_once(offer);
  if (third.kind != second.kind) {
    return is_answer(third) ? conclude(third) : unknown;
  }
  ways_to_refuse_.insert(third.kind);
  return refused;
}

}  // namespace heirloom::app
