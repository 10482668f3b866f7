// EventQueue: what happened, in order, bounded so that an application that never looks costs no
// memory.
#pragma once

#include "heirloom/event.hpp"

#include <cstddef>
#include <deque>
#include <optional>
#include <utility>

namespace heirloom {

class EventQueue {
 public:
  /// push drops the oldest event if too many wait.
  void push(Event event) {
    if (events_.size() == kMaxWaiting) {
      events_.pop_front();
    }
    events_.push_back(std::move(event));
  }

  [[nodiscard]] std::optional<Event> pop() {
    if (events_.empty()) {
      return std::nullopt;
    }
    Event event = std::move(events_.front());
    events_.pop_front();
    return event;
  }

 private:
  static constexpr std::size_t kMaxWaiting = 256;

  std::deque<Event> events_;
};

}  // namespace heirloom
