#include "message/any_message.hpp"

#include "protocol/constants.hpp"

#include <array>
#include <cstddef>
#include <string>
#include <utility>

namespace heirloom::message {

namespace {

template <class M>
Result<AnyMessage> decode_as(ByteView raw) {
  auto body = wire::decode<M>(raw.subspan(kHandshakeHeaderSize));
  if (!body.has_value()) {
    return Error(body.error().cause, std::string(to_string(M::kType)) + ": " + body.error().detail);
  }
  return AnyMessage(Received<M>{std::move(body).value(), raw});
}

/// Decoders is the dispatch on msg_type, derived from the alternatives of AnyMessage.
template <class Variant>
struct Decoders;

template <class... M>
struct Decoders<std::variant<Received<M>...>> {
  struct Row {
    HandshakeType type;
    Result<AnyMessage> (*decode)(ByteView raw);
  };

  static constexpr std::array<Row, sizeof...(M)> kRows{Row{M::kType, &decode_as<M>}...};
};

}  // namespace

Result<AnyMessage> decode_message(ByteView raw) {
  HEIRLOOM_EXPECT(raw.size() >= kHandshakeHeaderSize);
  const auto type = static_cast<HandshakeType>(raw[0]);
  for (const auto& row : Decoders<AnyMessage>::kRows) {
    if (row.type == type) {
      return row.decode(raw);
    }
  }
  return Error(Cause::handshake_type_unknown, "type " + std::to_string(raw[0]));
}

}  // namespace heirloom::message
