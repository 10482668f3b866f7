#include "base/bytes.hpp"

#include <string_view>

namespace heirloom {

// Not inline: GCC 12 sees writes out of bounds in vector::insert where it inlines it all at -O3.
void append(Bytes& out, ByteView view) {
  out.insert(out.end(), view.begin(), view.end());
}

std::string to_hex(ByteView bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string out;
  out.reserve(bytes.size() * 2);
  for (const std::uint8_t byte : bytes) {
    out.push_back(kDigits[byte >> 4U]);
    out.push_back(kDigits[byte & 0x0fU]);
  }
  return out;
}

}  // namespace heirloom
