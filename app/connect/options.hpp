// ConnectOptions: what `heirloom connect` is told on its command line.
#pragma once

#include "common/credential_options.hpp"
#include "common/output.hpp"
#include "common/path_options.hpp"
#include "common/protocol_options.hpp"
#include "common/tcp.hpp"

#include <string>
#include <vector>

namespace heirloom::app {

struct ConnectOptions {
  std::string target;
  std::string start_tls;  ///< a word of start_tls_words; empty: TLS from the first byte
  std::string own_name = "localhost";
  ProtocolOptions protocol;
  CredentialFiles credentials;
  std::vector<std::string> kea_domain_files;
  std::string server_name;
  bool no_server_name = false;
  bool fallback_signal = false;
  std::string authorities;
  PathOptions path;
  std::vector<std::string> pins;
  bool insecure = false;
  AddressFamily family = AddressFamily::any;
  double timeout = 10;  ///< seconds, for TCP and again for the handshake
  bool crlf = false;    ///< line ends of standard input become CR LF
  bool show_messages = false;
  bool show_certificates = false;
  OutputFormat format = OutputFormat::text;
};

}  // namespace heirloom::app
