// wait: patience with a peer that ends when the program should end.
#pragma once

#include "common/stop.hpp"
#include "common/stream.hpp"

#include <chrono>
#include <cstdint>
#include <span>

namespace heirloom::app {

enum class Waited : std::uint8_t { ready, idle, stopped };

/// wait_for_input waits until a read would find something, nothing came until the deadline, or the
/// stop signal.
[[nodiscard]] Waited wait_for_input(const Stream& stream,
                                    const StopSignal& stop,
                                    Deadline deadline);

/// write_patiently writes all bytes as long as the peer takes some every `idle`. timeout: it did
/// not, or the stop signal came.
[[nodiscard]] StreamOutcome write_patiently(Stream& stream,
                                            std::span<const std::uint8_t> bytes,
                                            std::chrono::milliseconds idle,
                                            const StopSignal& stop);

/// read_patiently reads at least one byte. timeout: none came for `idle`, or the stop signal came.
[[nodiscard]] StreamOutcome read_patiently(Stream& stream,
                                           std::span<std::uint8_t> into,
                                           std::chrono::milliseconds idle,
                                           const StopSignal& stop);

/// close_politely finishes writing and gives the peer a moment to do the same: a socket that is
/// closed with unread input is reset, and the reset may overtake what was sent last.
void close_politely(Stream& stream, std::chrono::milliseconds patience);

}  // namespace heirloom::app
