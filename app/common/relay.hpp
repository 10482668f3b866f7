// relay: both directions between two streams at once, in constant memory.
#pragma once

#include "common/stop.hpp"
#include "common/stream.hpp"

#include <chrono>
#include <cstdint>
#include <string>

namespace heirloom::app {

struct RelayOptions {
  /// Nothing in either direction for that long ends the relay.
  std::chrono::milliseconds idle_timeout{std::chrono::hours{24}};
  /// The same once one side has ended: the other may not know, and wait for ever.
  std::chrono::milliseconds after_end{std::chrono::hours{24}};
  /// What a finished first stream means: keep the other direction open (half-close), or end.
  enum class AtEndOfFirst : std::uint8_t { finish_second, keep_second_open };
  AtEndOfFirst at_end_of_first = AtEndOfFirst::finish_second;
  /// Once the second stream has ended, the first is not read any more (s_client's way): its input
  /// has nowhere to go.
  enum class AtEndOfSecond : std::uint8_t { finish_first, stop };
  AtEndOfSecond at_end_of_second = AtEndOfSecond::finish_first;
  const StopSignal* stop = nullptr;  ///< ends the relay; may be null
};

struct RelayReport {
  enum class End : std::uint8_t {
    both_finished,  ///< each side said that it has no more to send
    first_failed,   ///< `reason` says why; `first_status` how
    second_failed,
    idle,
    stopped,
  };
  End end = End::both_finished;
  std::uint64_t first_to_second = 0;  ///< bytes delivered
  std::uint64_t second_to_first = 0;
  StreamStatus first_status = StreamStatus::ok;
  StreamStatus second_status = StreamStatus::ok;
  std::string reason;
};

/// relay returns when both directions have ended or one side failed. An end on one side is passed
/// on with finish_writing while the other direction goes on. It never blocks on one side while the
/// other could move.
[[nodiscard]] RelayReport relay(Stream& first, Stream& second, const RelayOptions& options = {});

}  // namespace heirloom::app
