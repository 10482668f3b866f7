// FuzzInput: a fuzzer's bytes, read from the front; zeros once they have run out.
#pragma once

#include "base/bytes.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>

namespace heirloom::fuzz {

class FuzzInput {
 public:
  explicit FuzzInput(ByteView bytes) : rest_(bytes) {}

  [[nodiscard]] bool is_empty() const { return rest_.empty(); }

  [[nodiscard]] std::uint8_t byte() {
    if (rest_.empty()) {
      return 0;
    }
    const std::uint8_t value = rest_.front();
    rest_ = rest_.subspan(1);
    return value;
  }

  [[nodiscard]] std::size_t word() {
    const std::size_t high = byte();
    return high << 8U | byte();
  }

  /// bytes takes at most that many.
  [[nodiscard]] ByteView bytes(std::size_t wanted) {
    const ByteView taken = rest_.first(std::min(wanted, rest_.size()));
    rest_ = rest_.subspan(taken.size());
    return taken;
  }

  [[nodiscard]] ByteView rest() { return bytes(rest_.size()); }

 private:
  ByteView rest_;
};

/// require ends the process if the code under test has broken a promise.
inline void require(bool condition, const char* promise) {
  if (!condition) {
    std::fprintf(stderr, "broken promise: %s\n", promise);
    std::abort();
  }
}

}  // namespace heirloom::fuzz
