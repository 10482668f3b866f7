// Extension: the extensions of the hellos by their numbers in the registry (RFC 3546 §2.3), and the
// set of those that a policy has switched on.
#pragma once

#include "heirloom/export.hpp"

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace heirloom {

/// Extension has what can be negotiated with TLS 1.0. What any other number says is skipped.
enum class Extension : std::uint16_t {
  server_name = 0,          ///< RFC 6066 §3
  max_fragment_length = 1,  ///< RFC 6066 §4
  status_request = 5,       ///< RFC 6066 §8
  elliptic_curves = 10,     ///< RFC 4492 §5.1.1; the registry has named it supported_groups since
  ec_point_formats = 11,    ///< RFC 4492 §5.1.2
  application_layer_protocol_negotiation = 16,  ///< RFC 7301
  padding = 21,                                 ///< RFC 7685
  encrypt_then_mac = 22,                        ///< RFC 7366
  extended_master_secret = 23,                  ///< RFC 7627
  session_ticket = 35,                          ///< RFC 5077 §3.2
  renegotiation_info = 0xff01,  ///< RFC 5746 §3.2, and the signalling suite that stands for it
};

/// extensions is every one of them, by number.
[[nodiscard]] HEIRLOOM_EXPORT std::span<const Extension> extensions() noexcept;

/// to_string gives the name of the registry, "server_name"; "unknown" for any other number.
[[nodiscard]] HEIRLOOM_EXPORT std::string_view to_string(Extension extension) noexcept;

/// parse_extension understands the name and the number.
[[nodiscard]] HEIRLOOM_EXPORT std::optional<Extension> parse_extension(std::string_view text);

/// ExtensionSet is some of them, in no order.
class HEIRLOOM_EXPORT ExtensionSet {
 public:
  ExtensionSet() = default;
  ExtensionSet(std::initializer_list<Extension> extensions);

  [[nodiscard]] bool has(Extension extension) const;
  void add(Extension extension);
  void remove(Extension extension);

  friend bool operator==(const ExtensionSet&, const ExtensionSet&) = default;

 private:
  std::vector<Extension> by_number_;
};

/// to_string lists the names by number, "server_name, renegotiation_info", and is "none" if there
/// are none.
[[nodiscard]] HEIRLOOM_EXPORT std::string to_string(const ExtensionSet& extensions);

}  // namespace heirloom
