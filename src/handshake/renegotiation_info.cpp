#include "handshake/renegotiation_info.hpp"

#include "base/bytes.hpp"
#include "base/constant_time.hpp"
#include "handshake/negotiate.hpp"
#include "handshake/previous_handshake.hpp"
#include "message/extensions.hpp"

#include <utility>

namespace heirloom {

namespace {

using message::ExtensionType;

Bytes client_side(const PreviousHandshake& previous) {
  return to_bytes(previous.client_verify_data.view());
}

Bytes both_sides(const PreviousHandshake& previous) {
  Bytes both = client_side(previous);
  append(both, previous.server_verify_data.view());
  return both;
}

wire::HelloExtension make(Bytes renegotiated_connection) {
  return message::make_extension(ExtensionType::renegotiation_info,
                                 message::RenegotiationInfo{std::move(renegotiated_connection)});
}

/// says_exactly is true for an extension with that value. In constant time, although verify_data
/// has been sent before: RFC is silent, and nothing is lost.
bool says_exactly(const Bytes& data, const Bytes& expected) {
  const auto info = wire::decode<message::RenegotiationInfo>(data);
  return info.has_value() && constant_time::verdict(constant_time::equal_bytes(
                                 info->renegotiated_connection, expected));
}

Error mismatch(const char* detail) {
  return {Cause::renegotiation_info_mismatch, detail};
}

}  // namespace

std::optional<wire::HelloExtension> offered_renegotiation_info(const Environment& environment) {
  // Also to a server without RFC 5746, to which policy lets us speak: if it is in truth another
  // one, for which this is a first handshake, it sees at once that something is wrong (§4.2).
  if (environment.previous == nullptr) {
    return std::nullopt;
  }
  return make(client_side(*environment.previous));
}

Result<void> check_renegotiation_info(const Bytes* data, Effects& effects) {
  const PreviousHandshake* previous = effects.environment().previous;
  if (previous == nullptr) {
    if (data != nullptr && !says_exactly(*data, {})) {
      return mismatch("not empty in a first handshake");  // §3.4
    }
    effects.info().has_secure_renegotiation = data != nullptr;
    return {};
  }
  if (!previous->is_secure) {
    // §4.2: "the client MUST verify that it does not contain the "renegotiation_info" extension."
    return data == nullptr ? Result<void>() : mismatch("from a server that did not know it before");
  }
  if (data == nullptr) {
    return mismatch("missing in a renegotiation");  // §3.5
  }
  if (!says_exactly(*data, both_sides(*previous))) {
    return mismatch("of another connection");
  }
  effects.info().has_secure_renegotiation = true;
  return {};
}

Result<void> read_renegotiation_info(const message::ClientHello& hello, Effects& effects) {
  const Environment& environment = effects.environment();
  const PreviousHandshake* previous = environment.previous;
  const bool is_signalled = has_signal(hello, kEmptyRenegotiationInfoScsv);
  const Bytes* data = message::find_extension(hello.extensions, ExtensionType::renegotiation_info);
  if (previous == nullptr) {
    if (data != nullptr && !says_exactly(*data, {})) {
      return mismatch("not empty in a first handshake");  // §3.6
    }
    effects.info().has_secure_renegotiation = is_signalled || data != nullptr;
    return {};
  }
  if (is_signalled) {
    // §3.7, §4.4: so this is a first handshake for the client, and not for us.
    return mismatch("the signal of a first handshake in a renegotiation");
  }
  if (!previous->is_secure) {
    return data == nullptr ? Result<void>()  // §4.4
                           : mismatch("from a client that did not know it before");
  }
  if (data == nullptr) {
    return mismatch("missing in a renegotiation");
  }
  if (!says_exactly(*data, client_side(*previous))) {
    return mismatch("of another connection");
  }
  effects.info().has_secure_renegotiation = true;
  return {};
}

std::optional<wire::HelloExtension> answered_renegotiation_info(Effects& effects) {
  if (!effects.info().has_secure_renegotiation) {
    return std::nullopt;
  }
  const PreviousHandshake* previous = effects.environment().previous;
  return make(previous == nullptr ? Bytes() : both_sides(*previous));
}

}  // namespace heirloom
