// The generic step of a state machine that is nothing but overloads, and its table.
//
//   Next<AwaitCertificate, AwaitResumedChangeCipherSpec> on(AwaitServerHello, const
//   Received<ServerHello>&, Effects&);
//
// A pair of state and input is accepted if such an overload exists, ignored if `Ignored` says so,
// and is unexpected_message otherwise (RFC 6101 §5.5, RFC 2246 §7.4: "sending handshake messages in
// an unexpected order results in a fatal error"). The table that tests and docs/state-machine.md
// show is computed from these very declarations, so it cannot drift from the code.
#pragma once

#include "heirloom/result.hpp"

#include "handshake/effects.hpp"

#include <array>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <variant>
#include <vector>

namespace heirloom::machine {

/// Next names the states that a handler may lead to; returning another does not compile.
template <class... Successors>
class [[nodiscard]] Next : public Result<std::variant<Successors...>> {
  using Base = Result<std::variant<Successors...>>;

  template <class State>
  static constexpr bool kHas = (std::same_as<State, Successors> || ...);

 public:
  using Base::Base;

  // NOLINTBEGIN(google-explicit-constructor): `return AwaitFinished{…};`
  template <class State>

  requires kHas<State> Next(State state) : Base(std::variant<Successors...>(std::move(state))) {}

  // NOLINTEND(google-explicit-constructor)

  /// A handler with fewer successors may answer for one with more.
  template <class... Fewer>

  requires(sizeof...(Fewer) < sizeof...(Successors) && (kHas<Fewer> && ...))
      Next(Next<Fewer...> narrow)  // NOLINT(google-explicit-constructor): `return judged(…);`
      : Base(widen(std::move(narrow))) {}

 private:
  template <class... Fewer>
  static Base widen(Next<Fewer...> narrow) {
    if (!narrow.has_value()) {
      return std::move(narrow).error();
    }
    return std::visit(
        [](auto state) -> Base { return std::variant<Successors...>(std::move(state)); },
        std::move(narrow).value());
  }
};

/// Expects is true if a handler exists for the pair. Argument-dependent look-up finds `on` in the
/// namespace of the state; all declarations stand in the header that the machine dispatches on.
template <class State, class Input>
concept Expects = requires(State state, const Input& input, Effects& effects) {
  on(std::move(state), input, effects);
};

/// Ignored pairs are dropped without a trace: specialised where the documents ask for it.
template <class State, class Input>
struct Ignored : std::false_type {};

enum class Verdict : std::uint8_t { rejected, accepted, ignored };

template <class State, class Input>
constexpr Verdict verdict() {
  if constexpr (Expects<State, Input>) {
    return Verdict::accepted;
  } else if constexpr (Ignored<State, Input>::value) {
    return Verdict::ignored;
  } else {
    return Verdict::rejected;
  }
}

/// successor_names lists what a handler may lead to.
template <class Returned>
struct SuccessorNames;

template <class... Successors>
struct SuccessorNames<Next<Successors...>> {
  static std::vector<std::string_view> names() { return {Successors::kName...}; }
};

template <class State, class Input>
std::vector<std::string_view> successors() {
  if constexpr (Expects<State, Input>) {
    using Returned =
        decltype(on(std::declval<State>(), std::declval<const Input&>(), std::declval<Effects&>()));
    return SuccessorNames<Returned>::names();
  } else {
    return {};
  }
}

/// Cell is one pair of the table.
struct Cell {
  std::string_view state;
  std::string_view input;
  Verdict verdict;
  std::vector<std::string_view> successors;
};

/// InputName gives the name of an input for tables and messages.
template <class Input>
struct InputName;

template <class States, class Inputs>
struct Table;

template <class... S, class... I>
struct Table<std::variant<S...>, std::variant<I...>> {
  static std::vector<Cell> cells() {
    std::vector<Cell> all;
    (row<S>(all), ...);
    return all;
  }

 private:
  template <class State>
  static void row(std::vector<Cell>& all) {
    (all.push_back(
         Cell{State::kName, InputName<I>::name(), verdict<State, I>(), successors<State, I>()}),
     ...);
  }
};

/// expected_inputs is the list of what a state would have accepted.
template <class State, class Inputs>
struct ExpectedInputs;

template <class State, class... I>
struct ExpectedInputs<State, std::variant<I...>> {
  static std::string text() {
    std::string out;
    (add<I>(out), ...);
    return out.empty() ? "nothing" : out;
  }

 private:
  template <class Input>
  static void add(std::string& out) {
    if constexpr (Expects<State, Input>) {
      out += out.empty() ? "" : " or ";
      out += InputName<Input>::name();
    }
  }
};

/// step consumes the state and returns the next one. On an error `state` is left as Failed.
template <class Failed, class... S, class... I>
Result<void> step(std::variant<S...>& state, const std::variant<I...>& input, Effects& effects) {
  return std::visit(
      [&]<class State, class Input>(State& current, const Input& received) -> Result<void> {
        if constexpr (Expects<State, Input>) {
          auto next = on(std::move(current), received, effects);
          if (!next.has_value()) {
            state = Failed{};
            return std::move(next).error();
          }
          std::visit([&](auto successor) { state = std::move(successor); },
                     std::move(next).value());
          return {};
        } else if constexpr (Ignored<State, Input>::value) {
          return {};
        } else {
          Error error(Cause::unexpected_message,
                      "expected " + ExpectedInputs<State, std::variant<I...>>::text() + ", got " +
                          std::string(InputName<Input>::name()));
          state = Failed{};
          return error;
        }
      },
      state,
      input);
}

}  // namespace heirloom::machine
