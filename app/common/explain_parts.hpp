// explain_parts: what explain is made of. Each part knows one kind of refusal, and who may lift it:
// a client's user has other options than the one who serves.
#pragma once

#include "heirloom/error.hpp"

#include "common/explain.hpp"
#include "common/failure.hpp"

#include <string>

namespace heirloom::app {

/// Words is the sentence and the next step for one cause.
struct Words {
  std::string what;
  std::string next;
};

constexpr const char* kModernTools = "today's tools: it may want TLS 1.2 or later";

/// simpler_or prefers the plainer hello that has not been tried yet.
[[nodiscard]] std::string simpler_or(const Attempt& attempt, const std::string& otherwise);

/// with_messages is the command that shows how far the handshake came.
[[nodiscard]] std::string with_messages(const Attempt& attempt);

/// explain_identity is for a certificate that was not accepted: what is wrong with it, and the
/// option that would take it all the same.
[[nodiscard]] Failure explain_identity(const Error& error, const Attempt& attempt);

/// explain_received_alert says what the peer may have meant, and what it may want.
[[nodiscard]] Failure explain_received_alert(const Error& error, const Attempt& attempt);

/// explain_no_suite is about a client whose suites are not allowed here, lack a key, or a curve.
[[nodiscard]] Words explain_no_suite(const Error& error, const Attempt& attempt);

}  // namespace heirloom::app
