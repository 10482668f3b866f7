// HEIRLOOM_TRY: propagate an error, or bind the value.
//
//   HEIRLOOM_TRY(auto hello, decode<ClientHello>(bytes));   // declares hello
//   HEIRLOOM_TRY_VOID(check(hello));                        // for Result<void>
#pragma once

#include <utility>

#define HEIRLOOM_TRY_CONCAT_INNER(a, b) a##b
#define HEIRLOOM_TRY_CONCAT(a, b) HEIRLOOM_TRY_CONCAT_INNER(a, b)

#define HEIRLOOM_TRY(declaration, expression) \
  HEIRLOOM_TRY_IMPL(HEIRLOOM_TRY_CONCAT(heirloom_try_, __LINE__), declaration, expression)

// NOLINTBEGIN(bugprone-macro-parentheses): a declaration and a name cannot stand in parentheses.
#define HEIRLOOM_TRY_IMPL(temporary, declaration, expression) \
  auto temporary = (expression);                              \
  if (!temporary.has_value()) {                               \
    return std::move(temporary).error();                      \
  }                                                           \
  declaration = std::move(temporary).value()
// NOLINTEND(bugprone-macro-parentheses)

#define HEIRLOOM_TRY_VOID(expression)                                                \
  do {                                                                               \
    if (auto heirloom_try_result = (expression); !heirloom_try_result.has_value()) { \
      return std::move(heirloom_try_result).error();                                 \
    }                                                                                \
  } while (false)
