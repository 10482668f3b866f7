#include "http/rewrite.hpp"

#include "common/letter_case.hpp"

#include <array>
#include <vector>

namespace heirloom::app::http {

namespace {

/// remove_hop_by_hop removes the fields that concern one connection only (RFC 9110 §7.6.1).
/// Transfer-Encoding is not among them here: who writes the body sets it.
void remove_hop_by_hop(Fields& fields) {
  const std::vector<std::string> named = fields.tokens("Connection");
  for (const std::string& name : named) {
    // Security: a sender cannot name away what the message's length or target depends on.
    const bool is_needed = equals_ignoring_case(name, "Host") ||
                           equals_ignoring_case(name, "Content-Length") ||
                           equals_ignoring_case(name, "Transfer-Encoding");
    if (!is_needed) {
      fields.remove(name);
    }
  }
  constexpr std::array<std::string_view, 6> kNames = {
      "Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Upgrade"};
  for (const std::string_view name : kNames) {
    fields.remove(name);
  }
}

void restore_upgrade(Fields& fields, const std::string& protocol) {
  fields.add("Connection", "Upgrade");
  fields.add("Upgrade", protocol);
}

void rewrite_own_origin(Fields& fields, const Route& route) {
  const std::string* origin = fields.find("Origin");
  if (origin != nullptr && !route.local.path_within(*origin, route.arrived_at).empty()) {
    fields.set("Origin", route.box.text());
  }
  const std::string* referer = fields.find("Referer");
  if (referer != nullptr) {
    const std::string path = route.local.path_within(*referer, route.arrived_at);
    if (!path.empty()) {
      fields.set("Referer", route.box.text() + path);
    }
  }
}

bool has_protected_name(std::string_view cookie) {
  return cookie.starts_with("__Secure-") || cookie.starts_with("__Host-");
}

}  // namespace

bool is_upgrade(const Fields& fields) {
  return fields.has_token("Connection", "Upgrade") && fields.find("Upgrade") != nullptr;
}

RequestHead towards_box(const RequestHead& request, const Route& route) {
  RequestHead result = request;
  if (!result.target.starts_with('/') && result.target != "*") {
    result.target = route.local.path_within(result.target, route.arrived_at);
  }
  const bool upgrades = is_upgrade(result.fields);
  const std::string protocol(result.fields.value("Upgrade"));
  remove_hop_by_hop(result.fields);
  if (upgrades) {
    restore_upgrade(result.fields, protocol);
  }
  result.fields.set("Host", route.box.authority());
  rewrite_own_origin(result.fields, route);
  result.minor_version = 1;
  return result;
}

std::string rewrite_cookie(std::string_view set_cookie, LocalOrigin::Scheme scheme) {
  const auto first_end = set_cookie.find(';');
  std::string result(trim(set_cookie.substr(0, first_end)));
  // Browsers take these names with Secure only, and take Secure from http://….localhost.
  const bool keeps_secure = scheme == LocalOrigin::Scheme::https || has_protected_name(result);
  std::string_view rest =
      first_end == std::string_view::npos ? std::string_view() : set_cookie.substr(first_end + 1);
  while (!rest.empty()) {
    const auto end = rest.find(';');
    const std::string_view attribute = trim(rest.substr(0, end));
    rest = end == std::string_view::npos ? std::string_view() : rest.substr(end + 1);
    const auto equals = attribute.find('=');
    const std::string_view name = trim(attribute.substr(0, equals));
    const std::string_view value =
        equals == std::string_view::npos ? std::string_view() : trim(attribute.substr(equals + 1));
    const bool is_dropped = attribute.empty() || equals_ignoring_case(name, "Domain") ||
                            (!keeps_secure && equals_ignoring_case(name, "Secure")) ||
                            (!keeps_secure && equals_ignoring_case(name, "SameSite") &&
                             equals_ignoring_case(value, "None"));
    if (!is_dropped) {
      result += "; ";
      result += attribute;
    }
  }
  return result;
}

ResponseHead towards_browser(const ResponseHead& response, const Route& route) {
  ResponseHead result = response;
  const bool upgrades = result.status == 101 && is_upgrade(result.fields);
  const std::string protocol(result.fields.value("Upgrade"));
  remove_hop_by_hop(result.fields);
  if (upgrades) {
    restore_upgrade(result.fields, protocol);
  }
  result.fields.remove("Strict-Transport-Security");
  for (Field& field : result.fields.all()) {
    if (equals_ignoring_case(field.name, "Set-Cookie")) {
      field.value = rewrite_cookie(field.value, route.local.scheme);
    } else if (equals_ignoring_case(field.name, "Location")) {
      const std::string path = route.box.path_within(field.value);
      if (!path.empty()) {
        field.value = route.local.url_to(route.browser_authority, path);
      }
    }
  }
  result.minor_version = 1;
  return result;
}

}  // namespace heirloom::app::http
