#include "handshake/client_extensions.hpp"

#include "base/try.hpp"
#include "handshake/curves.hpp"
#include "handshake/negotiate.hpp"
#include "handshake/tickets.hpp"
#include "kx/key_exchange.hpp"
#include "message/extensions.hpp"

#include <algorithm>
#include <cstdint>
#include <span>
#include <string>
#include <utility>

namespace heirloom::client {

namespace {

/// is_host_name is false for an address: RFC 6066 §3 permits no literal IPv4 or IPv6 addresses.
bool is_host_name(const std::string& host) {
  const bool is_ipv6 = host.find(':') != std::string::npos;
  const bool is_ipv4 =
      std::ranges::all_of(host, [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
  return !host.empty() && !is_ipv6 && !is_ipv4;
}

/// add_server_name names the host that the application wants to reach (RFC 6066 §3).
void add_server_name(wire::HelloExtensions& extensions, Effects& effects) {
  const Environment& environment = effects.environment();
  if (environment.policy->server_name == Extension::off || !is_host_name(environment.host)) {
    return;
  }
  extensions.push_back(message::make_server_name(environment.host));
  effects.info().server_name = environment.host;
}

/// add_status_request asks for any OCSP response about the server's certificate: no responder is
/// named, because we cannot know one before we have seen the certificate (RFC 6066 §8).
void add_status_request(const Policy& policy, wire::HelloExtensions& extensions) {
  if (policy.status_request == Extension::off) {
    return;
  }
  extensions.push_back(message::make_extension(message::ExtensionType::status_request,
                                               message::CertificateStatusRequest{}));
}

/// add_curves says which curves and point formats can be used, if a suite needs one (RFC 4492
/// §5.1). SSL 3.0 has no place for it: there it is secp256r1, uncompressed (drift D117).
void add_curves(const Policy& policy,
                std::span<const std::uint16_t> cipher_suites,
                wire::HelloExtensions& extensions) {
  const bool offers_curves = std::ranges::any_of(cipher_suites, [](std::uint16_t id) {
    const CipherSuite* suite = find_cipher_suite(id);
    return suite != nullptr && kx::uses_curve(suite->key_exchange);
  });
  if (!offers_curves || policy.elliptic_curves == Extension::off) {
    return;
  }
  using message::ExtensionType;
  extensions.push_back(message::make_extension(ExtensionType::elliptic_curves,
                                               message::EllipticCurveList{policy.named_curves}));
  extensions.push_back(
      message::make_extension(ExtensionType::ec_point_formats,
                              message::ECPointFormatList{{message::ECPointFormat::uncompressed}}));
}

/// add_session_ticket shows the ticket of the session that is offered; an empty one says that we
/// would take one (RFC 5077 §3.2).
void add_session_ticket(const Environment& environment,
                        const Session* resume,
                        wire::HelloExtensions& extensions) {
  if (environment.policy->session_ticket == Extension::off) {
    return;
  }
  const bool has_ticket = resume != nullptr && has_live_ticket(*resume, environment);
  extensions.push_back({.type = static_cast<std::uint16_t>(message::ExtensionType::session_ticket),
                        .data = has_ticket ? resume->facts().ticket : Bytes()});
}

/// was_offered: the signalling suite of RFC 5746 §3.4 stands for an empty renegotiation_info.
bool was_offered(const message::ClientHello& offer, message::ExtensionType type) {
  const bool is_signalled = type == message::ExtensionType::renegotiation_info &&
                            has_signal(offer, kEmptyRenegotiationInfoScsv);
  return is_signalled || message::find_extension(offer.extensions, type) != nullptr;
}

/// check_answer looks at what one extension says.
Result<void> check_answer(message::ExtensionType type, const Bytes& data, Effects& effects) {
  using message::ExtensionType;
  if (type == ExtensionType::renegotiation_info) {
    // RFC 5746 §3.4: in an initial handshake the field must be empty.
    const auto info = wire::decode<message::RenegotiationInfo>(data);
    if (!info.has_value() || !info->renegotiated_connection.empty()) {
      return Cause::renegotiation_info_mismatch;
    }
    effects.info().has_secure_renegotiation = true;
  }
  if (type == ExtensionType::status_request && !data.empty()) {
    // RFC 6066 §8: "with empty extension_data".
    return Error(Cause::extension_malformed, "status_request with data");
  }
  if (type == ExtensionType::session_ticket && !data.empty()) {
    // RFC 5077 §3.2: "The server uses a zero-length SessionTicket extension".
    return Error(Cause::extension_malformed, "session_ticket with data");
  }
  if (type == ExtensionType::ec_point_formats) {
    // RFC 4492 §5.2: "MUST contain the value 0 (uncompressed)". We send no other.
    HEIRLOOM_TRY(const bool has_ours, has_uncompressed(data));
    if (!has_ours) {
      return Error(Cause::extension_malformed, "ec_point_formats without uncompressed");
    }
  }
  return {};
}

}  // namespace

void offer_extensions(message::ClientHello& hello, const Session* resume, Effects& effects) {
  if (profile_for(hello.client_version).hello_extensions != HelloExtensionSet::all) {
    return;
  }
  const Policy& policy = *effects.environment().policy;
  wire::HelloExtensions extensions;
  add_server_name(extensions, effects);
  add_status_request(policy, extensions);
  add_curves(policy, hello.cipher_suites, extensions);
  add_session_ticket(effects.environment(), resume, extensions);
  if (!extensions.empty()) {
    hello.extensions = std::move(extensions);
  }
}

Result<void> check_extensions(const message::ClientHello& offer,
                              const message::ServerHello& answer,
                              Effects& effects) {
  if (!answer.extensions.has_value()) {
    return {};
  }
  if (message::has_duplicate(answer.extensions)) {
    return Error(Cause::extension_malformed, "an extension stands twice");
  }
  for (const auto& extension : *answer.extensions) {
    const auto type = static_cast<message::ExtensionType>(extension.type);
    if (!was_offered(offer, type)) {
      return Error(Cause::extension_not_offered, "extension " + std::to_string(extension.type));
    }
    HEIRLOOM_TRY_VOID(check_answer(type, extension.data, effects));
  }
  return {};
}

CertificateStatusRule status_rule(const message::ServerHello& answer,
                                  const VersionProfile& profile) {
  const bool is_announced =
      message::find_extension(answer.extensions, message::ExtensionType::status_request) != nullptr;
  return is_announced && profile.hello_extensions == HelloExtensionSet::all
             ? CertificateStatusRule::may_follow
             : CertificateStatusRule::never;
}

}  // namespace heirloom::client
