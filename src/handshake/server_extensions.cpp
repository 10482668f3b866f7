#include "handshake/server_extensions.hpp"

#include "message/extensions.hpp"

#include <utility>

namespace heirloom::server {

Result<void> read_extensions(const message::ClientHello& hello, Effects& effects) {
  using message::ExtensionType;
  if (message::has_duplicate(hello.extensions)) {
    return Error(Cause::extension_malformed, "an extension stands twice");
  }
  if (effects.environment().policy->renegotiation_info == Extension::on) {
    effects.info().has_secure_renegotiation = has_signal(hello, kEmptyRenegotiationInfoScsv);
    if (const Bytes* data =
            message::find_extension(hello.extensions, ExtensionType::renegotiation_info)) {
      // RFC 5746 §3.6: in an initial handshake the field must be empty.
      const auto info = wire::decode<message::RenegotiationInfo>(*data);
      if (!info.has_value() || !info->renegotiated_connection.empty()) {
        return Cause::renegotiation_info_mismatch;
      }
      effects.info().has_secure_renegotiation = true;
    }
  }
  if (const Bytes* data = message::find_extension(hello.extensions, ExtensionType::server_name)) {
    auto name = message::parse_server_name(*data);
    if (!name.has_value()) {
      return Error(Cause::extension_malformed, "server_name");
    }
    effects.info().server_name = std::move(name).value();
  }
  if (const Bytes* data = message::find_extension(hello.extensions, ExtensionType::status_request);
      data != nullptr && !wire::decode<message::CertificateStatusRequest>(*data).has_value()) {
    return Error(Cause::extension_malformed, "status_request");
  }
  return {};
}

const Bytes* stapled_response(const AwaitSession& state, const Choice& choice) {
  const Bytes* data =
      message::find_extension(state.hello.extensions, message::ExtensionType::status_request);
  if (data == nullptr || choice.certificate == nullptr ||
      state.profile->hello_extensions != HelloExtensionSet::all) {
    return nullptr;
  }
  const auto request = wire::decode<message::CertificateStatusRequest>(*data);
  const Bytes& response = choice.certificate->credentials->ocsp_response;
  const bool is_served = request.has_value() &&
                         request->status_type == message::CertificateStatusType::ocsp &&
                         !response.empty();
  return is_served ? &response : nullptr;
}

std::optional<wire::HelloExtensions> answer_extensions(const AwaitSession& state,
                                                       const Choice& choice,
                                                       Effects& effects) {
  using message::ExtensionType;
  wire::HelloExtensions answers;
  if (effects.info().has_secure_renegotiation) {
    answers.push_back(
        message::make_extension(ExtensionType::renegotiation_info, message::RenegotiationInfo{}));
  }
  if (choice.curve.has_value() &&
      message::find_extension(state.hello.extensions, ExtensionType::ec_point_formats) != nullptr) {
    answers.push_back(message::make_extension(
        ExtensionType::ec_point_formats,
        message::ECPointFormatList{{message::ECPointFormat::uncompressed}}));
  }
  if (stapled_response(state, choice) != nullptr) {
    answers.push_back(
        {.type = static_cast<std::uint16_t>(ExtensionType::status_request), .data = {}});
  }
  if (state.new_ticket == NewTicket::announced) {
    answers.push_back(
        {.type = static_cast<std::uint16_t>(ExtensionType::session_ticket), .data = {}});
  }
  return answers.empty() ? std::nullopt : std::optional(std::move(answers));
}

}  // namespace heirloom::server
