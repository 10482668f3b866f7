// renegotiation_info (RFC 5746), in both versions (§4.5, drift D60). In an initial handshake the
// signalling suite stands for it in the client's hello (offered_cipher_suites, §3.4).
#include "handshake/extension_table.hpp"
#include "message/extensions.hpp"

namespace heirloom {

namespace {

/// check: RFC 5746 §3.4, §3.6: in an initial handshake the field must be empty.
Result<void> check(const Bytes* data, Effects& effects) {
  effects.info().has_secure_renegotiation = data != nullptr;
  if (data == nullptr) {
    return {};
  }
  const auto info = wire::decode<message::RenegotiationInfo>(*data);
  if (!info.has_value() || !info->renegotiated_connection.empty()) {
    return Cause::renegotiation_info_mismatch;
  }
  return {};
}

Result<void> judge(const Bytes* data, Negotiated& /*negotiated*/, Effects& effects) {
  return check(data, effects);
}

Result<void> read(const message::ClientHello& /*hello*/, const Bytes* data, Effects& effects) {
  return check(data, effects);
}

Result<std::optional<Bytes>> answer(ByteView /*data*/, const AnswerContext& /*context*/) {
  return std::optional(
      message::make_extension(Extension::renegotiation_info, message::RenegotiationInfo{}).data);
}

}  // namespace

constinit const ExtensionRow kRenegotiationInfo = {.type = Extension::renegotiation_info,
                                                   .versions = CarriedBy::every_version,
                                                   .judge = judge,
                                                   .read = read,
                                                   .answer = answer};

}  // namespace heirloom
