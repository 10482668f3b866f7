#include "crypto/der.hpp"

namespace heirloom::crypto {

namespace {

constexpr std::uint8_t kLongForm = 0x80;
/// Lengths of more bytes than this belong to nothing that fits into a Certificate message.
constexpr std::size_t kMaxLengthBytes = 4;

}  // namespace

std::optional<DerElement> take_element(ByteView& rest) {
  if (rest.size() < 2) {
    return std::nullopt;
  }
  std::size_t header = 2;
  std::size_t size = rest[1];
  if (size >= kLongForm) {
    const std::size_t count = size - kLongForm;
    if (count == 0 || count > kMaxLengthBytes || rest.size() < header + count) {
      return std::nullopt;
    }
    size = 0;
    for (const std::uint8_t byte : rest.subspan(header, count)) {
      size = size << 8U | byte;
    }
    header += count;
  }
  if (size > rest.size() - header) {
    return std::nullopt;
  }
  const DerElement element{
      .tag = rest[0], .whole = rest.first(header + size), .content = rest.subspan(header, size)};
  rest = rest.subspan(header + size);
  return element;
}

}  // namespace heirloom::crypto
