// What `heirloom serve` is told on its command line, and the engine's configuration made of it.
#pragma once

#include "heirloom/config.hpp"

#include "common/credential_options.hpp"
#include "common/failure.hpp"
#include "common/path_options.hpp"
#include "common/protocol_options.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace CLI {  // NOLINT(readability-identifier-naming): the library's name
class App;
}

namespace heirloom::app {

struct ServeOptions {
  std::string listen;
  bool www = false;
  bool echo = false;
  std::string forward;
  ProtocolOptions protocol;
  CredentialFiles credentials;
  std::vector<std::string> ocsp_files;  ///< --ocsp: one for each certificate, or none
  std::string preference = "server";
  std::string dh_group_file;  ///< empty: a group that is built in
  std::vector<std::string> kea_domain_files;
  std::string kea_random = "fresh";
  std::string client_auth = "none";
  std::string authorities;
  PathOptions path;  ///< of client certificates
  bool sessions = true;
  std::string ticket_key_file;  ///< --ticket-keys; empty: --tickets makes keys of its own
  std::uint32_t session_lifetime = 86400;  ///< seconds
  std::uint64_t count = 0;                 ///< 0: no limit
  double handshake_timeout = 30;
  double idle_timeout = 300;
  std::size_t max_clients = 256;
  bool show_messages = false;
};

/// add_setup_options declares what make_server_config reads.
void add_setup_options(CLI::App& command, ServeOptions& options);

/// requested_policy is what the options allow, whether there is a certificate for it or not. For
/// options that make_server_config has taken.
[[nodiscard]] Policy requested_policy(const ServeOptions& options);

/// make_server_config checks every option before the port is opened. ExitCode::usage or local.
[[nodiscard]] Outcome<std::shared_ptr<const ServerConfig>> make_server_config(ServeOptions options);

}  // namespace heirloom::app
