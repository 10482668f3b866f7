// certificate_matches_host: is this certificate for the host that was asked for (RFC 6125 §6.4)?
#include "heirloom/certificate.hpp"

#include "base/ignoring_case.hpp"

#include <algorithm>
#include <array>
#include <optional>

#include <arpa/inet.h>

namespace heirloom {

namespace {

struct Address {
  std::array<std::uint8_t, 16> bytes{};
  std::size_t size = 0;

  friend bool operator==(const Address&, const Address&) = default;
};

/// without_decoration takes off what a URL or an interface puts around a host: the brackets and the
/// zone of an IPv6 address, the dot of the root.
std::string_view without_decoration(std::string_view host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    host = host.substr(1, host.size() - 2);
  }
  if (host.find(':') != std::string_view::npos) {
    host = host.substr(0, host.find('%'));
  }
  if (host.size() > 1 && host.back() == '.') {
    host.remove_suffix(1);
  }
  return host;
}

bool matches_name(std::string_view pattern, std::string_view host) {
  if (pattern.size() > 1 && pattern.back() == '.') {
    pattern.remove_suffix(1);
  }
  if (!pattern.starts_with("*.")) {
    return equal_ignoring_case(pattern, host);
  }
  // The wildcard is the whole left-most label and stands for exactly one. "*.com" would be half of
  // the world, so at least two labels must follow.
  const std::string_view parent = pattern.substr(1);
  const auto first_dot = host.find('.');
  if (first_dot == std::string_view::npos || first_dot == 0 ||
      parent.find('.', 1) == std::string_view::npos || parent.find('*') != std::string_view::npos) {
    return false;
  }
  return equal_ignoring_case(parent, host.substr(first_dot));
}

/// parse_address reads an IPv4 or IPv6 address in text form; empty if it is none.
std::optional<Address> parse_address(std::string_view text) {
  const std::string terminated(without_decoration(text));
  Address address;
  address.size = 4;
  if (inet_pton(AF_INET, terminated.c_str(), address.bytes.data()) == 1) {
    return address;
  }
  address.size = 16;
  if (inet_pton(AF_INET6, terminated.c_str(), address.bytes.data()) == 1) {
    return address;
  }
  return std::nullopt;
}

}  // namespace

bool certificate_matches_host(const CertificateInfo& certificate, std::string_view host) {
  const auto address = parse_address(host);
  if (!address.has_value()) {
    const std::string_view name = without_decoration(host);
    return !name.empty() && std::ranges::any_of(certificate.dns_names, [name](const auto& pattern) {
      return matches_name(pattern, name);
    });
  }
  const auto is_same = [&address](const std::string& text) {
    return parse_address(text) == address;
  };
  if (!certificate.ip_addresses.empty()) {
    return std::ranges::any_of(certificate.ip_addresses, is_same);
  }
  // Without an address in subjectAltName: boxes of the time have theirs as common name, or as a DNS
  // name, which RFC 6125 would not compare with an address.
  return std::ranges::any_of(certificate.dns_names, is_same);
}

}  // namespace heirloom
