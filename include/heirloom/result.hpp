// Result<T>: a value or an Error, with the member names of C++23's std::expected.
//
// Every operation that a peer, a file or a caller can make fail returns one; nothing here throws.
// GCC 12 has std::expected only in C++23 mode and clang 14 cannot use it with libstdc++ 12, hence
// this type (docs/decisions/0001-result.md). It can become an alias later.
#pragma once

#include "heirloom/error.hpp"

#include <cstdlib>
#include <optional>
#include <type_traits>
#include <utility>
#include <variant>

namespace heirloom {

template <class T>
class [[nodiscard]] Result {
 public:
  using value_type = T;

  // NOLINTNEXTLINE(google-explicit-constructor): as std::expected
  Result(T value) : state_(std::in_place_index<0>, std::move(value)) {}

  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(Error error) : state_(std::in_place_index<1>, std::move(error)) {}

  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(Cause cause) : state_(std::in_place_index<1>, Error{cause}) {}

  /// has_value is true if the operation succeeded.
  [[nodiscard]] bool has_value() const noexcept { return state_.index() == 0; }

  explicit operator bool() const noexcept { return has_value(); }

  /// value returns the result. Calling it on an error is a programming mistake and aborts.
  [[nodiscard]] T& value() & {
    require(0);
    return *std::get_if<0>(&state_);
  }

  [[nodiscard]] const T& value() const& {
    require(0);
    return *std::get_if<0>(&state_);
  }

  [[nodiscard]] T&& value() && {
    require(0);
    return std::move(*std::get_if<0>(&state_));
  }

  [[nodiscard]] T& operator*() & { return value(); }

  [[nodiscard]] const T& operator*() const& { return value(); }

  [[nodiscard]] T&& operator*() && { return std::move(*this).value(); }

  [[nodiscard]] T* operator->() { return &value(); }

  [[nodiscard]] const T* operator->() const { return &value(); }

  /// error returns what went wrong. Calling it on a success is a programming mistake and aborts.
  [[nodiscard]] const Error& error() const& {
    require(1);
    return *std::get_if<1>(&state_);
  }

  [[nodiscard]] Error&& error() && {
    require(1);
    return std::move(*std::get_if<1>(&state_));
  }

 private:
  void require(std::size_t index) const noexcept {
    if (state_.index() != index) {
      std::abort();
    }
  }

  std::variant<T, Error> state_;
};

template <>
class [[nodiscard]] Result<void> {
 public:
  using value_type = void;

  Result() = default;

  // NOLINTNEXTLINE(google-explicit-constructor): as std::expected
  Result(Error error) : error_(std::move(error)) {}

  // NOLINTNEXTLINE(google-explicit-constructor)
  Result(Cause cause) : error_(Error{cause}) {}

  [[nodiscard]] bool has_value() const noexcept { return !error_.has_value(); }

  explicit operator bool() const noexcept { return has_value(); }

  void value() const noexcept {
    if (error_.has_value()) {
      std::abort();
    }
  }

  [[nodiscard]] const Error& error() const& {
    if (!error_.has_value()) {
      std::abort();
    }
    return *error_;
  }

  [[nodiscard]] Error&& error() && {
    if (!error_.has_value()) {
      std::abort();
    }
    return std::move(*error_);
  }

 private:
  std::optional<Error> error_;
};

}  // namespace heirloom
