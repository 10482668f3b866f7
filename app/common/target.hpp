// Targets as people type them: HOST, HOST:PORT, [v6]:PORT, a URL.
#pragma once

#include "common/failure.hpp"

#include <cstdint>
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

/// parse_target understands HOST, HOST:PORT, [v6], [v6]:PORT, a bare IPv6 address, and
/// scheme://HOST[:PORT]/… of which it takes host and port. Without a port it is `default_port`.
[[nodiscard]] Outcome<HostPort> parse_target(std::string_view text, std::uint16_t default_port);

/// parse_url needs a scheme of "https" or "http"; a bare HOST[:PORT] is read as https.
[[nodiscard]] Outcome<Url> parse_url(std::string_view text);

/// parse_listen_address understands ADDR:PORT, [v6]:PORT and a bare PORT, which means loopback.
[[nodiscard]] Outcome<HostPort> parse_listen_address(std::string_view text);

/// to_string puts brackets around an IPv6 address: "[::1]:443".
[[nodiscard]] std::string to_string(const HostPort& where);

/// is_address is true for a literal IPv4 or IPv6 address.
[[nodiscard]] bool is_address(const std::string& host);

/// is_loopback is true for a literal loopback address and for "localhost".
[[nodiscard]] bool is_loopback(const std::string& host);

}  // namespace heirloom::app
