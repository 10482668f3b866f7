// The URL of one request: as text (for redirects and -w), in parts, and the login it may carry.
#pragma once

#include "common/failure.hpp"
#include "common/target.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace heirloom::app::get {

/// Login is a user's name and password.
struct Login {
  std::string user;
  std::string password;
};

struct Target {
  Url url;
  std::string text;                           ///< with scheme, without login and fragment
  std::optional<Login> login = std::nullopt;  ///< https://USER:PASSWORD@…

  /// authority is for Host: without the port that the scheme means.
  [[nodiscard]] std::string authority() const;

  /// is_web is true for http and https: anything else is raw bytes.
  [[nodiscard]] bool is_web() const;

  /// has_same_origin compares scheme, host and port: a login is for one origin only.
  [[nodiscard]] bool has_same_origin(const Target& other) const;
};

/// PathForm says whether "/a/../b" goes out as it was typed.
enum class PathForm : std::uint8_t { resolved, as_typed };

/// parse_location reads a URL as a person types it. Failures have curl's numbers 1 and 3.
[[nodiscard]] Outcome<Target> parse_location(std::string_view text, PathForm form);

/// parse_start_tls_location reads HOST[:PORT], or a URL of any scheme, for a server that begins in
/// plain text: raw bytes, at that port if none is given.
[[nodiscard]] Outcome<Target> parse_start_tls_location(std::string_view text,
                                                       std::string_view protocol,
                                                       std::uint16_t port);

/// resolve_reference is RFC 3986 §5.2 for the value of Location. A space becomes %20, as browsers
/// and curl do.
[[nodiscard]] std::string resolve_reference(const Target& base, std::string_view reference);

/// remove_dot_segments is RFC 3986 §5.2.4.
[[nodiscard]] std::string remove_dot_segments(std::string_view path);

/// percent_decode turns %41 into A; a % that is no escape stays.
[[nodiscard]] std::string percent_decode(std::string_view text);

/// percent_encode leaves letters, digits and "-._~" as they are (RFC 3986 §2.3).
[[nodiscard]] std::string percent_encode(std::string_view text);

/// remote_name is the last part of the path, for -O; empty if the URL ends with a slash.
[[nodiscard]] std::string remote_name(const Target& target);

}  // namespace heirloom::app::get
