// Clock: the time of day for hello randoms, certificates and session lifetimes.
#pragma once

#include "heirloom/export.hpp"

#include <chrono>
#include <memory>

namespace heirloom {

/// Clock is asked for the time; one object may serve many connections on many threads.
class HEIRLOOM_EXPORT Clock {
 public:
  Clock() = default;
  Clock(const Clock&) = delete;
  Clock& operator=(const Clock&) = delete;
  virtual ~Clock() = default;

  [[nodiscard]] virtual std::chrono::system_clock::time_point now() const noexcept = 0;
};

[[nodiscard]] HEIRLOOM_EXPORT std::shared_ptr<Clock> system_clock();

}  // namespace heirloom
