// server_name (RFC 6066 §3): the client names the host that it wants. One certificate serves every
// name here; what a server does with a name that it does not have is the policy's to say.
#include "heirloom/certificate.hpp"

#include "handshake/extension_table.hpp"
#include "handshake/renegotiation.hpp"
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

/// judge: "The "extension_data" field of this extension SHALL be empty."
Result<void> judge(const Bytes* data, Negotiated& /*negotiated*/, Effects& /*effects*/) {
  if (data != nullptr && !data->empty()) {
    return Error(Cause::extension_malformed, "server_name with data");
  }
  return {};
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
  return check_same_name(effects.environment(), effects.info().server_name);
}

/// answer: RFC 6066 §3: a server that uses the name "SHALL include an extension of type
/// "server_name" in the (extended) server hello", but a server that resumes "MUST NOT". If it does
/// not recognize the name it should refuse or go on; "It is NOT RECOMMENDED to send a warning-level
/// unrecognized_name(112) alert".
Result<std::optional<Bytes>> answer(ByteView /*data*/, const AnswerContext& context) {
  const Environment& environment = context.effects.environment();
  const std::string& name = context.effects.info().server_name;
  if (environment.server_names->empty()) {
    return std::optional<Bytes>();
  }
  CertificateInfo served;  // names are compared as those of a certificate are
  served.dns_names = *environment.server_names;
  if (certificate_matches_host(served, name)) {
    return context.choice.session == nullptr ? std::optional(Bytes()) : std::nullopt;
  }
  switch (environment.policy->unrecognized_name) {
    case UnrecognizedName::refuse:
      return Error(Cause::server_name_unrecognized, name);
    case UnrecognizedName::warn:
      context.effects.send_warning(AlertDescription::unrecognized_name);
      break;
    case UnrecognizedName::ignore:
      break;
  }
  return std::optional<Bytes>();
}

}  // namespace

constinit const ExtensionRow kServerName = {
    .type = Extension::server_name, .offer = offer, .judge = judge, .read = read, .answer = answer};

}  // namespace heirloom
