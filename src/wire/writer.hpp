// Writer: appends the presentation language to a byte vector; length prefixes are patched
// backwards.
#pragma once

#include "base/bytes.hpp"

#include <cstddef>
#include <cstdint>

namespace heirloom::wire {

class Writer {
 public:
  explicit Writer(Bytes& out) : out_(out) {}

  void unsigned_integer(std::size_t width, std::uint64_t value) {
    HEIRLOOM_EXPECT(width == 8 || value >> (width * 8) == 0);
    for (std::size_t i = width; i-- > 0;) {
      out_.push_back(static_cast<std::uint8_t>(value >> (i * 8)));
    }
  }

  void bytes(ByteView view) { append(out_, view); }

  /// open_prefix reserves a length prefix and returns where; close_prefix fills it in.
  [[nodiscard]] std::size_t open_prefix(std::size_t width) {
    const std::size_t at = out_.size();
    out_.resize(at + width);
    return at;
  }

  void close_prefix(std::size_t at, std::size_t width) {
    const std::uint64_t length = out_.size() - at - width;
    HEIRLOOM_EXPECT(length >> (width * 8) == 0);
    for (std::size_t i = 0; i < width; ++i) {
      out_[at + i] = static_cast<std::uint8_t>(length >> ((width - 1 - i) * 8));
    }
  }

 private:
  Bytes& out_;
};

}  // namespace heirloom::wire
