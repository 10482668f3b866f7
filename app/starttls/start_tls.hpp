// start_tls: asks a server that begins in plain text to begin TLS on the same connection.
//
// SMTP (RFC 3207), IMAP and POP3 (RFC 2595), FTP (RFC 4217), LDAP (RFC 4511 §4.14), XMPP (RFC 6120
// §5), and the protocols of PostgreSQL and MySQL as their manuals describe them. What is sent is
// what `openssl s_client -starttls` sends, because servers have been tested with that.
#pragma once

#include "common/failure.hpp"
#include "common/stream.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom::app {

enum class StartTlsProtocol : std::uint8_t { smtp, imap, pop3, ftp, ldap, xmpp, postgres, mysql };

/// parse_start_tls_protocol reads "smtp", "imap", …, in lower case.
[[nodiscard]] std::optional<StartTlsProtocol> parse_start_tls_protocol(std::string_view word);

/// start_tls_word is its inverse.
[[nodiscard]] std::string_view start_tls_word(StartTlsProtocol protocol) noexcept;

/// start_tls_words lists every word that parse_start_tls_protocol knows.
[[nodiscard]] std::vector<std::string> start_tls_words();

/// start_tls_port is where such a server listens in plain text: 25, 143, 110, 21, 389, 5222, 5432,
/// 3306.
[[nodiscard]] std::uint16_t start_tls_port(StartTlsProtocol protocol) noexcept;

/// StartTlsRequest says to whom, and how, the request is made.
struct StartTlsRequest {
  StartTlsProtocol protocol = StartTlsProtocol::smtp;
  std::string target;                  ///< "10.0.0.5:25", for the sentences
  std::string host;                    ///< whom XMPP's stream is addressed to
  std::string own_name = "localhost";  ///< how SMTP's EHLO calls this machine
};

/// start_tls talks to the server until the next byte in either direction belongs to TLS.
///
/// Failures: "starttls_refused", "starttls_unexpected" (this is no such server), "starttls_closed",
/// and "starttls_injected" (bytes followed the server's consent in plain text) have
/// ExitCode::handshake; "starttls_timeout" has ExitCode::network.
[[nodiscard]] Outcome<bool> start_tls(Stream& plain,
                                      const StartTlsRequest& request,
                                      Deadline deadline);

}  // namespace heirloom::app
