#include "get/target.hpp"

#include "get/exit.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>

namespace heirloom::app::get {

namespace {

std::size_t end_of_authority(std::string_view text, std::size_t begin) {
  return std::min(text.find_first_of("/?#", begin), text.size());
}

/// split_login takes "user:password@" out of a URL.
std::optional<Login> split_login(std::string& text) {
  const std::size_t scheme = text.find("://");
  const std::size_t begin = scheme == std::string::npos ? 0 : scheme + 3;
  const std::string authority = text.substr(begin, end_of_authority(text, begin) - begin);
  const std::size_t at = authority.rfind('@');
  if (at == std::string::npos) {
    return std::nullopt;
  }
  text.erase(begin, at + 1);
  const std::string login = authority.substr(0, at);
  const std::size_t colon = login.find(':');
  const std::string password = colon == std::string::npos ? std::string() : login.substr(colon + 1);
  return Login{percent_decode(login.substr(0, colon)), percent_decode(password)};
}

std::string with_path(const Target& target) {
  std::string text = target.text;
  const std::size_t begin = text.find("://") + 3;
  return text.substr(0, end_of_authority(text, begin)) + target.url.path;
}

int hex_value(char c) {
  const auto lower = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return lower >= 'a' ? lower - 'a' + 10 : lower - '0';
}

}  // namespace

std::string Target::authority() const {
  const std::string full = to_string(HostPort{url.host, url.port});
  return default_port(url.scheme) == url.port ? full.substr(0, full.rfind(':')) : full;
}

bool Target::is_web() const {
  return url.scheme == "http" || url.scheme == "https";
}

bool Target::has_same_origin(const Target& other) const {
  return url.scheme == other.url.scheme && url.host == other.url.host && url.port == other.url.port;
}

Outcome<Target> parse_location(std::string_view text, PathForm form) {
  Target target;
  target.text = std::string(text.substr(0, text.find('#')));
  target.login = split_login(target.text);
  Outcome<Url> url = parse_url(target.text, UrlSchemes::all);
  if (!url.has_value()) {
    Failure wrong = to_curl(url.error());
    if (wrong.cause == "url_invalid") {
      wrong.what = "\"" + std::string(text) + "\" is no URL";
    }
    return wrong;
  }
  target.url = *std::move(url);
  if (target.text.find("://") == std::string::npos) {
    target.text.insert(0, target.url.scheme + "://");
  }
  if (form == PathForm::resolved) {
    const std::size_t query = std::min(target.url.path.find('?'), target.url.path.size());
    target.url.path =
        remove_dot_segments(target.url.path.substr(0, query)) + target.url.path.substr(query);
  }
  target.text = with_path(target);
  return target;
}

Outcome<Target> parse_start_tls_location(std::string_view text,
                                         std::string_view protocol,
                                         std::uint16_t port) {
  const std::size_t scheme = text.find("://");
  const std::size_t begin = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::string_view place = text.substr(begin, end_of_authority(text, begin) - begin);
  Outcome<HostPort> where = parse_target(place, port);
  if (!where.has_value()) {
    return to_curl(where.error());
  }
  Target target;
  target.url = {std::string(protocol), where->host, where->port, "/"};
  target.text = target.url.scheme + "://" + to_string(*where);
  return target;
}

std::string remove_dot_segments(std::string_view path) {
  std::string out;
  std::string_view rest = path;
  while (!rest.empty()) {
    const std::size_t end = std::min(rest.find('/', 1), rest.size());
    const std::string_view segment = rest.substr(0, end);
    const bool is_last = end == rest.size();
    if (segment == "/." || segment == "/..") {
      if (segment == "/..") {
        out.erase(std::min(out.rfind('/'), out.size()));
      }
      out += is_last ? "/" : "";
    } else {
      out += segment;
    }
    rest.remove_prefix(end);
  }
  return out.empty() ? "/" : out;
}

std::string resolve_reference(const Target& base, std::string_view reference) {
  std::string text(reference.substr(0, reference.find('#')));
  for (std::size_t at = text.find(' '); at != std::string::npos; at = text.find(' ', at)) {
    text.replace(at, 1, "%20");
  }
  const std::size_t colon = text.find(':');
  const bool has_scheme =
      colon != std::string::npos && colon != 0 &&
      std::all_of(text.begin(), text.begin() + static_cast<std::ptrdiff_t>(colon), [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '+' || c == '-' || c == '.';
      });
  if (has_scheme) {
    return text;
  }
  if (text.starts_with("//")) {
    return base.url.scheme + ":" + text;
  }
  const std::size_t begin = base.text.find("://") + 3;
  const std::string origin = base.text.substr(0, end_of_authority(base.text, begin));
  const std::size_t query = std::min(base.url.path.find('?'), base.url.path.size());
  const std::string path = base.url.path.substr(0, query);
  if (text.empty()) {
    return base.text;
  }
  if (text.starts_with('?')) {
    return origin + path + text;
  }
  const std::string joined =
      text.starts_with('/') ? text : path.substr(0, path.rfind('/') + 1) + text;
  const std::size_t new_query = std::min(joined.find('?'), joined.size());
  return origin + remove_dot_segments(joined.substr(0, new_query)) + joined.substr(new_query);
}

std::string percent_decode(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool is_escape = text[i] == '%' && i + 2 < text.size() &&
                           std::isxdigit(static_cast<unsigned char>(text[i + 1])) != 0 &&
                           std::isxdigit(static_cast<unsigned char>(text[i + 2])) != 0;
    if (is_escape) {
      out += static_cast<char>(hex_value(text[i + 1]) * 16 + hex_value(text[i + 2]));
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string out;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if ((std::isalnum(byte) != 0 && byte < 0x80) || c == '-' || c == '.' || c == '_' || c == '~') {
      out += c;
    } else {
      out += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
    }
  }
  return out;
}

std::string remote_name(const Target& target) {
  const std::string path = target.url.path.substr(0, target.url.path.find('?'));
  return path.substr(path.rfind('/') + 1);
}

}  // namespace heirloom::app::get
