// Who is asking, and under which name: the box's origin, ours, and the rules between them.
//
// The bridge takes away TLS in front of a device that trusts its own network, so any page that the
// browser shows could try to talk to the device through it. Two rules keep pages out:
//  * Host must be one of our names (else 421), which stops DNS rebinding;
//  * a request that another site caused is refused (403), except a person following a link.
// Only our own origin is translated into the box's, so the box's own CSRF checks keep working.
#pragma once

#include "http/message.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom::app::http {

/// kHttpsPort is the port that a URL of https does not name (RFC 2818 §2.3).
inline constexpr std::uint16_t kHttpsPort = 443;

/// box_label makes one DNS label of a box's host and port, a different one for every box:
/// "10.0.0.5", 443 → "10-0-0-5"; "10.0.0.5", 8443 → "10-0-0-5-8443"; "fe80::1" → "ip6-fe80--1".
/// A name that has hyphens of its own gets a short hash, because "a-b.c" and "a.b-c" must not share
/// their cookies.
[[nodiscard]] std::string box_label(std::string_view host, std::uint16_t port);

/// BoxOrigin is the box as the browser would have seen it: https://host[:port].
struct BoxOrigin {
  std::string host;  ///< lower case, without brackets
  std::uint16_t port = 443;
  std::vector<std::string> aliases;  ///< further hosts that are the same box: the address it has

  /// authority is for Host: "10.0.0.5", "[::1]:8443".
  [[nodiscard]] std::string authority() const;
  /// text is for Origin: "https://10.0.0.5".
  [[nodiscard]] std::string text() const;
  /// path_within returns the path of a reference into this origin ("https://BOX/x" → "/x",
  /// "//BOX/x" → "/x"), empty if the reference leads elsewhere or is relative.
  [[nodiscard]] std::string path_within(std::string_view reference) const;
};

/// LocalOrigin is the bridge as the browser sees it.
struct LocalOrigin {
  enum class Scheme : std::uint8_t { http, https };

  std::string label;
  std::uint16_t port = 0;
  /// The address of a listener outside loopback that the person asked for; empty if none.
  std::string listen_host;
  Scheme scheme = Scheme::http;

  /// authority is the name that is printed: "10-0-0-5.localhost:40123".
  [[nodiscard]] std::string authority() const;
  /// text is scheme and authority: "https://10-0-0-5.localhost:40123".
  [[nodiscard]] std::string text() const;
  /// url_to is the URL of a path, under the name that the browser used.
  [[nodiscard]] std::string url_to(std::string_view browser_authority, std::string_view path) const;
  /// accepts_authority is true for our names with our port, as Host or within Origin. `arrived_at`
  /// is the address that the connection came in on.
  [[nodiscard]] bool accepts_authority(std::string_view authority,
                                       std::string_view arrived_at) const;
  /// path_within is BoxOrigin's for SCHEME://OUR-NAME:PORT/…; "/" for the bare origin.
  [[nodiscard]] std::string path_within(std::string_view url, std::string_view arrived_at) const;
};

enum class Verdict : std::uint8_t {
  allowed,
  misdirected,  ///< Host is none of our names: 421
  cross_site,   ///< another site caused the request: 403
};

/// judge_request applies both rules. `arrived_at` as above.
[[nodiscard]] Verdict judge_request(const RequestHead& request,
                                    const LocalOrigin& local,
                                    std::string_view arrived_at);

}  // namespace heirloom::app::http
