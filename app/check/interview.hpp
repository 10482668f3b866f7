// Interview: asks questions so that an accident is never taken for an answer. No I/O of its own.
//
// A ServerHello and an alert are answers. A server that hangs up, resets or says nothing may mean
// no, or may be short of connections. So the question is put again after a pause; if it fails
// again, an offer that the server has taken before is made: if it is taken again, and the question
// fails a third time, then this is how that server says no. Otherwise nothing was learnt, and that
// is said. One connection at a time, never more than the limit; a server that fails four questions
// in a row is left alone.
#pragma once

#include "check/prober.hpp"

#include <cstddef>
#include <optional>
#include <set>
#include <string>

namespace heirloom::app {

/// Reply is what became of one question.
struct Reply {
  enum class Kind : std::uint8_t {
    hello,    ///< the server took the offer: `answer`
    refused,  ///< the server said no, `how` in words
    unknown,  ///< nothing was learnt, `how` says why
  };
  Kind kind = Kind::unknown;
  std::string how = {};
  ServerAnswer answer = {};
};

class Interview {
 public:
  Interview(Prober& prober, std::size_t max_connections)
      : prober_(prober), max_connections_(max_connections) {}

  [[nodiscard]] Reply ask(const HelloOffer& offer);

  /// connections is how many there were.
  [[nodiscard]] std::size_t connections() const noexcept { return connections_; }

  /// count_connection adds one that somebody else made; false if the limit does not leave room.
  [[nodiscard]] bool count_connection();

  /// has_hit_limit is true once there was no room for a connection that was wanted.
  [[nodiscard]] bool has_hit_limit() const noexcept { return has_hit_limit_; }

  void pause() { prober_.pause(); }

  /// was_answered is true once the server has said anything of SSL or TLS.
  [[nodiscard]] bool was_answered() const noexcept { return was_answered_; }

  /// has_taken is true once a ServerHello has come.
  [[nodiscard]] bool has_taken() const noexcept { return taken_.has_value(); }

  /// forgive forgets that the server failed to answer, before another round of questions.
  void forgive() noexcept { failures_in_a_row_ = 0; }

 private:
  ServerAnswer ask_once(const HelloOffer& offer);
  Reply ask_again(const HelloOffer& offer, const ServerAnswer& first);
  [[nodiscard]] Reply conclude(const ServerAnswer& answer) const;

  Prober& prober_;
  std::size_t max_connections_;
  std::size_t connections_ = 0;
  std::size_t failures_in_a_row_ = 0;
  bool was_answered_ = false;
  bool has_hit_limit_ = false;
  std::optional<HelloOffer> taken_;              ///< an offer that this server takes
  std::set<ServerAnswer::Kind> ways_to_refuse_;  ///< proved, apart from alerts
};

/// describe_answer gives one line's worth: "refused: handshake_failure (40)".
[[nodiscard]] std::string describe_answer(const ServerAnswer& answer);

}  // namespace heirloom::app
