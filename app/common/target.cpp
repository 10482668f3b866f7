#include "common/target.hpp"

#include "common/letter_case.hpp"
#include "common/output.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>

#include <arpa/inet.h>
#include <http_parser.h>

namespace heirloom::app {

namespace {

/// kUrlSchemes: what is TLS from the first byte, by its registered port (IANA), and plain HTTP,
/// which is read so that a person can be told what to do with it.
constexpr std::array<UrlScheme, 8> kUrlSchemes{{
    {"https", 443},
    {"http", 80},
    {"smtps", 465},
    {"nntps", 563},
    {"ldaps", 636},
    {"ftps", 990},
    {"imaps", 993},
    {"pop3s", 995},
}};

std::string known_schemes() {
  std::string list;
  for (const UrlScheme& scheme : kUrlSchemes) {
    list += (list.empty() ? "" : scheme.name == kUrlSchemes.back().name ? " and " : ", ");
    list += scheme.name;
  }
  return list;
}

Failure not_a_target(std::string_view text) {
  return {ExitCode::usage,
          "\"" + escape_text(text) + "\" is neither HOST nor HOST:PORT",
          "10.0.0.5:443, or [2001:db8::5]:443 for an IPv6 address",
          "target_invalid"};
}

Failure not_a_url(std::string_view text) {
  return {ExitCode::usage,
          "\"" + escape_text(text) + "\" is no URL of a web page",
          "https://10.0.0.5/",
          "url_invalid"};
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return port;
}

/// is_port_alone: resolvers take a bare number for an IPv4 address, 9443 for 0.0.36.227.
bool is_port_alone(std::string_view host) {
  return !host.empty() && host.find_first_not_of("0123456789") == std::string_view::npos;
}

Failure box_is_missing(const std::string& number) {
  return {ExitCode::usage,
          "\"" + number + "\" is a port and does not say of which box",
          "the box and its port: 10.0.0.5:" + number,
          "port_without_box"};
}

bool is_ipv6(const std::string& host) {
  in6_addr address{};
  // A zone ("fe80::1%eth0") belongs to the address for the resolver, not for inet_pton.
  return ::inet_pton(AF_INET6, host.substr(0, host.find('%')).c_str(), &address) == 1;
}

bool is_plausible_host(std::string_view host) {
  return !host.empty() && host.size() <= 255 &&
         std::all_of(host.begin(), host.end(), [](unsigned char c) {
           return std::isalnum(c) != 0 || c == '.' || c == '-' || c == '_' || c == ':' ||
                  c == '%' || c >= 0x80;
         });
}

/// HostAndPort is the split text; no port means that none was typed.
struct HostAndPort {
  std::string host;
  std::optional<std::uint16_t> port;
};

std::optional<HostAndPort> split(std::string_view text) {
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos || !is_ipv6(std::string(text.substr(1, close - 1)))) {
      return std::nullopt;
    }
    const auto rest = text.substr(close + 1);
    HostAndPort result{std::string(text.substr(1, close - 1)), std::nullopt};
    if (rest.empty()) {
      return result;
    }
    result.port = rest.starts_with(':') ? parse_port(rest.substr(1)) : std::nullopt;
    return result.port.has_value() ? std::optional(result) : std::nullopt;
  }
  if (is_ipv6(std::string(text))) {
    return HostAndPort{std::string(text), std::nullopt};
  }
  const auto colon = text.rfind(':');
  const auto host = text.substr(0, colon);
  if (!is_plausible_host(host) || host.find(':') != std::string_view::npos) {
    return std::nullopt;
  }
  if (colon == std::string_view::npos) {
    return HostAndPort{std::string(host), std::nullopt};
  }
  const auto port = parse_port(text.substr(colon + 1));
  return port.has_value() ? std::optional(HostAndPort{std::string(host), port}) : std::nullopt;
}

std::string field(std::string_view text, const http_parser_url& url, http_parser_url_fields which) {
  if ((url.field_set & (1U << which)) == 0) {
    return {};
  }
  const auto& place = url.field_data[which];
  return std::string(text.substr(place.off, place.len));
}

/// complete_url adds what http-parser wants and people do not type ("10.0.0.5:8443/login"): scheme
/// and brackets. Empty if there is no host.
std::string complete_url(std::string_view text) {
  if (text.find("://") != std::string_view::npos) {
    return std::string(text);
  }
  const auto slash = std::min(text.find('/'), text.size());
  const auto parts = split(text.substr(0, slash));
  if (!parts.has_value()) {
    return {};
  }
  const std::string place = to_string({parts->host, parts->port.value_or(443)});
  return "https://" + place + std::string(text.substr(slash));
}

Failure unknown_scheme(const Url& url, UrlSchemes accepted) {
  const bool all = accepted == UrlSchemes::all;
  return Failure{ExitCode::usage,
                 "\"" + escape_text(url.scheme) + "\" URLs are not understood, only " +
                     (all ? known_schemes() : "https and http"),
                 "https://" + url.host + "/",
                 "url_scheme"};
}

/// path_of is the path, "/" if there is none, with the query.
std::string path_of(const std::string& text, const http_parser_url& url) {
  std::string path = field(text, url, UF_PATH);
  if (path.empty()) {
    path = "/";
  }
  if ((url.field_set & (1U << UF_QUERY)) != 0) {
    path += "?" + field(text, url, UF_QUERY);
  }
  return path;
}

}  // namespace

std::span<const UrlScheme> url_schemes() noexcept {
  return kUrlSchemes;
}

std::optional<std::uint16_t> default_port(std::string_view scheme) noexcept {
  const auto* const row = std::ranges::find(kUrlSchemes, scheme, &UrlScheme::name);
  return row == kUrlSchemes.end() ? std::nullopt : std::optional(row->port);
}

Outcome<HostPort> parse_target(std::string_view text, std::uint16_t default_port) {
  if (text.find("://") != std::string_view::npos) {
    auto url = parse_url(text, UrlSchemes::all);
    if (!url) {
      return std::move(url).error();
    }
    return HostPort{url->host, url->port};
  }
  const auto parts = split(text);
  if (!parts.has_value() || parts->port == 0) {
    return not_a_target(text);
  }
  if (is_port_alone(parts->host)) {
    return box_is_missing(parts->host);
  }
  return HostPort{parts->host, parts->port.value_or(default_port)};
}

Outcome<Url> parse_url(std::string_view text, UrlSchemes accepted) {
  std::string complete = complete_url(text);
  const std::string scheme = to_lower(complete.substr(0, complete.find("://")));
  // http-parser knows no digits in a scheme ("pop3s"), though RFC 3986 §3.1 does.
  complete = scheme.empty() ? "" : "https" + complete.substr(scheme.size());
  http_parser_url url{};
  http_parser_url_init(&url);
  if (complete.empty() || http_parser_parse_url(complete.data(), complete.size(), 0, &url) != 0) {
    return not_a_url(text);
  }
  Url result;
  result.scheme = scheme;
  result.host = to_lower(field(complete, url, UF_HOST));
  const bool is_web = result.scheme == "https" || result.scheme == "http";
  const auto usual_port = default_port(result.scheme);
  if (!usual_port.has_value() || (accepted == UrlSchemes::web && !is_web)) {
    return unknown_scheme(result, accepted);
  }
  const bool has_port = (url.field_set & (1U << UF_PORT)) != 0;
  const bool has_user = (url.field_set & (1U << UF_USERINFO)) != 0;
  if (result.host.empty() || has_user || (has_port && url.port == 0)) {
    return not_a_url(text);
  }
  if (is_port_alone(result.host)) {
    return box_is_missing(result.host);
  }
  result.port = has_port ? url.port : *usual_port;
  result.path = path_of(complete, url);
  return result;
}

Outcome<HostPort> parse_listen_address(std::string_view text) {
  if (const auto port = parse_port(text); port.has_value()) {
    return HostPort{"127.0.0.1", *port};
  }
  const auto parts = split(text);
  if (!parts.has_value() || !parts->port.has_value()) {
    return Failure{ExitCode::usage,
                   "\"" + escape_text(text) + "\" is no ADDRESS:PORT to listen on",
                   "127.0.0.1:8443, [::1]:8443, or 8443 alone for loopback",
                   "listen_invalid"};
  }
  return HostPort{parts->host, *parts->port};
}

std::string to_string(const HostPort& where) {
  const bool needs_brackets = where.host.find(':') != std::string::npos;
  return (needs_brackets ? "[" + where.host + "]" : where.host) + ":" + std::to_string(where.port);
}

bool is_address(const std::string& host) {
  in_addr address{};
  return ::inet_pton(AF_INET, host.c_str(), &address) == 1 || is_ipv6(host);
}

bool is_loopback(const std::string& host) {
  in_addr address{};
  if (::inet_pton(AF_INET, host.c_str(), &address) == 1) {
    return (ntohl(address.s_addr) >> 24U) == 127;
  }
  in6_addr address6{};
  if (::inet_pton(AF_INET6, host.c_str(), &address6) == 1) {
    return IN6_IS_ADDR_LOOPBACK(&address6);
  }
  return equals_ignoring_case(host, "localhost");
}

}  // namespace heirloom::app
