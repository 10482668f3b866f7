// elliptic_curves and ec_point_formats (RFC 4492 §5.1, §5.2): which curves a client has and how it
// writes a point. SSL 3.0 has no place for them: there it is secp256r1, uncompressed (drift D117).
// What a client lists is read where the suite is chosen (curves.hpp).
#include "base/try.hpp"
#include "handshake/curves.hpp"
#include "handshake/extension_table.hpp"
#include "kx/key_exchange.hpp"
#include "message/extensions.hpp"

#include <algorithm>

namespace heirloom {

namespace {

/// has_curve_suite: only a hello with such suites has use for the extensions.
bool has_curve_suite(const message::ClientHello& hello) {
  return std::ranges::any_of(hello.cipher_suites, [](std::uint16_t id) {
    const CipherSuite* suite = find_cipher_suite(id);
    return suite != nullptr && kx::uses_curve(suite->key_exchange);
  });
}

Bytes our_formats() {
  return message::make_extension(Extension::ec_point_formats,
                                 message::ECPointFormatList{{message::ECPointFormat::uncompressed}})
      .data;
}

std::optional<Bytes> offer_curves(const message::ClientHello& hello, Effects& effects) {
  if (!has_curve_suite(hello)) {
    return std::nullopt;
  }
  return message::make_extension(
             Extension::elliptic_curves,
             message::EllipticCurveList{effects.environment().policy->named_curves})
      .data;
}

std::optional<Bytes> offer_formats(const message::ClientHello& hello, Effects& /*effects*/) {
  return has_curve_suite(hello) ? std::optional(our_formats()) : std::nullopt;
}

/// judge_formats: RFC 4492 §5.2: "MUST contain the value 0 (uncompressed)". We send no other.
Result<void> judge_formats(const Bytes* data, Negotiated& /*negotiated*/, Effects& /*effects*/) {
  if (data == nullptr) {
    return {};
  }
  HEIRLOOM_TRY(const bool has_ours, has_uncompressed(*data));
  if (!has_ours) {
    return Error(Cause::extension_malformed, "ec_point_formats without uncompressed");
  }
  return {};
}

/// answer_formats: RFC 4492 §5.2: "in response to a ClientHello message containing the Supported
/// Point Formats Extension", if the suite has points.
Result<std::optional<Bytes>> answer_formats(ByteView /*data*/, const AnswerContext& context) {
  return context.choice.curve.has_value() ? std::optional(our_formats()) : std::nullopt;
}

}  // namespace

constinit const ExtensionRow kEllipticCurves = {.type = Extension::elliptic_curves,
                                                .offer = offer_curves};

constinit const ExtensionRow kEcPointFormats = {.type = Extension::ec_point_formats,
                                                .offer = offer_formats,
                                                .judge = judge_formats,
                                                .answer = answer_formats};

}  // namespace heirloom
