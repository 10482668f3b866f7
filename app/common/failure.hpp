// Failure: why a command ends, for the person who typed it. Outcome<T>: a value or a Failure.
//
// The library's Result<T> carries protocol errors; a Failure is what becomes of them (and of TCP,
// files and options) on the command line: an exit code, one sentence, one next step.
#pragma once

#include "common/exit_codes.hpp"

#include <string>
#include <utility>
#include <variant>

namespace heirloom::app {

struct Failure {
  ExitCode code = ExitCode::internal;
  std::string what;        ///< one sentence without the full stop
  std::string next = {};   ///< a command, or advice without the full stop; may be empty
  std::string cause = {};  ///< stable name for scripts: "connection_refused", a Cause's name, …
};

/// Outcome has the member names of Result.
template <class T>
class [[nodiscard]] Outcome {
 public:
  // NOLINTNEXTLINE(google-explicit-constructor): as Result, so that `return failure;` reads well
  Outcome(T value) : state_(std::in_place_index<0>, std::move(value)) {}

  // NOLINTNEXTLINE(google-explicit-constructor)
  Outcome(Failure failure) : state_(std::in_place_index<1>, std::move(failure)) {}

  [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }

  explicit operator bool() const noexcept { return has_value(); }

  [[nodiscard]] T& operator*() & { return std::get<0>(state_); }

  [[nodiscard]] const T& operator*() const& { return std::get<0>(state_); }

  [[nodiscard]] T&& operator*() && { return std::get<0>(std::move(state_)); }

  [[nodiscard]] T* operator->() { return &std::get<0>(state_); }

  [[nodiscard]] const T* operator->() const { return &std::get<0>(state_); }

  [[nodiscard]] const Failure& error() const& { return std::get<1>(state_); }

  [[nodiscard]] Failure&& error() && { return std::get<1>(std::move(state_)); }

 private:
  std::variant<T, Failure> state_;
};

}  // namespace heirloom::app
