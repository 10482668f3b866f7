// max_fragment_length (RFC 6066 §4): a client with little memory asks for short records.
#include "base/try.hpp"
#include "handshake/extension_table.hpp"

#include <string>

namespace heirloom {

namespace {

/// wanted is what our hello asks for. A session keeps its limit, or its having none: "The
/// negotiated length applies for the duration of the session including session resumptions".
std::optional<MaxFragmentLength> wanted(const Environment& environment) {
  return environment.resume != nullptr ? environment.resume->facts().max_fragment_length
                                       : environment.policy->wanted_fragment_length;
}

/// parse: "enum { 2^9(1), 2^10(2), 2^11(3), 2^12(4), (255) } MaxFragmentLength". A request for
/// another value MUST be answered with illegal_parameter.
Result<MaxFragmentLength> parse(ByteView data) {
  if (data.size() != 1) {
    return Error(Cause::extension_malformed, "max_fragment_length");
  }
  if (data.front() < 1 || data.front() > 4) {
    return Error(Cause::fragment_length_unacceptable, "number " + std::to_string(data.front()));
  }
  return static_cast<MaxFragmentLength>(data.front());
}

std::optional<Bytes> offer(const message::ClientHello& /*hello*/, Effects& effects) {
  const auto length = wanted(effects.environment());
  return length.has_value() ? std::optional(Bytes{static_cast<std::uint8_t>(*length)})
                            : std::nullopt;
}

/// judge: "if a client receives a maximum fragment length negotiation response that differs from
/// the length it requested, it MUST also abort the handshake with an "illegal_parameter" alert."
Result<void> judge(const Bytes* data, Negotiated& negotiated, Effects& effects) {
  if (data == nullptr) {
    return {};
  }
  HEIRLOOM_TRY(const MaxFragmentLength length, parse(*data));
  if (length != wanted(effects.environment())) {
    return Error(Cause::fragment_length_unacceptable, "another one than was asked for");
  }
  negotiated.max_fragment_length = length;
  return {};
}

Result<void> read(const message::ClientHello& /*hello*/, const Bytes* data, Effects& /*effects*/) {
  if (data != nullptr) {
    HEIRLOOM_TRY_VOID(parse(*data));
  }
  return {};
}

Result<std::optional<Bytes>> answer(ByteView data, const AnswerContext& context) {
  HEIRLOOM_TRY(context.negotiated.max_fragment_length, parse(data));
  return std::optional(to_bytes(data));
}

}  // namespace

constinit const ExtensionRow kMaxFragmentLength = {.type = Extension::max_fragment_length,
                                                   .offer = offer,
                                                   .judge = judge,
                                                   .read = read,
                                                   .answer = answer};

}  // namespace heirloom
