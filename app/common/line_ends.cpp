#include "common/line_ends.hpp"

#include <algorithm>

namespace heirloom::app {

StreamOutcome NetworkLineEnds::read(std::span<std::uint8_t> into, Deadline deadline) {
  StreamOutcome outcome;
  if (waiting_.empty()) {
    outcome = inner_.read(into, deadline);
    for (const std::uint8_t byte : into.first(outcome.count)) {
      if (byte == '\n' && last_ != '\r') {
        waiting_.push_back('\r');
      }
      waiting_.push_back(byte);
      last_ = byte;
    }
  }
  outcome.count = std::min(waiting_.size(), into.size());
  std::copy_n(waiting_.begin(), outcome.count, into.begin());
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(outcome.count));
  return outcome;
}

}  // namespace heirloom::app
