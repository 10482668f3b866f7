// Obstacle: what has happened inside an open connection that explains why the peer then ended it.
//
// Some boxes renegotiate in the middle of a page, to ask for a client certificate where one is
// needed. What they make of a refusal is an alert that says nothing, or a closed connection.
#pragma once

#include "common/failure.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace heirloom::app {

enum class Obstacle : std::uint8_t {
  none,
  insecure_renegotiation,   ///< it wanted to renegotiate, and does not know RFC 5746
  too_many_renegotiations,  ///< it wanted that more often than the policy permits
  certificate_wanted,  ///< it renegotiated for a client certificate, and has sent no data since
};

/// explain_obstacle says so in one sentence about `target`, with the command to type; empty for
/// none.
[[nodiscard]] std::optional<Failure> explain_obstacle(Obstacle obstacle,
                                                      const std::string& target,
                                                      const std::string& command);

}  // namespace heirloom::app
