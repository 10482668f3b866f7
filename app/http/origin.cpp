#include "http/origin.hpp"

#include "common/letter_case.hpp"

#include <algorithm>
#include <array>
#include <optional>

namespace heirloom::app::http {

namespace {

constexpr std::uint16_t kHttpPort = 80;
constexpr std::size_t kMaxLabel = 63;  // RFC 1035 §2.3.4

/// short_hash is FNV-1a in eight hexadecimal digits: it tells names apart, it protects nothing.
std::string short_hash(std::string_view text) {
  std::uint32_t hash = 2166136261U;
  for (const char c : text) {
    hash = (hash ^ static_cast<unsigned char>(c)) * 16777619U;
  }
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string result;
  for (int shift = 28; shift >= 0; shift -= 4) {
    result += kDigits[(hash >> static_cast<unsigned>(shift)) & 15U];
  }
  return result;
}

bool is_letter_or_digit(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

std::string bracketed(std::string_view host) {
  std::string result(host);
  return host.find(':') == std::string_view::npos ? result : "[" + result + "]";
}

std::string with_port(std::string_view host, std::uint16_t port, std::uint16_t default_port) {
  return bracketed(host) + (port == default_port ? "" : ":" + std::to_string(port));
}

struct Authority {
  std::string host;  ///< lower case, without brackets
  std::uint16_t port = 0;
};

std::optional<std::uint16_t> parse_port(std::string_view text) {
  if (text.empty() || text.size() > 5 ||
      text.find_first_not_of("0123456789") != std::string_view::npos) {
    return std::nullopt;
  }
  const unsigned long value = std::stoul(std::string(text));
  return value > 65535 ? std::nullopt : std::optional(static_cast<std::uint16_t>(value));
}

std::optional<Authority> parse_authority(std::string_view text, std::uint16_t default_port) {
  Authority result;
  result.port = default_port;
  std::string_view rest;
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) {
      return std::nullopt;
    }
    result.host = to_lower(text.substr(1, close - 1));
    rest = text.substr(close + 1);
  } else {
    const auto colon = text.find(':');
    result.host = to_lower(text.substr(0, colon));
    rest = colon == std::string_view::npos ? std::string_view() : text.substr(colon);
  }
  if (result.host.empty() || result.host.find('@') != std::string::npos) {
    return std::nullopt;
  }
  if (rest.empty()) {
    return result;
  }
  const auto port = rest.front() == ':' ? parse_port(rest.substr(1)) : std::nullopt;
  if (!port.has_value()) {
    return std::nullopt;
  }
  result.port = *port;
  return result;
}

std::uint16_t default_port(LocalOrigin::Scheme scheme) noexcept {
  return scheme == LocalOrigin::Scheme::https ? kHttpsPort : kHttpPort;
}

std::string_view scheme_prefix(LocalOrigin::Scheme scheme) noexcept {
  return scheme == LocalOrigin::Scheme::https ? "https://" : "http://";
}

struct SplitReference {
  std::string_view authority;
  std::string_view path;
};

/// split_reference cuts "SCHEME//AUTHORITY/PATH"; empty if it does not begin with the scheme.
std::optional<SplitReference> split_reference(std::string_view text, std::string_view scheme) {
  if (!equals_ignoring_case(text.substr(0, scheme.size()), scheme)) {
    return std::nullopt;
  }
  text.remove_prefix(scheme.size());
  // A browser reads a backslash as a slash (WHATWG URL); what follows one is never an authority.
  const auto end = text.find_first_of("/?#\\");
  return SplitReference{text.substr(0, end),
                        end == std::string_view::npos ? std::string_view() : text.substr(end)};
}

std::string absolute_path(std::string_view path) {
  return path.starts_with('/') ? std::string(path) : "/" + std::string(path);
}

bool is_top_level_navigation(const RequestHead& request) {
  return (request.method == "GET" || request.method == "HEAD") &&
         request.fields.value("Sec-Fetch-Mode") == "navigate" &&
         request.fields.value("Sec-Fetch-Dest") == "document";
}

/// names_us is true if the request is addressed to one of our names, and to nothing else.
bool names_us(const RequestHead& request, const LocalOrigin& local, std::string_view arrived_at) {
  const auto hosts = std::count_if(
      request.fields.all().begin(), request.fields.all().end(), [](const Field& field) {
        return equals_ignoring_case(field.name, "Host");
      });
  if (hosts != 1 || !local.accepts_authority(request.fields.value("Host"), arrived_at)) {
    return false;
  }
  // An absolute target overrides Host (RFC 9112 §3.2.2), so it is held to the same rule.
  const bool is_absolute = !request.target.starts_with('/') && request.target != "*";
  return !is_absolute || !local.path_within(request.target, arrived_at).empty();
}

/// is_foreign is true if another site caused the request.
bool is_foreign(const RequestHead& request, const LocalOrigin& local, std::string_view arrived_at) {
  const std::string_view site = request.fields.value("Sec-Fetch-Site");
  // "same-site" is foreign as well: every program on this machine is another port of localhost.
  if (site == "cross-site" || site == "same-site") {
    return true;
  }
  const auto is_ours = [&](const std::string& url) {
    return !local.path_within(url, arrived_at).empty();
  };
  const std::string* const origin = request.fields.find("Origin");
  if (origin != nullptr) {
    // A form of the box's own page sends "null" under Referrer-Policy: no-referrer; the browser's
    // own word that it is our page settles it, since pages cannot set Sec-Fetch-Site.
    return !is_ours(*origin) && !(*origin == "null" && site == "same-origin");
  }
  const std::string* const referer = request.fields.find("Referer");
  return referer != nullptr && !is_ours(*referer) && site != "none";
}

}  // namespace

std::string box_label(std::string_view host, std::uint16_t port) {
  const std::string name = to_lower(host);
  const bool is_ip6 = name.find(':') != std::string::npos;
  std::string label = is_ip6 ? "ip6-" : "";
  bool is_unique = true;
  for (const char c : name) {
    label += is_letter_or_digit(c) ? c : '-';
    is_unique = is_unique && (is_letter_or_digit(c) || c == '.' || c == ':');
  }
  if (label.ends_with('-')) {
    label += '0';  // "fe80::" ends with the zero that it leaves out
  }
  const std::string suffix = port == kHttpsPort ? "" : "-" + std::to_string(port);
  if (!is_unique || label.size() + suffix.size() > kMaxLabel || label.starts_with('-')) {
    constexpr std::size_t kHash = 9;
    label = label.substr(0, kMaxLabel - kHash - suffix.size());
    label = (label.starts_with('-') ? "x" : "") + label.substr(0, kMaxLabel - kHash - 7) + "-" +
            short_hash(name);
  }
  return label + suffix;
}

std::string BoxOrigin::authority() const {
  return with_port(host, port, kHttpsPort);
}

std::string BoxOrigin::text() const {
  return "https://" + authority();
}

std::string BoxOrigin::path_within(std::string_view reference) const {
  auto split = split_reference(reference, "https://");
  if (!split.has_value()) {
    split = split_reference(reference, "//");
  }
  const auto target =
      split.has_value() ? parse_authority(split->authority, kHttpsPort) : std::nullopt;
  if (!target.has_value() || target->port != port) {
    return {};
  }
  const bool is_alias = std::find(aliases.begin(), aliases.end(), target->host) != aliases.end();
  return target->host == host || is_alias ? absolute_path(split->path) : std::string();
}

std::string LocalOrigin::authority() const {
  return with_port(label + ".localhost", port, default_port(scheme));
}

std::string LocalOrigin::text() const {
  return url_to(authority(), "");
}

std::string LocalOrigin::url_to(std::string_view browser_authority, std::string_view path) const {
  return std::string(scheme_prefix(scheme)) + std::string(browser_authority) + std::string(path);
}

bool LocalOrigin::accepts_authority(std::string_view authority, std::string_view arrived_at) const {
  const auto asked = parse_authority(authority, default_port(scheme));
  if (!asked.has_value() || asked->port != port) {
    return false;
  }
  const std::array<std::string, 4> names = {label + ".localhost", "localhost", "127.0.0.1", "::1"};
  if (std::find(names.begin(), names.end(), asked->host) != names.end()) {
    return true;
  }
  // A listener that the person opened to a network is addressed by its own address. That is never
  // what a rebound name would be, since a name is not an address.
  return !listen_host.empty() && (asked->host == listen_host || asked->host == arrived_at);
}

std::string LocalOrigin::path_within(std::string_view url, std::string_view arrived_at) const {
  const auto split = split_reference(url, scheme_prefix(scheme));
  if (!split.has_value() || !accepts_authority(split->authority, arrived_at)) {
    return {};
  }
  return absolute_path(split->path);
}

Verdict judge_request(const RequestHead& request,
                      const LocalOrigin& local,
                      std::string_view arrived_at) {
  if (!names_us(request, local, arrived_at)) {
    return Verdict::misdirected;
  }
  return is_foreign(request, local, arrived_at) && !is_top_level_navigation(request)
             ? Verdict::cross_site
             : Verdict::allowed;
}

}  // namespace heirloom::app::http
