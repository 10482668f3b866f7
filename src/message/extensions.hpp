// The extensions that these versions meet (RFC 6066, RFC 5746), as structs with layouts.
#pragma once

#include "heirloom/hello_extension.hpp"
#include "heirloom/named_curve.hpp"

#include "base/bytes.hpp"
#include "wire/layout.hpp"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace heirloom::message {

using ExtensionType = Extension;

/// find_extension returns the data of the first extension of that type, nullptr if there is none.
inline const Bytes* find_extension(const std::optional<wire::HelloExtensions>& extensions,
                                   ExtensionType type) {
  if (!extensions.has_value()) {
    return nullptr;
  }
  const auto found =
      std::ranges::find(*extensions, static_cast<std::uint16_t>(type), &wire::HelloExtension::type);
  return found == extensions->end() ? nullptr : &found->data;
}

/// has_duplicate is true if a type stands twice, which RFC 3546 §2.3 forbids.
inline bool has_duplicate(const std::optional<wire::HelloExtensions>& extensions) {
  if (!extensions.has_value()) {
    return false;
  }
  std::vector<std::uint16_t> types;
  types.reserve(extensions->size());
  for (const auto& extension : *extensions) {
    types.push_back(extension.type);
  }
  std::ranges::sort(types);
  return std::ranges::adjacent_find(types) != types.end();
}

/// RenegotiationInfo, RFC 5746 §3.2: empty in an initial handshake.
struct RenegotiationInfo {
  Bytes renegotiated_connection;
};

template <wire::Is<RenegotiationInfo> T, class Io>
void layout(T& m, Io& io) {
  io.template opaque<0, 0xff>("renegotiated_connection", m.renegotiated_connection);
}

/// ServerNameList, RFC 6066 §3. Only host_name (0) exists.
struct ServerName {
  static constexpr std::uint8_t kHostName = 0;

  Bytes server_name_list;
};

template <wire::Is<ServerName> T, class Io>
void layout(T& m, Io& io) {
  io.template opaque<1, 0xffff>("server_name_list", m.server_name_list);
}

struct ServerNameEntry {
  std::uint8_t name_type = ServerName::kHostName;
  Bytes host_name;
};

template <wire::Is<ServerNameEntry> T, class Io>
void layout(T& m, Io& io) {
  io.field("name_type", m.name_type);
  io.template opaque<1, 0xffff>("host_name", m.host_name);
}

/// EllipticCurveList, RFC 4492 §5.1.1.
struct EllipticCurveList {
  std::vector<NamedCurve> elliptic_curve_list;
};

template <wire::Is<EllipticCurveList> T, class Io>
void layout(T& m, Io& io) {
  io.template vector<2, 0xffff>("elliptic_curve_list", m.elliptic_curve_list);
}

/// ECPointFormatList, RFC 4492 §5.1.2. Only uncompressed is used here, and it must always be there.
enum class ECPointFormat : std::uint8_t { uncompressed = 0 };

struct ECPointFormatList {
  std::vector<ECPointFormat> ec_point_format_list;
};

template <wire::Is<ECPointFormatList> T, class Io>
void layout(T& m, Io& io) {
  io.template vector<1, 0xff>("ec_point_format_list", m.ec_point_format_list);
}

/// ProtocolNameList, RFC 7301 §3.1. In a ServerHello it has exactly one entry.
struct ProtocolNameList {
  std::vector<Bytes> protocol_name_list;
};

template <wire::Is<ProtocolNameList> T, class Io>
void layout(T& m, Io& io) {
  io.template list<2, 0xffff, 1, 0xff>("protocol_name_list", m.protocol_name_list);
}

/// make_extension encodes a struct as the data of an extension.
template <class M>
[[nodiscard]] wire::HelloExtension make_extension(ExtensionType type, const M& message) {
  wire::HelloExtension extension{.type = static_cast<std::uint16_t>(type), .data = {}};
  wire::encode(extension.data, message);
  return extension;
}

/// make_server_name encodes one host name.
[[nodiscard]] wire::HelloExtension make_server_name(std::string_view host);

/// parse_server_name returns the host name of a ServerNameList; message_malformed if it is none.
/// Bytes outside printable ASCII are replaced by '?', because the name goes into logs.
[[nodiscard]] Result<std::string> parse_server_name(ByteView data);

}  // namespace heirloom::message
