// What is changed in heads on their way through the bridge. Bodies are never touched.
//
// Towards the box: Host, our own Origin and Referer, and the hop-by-hop fields. Towards the
// browser: Location, cookies' Secure, Domain and SameSite=None, HSTS, and the hop-by-hop fields.
#pragma once

#include "http/message.hpp"
#include "http/origin.hpp"

#include <string>
#include <string_view>

namespace heirloom::app::http {

/// Route names both ends of one exchange.
struct Route {
  const BoxOrigin& box;
  const LocalOrigin& local;
  std::string browser_authority;  ///< as the browser's Host named us, so that it stays there
  std::string arrived_at;         ///< the local address of the browser's connection
};

/// towards_box rewrites a request. Framing fields (Content-Length, Transfer-Encoding) stay.
[[nodiscard]] RequestHead towards_box(const RequestHead& request, const Route& route);

/// towards_browser rewrites a response. Framing fields are left to the caller.
[[nodiscard]] ResponseHead towards_browser(const ResponseHead& response, const Route& route);

/// rewrite_cookie removes what would keep a cookie of an https box from coming back to us: its
/// Domain, and, unless our side is https as well, what goes with https only.
[[nodiscard]] std::string rewrite_cookie(std::string_view set_cookie, LocalOrigin::Scheme scheme);

/// is_upgrade is true if the head asks for, or confirms, another protocol on this connection.
[[nodiscard]] bool is_upgrade(const Fields& fields);

}  // namespace heirloom::app::http
