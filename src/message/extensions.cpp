#include "message/extensions.hpp"

namespace heirloom::message {

wire::HelloExtension make_server_name(std::string_view host) {
  ServerName list;
  wire::encode(list.server_name_list,
               ServerNameEntry{.name_type = ServerName::kHostName,
                               .host_name = Bytes(host.begin(), host.end())});
  return make_extension(ExtensionType::server_name, list);
}

Result<std::string> parse_server_name(ByteView data) {
  auto list = wire::decode<ServerName>(data);
  if (!list.has_value()) {
    return std::move(list).error();
  }
  // RFC 6066 §3: one name of each type at most, and only one type was ever defined.
  auto entry = wire::decode<ServerNameEntry>(list->server_name_list);
  if (!entry.has_value() || entry->name_type != ServerName::kHostName) {
    return Error(Cause::message_malformed, "server_name");
  }
  std::string name;
  for (const std::uint8_t byte : entry->host_name) {
    const bool is_printable = byte > 0x20 && byte < 0x7f;
    name.push_back(is_printable ? static_cast<char>(byte) : '?');
  }
  return name;
}

}  // namespace heirloom::message
