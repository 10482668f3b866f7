// The names of the extensions as the registry has them, and sets of them.
#include "heirloom/hello_extension.hpp"

#include <algorithm>
#include <array>

namespace heirloom {
namespace {

using enum Extension;

constexpr std::array kExtensions = {server_name,
                                    max_fragment_length,
                                    status_request,
                                    elliptic_curves,
                                    ec_point_formats,
                                    application_layer_protocol_negotiation,
                                    padding,
                                    encrypt_then_mac,
                                    extended_master_secret,
                                    session_ticket,
                                    renegotiation_info};
static_assert(std::ranges::is_sorted(kExtensions, std::ranges::less_equal{}));

}  // namespace

std::span<const Extension> extensions() noexcept {
  return kExtensions;
}

std::string_view to_string(Extension extension) noexcept {
  switch (extension) {
    case server_name:
      return "server_name";
    case max_fragment_length:
      return "max_fragment_length";
    case status_request:
      return "status_request";
    case elliptic_curves:
      return "elliptic_curves";
    case ec_point_formats:
      return "ec_point_formats";
    case encrypt_then_mac:
      return "encrypt_then_mac";
    case application_layer_protocol_negotiation:
      return "application_layer_protocol_negotiation";
    case padding:
      return "padding";
    case extended_master_secret:
      return "extended_master_secret";
    case session_ticket:
      return "session_ticket";
    case renegotiation_info:
      return "renegotiation_info";
  }
  return "unknown";
}

std::optional<Extension> parse_extension(std::string_view text) {
  const auto* const found = std::ranges::find_if(kExtensions, [&](Extension extension) {
    return text == to_string(extension) ||
           text == std::to_string(static_cast<std::uint16_t>(extension));
  });
  return found == kExtensions.end() ? std::nullopt : std::optional(*found);
}

ExtensionSet::ExtensionSet(std::initializer_list<Extension> extensions) {
  for (const Extension extension : extensions) {
    add(extension);
  }
}

bool ExtensionSet::has(Extension extension) const {
  return std::ranges::binary_search(by_number_, extension);
}

void ExtensionSet::add(Extension extension) {
  const auto place = std::ranges::lower_bound(by_number_, extension);
  if (place == by_number_.end() || *place != extension) {
    by_number_.insert(place, extension);
  }
}

void ExtensionSet::remove(Extension extension) {
  std::erase(by_number_, extension);
}

std::string to_string(const ExtensionSet& extensions) {
  std::string names;
  for (const Extension extension : kExtensions) {
    if (extensions.has(extension)) {
      names += names.empty() ? "" : ", ";
      names += to_string(extension);
    }
  }
  return names.empty() ? "none" : names;
}

}  // namespace heirloom
