// PlaintextQueue: windows of decrypted application data, where they were decrypted, until the
// application has taken them. Each knows under the keys of which handshake it came.
#pragma once

#include "base/bytes.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace heirloom {

class PlaintextQueue {
 public:
  /// push adds a window; empty ones are not kept.
  void push(ByteView window, std::size_t handshake) {
    if (!window.empty()) {
      windows_.push_back({window, handshake});
    }
  }

  /// front is what can be taken next; empty if nothing waits.
  [[nodiscard]] ByteView front() const { return is_empty() ? ByteView() : windows_[first_].bytes; }

  /// handshake of front; 0 if nothing waits.
  [[nodiscard]] std::size_t handshake() const {
    return is_empty() ? 0 : windows_[first_].handshake;
  }

  void consume(std::size_t n) {
    while (n != 0) {
      HEIRLOOM_EXPECT(!is_empty());
      ByteView& window = windows_[first_].bytes;
      const std::size_t taken = std::min(n, window.size());
      window = window.subspan(taken);
      n -= taken;
      if (window.empty()) {
        ++first_;
      }
    }
    if (is_empty()) {
      windows_.clear();
      first_ = 0;
    }
  }

  [[nodiscard]] bool is_empty() const { return first_ == windows_.size(); }

 private:
  struct Window {
    ByteView bytes;
    std::size_t handshake = 0;
  };

  std::vector<Window> windows_;
  std::size_t first_ = 0;
};

}  // namespace heirloom
