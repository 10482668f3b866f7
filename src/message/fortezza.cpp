#include "message/fortezza.hpp"

#include "base/try.hpp"

#include <utility>

namespace heirloom::message {

namespace {

/// RFC 6101 §5.6.7.2: to be used, y_c must have 64 to 128 bytes. The layout knows the ceiling.
constexpr std::size_t kMinKeaValueSize = 64;

}  // namespace

Result<FortezzaKeys> decode_fortezza_keys(ByteView body) {
  HEIRLOOM_TRY(FortezzaKeys keys, wire::decode<FortezzaKeys>(body));
  if (!keys.y_c.empty() && keys.y_c.size() < kMinKeaValueSize) {
    return Error(Cause::message_malformed, "y_c");
  }
  return keys;
}

}  // namespace heirloom::message
