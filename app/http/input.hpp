// Input: what has been read from a Stream and not yet been used, between two messages and between
// a message and whatever follows an upgrade.
#pragma once

#include "common/stream.hpp"

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace heirloom::app::http {

class Input {
 public:
  explicit Input(Stream& stream) : stream_(&stream), buffer_(kSize) {}

  [[nodiscard]] std::span<const std::uint8_t> pending() const noexcept {
    return std::span(buffer_).subspan(begin_, end_ - begin_);
  }

  void consume(std::size_t count) noexcept { begin_ += count; }

  /// fill reads once, if nothing is pending.
  StreamOutcome fill(Deadline deadline) {
    if (begin_ != end_) {
      return {};
    }
    begin_ = end_ = 0;
    StreamOutcome outcome = stream_->read(buffer_, deadline);
    end_ = outcome.count;
    return outcome;
  }

 private:
  static constexpr std::size_t kSize = 32768;

  Stream* stream_;
  std::vector<std::uint8_t> buffer_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace heirloom::app::http
