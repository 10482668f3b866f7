// Pending<T>: an answer that may not be there yet.
//
// A strategy (certificate verifier, session store, private key) that cannot answer at once returns
// pending. The connection then parks, emits an Event of kind decision_needed, keeps what arrives
// from the peer, and continues when Connection::resolve is called with the answer.
#pragma once

#include <optional>
#include <utility>

namespace heirloom {

struct PendingTag {};

/// pending is what a strategy returns when it will answer later.
inline constexpr PendingTag pending{};  // NOLINT(readability-identifier-naming): a word of the API

template <class T>
class [[nodiscard]] Pending {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): reads as the answer
  Pending(T answer) : answer_(std::move(answer)) {}

  // NOLINTNEXTLINE(google-explicit-constructor): reads as `return pending;`
  Pending(PendingTag /*tag*/) {}

  [[nodiscard]] bool is_pending() const noexcept { return !answer_.has_value(); }

  /// answer may be called only if is_pending is false.
  [[nodiscard]] T& answer() & { return answer_.value(); }

  [[nodiscard]] T&& answer() && { return std::move(answer_).value(); }

 private:
  std::optional<T> answer_;
};

}  // namespace heirloom
