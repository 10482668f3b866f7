// Reader: walks bytes of the presentation language (RFC 6101 §4, RFC 2246 §4) with a sticky
// failure.
//
// After the first overrun every read yields zero or nothing, and the caller asks once, at the end,
// whether all was well; the name of the field that failed is kept for the error's detail.
#pragma once

#include "base/bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace heirloom::wire {

class Reader {
 public:
  explicit Reader(ByteView bytes) : bytes_(bytes) {}

  /// unsigned_integer reads `width` bytes, most significant first (RFC 2246 §4.1).
  std::uint64_t unsigned_integer(std::string_view name, std::size_t width) {
    std::uint64_t value = 0;
    for (const std::uint8_t byte : take(name, width)) {
      value = value << 8U | byte;
    }
    return value;
  }

  /// take yields the next n bytes, or nothing and failure if there are fewer.
  ByteView take(std::string_view name, std::size_t n) {
    if (has_failed() || n > bytes_.size()) {
      fail(name);
      return {};
    }
    const ByteView taken = bytes_.first(n);
    bytes_ = bytes_.subspan(n);
    return taken;
  }

  /// rest yields everything that is left.
  ByteView rest() { return take("", bytes_.size()); }

  /// fail marks the reader; only the first name is kept.
  void fail(std::string_view name) {
    if (!has_failed_) {
      has_failed_ = true;
      failed_field_ = name;
    }
    bytes_ = {};
  }

  [[nodiscard]] bool has_failed() const noexcept { return has_failed_; }

  [[nodiscard]] std::string_view failed_field() const noexcept { return failed_field_; }

  [[nodiscard]] std::size_t remaining() const noexcept { return bytes_.size(); }

 private:
  ByteView bytes_;
  bool has_failed_ = false;
  std::string_view failed_field_;
};

}  // namespace heirloom::wire
