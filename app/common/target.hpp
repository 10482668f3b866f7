// Targets as people type them: HOST, HOST:PORT, [v6]:PORT, a URL.
#pragma once

#include "common/failure.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace heirloom::app {

struct HostPort {
  std::string host;  ///< without brackets
  std::uint16_t port = 0;

  friend bool operator==(const HostPort&, const HostPort&) = default;
};

struct Url {
  std::string scheme;  ///< lower case
  std::string host;    ///< lower case, without brackets
  std::uint16_t port = 0;
  std::string path;  ///< with the query, begins with a slash

  friend bool operator==(const Url&, const Url&) = default;
};

/// UrlScheme is a scheme of URLs and the port that it means.
struct UrlScheme {
  std::string_view name;
  std::uint16_t port = 0;
};

/// url_schemes lists what parse_target understands before "://": https, smtps, nntps, ldaps, ftps,
/// pop3s, imaps, which are TLS from the first byte, and http.
[[nodiscard]] std::span<const UrlScheme> url_schemes() noexcept;

/// default_port gives the port of a scheme in lower case; empty for one that is not in the table.
[[nodiscard]] std::optional<std::uint16_t> default_port(std::string_view scheme) noexcept;

/// parse_target understands HOST, HOST:PORT, [v6], [v6]:PORT, a bare IPv6 address, and
/// scheme://HOST[:PORT]/… of which it takes host and port. Without a port it is the scheme's, or
/// `default_port` if there is no scheme either.
[[nodiscard]] Outcome<HostPort> parse_target(std::string_view text, std::uint16_t default_port);

/// UrlSchemes says which schemes a URL may have: those of web pages, or all of url_schemes.
enum class UrlSchemes : std::uint8_t { web, all };

/// parse_url fills in the scheme's port; a bare HOST[:PORT] is read as https. ExitCode::usage with
/// the cause "url_scheme" for a scheme that is not accepted, "url_invalid" for what is no URL.
[[nodiscard]] Outcome<Url> parse_url(std::string_view text, UrlSchemes accepted = UrlSchemes::web);

/// parse_listen_address understands ADDR:PORT, [v6]:PORT and a bare PORT, which means loopback.
[[nodiscard]] Outcome<HostPort> parse_listen_address(std::string_view text);

/// to_string puts brackets around an IPv6 address: "[::1]:443".
[[nodiscard]] std::string to_string(const HostPort& where);

/// is_address is true for a literal IPv4 or IPv6 address.
[[nodiscard]] bool is_address(const std::string& host);

/// is_loopback is true for a literal loopback address and for "localhost".
[[nodiscard]] bool is_loopback(const std::string& host);

}  // namespace heirloom::app
