// The row of renegotiation_info (RFC 5746), in both versions (§4.5, drift D60). In an initial
// handshake the signalling suite stands for it in the client's hello (add_signals, §3.4).
#include "handshake/extension_table.hpp"
#include "handshake/renegotiation_info.hpp"

#include <utility>

namespace heirloom {

namespace {

std::optional<Bytes> data_of(std::optional<wire::HelloExtension> extension) {
  return extension.has_value() ? std::optional(std::move(extension->data)) : std::nullopt;
}

std::optional<Bytes> offer(const message::ClientHello& /*hello*/, Effects& effects) {
  return data_of(offered_renegotiation_info(effects.environment()));
}

Result<void> judge(const Bytes* data, Negotiated& /*negotiated*/, Effects& effects) {
  return check_renegotiation_info(data, effects);
}

Result<void> read(const message::ClientHello& hello, const Bytes* /*data*/, Effects& effects) {
  return read_renegotiation_info(hello, effects);
}

Result<std::optional<Bytes>> answer(ByteView /*data*/, const AnswerContext& context) {
  return data_of(answered_renegotiation_info(context.effects));
}

}  // namespace

constinit const ExtensionRow kRenegotiationInfo = {.type = Extension::renegotiation_info,
                                                   .versions = CarriedBy::every_version,
                                                   .offer = offer,
                                                   .judge = judge,
                                                   .read = read,
                                                   .answer = answer};

}  // namespace heirloom
