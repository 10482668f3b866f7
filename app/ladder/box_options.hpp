// BoxOptions: the command-line options that every command shares that opens a box by the ladder.
//
// add_box_options declares all of them. A command that needs a name for something else (a user's
// --pass-file, curl's --cert) declares the groups one by one instead.
#pragma once

#include "common/credential_options.hpp"
#include "common/failure.hpp"
#include "common/path_options.hpp"
#include "common/protocol_options.hpp"
#include "common/tcp.hpp"
#include "ladder/attempt.hpp"
#include "ladder/rung.hpp"

#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name
class App;
}

namespace heirloom::app {

struct BoxOptions {
  ProtocolOptions protocol;
  CredentialFiles credentials;
  PathOptions path;
  std::vector<std::string> pins;            ///< --pin, as typed
  std::vector<std::string> accept_changed;  ///< --accept-changed, as typed
  bool accept_new = false;
  bool accept_lower = false;
  bool no_fallback_signal = false;
  double timeout = 10;  ///< seconds, for TCP
  AddressFamily family = AddressFamily::any;
};

/// add_box_options declares all groups.
void add_box_options(CLI::App& command, BoxOptions& options);

/// add_network_options declares --timeout, -4 and -6.
void add_network_options(CLI::App& command, BoxOptions& options);

/// add_identity_options declares --pin, --accept-new, --accept-changed and --accept-lower.
void add_identity_options(CLI::App& command, BoxOptions& options);

/// add_hello_options declares the protocol options and --no-fallback-signal.
void add_hello_options(CLI::App& command, BoxOptions& options);

/// repeat_box_options writes them as far as a next step may build on them: " --min tls1". Options
/// about identity are left out, since a next step gives those anew.
[[nodiscard]] std::string repeat_box_options(const BoxOptions& options);

/// build_ladder_setup reads what the options name (policy, key log, credentials). `where` and
/// `stop` are for the caller to fill, so that several boxes can share the rest. ExitCode::usage or
/// local.
[[nodiscard]] Outcome<LadderSetup> build_ladder_setup(const BoxOptions& options);

/// restrictions_of says which rungs the options leave.
[[nodiscard]] Restrictions restrictions_of(const BoxOptions& options, const Policy& policy);

/// check_http_protocols refuses --alpn for protocols in which nobody here fetches a page.
[[nodiscard]] Outcome<bool> check_http_protocols(const LadderSetup& setup);

/// normal_fingerprints brings fingerprints into the form of the pin file. ExitCode::usage, naming
/// `option`, for a word that is none.
[[nodiscard]] Outcome<std::vector<std::string>> normal_fingerprints(
    const std::string& option, const std::vector<std::string>& typed);

}  // namespace heirloom::app
