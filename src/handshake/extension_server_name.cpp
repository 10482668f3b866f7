// server_name (RFC 6066 §3): the client names the host that it wants. One certificate serves every
// name here, so the extension changes nothing and the server does not acknowledge it.
#include "handshake/extension_table.hpp"
#include "message/extensions.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace heirloom {

namespace {

/// is_host_name is false for an address: "Literal IPv4 and IPv6 addresses are not permitted".
bool is_host_name(const std::string& host) {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  const bool is_ipv4 =
      std::ranges::all_of(host, [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
  return !host.empty() && !is_ipv6 && !is_ipv4;
}

std::optional<Bytes> offer(const message::ClientHello& /*hello*/, Effects& effects) {
  const std::string& host = effects.environment().host;
  if (!is_host_name(host)) {
    return std::nullopt;
  }
  effects.info().server_name = host;
  return message::make_server_name(host).data;
}

Result<void> read(const message::ClientHello& /*hello*/, const Bytes* data, Effects& effects) {
  if (data == nullptr) {
    return {};
  }
  auto name = message::parse_server_name(*data);
  if (!name.has_value()) {
    return Error(Cause::extension_malformed, "server_name");
  }
  effects.info().server_name = std::move(name).value();
  return {};
}

}  // namespace

constinit const ExtensionRow kServerName = {
    .type = Extension::server_name, .offer = offer, .read = read};

}  // namespace heirloom
