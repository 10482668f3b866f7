// status_request (RFC 6066 §8): the client asks for an OCSP response about the server's
// certificate, and the server says that a CertificateStatus follows.
#include "handshake/extension_table.hpp"
#include "message/certificate_status.hpp"
#include "message/extensions.hpp"

namespace heirloom {

namespace {

/// offer asks for any response: no responder is named, because we cannot know one before we have
/// seen the certificate.
std::optional<Bytes> offer(const message::ClientHello& /*hello*/, Effects& /*effects*/) {
  return message::make_extension(Extension::status_request, message::CertificateStatusRequest{})
      .data;
}

/// judge: "a server that receives a client hello containing the "status_request" extension MAY
/// return" a response, and says so "with empty extension_data".
Result<void> judge(const Bytes* data, Negotiated& negotiated, Effects& /*effects*/) {
  if (data != nullptr && !data->empty()) {
    return Error(Cause::extension_malformed, "status_request with data");
  }
  negotiated.has_certificate_status = data != nullptr;
  return {};
}

Result<void> read(const message::ClientHello& /*hello*/, const Bytes* data, Effects& /*effects*/) {
  if (data != nullptr && !wire::decode<message::CertificateStatusRequest>(*data).has_value()) {
    return Error(Cause::extension_malformed, "status_request");
  }
  return {};
}

/// answer: the responders that the client may have named are not looked at, because there is one
/// response.
Result<std::optional<Bytes>> answer(ByteView data, const AnswerContext& context) {
  const auto request = wire::decode<message::CertificateStatusRequest>(data);
  const kx::LocalKey* const certificate = context.choice.certificate;
  const bool is_served = request.has_value() &&
                         request->status_type == message::CertificateStatusType::ocsp &&
                         certificate != nullptr && !certificate->credentials->ocsp_response.empty();
  context.negotiated.has_certificate_status = is_served;
  return is_served ? std::optional(Bytes()) : std::nullopt;
}

}  // namespace

constinit const ExtensionRow kStatusRequest = {.type = Extension::status_request,
                                               .switched_by = SwitchedBy::client_policy,
                                               .offer = offer,
                                               .judge = judge,
                                               .read = read,
                                               .answer = answer};

}  // namespace heirloom
