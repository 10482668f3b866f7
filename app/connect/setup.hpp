// What `heirloom connect` makes of its command line: the engine's configuration, and the words that
// repeat it in advice.
#pragma once

#include "heirloom/config.hpp"
#include "heirloom/session.hpp"

#include "common/failure.hpp"
#include "connect/options.hpp"

#include <memory>
#include <string>

namespace heirloom::app {

/// command_for_anybody repeats the command as far as a next step may build on it, without what says
/// who the peer may be.
[[nodiscard]] std::string command_for_anybody(const ConnectOptions& options);

/// judge_words repeats what says who the peer may be.
[[nodiscard]] std::string judge_words(const ConnectOptions& options);

/// make_client_config checks every option before the connection, which is to resume `session` if
/// that is not null. ExitCode::usage or local.
[[nodiscard]] Outcome<std::shared_ptr<const ClientConfig>> make_client_config(
    const ConnectOptions& options, const SessionPtr& session);

}  // namespace heirloom::app
