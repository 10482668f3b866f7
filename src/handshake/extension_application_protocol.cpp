// application_layer_protocol_negotiation (RFC 7301): the client lists the protocols that it would
// speak, and the server chooses one. It belongs to the connection, not to the session (§3.1): a
// resumed one negotiates anew.
#include "handshake/extension_table.hpp"
#include "message/extensions.hpp"

#include <algorithm>
#include <string>
#include <utility>

namespace heirloom {

namespace {

std::string to_text(const Bytes& name) {
  return {name.begin(), name.end()};
}

/// parse_names: "Empty strings MUST NOT be included and byte strings MUST NOT be truncated".
Result<std::vector<Bytes>> parse_names(ByteView data) {
  auto list = wire::decode<message::ProtocolNameList>(data);
  if (!list.has_value()) {
    return Error(Cause::extension_malformed, "application_layer_protocol_negotiation");
  }
  return std::move(list->protocol_name_list);
}

Bytes encode_names(const std::vector<std::string>& names) {
  message::ProtocolNameList list;
  for (const std::string& name : names) {
    list.protocol_name_list.emplace_back(name.begin(), name.end());
  }
  return message::make_extension(Extension::application_layer_protocol_negotiation, list).data;
}

std::optional<Bytes> offer(const message::ClientHello& /*hello*/, Effects& effects) {
  const std::vector<std::string>& ours = *effects.environment().application_protocols;
  return ours.empty() ? std::nullopt : std::optional(encode_names(ours));
}

/// judge: §3.1: "the "ProtocolNameList" MUST contain exactly one "ProtocolName"". That it must be
/// one of ours goes without saying there; a client that speaks another protocol than it has asked
/// for cannot be meant.
Result<void> judge(const Bytes* data, Negotiated& /*negotiated*/, Effects& effects) {
  effects.info().application_protocol.clear();
  if (data == nullptr) {
    return {};
  }
  auto names = parse_names(*data);
  if (!names.has_value()) {
    return std::move(names).error();
  }
  if (names->size() != 1) {
    return Error(Cause::extension_malformed, "not one application protocol");
  }
  std::string chosen = to_text(names->front());
  const std::vector<std::string>& ours = *effects.environment().application_protocols;
  if (std::ranges::find(ours, chosen) == ours.end()) {
    return Cause::application_protocol_not_offered;
  }
  effects.info().application_protocol = std::move(chosen);
  return {};
}

Result<void> read(const message::ClientHello& /*hello*/, const Bytes* data, Effects& effects) {
  effects.info().application_protocol.clear();
  if (data == nullptr) {
    return {};
  }
  auto names = parse_names(*data);
  return names.has_value() ? Result<void>() : std::move(names).error();
}

/// answer: §3.2: "the server SHOULD select the most highly preferred protocol that it supports and
/// that is also advertised by the client", and if there is none it "SHALL respond with a fatal
/// "no_application_protocol" alert". A server that was given no list does not have the extension.
Result<std::optional<Bytes>> answer(ByteView data, const AnswerContext& context) {
  const std::vector<std::string>& ours = *context.effects.environment().application_protocols;
  if (ours.empty()) {
    return std::optional<Bytes>();
  }
  auto names = parse_names(data);
  if (!names.has_value()) {
    return std::move(names).error();
  }
  const auto chosen = std::ranges::find_if(ours, [&](const std::string& name) {
    return std::ranges::find(*names, Bytes(name.begin(), name.end())) != names->end();
  });
  if (chosen == ours.end()) {
    return Cause::no_common_application_protocol;
  }
  context.effects.info().application_protocol = *chosen;
  return std::optional(encode_names({*chosen}));
}

}  // namespace

constinit const ExtensionRow kApplicationProtocol = {
    .type = Extension::application_layer_protocol_negotiation,
    .offer = offer,
    .judge = judge,
    .read = read,
    .answer = answer};

}  // namespace heirloom
