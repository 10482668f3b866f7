// PlaintextQueue: windows of decrypted application data, where they were decrypted, until the
// application has taken them.
#pragma once

#include "base/bytes.hpp"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace heirloom {

class PlaintextQueue {
 public:
  /// push adds a window; empty ones are not kept.
  void push(ByteView window) {
    if (!window.empty()) {
      windows_.push_back(window);
    }
  }

  /// front is what can be taken next; empty if nothing waits.
  [[nodiscard]] ByteView front() const { return is_empty() ? ByteView() : windows_[first_]; }

  void consume(std::size_t n) {
    while (n != 0) {
      HEIRLOOM_EXPECT(!is_empty());
      ByteView& window = windows_[first_];
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
  std::vector<ByteView> windows_;
  std::size_t first_ = 0;
};

}  // namespace heirloom
